"""Spoil the figure of each `must` test of a part: `python -m tests.harness.spoil hold`.

The tests run once with `--spoil`, each with one thing wrong. A test that hands over a figure with its bound
gets a value beyond the bound; one that only prints its figure has the first assertion after it fail; any
other, its first assertion. A test that passes all the same never comes to what it claims to check: it returns
early, walks an empty list, or prints and asserts nothing. Results stand in docs/reviews/hold-11-spoiled.csv.
"""

import argparse
import ast
import csv
import hashlib
import inspect
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Generator, Iterator
from math import inf, nextafter
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
LEDGER = ROOT / "docs/reviews/hold-11-spoiled.csv"
COLUMNS = ("test", "numbers", "spoiled", "outcome", "sha256", "note")
FAILS, PASSES, FAILS_ANYWAY, NOT_RUN = "fails", "passes", "fails unspoiled", "not run"
_WORST_LAST = (FAILS, NOT_RUN, FAILS_ANYWAY, PASSES)
BOUND_ARGUMENT = re.compile(r"\b(?:at_least|at_most|below)=")


class State:
    """Progress of the spoiling of one test."""

    def __init__(self, item: pytest.Item) -> None:
        function = getattr(item, "function", None)
        self.kind = "assertion"
        if "figure" in getattr(item, "fixturenames", ()):
            self.kind = "assertion after figure"
            if function is not None and BOUND_ARGUMENT.search(inspect.getsource(function)):
                self.kind = "figure"
        self.waits = self.kind != "assertion"  # for the figure
        self.is_running = self.was_spoiled = False


STATE = pytest.StashKey[State]()
ROWS = pytest.StashKey["dict[str, dict[str, str]]"]()


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.getgroup("portal").addoption(
        "--spoil", metavar="LEDGER", help="spoil the figure of each must test; write down which fail"
    )


def pytest_configure(config: pytest.Config) -> None:
    config.stash[ROWS] = {}


def note_words(item: pytest.Item) -> None:
    """A figure was given in words only: from here on an assertion has to fail."""
    if state := item.stash.get(STATE, None):
        state.waits = state.kind == "figure"


def spoiled(item: pytest.Item, value: float, *, at_least: float, at_most: float) -> float:
    """Return a value beyond the nearest bound when figures are spoiled, else the value itself."""
    state = item.stash.get(STATE, None)
    if state is None:
        return value
    state.was_spoiled = True
    return nextafter(at_least, -inf) if at_least > -inf else nextafter(at_most, inf)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None]:
    if not item.config.getoption("--spoil"):
        return (yield)
    state = item.stash[STATE] = State(item)
    state.is_running = True
    try:
        return (yield)
    finally:
        state.is_running = False


def pytest_assertion_pass(item: pytest.Item, lineno: int, orig: str) -> None:
    """Called at each assertion that holds, when the option enable_assertion_pass_hook is set."""
    state = item.stash.get(STATE, None)
    if state is not None and state.is_running and not state.waits:
        state.was_spoiled = True
        raise AssertionError(f"spoiled: {orig}")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    if (state := item.stash.get(STATE, None)) and report.when == "call":
        report.user_properties.append(("spoiled", state.kind if state.was_spoiled else ""))
    return report


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    properties: dict[str, Any] = dict(report.user_properties)
    if _config is None or report.when == "teardown" or (report.when == "setup" and report.passed):
        return
    kind = str(properties.get("spoiled", ""))
    outcomes = {"failed": FAILS if kind else FAILS_ANYWAY, "skipped": NOT_RUN, "passed": PASSES}
    outcome = outcomes[report.outcome]
    test = report.nodeid.partition("[")[0]
    rows = _config.stash[ROWS]
    if test in rows and _WORST_LAST.index(rows[test]["outcome"]) > _WORST_LAST.index(outcome):
        return
    numbers = " ".join(sorted(set(properties.get("must", ()))))
    rows[test] = {"test": test, "numbers": numbers, "spoiled": kind, "outcome": outcome}


_config: pytest.Config | None = None  # of the process that writes the ledger


