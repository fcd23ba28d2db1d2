"""`make must PART=walks`: one line for each thing that a part must show.

A test says which requirement it shows with `@pytest.mark.must("walks.2")`; several tests may share a number.
Requirements stand in tests/must.toml, so one without a test is seen: it is printed as MISSING and fails.
A test that measures something calls the fixture `figure("p50 12 ms")`; the text ends its line. It hands over
the figure and its bound too, `figure("p50 12 ms", seconds, at_most=0.02)`, so that `tests.harness.spoil` can
show that the test fails when the figure is wrong.

Tests marked `slow` (a fresh clone, the city scale) run only under `--must` or `--slow`.
"""

import tomllib
from collections import defaultdict
from collections.abc import Generator
from math import inf
from pathlib import Path

import pytest

from tests.harness import spoil

TABLE = Path(__file__).parents[1] / "must.toml"
FIGURES = pytest.StashKey[list[str]]()
RESULTS = pytest.StashKey["dict[str, list[tuple[str, list[str]]]]"]()


def requirements() -> dict[str, list[str]]:
    """Part -> its sentences; the first is number 1."""
    return tomllib.loads(TABLE.read_text(encoding="utf-8"))


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("portal")
    group.addoption("--must", metavar="PART", help="run what this part must show, slow tests included")
    group.addoption("--slow", action="store_true", help="run tests marked slow too")


def pytest_configure(config: pytest.Config) -> None:
    results: dict[str, list[tuple[str, list[str]]]] = defaultdict(list)
    config.stash[RESULTS] = results
    part = config.getoption("--must")
    if part and part not in requirements():
        raise pytest.UsageError(
            f"tests/must.toml knows no part {part!r}; it has: {', '.join(requirements())}"
        )


def _numbers(item: pytest.Item) -> list[str]:
    return [number for mark in item.iter_markers("must") for number in mark.args]


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    part = config.getoption("--must")
    listed_numbers = {
        f"{name}.{i}" for name, texts in requirements().items() for i in range(1, len(texts) + 1)
    }
    keep: list[pytest.Item] = []
    drop: list[pytest.Item] = []
    for item in items:
        numbers = _numbers(item)
        if unknown := set(numbers) - listed_numbers:
            raise pytest.UsageError(f"{item.nodeid}: tests/must.toml has no {', '.join(sorted(unknown))}")
        item.user_properties.append(("must", numbers))
        if part:
            is_selected = any(number.startswith(f"{part}.") for number in numbers)
        else:
            is_selected = config.getoption("--slow") or item.get_closest_marker("slow") is None
        (keep if is_selected else drop).append(item)
    if drop:
        config.hook.pytest_deselected(items=drop)
        items[:] = keep


class Figure:
    """Measured figures of one test; `make must` prints their words beside the requirement."""

    def __init__(self, item: pytest.Item) -> None:
        self.item = item
        self.words = item.stash.setdefault(FIGURES, [])

    def __call__(
        self,
        words: str,
        value: float | None = None,
        *,
        at_least: float = -inf,
        at_most: float = inf,
        below: float = inf,
    ) -> None:
        """Note a figure, and fail when its value is out of bounds.

        Args:
            words: the figure, its unit and what it is of.
            value: the figure itself.
            at_least: smallest value allowed.
            at_most: largest value allowed.
            below: smallest value that is too large.
        """
        self.words.append(words)
        if value is None:
            spoil.note_words(self.item)
            return
        value = spoil.spoiled(self.item, value, at_least=at_least, at_most=min(at_most, below))
        if not (at_least <= value <= at_most and value < below):
            limits = {"at least": at_least, "at most": at_most, "below": below}
            range_words = ", ".join(f"{word} {n}" for word, n in limits.items() if abs(n) != inf)
            pytest.fail(f"{words}: {value} is not {range_words}")


@pytest.fixture
def figure(request: pytest.FixtureRequest) -> Figure:
    """Call it with a measured figure in words, and with the figure and its bound."""
    return Figure(request.node)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    numbers = _numbers(item)
    # Setup and teardown count when they go wrong; the call counts always.
    if numbers and (report.when == "call" or report.outcome != "passed"):
        for number in numbers:
            item.config.stash[RESULTS][number].append((report.outcome, item.stash.get(FIGURES, [])))
    return report


def _line(number: str, text: str, results: list[tuple[str, list[str]]]) -> tuple[bool, str]:
    if not results:
        return False, f"{number} MISSING  {text}"
    outcomes = {outcome for outcome, _ in results}
    if "failed" in outcomes:
        word = "FAILED"
    elif "skipped" in outcomes:
        word = "NOT RUN"
    else:
        word = "passed"
    figures = "; ".join(dict.fromkeys(figure for _, figures in results for figure in figures))
    return word == "passed", f"{number} {word:<8} {text}" + (f"  [{figures}]" if figures else "")


def _lines(config: pytest.Config) -> list[tuple[bool, str]]:
    part = config.getoption("--must")
    results = config.stash[RESULTS]
    return [
        _line(f"{part}.{i}", text, results.get(f"{part}.{i}", []))
        for i, text in enumerate(requirements()[part], start=1)
    ]


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    config = session.config
    if not config.getoption("--must") or config.option.collectonly:
        return
    all_passed = all(good for good, _ in _lines(config))
    if not all_passed and session.exitstatus in {pytest.ExitCode.OK, pytest.ExitCode.NO_TESTS_COLLECTED}:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    if config.getoption("--must") and not config.option.collectonly:
        terminalreporter.section(f"must show: {config.getoption('--must')}")
        for good, line in _lines(config):
            terminalreporter.write_line(line, green=good, red=not good)
