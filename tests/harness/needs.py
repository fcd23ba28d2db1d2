"""Things the machine must have for some of the tests: a browser, a Chinese font, a PostgreSQL server.

`make test` installs them where it can (tests/install.sh). Where one is missing, the tests that need it are
skipped with the reason; under CI=true they fail instead, so that a green CI has run everything.
"""

import os
import shutil
import subprocess
from functools import cache
from pathlib import Path

import pytest

IN_CI = os.environ.get("CI", "").lower() in {"1", "true", "yes"}
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


@cache
def chromium() -> str | None:
    """Path of a Chromium on this machine."""
    return next((path for name in BROWSERS if (path := shutil.which(name))), None)


@cache
def has_chinese_font() -> bool:
    """Without one, every Chinese character is an empty box of the wrong width."""
    lister = shutil.which("fc-list")
    if lister is None:
        return False
    listed = subprocess.run([lister, ":lang=zh"], capture_output=True, text=True, check=False)
    return bool(listed.stdout.strip())


@cache
def postgres_bin() -> Path | None:
    """Folder of initdb and postgres, of the newest version installed."""
    path = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda p: int(p.parts[-3]))
    if path:
        return path[-1].parent
    on_path = shutil.which("initdb")
    return Path(on_path).resolve().parent if on_path else None


def missing() -> dict[str, str]:
    """Return {missing thing: tests that cannot run without it}."""
    lacks = {}
    if chromium() is None:
        lacks["Chromium (Debian: chromium)"] = "every test marked `browser`"
    if not has_chinese_font():
        lacks["a Chinese font (Debian: fonts-noto-cjk)"] = "every test marked `browser`"
    if postgres_bin() is None:
        lacks["PostgreSQL (Debian: postgresql)"] = "the second run of the suite, on PostgreSQL"
    return lacks


def refuse(reason: str) -> None:
    """Skip the running test because the machine lacks something; under CI fail it."""
    if IN_CI:
        pytest.fail(f"{reason} (CI=true: nothing may be skipped)", pytrace=False)
    pytest.skip(reason)


@pytest.fixture(scope="session")
def chromium_path() -> str:
    """Path of the browser; refuses the test where there is none, or no Chinese font."""
    path = chromium()
    if path is None:
        refuse("no Chromium on this machine: install Debian's chromium")
    if not has_chinese_font():
        refuse("no Chinese font on this machine: install Debian's fonts-noto-cjk")
    assert path is not None
    return path


def pytest_report_header() -> list[str]:
    return [f"portal: no {thing}: cannot run {tests}" for thing, tests in missing().items()]


if __name__ == "__main__":
    # `make test` asks with this before it starts; under CI the answer is its exit code.
    lacks = missing()
    for thing, tests in lacks.items():
        print(f"MISSING {thing}: cannot run {tests}")
    raise SystemExit(1 if lacks and IN_CI else 0)
