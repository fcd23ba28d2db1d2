"""Plugin of the test runs of `make mutate`: chooses tests by a list, and notes what came of each.

It is told by environment variables what to do: MUTATION_RECORDS names the file for what each test took,
MUTATION_TESTS the list of tests to run in its order, MUTATION_VERDICT the file for the first test that fails.
"""

import json
import os
from collections import defaultdict
from pathlib import Path

import pytest

RECORDS, TESTS, VERDICT = "MUTATION_RECORDS", "MUTATION_TESTS", "MUTATION_VERDICT"


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if listed := os.environ.get(TESTS):
        items[:] = choose(items, Path(listed).read_text(encoding="utf-8").splitlines())
    else:
        items[:] = [item for item in items if item.get_closest_marker("browser") is None]
        if records := os.environ.get(RECORDS):
            tests_of_file = defaultdict(list)
            for item in items:
                tests_of_file[item.nodeid.partition("::")[0]].append(item.nodeid)
            path = Path(records).with_name(f"collected-{os.getpid()}.json")
            path.write_text(json.dumps(tests_of_file), encoding="utf-8")


def choose(items: list[pytest.Item], tests: list[str]) -> list[pytest.Item]:
    """Return the items of these tests; where a mutant changed a test's parameters, all of them."""
    order = {test: i for i, test in enumerate(tests)}
    present = {item.nodeid for item in items}
    order_by_function = {test.partition("[")[0]: i for test, i in order.items() if test not in present}
    pairs = [
        (order.get(item.nodeid, order_by_function.get(item.nodeid.partition("[")[0])), item)
        for item in items
        if item.nodeid in order or item.nodeid.partition("[")[0] in order_by_function
    ]
    return [item for _, item in sorted(pairs, key=lambda pair: pair[0] or 0)]


class Recorder:
    """Notes of the process that reports."""

    def __init__(self, config: pytest.Config) -> None:
        self.seconds: dict[str, float] = defaultdict(float)
        self.outcomes: dict[str, str] = {}
        self.has_verdict = False

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        test = report.nodeid
        self.seconds[test] += report.duration
        if report.outcome != "passed":
            self.outcomes[test] = report.outcome
        if report.failed and not self.has_verdict and (path := os.environ.get(VERDICT)):
            self.has_verdict = True
            Path(path).write_text(test, encoding="utf-8")
        # Of a test that ended its process there is one report, at no moment that has a name.
        if report.when not in {"setup", "call"} and (path := os.environ.get(RECORDS)):
            row = [test, round(self.seconds[test], 3), self.outcomes.get(test, "passed")]
            with Path(path).open("a", encoding="utf-8") as file:
                file.write(json.dumps(row) + "\n")


@pytest.hookimpl(trylast=True)
def pytest_sessionstart(session: pytest.Session) -> None:
    if not hasattr(session.config, "workerinput"):
        session.config.pluginmanager.register(Recorder(session.config), "mutation-recorder")
