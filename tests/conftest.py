"""The strict harness. Each plugin says in its own docstring what it refuses and why."""

pytest_plugins = [
    "pytester",  # runs the harness on small suites of its own (tests/house)
    "tests.harness.spoil",
    "tests.harness.must",
    "tests.harness.needs",
    "tests.harness.templates",
    "tests.harness.leaks",
    "tests.harness.database",
    "tests.harness.queries",
    "tests.harness.elasticsearch",
    "tests.harness.browser",
    "tests.harness.durations",
]
