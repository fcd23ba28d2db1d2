"""Types of the whole tree: no error, no module chosen by its first letter, few and explained exceptions."""

import re
import subprocess
import sys

import pytest

from tests.house.source import ROOT, name, project, python_files

pytestmark = pytest.mark.must("house.6")

MAX_IGNORES = 15
IGNORE = re.compile(r"#\s*type: ignore(\[[\w, -]+\])?(.*)$")


def test_mypy_reads_the_whole_tree() -> None:
    files = project()["tool"]["mypy"]["files"]
    assert {"portal", "cms", "search", "matching", "tests"} <= set(files)
    assert not [pattern for pattern in files if "[" in pattern or "*" in pattern]


def test_exceptions_are_few_and_each_has_its_reason() -> None:
    ignores = [
        (f"{name(path)}:{number}", match[1], match[2])
        for path in python_files()
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1)
        if (match := IGNORE.search(line)) and path.name != "test_types.py"
    ]
    assert len(ignores) <= MAX_IGNORES, "\n".join(place for place, _, _ in ignores)
    for place, code, reason in ignores:
        assert code, f"{place}: names no error code"
        assert len(reason.strip(" #")) > 10, f"{place}: has no reason"


@pytest.mark.slow
def test_mypy_finds_no_error() -> None:
    command = [sys.executable, "-m", "mypy"]
    result = subprocess.run(command, cwd=ROOT, check=False, capture_output=True, text=True)
    assert result.returncode == 0, result.stdout[-4_000:]
