"""Forms that carry the token of the values they were filled with: see `portal.core.seen_values`."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict

from portal.core.seen_values import STALE

SEEN_FIELD = "seen_token"


class SeenMixin:
    """Hidden field `seen_token` of a form about an existing row."""

    fields: dict[str, forms.Field]
    data: Any
    current_token: str

    def carry_token(self, token: str) -> None:
        """Add the field; call it at the end of `__init__`, before the form changes its instance."""
        self.current_token = token
        self.fields[SEEN_FIELD] = forms.CharField(required=False, widget=forms.HiddenInput(), initial=token)


def has_conflict(error: ValidationError) -> bool:
    """Return whether an action refused values because somebody else had changed them."""
    errors = error.error_list if not hasattr(error, "error_dict") else _flat(error)
    return any(part.code == STALE for part in errors)


def _flat(error: ValidationError) -> list[ValidationError]:
    return [part for parts in error.error_dict.values() for part in parts]


def show_current_token(form: Any) -> None:
    """Let the form, shown again after a conflict, carry the token of the row as it is now.

    The person has been told; whoever submits the form once more overwrites knowingly. A form that carries no
    token of its own stays: its page writes the token.
    """
    if hasattr(form, "current_token") and isinstance(form.data, QueryDict):
        form.data = form.data.copy()
        form.data[SEEN_FIELD] = form.current_token
