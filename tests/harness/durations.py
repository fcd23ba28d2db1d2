"""Time of the tests by folder and file.

A run leaves the seconds of each test in `.pytest_cache/durations.json`. `python -m tests.harness.durations`
prints the table by folder, `--files` by file; `--write` puts it into docs/test-times.md. `--fast` is what
`make test-fast` passes: it leaves out browser tests and the files listed in tests/harness/slow_files.txt.
"""

import argparse
import json
import platform
import sys
from collections import defaultdict
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
RECORD = ROOT / ".pytest_cache/durations.json"
SLOW_FILES = Path(__file__).with_name("slow_files.txt")
SECONDS = pytest.StashKey[dict[str, float]]()


def slow_files() -> set[str]:
    """Return the files that the fast suite leaves out."""
    lines = SLOW_FILES.read_text(encoding="utf-8").splitlines()
    return {line.partition("#")[0].strip() for line in lines if line.partition("#")[0].strip()}


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--fast", action="store_true", help="leave out browser tests and slow files")


def pytest_configure(config: pytest.Config) -> None:
    config.stash[SECONDS] = defaultdict(float)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if not config.getoption("--fast"):
        return
    omitted = slow_files()
    drop = [
        item
        for item in items
        if item.get_closest_marker("browser") or item.nodeid.partition("::")[0] in omitted
    ]
    config.hook.pytest_deselected(items=drop)
    items[:] = [item for item in items if item not in set(drop)]


class Recorder:
    """Sums what setup, call and teardown of each test took, in the process that reports."""

    def __init__(self, config: pytest.Config) -> None:
        self.config = config

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        self.config.stash[SECONDS][report.nodeid] += report.duration

    def pytest_sessionfinish(self) -> None:
        seconds = self.config.stash[SECONDS]
        if hasattr(self.config, "workerinput") or len(seconds) < 100:
            return  # a worker reports to the first process; a run of a few files is no record
        RECORD.parent.mkdir(exist_ok=True)
        RECORD.write_text(json.dumps(seconds, indent=0), encoding="utf-8")


@pytest.hookimpl(trylast=True)
def pytest_sessionstart(session: pytest.Session) -> None:
    session.config.pluginmanager.register(Recorder(session.config), "durations")


def totals(seconds: dict[str, float], *, by_file: bool) -> list[tuple[str, int, float]]:
    """Return (folder or file, number of tests, seconds), the longest first."""
    rows: dict[str, list[float]] = defaultdict(list)
    for nodeid, value in seconds.items():
        path = nodeid.partition("::")[0]
        rows[path if by_file else str(Path(path).parent)].append(value)
    return sorted(((key, len(values), sum(values)) for key, values in rows.items()), key=lambda row: -row[2])


def table(seconds: dict[str, float], *, by_file: bool = False) -> str:
    """Return the totals as a Markdown table."""
    rows = totals(seconds, by_file=by_file)
    lines = ["| folder | tests | seconds |", "| --- | --- | --- |"]
    lines += [f"| `{key}` | {count:,} | {total:,.0f} |" for key, count, total in rows]
    lines.append(f"| all | {sum(row[1] for row in rows):,} | {sum(row[2] for row in rows):,.0f} |")
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--files", action="store_true")
    parser.add_argument("--write", action="store_true")
    options = parser.parse_args()
    seconds: dict[str, Any] = json.loads(RECORD.read_text(encoding="utf-8"))
    if options.write:
        heading = (
            "# Time of the tests\n\nSeconds in the tests of each folder (setup included), summed over the"
            " processes of one run on SQLite with Chromium;"
            f" {platform.machine()}, Python {platform.python_version()}.\n"
            "Made by `python -m tests.harness.durations --write` after `make test`.\n\n"
        )
        (ROOT / "docs/test-times.md").write_text(heading + table(seconds) + "\n", encoding="utf-8")
    sys.stdout.write(table(seconds, by_file=options.files) + "\n")


if __name__ == "__main__":
    main()
