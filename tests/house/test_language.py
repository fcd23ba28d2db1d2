"""Names and docstrings in the project's language: no bare verb forms, no old terms, no riddles."""

import pytest

from tests.house.language import Breach, breaches
from tests.house.source import python_files

pytestmark = pytest.mark.must("house.3")

MAX_ALLOWED = 30
# (path, identifier or beginning of the docstring) -> why it stays.
_MATCHING_TERM = "evidence for a match is a public term of the ranking library, not an uploaded document"
_STORED_COLUMN = "column of a stored model, also a key of stored audit data"
ALLOWED: dict[tuple[str, str], str] = {
    ("matching/evidence.py", "Evidence"): _MATCHING_TERM,
    ("matching/evidence.py", "evidence"): _MATCHING_TERM,
    ("matching/evidence.py", "specialty_evidence"): _MATCHING_TERM,
    ("matching/index.py", "compile_evidence"): _MATCHING_TERM,
    ("matching/query.py", "evidence"): _MATCHING_TERM,
    ("matching/people.py", "served"): "name of an array in stored index generations",
    ("portal/api/schemas.py", "Coded"): "published name of a schema in the OpenAPI document",
    ("portal/api/schemas.py", "Named"): "published name of a schema in the OpenAPI document",
    ("portal/core/locking.py", "locked"): "expression for the locked row, used like a QuerySet method",
    ("portal/fairs/models.py", "confirmed"): "QuerySet filter named after the state, as Django's own style",
    ("portal/imports/models.py", "done"): _STORED_COLUMN,
    ("portal/imports/import_kinds.py", "required"): "adjective, the option's name in Django's form fields",
    ("portal/complaints/actions.py", "told"): "name of the form field that its error belongs to",
    ("portal/visits/actions.py", "reached"): _STORED_COLUMN,
    ("portal/visits/actions.py", "withdrawn"): _STORED_COLUMN,
    ("portal/visits/models.py", "reached"): _STORED_COLUMN,
    ("portal/visits/models.py", "withdrawn"): _STORED_COLUMN,
    ("portal/web/public/site/error_pages.py", "forbidden"): "name of the answer with status 403",
    ("tests/house/demo_compare.py", "added"): "name of a table in renamed_tables.toml",
}


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
