"""Forms that record and correct the steps of a placement."""

from typing import Any

from django import forms
from django.utils import timezone

from portal.core.validators import (
    validate_no_label,
    validate_no_unit_name,
)
from portal.placements.enums import PlacementState
from portal.placements.models import Placement
from portal.placements.workflow import STEP_LABELS, TRANSITIONS
from portal.web.shared.form_fields import DayInput
from portal.web.shared.typed_fields import choice_field


class StepDetails(forms.Form):
    """Fields that belong to single steps; each is present only where its step is available."""

    planned_first_day = forms.DateField(
        label="录用时：计划哪天到岗", widget=DayInput(), required=False, help_text="到那天会提醒回访。"
    )
    close_others = forms.BooleanField(
        label="入职时：把此人其他未结束的意向一并结束（可恢复）", required=False
    )
    wants_another = forms.TypedChoiceField(
        label="离职时：还想再找工作吗",
        choices=[("", "没有问"), ("yes", "想"), ("no", "不想")],
        coerce=lambda value: value == "yes",
        empty_value=None,
        required=False,
    )
    _FIELD_BY_STEP = {"offer": "planned_first_day", "onboard": "close_others", "leave": "wants_another"}

    def keep_fields_of(self, steps: list[str]) -> None:
        """Remove the fields of steps that are not in `steps`."""
        for step, name in self._FIELD_BY_STEP.items():
            if step not in steps:
                del self.fields[name]

    def details(self) -> dict[str, Any]:
        """Return the values of the remaining fields as arguments of the placement actions."""
        return {name: self.cleaned_data[name] for name in self._FIELD_BY_STEP.values() if name in self.fields}


class StepForm(StepDetails):
    """Next step of a placement, chosen from the steps that its state allows."""

    step = forms.ChoiceField(label="进展", widget=forms.RadioSelect)
    on = forms.DateField(label="发生日期", widget=DayInput(), initial=timezone.localdate)
    note = forms.CharField(
        validators=[validate_no_label, validate_no_unit_name], label="说明", max_length=200, required=False
    )
    field_order = ["step", "on", "note"]

    def __init__(self, placement: Placement, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        steps = TRANSITIONS.available(placement.state)
        choice_field(self, "step").choices = [(step, STEP_LABELS[step]) for step in steps]
        self.keep_fields_of(steps)


class CorrectForm(forms.Form):
    """Correction of the state of a placement, with a reason."""

    to_state = forms.ChoiceField(label="更正为", choices=PlacementState.choices)
    on = forms.DateField(label="入职或离职日期（记录里没有或有误时填写）", widget=DayInput(), required=False)
    note = forms.CharField(
        validators=[validate_no_label, validate_no_unit_name], label="更正原因", max_length=200
    )
