"""Forms with which an employer joins and leaves a fair."""

from typing import Any

from django import forms

from portal.core.validators import validate_no_unit_name
from portal.employers.models import Employer
from portal.positions.models import Position
from portal.web.templatetags.ui import pay


class PositionsField(forms.ModelMultipleChoiceField):
    """Positions labelled with pay and headcount as well, since titles repeat."""

    def label_from_instance(self, obj: Position) -> str:
        return f"{obj.title}（{pay(obj)}，招{obj.headcount}人）"


class BoothForm(forms.Form):
    """Choice of the positions that an employer brings to a fair."""

    positions = PositionsField(
        label="带到现场的岗位",
        queryset=Position.objects.none(),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "请至少选择一个参会岗位。"},
    )

    def __init__(self, employer: Employer, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["positions"]
        assert isinstance(field, forms.ModelMultipleChoiceField)
        open_positions = Position.objects.open_at().filter(employer=employer)
        self.available_positions = open_positions.order_by("title", "pk")
        field.queryset = self.available_positions


class LeaveForm(forms.Form):
    """Reason for leaving a fair."""

    reason = forms.CharField(
        label="退出原因（主办方会看到）", max_length=120, validators=[validate_no_unit_name]
    )