def pytest_sessionstart(session: pytest.Session) -> None:
    global _config  # noqa: PLW0603 - reports carry no configuration
    if session.config.getoption("--spoil") and not hasattr(session.config, "workerinput"):
        _config = session.config


def pytest_sessionfinish(session: pytest.Session) -> None:
    if _config is session.config and not session.config.option.collectonly:
        write_ledger(Path(session.config.getoption("--spoil")), session.config.stash[ROWS])


def read_ledger(path: Path = LEDGER) -> dict[str, dict[str, str]]:
    """Return the rows of the ledger by test; a row stays until its test runs again."""
    if not path.exists():
        return {}
    with path.open(encoding="utf-8", newline="") as file:
        return {row["test"]: row for row in csv.DictReader(file)}


def write_ledger(path: Path, rows: dict[str, dict[str, str]]) -> None:
    """Put new rows into the ledger; notes stay, and rows of tests that are no more go."""
    old, hashes = read_ledger(path), must_tests()
    all_rows: dict[str, Any] = {test: row for test, row in old.items() if test in hashes}
    for test, row in rows.items():
        all_rows[test] = row | {
            "sha256": hashes.get(test, ""),
            "note": old.get(test, {}).get("note", ""),
        }
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, COLUMNS, lineterminator="\n")
        writer.writeheader()
        writer.writerows(all_rows[test] for test in sorted(all_rows))


def must_tests(part: str = "") -> dict[str, str]:
    """Return the tests that show a line of a part, of any part when none is named, each with its hash."""
    tests = {}
    for path in sorted((ROOT / "tests").rglob("test_*.py")):
        text = path.read_text(encoding="utf-8")
        if "must(" not in text:
            continue
        module = ast.parse(text)
        marks_of_all = [
            number
            for node in module.body
            if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "pytestmark"
            for number in _numbers(node.value)
        ]
        for name, node in _test_functions(module):
            numbers = marks_of_all + [n for mark in node.decorator_list for n in _numbers(mark)]
            if any(number.startswith(f"{part}.") or not part for number in numbers):
                source = ast.get_source_segment(text, node) or ""
                test = f"{path.relative_to(ROOT)}::{name}"
                tests[test] = hashlib.sha256(source.encode()).hexdigest()[:16]
    return tests


def _test_functions(module: ast.Module) -> Iterator[tuple[str, ast.FunctionDef]]:
    for node in module.body:
        inner = node.body if isinstance(node, ast.ClassDef) else [node]
        prefix = f"{node.name}::" if isinstance(node, ast.ClassDef) else ""
        for one in inner:
            if isinstance(one, ast.FunctionDef) and one.name.startswith("test"):
                yield prefix + one.name, one


def _numbers(node: ast.AST) -> list[str]:
    return [
        str(argument.value)
        for call in ast.walk(node)
        if isinstance(call, ast.Call) and ast.unparse(call.func) == "pytest.mark.must"
        for argument in call.args
        if isinstance(argument, ast.Constant)
    ]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("part")
    parser.add_argument("arguments", nargs=argparse.REMAINDER, help="for pytest: paths, -n 2, -k …")
    options = parser.parse_args()
    # Test modules are rewritten for the hook; what was compiled without it must not be found.
    with tempfile.TemporaryDirectory() as compiled:
        command = [sys.executable, "-m", "pytest", f"--must={options.part}", f"--spoil={LEDGER}", "-q"]
        command += ["--tb=no", "-o", "enable_assertion_pass_hook=true", "-p", "no:cacheprovider"]
        subprocess.run(
            [*command, *options.arguments],
            cwd=ROOT, env=os.environ | {"PYTHONPYCACHEPREFIX": compiled}, check=False,
        )  # fmt: skip
    ledger = read_ledger()
    wrong = [
        f"{ledger[test]['outcome'] if test in ledger else 'no row'}: {test}"
        for test in must_tests(options.part)
        if test not in ledger or ledger[test]["outcome"] != FAILS
    ]
    print(*wrong, f"{len(wrong)} tests of {options.part} do not fail when spoiled", sep="\n")
    return bool(wrong)


if __name__ == "__main__":
    raise SystemExit(main())
