"""Form of an intention that a helper records at a booth."""

import uuid
from decimal import Decimal
from typing import Any

from django import forms

from portal.core.folded_fields import CodeField
from portal.fairs.models import Booth
from portal.positions.models import Position
from portal.web.shared.form_fields import DayInput


class IntentionForm(forms.Form):
    """One intention; `offline_key` makes a repeated submission idempotent."""

    code = CodeField(
        label="求职者的报名序号或票号",
        max_length=36,
        widget=forms.TextInput(attrs={"autocomplete": "off", "data-scan": "code"}),
    )
    position = forms.ModelChoiceField(
        label="岗位", queryset=Position.objects.none(), widget=forms.RadioSelect, empty_label=None
    )
    pay_agreed = forms.DecimalField(
        label="约定月薪（元，选填）",
        required=False,
        min_value=Decimal(1),
        max_digits=8,
        decimal_places=0,
    )
    planned_first_day = forms.DateField(label="计划到岗日期（选填）", required=False, widget=DayInput())
    offline_key = forms.UUIDField(label="表单编号", widget=forms.HiddenInput())

    def __init__(self, booth: Booth, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial["offline_key"] = uuid.uuid4()
        field = self.fields["position"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = booth.positions.filter(pk__in=Position.objects.open_at()).order_by("title", "pk")
