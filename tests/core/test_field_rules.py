"""Rules of fields: the value that is stored, or the message and code of the refusal."""

from typing import Any

import pytest
from django.core.exceptions import ValidationError

from portal.core.enums import Education, Shift
from portal.core.field_rules import Choice, Rule


def refusal(rule: Rule, value: Any) -> tuple[str | None, str]:
    """Return (code, message) with which the rule refuses the value."""
    with pytest.raises(ValidationError) as error:
        rule.clean(value)
    return error.value.code, str(error.value.message)


def test_unknown_choice_is_refused_with_the_labels_and_its_own_code() -> None:
    code, message = refusal(Choice(choices=Education), "小学")
    assert code == "choice"
    assert message == f"请从这些里选一个：{'、'.join(Education.labels)}。"
    assert refusal(Choice(choices=Shift, unreadable_code="shift"), "夜班车")[0] == "shift"
