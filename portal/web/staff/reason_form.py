"""Form field for the reason of a decision, with suggestions."""

from typing import Any

from django import forms

from portal.core.validators import (
    validate_no_unit_name,
)


class ReasonForm(forms.Form):
    """Reason of a decision; the browser suggests the common ones from the data list `reasons`."""

    reason = forms.CharField(validators=[validate_no_unit_name], label="原因（单位会看到）", max_length=200)

    def __init__(self, suggestions: tuple[str, ...], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.suggestions = suggestions
        self.fields["reason"].widget.attrs["list"] = "reasons"
