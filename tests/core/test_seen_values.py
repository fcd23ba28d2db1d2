"""Tokens of seen values: what one side changed is merged, what both changed is refused."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import ValidationError

from portal.core.seen_values import STALE, merge_changes, seal

SEEN_VALUES = {"title": "司机", "pay": Decimal(6000), "certificates": ["a", "b"], "day": None}


def _merge(submitted: dict[str, Any], stored_values: dict[str, Any]) -> dict[str, Any]:
    return merge_changes(seal(SEEN_VALUES), {**SEEN_VALUES, **submitted}, {**SEEN_VALUES, **stored_values})


@pytest.mark.parametrize(
    ("submitted", "stored_values", "expected_changes"),
    [
        ({"title": "货车司机"}, {}, {"title": "货车司机"}),
        ({"title": "货车司机"}, {"pay": Decimal(7000)}, {"title": "货车司机"}),
        ({}, {"title": "货车司机", "day": date(2026, 1, 1)}, {}),
        ({"pay": 7000}, {"pay": Decimal("7000.00")}, {}),  # both made the same change
        ({"certificates": ["b", "a"], "day": ""}, {"certificates": ["c"]}, {}),  # the order means nothing
    ],
)
def test_changes_of_both_sides_are_merged(
    submitted: dict[str, Any], stored_values: dict[str, Any], expected_changes: dict[str, Any]
) -> None:
    changes = _merge(submitted, stored_values)
    assert {name: value for name, value in changes.items() if SEEN_VALUES[name] != value and value != ""} == {
        name: value for name, value in expected_changes.items() if value != SEEN_VALUES[name]
    }
    assert not changes.keys() & stored_values.keys()


def test_field_that_both_changed_is_refused_beside_it() -> None:
    with pytest.raises(ValidationError) as refusal:
        _merge({"title": "货车司机", "pay": 7000}, {"title": "保安员"})
    (error,) = refusal.value.error_dict["title"]
    assert list(refusal.value.error_dict) == ["title"]
    assert error.code == STALE


@pytest.mark.parametrize("token", ["", "title", "title:", "x:y", "\0"])
def test_without_a_token_values_are_written_as_given(token: str) -> None:
    assert merge_changes(token, {"title": "货车司机"}, {"title": "保安员"}) == {"title": "货车司机"}
