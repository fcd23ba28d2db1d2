"""docs/contributing.md: each named change has one file; three of them are made in a copy of the project."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.house.source import ROOT, files

pytestmark = pytest.mark.must("house.5")

ROW = re.compile(r"^\| ([^|]+) \| `([^`]+)` \| `([^`]+)` \| (yes|no) \|$", re.MULTILINE)
CHANGES = ROW.findall((ROOT / "docs/contributing.md").read_text(encoding="utf-8"))


def test_at_least_25_changes_are_answered_with_one_file_each() -> None:
    assert len(CHANGES) >= 25
    assert len({change for change, *_ in CHANGES}) == len(CHANGES)
    assert sum(migration == "yes" for *_, migration in CHANGES) == 2


@pytest.mark.parametrize(("change", "file", "registration"), [row[:3] for row in CHANGES])
def test_the_file_holds_what_is_registered(change: str, file: str, registration: str) -> None:
    text = (ROOT / file).read_text(encoding="utf-8")
    assert registration in text, f"{change}: {file} has no {registration}"


@pytest.mark.parametrize(
    ("file", "registration"),
    sorted({row[1:3] for row in CHANGES if row[1].endswith(".py") and row[2].isupper()}),
)
def test_the_registry_is_defined_in_this_file_alone(file: str, registration: str) -> None:
    package = "/".join(Path(file).parts[:2])
    definition = re.compile(rf"^{registration}\s*(:[^=\n]+)?=", re.MULTILINE)
    defining = [
        str(path.relative_to(ROOT))
        for path in files()
        if path.suffix == ".py"
        and str(path.relative_to(ROOT)).startswith(package)
        and definition.search(path.read_text(encoding="utf-8"))
    ]
    assert defining == [file]


@pytest.fixture
def project_copy(tmp_path: Path) -> Path:
    """Copy the tracked files of the project into a folder of their own, as a checkout."""
    for path in files():
        target = tmp_path / path.relative_to(ROOT)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(path, target)
    for command in (["init", "-q"], ["add", "-A"]):
        subprocess.run(["git", *command], cwd=tmp_path, check=True)
    return tmp_path


def run(copy: Path, *command: str) -> str:
    """Run a Python command in the copy and return its output; fail with it when the command fails."""
    environment = {
        **{
            key: value
            for key, value in os.environ.items()
            if not key.startswith(("PYTEST_", "PORTAL_", "COV"))
        },
        "DJANGO_SETTINGS_MODULE": "portal.settings.test",
        "PYTHONDONTWRITEBYTECODE": "1",
    }
    result = subprocess.run(
        [sys.executable, *command], cwd=copy, check=False, capture_output=True, text=True, env=environment
    )
    assert result.returncode == 0, (result.stdout + result.stderr)[-4_000:]
    return result.stdout


def edit(path: Path, change: Callable[[str], str]) -> None:
    before = path.read_text(encoding="utf-8")
    after = change(before)
    assert after != before, f"nothing to change in {path.name}"
    path.write_text(after, encoding="utf-8")


def changed_files(copy: Path) -> list[str]:
    """Return the files that differ from the project, migrations left out."""
    output = subprocess.run(
        ["git", "status", "--porcelain", "--untracked-files=all"],
        cwd=copy, check=True, capture_output=True, text=True,
    ).stdout  # fmt: skip
    names = [line[3:] for line in output.splitlines() if line[1] != " "]
    return [name for name in names if "/migrations/" not in name and not name.startswith(".pytest_cache")]
