"""A refused action leaves the rows that it was handed as they are stored, whatever it has set in them."""

from collections.abc import Iterator
from functools import partial
from typing import Any, NoReturn

import pytest
from django.core.exceptions import ValidationError
from django.db import models, transaction

from portal.core import audit
from tests.races.racing import Row, World, perform
from tests.races.test_pairs import AGGREGATES


def _handed_rows(call: Any, world: World) -> Iterator[tuple[str, models.Model]]:
    """Yield those rows of the world that a call is handed, by their names in the world."""
    assert isinstance(call, partial)
    names = {(type(row), row.pk): name for name, row in world.rows.items()}
    for value in call.keywords.values():
        for instance in value if isinstance(value, list | tuple) else [value]:
            if isinstance(instance, models.Model) and (type(instance), instance.pk) in names:
                yield names[type(instance), instance.pk], instance


def _values(instance: models.Model) -> dict[str, Any]:
    return {column.attname: getattr(instance, column.attname) for column in instance._meta.concrete_fields}


def _refuse(row: Row, world: World, *, after_it: bool) -> tuple[bool, list[str]]:
    """Run an action and have it refused, after its last line or at its audit event.

    Returns:
        Whether it had changed a row that it was handed, and the fields that do not show what is stored.
    """
    call, is_changed = row.prepare(world), False
    handed = list(_handed_rows(call, world))
    before = [_values(instance) for _, instance in handed]
    with transaction.atomic():
        outcome = perform(call)
        if after_it:
            assert outcome == "done", row.action
            is_changed = before != [_values(instance) for _, instance in handed]
        transaction.set_rollback(True)
    differences = [
        f"{row.action} from {row.start}: {name}.{field}"
        for name, instance in handed
        for field, value in _values(world(name)).items()
        if getattr(instance, field) != value
    ]
    return is_changed, differences


@pytest.mark.django_db
@pytest.mark.parametrize("after_it", [True, False], ids=["after its last line", "at its event"])
def test_rows_of_a_refused_action_show_what_is_stored(
    after_it: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(**_: object) -> NoReturn:
        raise ValidationError("the event is refused")

    faults: list[str] = []
    changed_count = 0
    for aggregate in AGGREGATES:
        for start in dict.fromkeys(row.start for row in aggregate.rows):
            world = aggregate.build(start)
            with monkeypatch.context() as patch:
                if not after_it:
                    patch.setattr(audit, "record", refuse)
                for row in (row for row in aggregate.rows if row.start == start):
                    is_changed, differences = _refuse(row, world, after_it=after_it)
                    changed_count += is_changed
                    faults += differences
    assert not faults, "\n".join(faults)
    assert changed_count >= (60 if after_it else 0), changed_count
