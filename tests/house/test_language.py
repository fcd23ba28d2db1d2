"""Names and docstrings in the project's language: no bare verb forms, no old terms, no riddles."""

import pytest

from tests.house.language import Breach, breaches
from tests.house.source import python_files

pytestmark = pytest.mark.must("house.4")

MAX_ALLOWED = 30
# (path, identifier or beginning of the docstring) -> why it stays.
ALLOWED: dict[tuple[str, str], str] = {}


def _key(breach: Breach) -> tuple[str, str]:
    return breach.path, breach.text


def test_names_and_docstrings_follow_the_rules() -> None:
    rows = [breach for breach in breaches(python_files()) if _key(breach) not in ALLOWED]
    assert not rows, f"{len(rows)} breaches:\n" + "\n".join(map(str, rows[:200]))


def test_allow_list_is_short_and_used() -> None:
    assert len(ALLOWED) <= MAX_ALLOWED
    assert all(len(reason) > 10 for reason in ALLOWED.values())
    keys = {_key(breach) for breach in breaches(python_files())}
    assert set(ALLOWED) - keys == set()
