"""Fixtures of the tests of the house."""

from pathlib import Path

import pytest

from tests.house.fresh_clone import WholeSuite, make_clone, run_whole_suite


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """A clone of what is committed, with nothing built in it."""
    return make_clone(tmp_path)


@pytest.fixture(scope="session")
def whole_suite(tmp_path_factory: pytest.TempPathFactory) -> WholeSuite:
    """The whole suite of a fresh clone, run once for all the tests that read its output."""
    return run_whole_suite(make_clone(tmp_path_factory.mktemp("whole_suite")))
