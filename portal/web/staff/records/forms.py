"""Forms about a record: reveal a field, open a record, register for a fair."""

from typing import Any

from django import forms

from cms.models import JobFairPage
from portal.core.folded_fields import IdNumberField, PersonNameField, PhoneField
from portal.core.validators import (
    validate_no_label,
    validate_no_unit_name,
)
from portal.stations.models import Station
from portal.veterans.actions import REVEALABLE
from portal.veterans.field_rules import OPENING_RULES
from portal.web.shared.ruled_forms import RuledForm
from portal.web.shared.typed_fields import model_choice_field


class RevealForm(forms.Form):
    """Choice of a sensitive field and the reason for viewing it."""

    field = forms.ChoiceField(label="查看", choices=list(REVEALABLE.items()))
    reason = forms.CharField(
        validators=[validate_no_label, validate_no_unit_name], label="事由（本人可以看到）", max_length=120
    )


class OpenRecordForm(RuledForm, forms.Form):
    """New record of a veteran without an account; an old person may have no phone."""

    rules = OPENING_RULES

    name = PersonNameField(label="姓名", max_length=40)
    id_number = IdNumberField(label="身份证号", help_text="只用来核对和避免重复建档，不保存原号码。")
    phone = PhoneField(label="手机号码", widget=forms.TextInput(attrs={"inputmode": "tel"}))
    station = forms.ModelChoiceField(label="责任服务站", queryset=Station.objects.none())

    def __init__(self, stations: Any, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = model_choice_field(self, "station")
        field.queryset = stations
        field.empty_label = "请选择"


class RegisterForm(forms.Form):
    """Choice of the fair for which a veteran is registered."""

    fair = forms.ModelChoiceField(label="代为报名招聘会", queryset=JobFairPage.objects.none())

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = model_choice_field(self, "fair")
        field.queryset = JobFairPage.objects.upcoming()
        field.empty_label = "请选择"
