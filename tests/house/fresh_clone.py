"""Clones with nothing built in them, and the whole suite run in one of them."""

import os
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

from tests.house.source import ROOT


@dataclass(frozen=True)
class WholeSuite:
    """Output of `make test` in a fresh clone, and the seconds it took."""

    output: str
    seconds: float


def make_clone(folder: Path) -> Path:
    """Clone what is committed into `folder`, with nothing built in it."""
    clone = folder / "portal"
    subprocess.run(["git", "clone", "--quiet", str(ROOT), str(clone)], check=True)
    return clone


def environment(folder: Path, **more: str) -> dict[str, str]:
    """The surroundings of a new machine: no data folder, no database, an empty package cache."""
    ours = {
        "PORTAL_DATA",
        "DATABASE_URL",
        "DJANGO_SETTINGS_MODULE",
        "CI",
        "MAKEFLAGS",
        "MAKELEVEL",
        "VIRTUAL_ENV",
    }
    inherited = {name: value for name, value in os.environ.items() if name not in ours}
    return {**inherited, "PIP_CACHE_DIR": str(folder.parent / "cache"), **more}


def run_whole_suite(clone: Path) -> WholeSuite:
    """Run `make test` in a fresh clone; it must pass."""
    start = time.monotonic()
    result = subprocess.run(
        ["make", "test"],
        check=False, cwd=clone, env=environment(clone), stdin=subprocess.DEVNULL,
        capture_output=True, text=True,
    )  # fmt: skip
    assert result.returncode == 0, result.stdout[-6000:] + result.stderr[-2000:]
    return WholeSuite(result.stdout, time.monotonic() - start)
