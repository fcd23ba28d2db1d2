"""Forms of visits and return registrations."""

from typing import Any, Self

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone

from portal.accounts.models import User
from portal.accounts.roles import Permission
from portal.core.encryption import hash_id_number
from portal.core.enums import Education
from portal.core.folded_fields import IdNumberField, PersonNameField, PhoneField
from portal.core.validators import (
    validate_no_label,
    validate_no_unit_name,
)
from portal.stations.models import Station
from portal.veterans.enums import Branch, RankGroup, Settlement
from portal.veterans.field_rules import OPENING_RULES
from portal.visits.enums import Need, ReturnDocument, VisitMethod
from portal.visits.models import Visit
from portal.web.shared.form_fields import DayInput
from portal.web.shared.ruled_forms import RuledForm
from portal.web.shared.typed_fields import model_choice_field

UNIT_NAME_HELP = "不要填写部队番号、代号；病情等敏感情况只写与服务有关的。"


class VisitForm(forms.Form):
    """One contact with a veteran."""

    held_on = forms.DateField(label="走访日期", widget=DayInput(), initial=timezone.localdate)
    method = forms.ChoiceField(label="走访方式", choices=VisitMethod.choices, widget=forms.RadioSelect)
    reached = forms.TypedChoiceField(
        label="联系上本人了吗",
        choices=[("yes", "联系上了"), ("no", "没有联系上")],
        coerce=lambda value: value == "yes",
        widget=forms.RadioSelect,
    )
    needs = forms.MultipleChoiceField(
        label="本人的需求", choices=Need.choices, widget=forms.CheckboxSelectMultiple, required=False
    )
    findings = forms.CharField(
        label="走访情况",
        max_length=1000,
        required=False,
        validators=[validate_no_label, validate_no_unit_name],
        help_text=UNIT_NAME_HELP,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    next_on = forms.DateField(
        label="下次联系日期", widget=DayInput(), required=False, help_text="约好了再填。"
    )

    def values(self) -> dict[str, Any]:
        """Return the valid values as arguments of the visit actions."""
        values = self.cleaned_data
        return {
            **values,
            "method": VisitMethod(values["method"]),
            "needs": [Need(need) for need in values["needs"]],
        }


class CorrectVisitForm(VisitForm):
    """Corrected values of a visit, and the reason of the correction."""

    withdrawn = forms.BooleanField(label="这次走访没有发生，作废", required=False)
    reason = forms.CharField(
        label="更正原因", max_length=120, validators=[validate_no_label, validate_no_unit_name]
    )

    @classmethod
    def for_visit(cls, visit: Visit, data: Any) -> Self:
        """Build the form with the visit's present values."""
        initial = {
            "held_on": visit.held_on,
            "method": visit.method,
            "reached": "yes" if visit.reached else "no",
            "needs": [row.need for row in visit.needs.all()],
            "findings": visit.findings,
            "next_on": visit.next_on,
        }
        return cls(data, initial=initial)


class ReturnForm(RuledForm, forms.Form):
    """Identity, service and needs of a veteran who registers after leaving the service.

    Of the record it asks what a sheet asks; the registration itself needs the day of the exit.
    """

    rules = OPENING_RULES

    id_number = IdNumberField(label="身份证号", help_text="只用来核对和避免重复建档，不保存原号码。")
    name = PersonNameField(label="姓名", max_length=40)
    phone = PhoneField(label="手机号码", widget=forms.TextInput(attrs={"inputmode": "tel"}))
    station = forms.ModelChoiceField(
        label="责任服务站",
        queryset=Station.objects.none(),
        empty_label="请选择",
        help_text="现居住地的服务站。已有档案的，仍归原服务站。",
    )
    branch = forms.ChoiceField(label="军种", choices=[("", "不填"), *Branch.choices])
    entered_on = forms.DateField(label="入伍日期", widget=DayInput())
    left_on = forms.DateField(label="退役日期", widget=DayInput())
    rank_group = forms.ChoiceField(
        label="军衔层级", choices=[("", "不填"), *RankGroup.choices], required=False
    )
    settlement = forms.ChoiceField(label="安置方式", choices=[("", "不填"), *Settlement.choices])
    education = forms.TypedChoiceField(
        label="最高学历", choices=Education.choices, coerce=int, initial=Education.SECONDARY
    )
    documents = forms.MultipleChoiceField(
        label="已核对的材料",
        choices=ReturnDocument.choices,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "请至少勾选一项已核对的材料。"},
    )
    needs = forms.MultipleChoiceField(
        label="本人的需求", choices=Need.choices, widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "请问一问本人的需求；没有就勾选“暂无需求”。"},
    )  # fmt: skip
    wish_text = forms.CharField(
        label="想找什么工作、学什么",
        max_length=200,
        required=False,
        validators=[validate_no_label, validate_no_unit_name],
        help_text="一两句话即可，例如：想在新会开货车，月薪六千以上。",
    )

    def __init__(self, user: User, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["left_on"].required = True
        field = model_choice_field(self, "station")
        stations = Station.objects.in_subtrees(user.station_paths(Permission.OPEN_RECORDS))
        field.queryset = stations.open_on(timezone.localdate())
        if len(appointments := user.current_appointments) == 1:
            field.initial = appointments[0].station_id

    def clean(self) -> dict[str, Any]:
        values = super().clean()
        left_on = values.get("left_on")
        if left_on and left_on > timezone.localdate():
            self.add_error("left_on", ValidationError("退役日期不能晚于今天。"))
        return values

    @property
    def id_hash(self) -> str:
        """Keyed hash of the ID number."""
        return hash_id_number(self.cleaned_data["id_number"])
