"""Every writable field of veteran, employer and position, by every path that writes it: one result.

The values stand in `write_paths.table`. A field of a model without a row there fails.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.apps import apps
from django.db import transaction

from portal.api.urls import api
from portal.employers.field_rules import EMPLOYER_RULES
from portal.imports import import_kinds
from portal.positions.field_rules import POSITION_RULES
from portal.veterans.field_rules import RECORD_RULES
from tests.harness.must import Figure
from tests.house.write_paths import employer_paths, position_paths, table, veteran_paths
from tests.house.write_paths.outcomes import Outcome
from tests.house.write_paths.table import RefusedCase, StoredCase

# Its rules, its rows, and the module of its paths.
AGGREGATES: dict[str, tuple[Any, dict[str, Any], Any]] = {
    "veterans.Veteran": (RECORD_RULES, table.VETERAN, veteran_paths),
    "employers.Employer": (EMPLOYER_RULES, table.EMPLOYER, employer_paths),
    "positions.Position": (POSITION_RULES, table.POSITION, position_paths),
}
# Every value that can be sent is good: a row of another table, or a box.
NEVER_REFUSED = {
    "household_region",
    "living_region",
    "veteran_founded",
    "veterans_preferred",
    "veterans_only",
}


@pytest.mark.parametrize("label", AGGREGATES)
def test_every_field_has_a_rule_and_rows(label: str) -> None:
    rules, rows, _ = AGGREGATES[label]
    fields = {field.name for field in apps.get_model(label)._meta.concrete_fields}
    managed = set(table.MANAGED[label])
    assert fields == set(rules) | managed, "a new field needs a rule and rows, or what manages it"
    assert not set(rules) & managed
    assert set(rows) == set(rules)
    for name, row in rows.items():
        assert any(isinstance(case, StoredCase) for case in row), name
        assert name in NEVER_REFUSED or any(isinstance(case, RefusedCase) for case in row), name


def test_no_path_is_left_out() -> None:
    """A new kind of import, or a route of the API that writes something else, comes into the table."""
    assert set(import_kinds._kinds) == {"veterans", "positions"}
    written_routes = {
        (path.split("/")[1], method)
        for path, methods in api.get_openapi_schema()["paths"].items()
        for method in methods
        if method != "get" and path.removeprefix("/api/v1").split("/")[1] in {"veterans", "employers"}
    }
    assert not written_routes


def send(path: Callable[..., Outcome | None], world: Any, name: str, case: Any) -> Outcome | None:
    """Return what the path did with the value, and undo it."""
    with transaction.atomic():
        outcome = path(world, name, case)
        transaction.set_rollback(True)
    return outcome


def find_problems(case: Any, name: str, outcome: Outcome, announced: set[Any]) -> Iterator[str]:
    if isinstance(case, StoredCase):
        if outcome.errors:
            yield f"refused: {outcome.errors}"
        elif outcome.value_after != case.value:
            yield f"stored {outcome.value_after!r}, not {case.value!r}"
        elif outcome.announced != announced:
            yield f"announced {sorted(outcome.announced)}, not {sorted(announced)}"
        return
    messages = outcome.errors.get(case.by or name, [])
    if not any(message.startswith(case.message) for message in messages):
        yield f"not refused with {case.message!r}, but {outcome.errors or outcome.value_after!r}"
    if outcome.announced:
        yield f"refused, but announced {sorted(outcome.announced)}"


@pytest.mark.must("hold.3")
@pytest.mark.django_db
@pytest.mark.parametrize("label", AGGREGATES)
def test_every_path_writes_the_same(label: str, figure: Figure) -> None:
    _, rows, paths = AGGREGATES[label]
    world, counts, problems = paths.make_world(), Counter[str](), list[str]()
    for name, row in rows.items():
        for case in row:
            announced = paths.announced(name, case)
            for path, action in paths.PATHS.items():
                outcome = send(action, world, name, case)
                if outcome is None:
                    continue
                counts[path] += 1
                typed_text = f"{name} {str(case.typed_value)[:24]!r} by {path}: "
                problems += [typed_text + text for text in find_problems(case, name, outcome, announced)]
    assert not problems, "\n".join(problems)
    assert min(counts[path] for path in paths.PATHS) >= len(rows) // 2
    results = ", ".join(f"{path} {count}" for path, count in counts.items())
    case_count = sum(map(len, rows.values()))
    words = f"{label}: {len(rows)} fields, {case_count} values ({results})"
    figure(words, counts.total(), at_least=case_count)
