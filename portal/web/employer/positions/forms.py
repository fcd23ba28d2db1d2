"""Form of a position."""

import uuid
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.urls import reverse

from portal.core.certificates import CertificateKind
from portal.imports.import_kinds import BadRow
from portal.positions import occupation_lookup
from portal.positions.field_rules import POSITION_RULES
from portal.positions.import_columns import BENEFITS
from portal.positions.models import Position
from portal.positions.position_locks import EDITABLE_FIELDS, content_token
from portal.positions.position_parsing import parse_pay
from portal.positions.wording_checks import find_wording_errors
from portal.web.shared import wording_panel
from portal.web.shared.form_fields import (
    DayInput,
    OccupationField,
    PlaceField,
    choice_field,
    refuse_unit_names,
)
from portal.web.shared.ruled_forms import RuledForm
from portal.web.shared.seen_forms import SEEN_FIELD, SeenMixin


class PayField(forms.DecimalField):
    """Monthly pay, read as a sheet's cell is: '10万一年' is no monthly pay."""

    def to_python(self, value: Any) -> Any:
        try:
            pay = parse_pay("", value)
        except BadRow as refusal:
            raise ValidationError(refusal.reason.removeprefix("："), code=refusal.code) from refusal
        return None if pay is None else Decimal(pay)


@refuse_unit_names("address")
class PositionForm(SeenMixin, RuledForm, forms.ModelForm):
    """One position, in the order of the import template."""

    rules = POSITION_RULES

    class Meta:
        model = Position
        fields = [
            "real_employer", "title", "headcount", "kind", "pay_from", "pay_to", "address", "education_min",
            "experience_years", "duties", "requirements", "relaxable", "legal_basis", "shift", "travels",
            "veterans_preferred", "veterans_only", "closes_on", "external_id",
        ]  # fmt: skip
        field_classes = {"pay_from": PayField, "pay_to": PayField}
        widgets = {
            "closes_on": DayInput(),
            "duties": forms.Textarea(attrs={"rows": 5}),
            "requirements": forms.Textarea(attrs={"rows": 4}),
            "legal_basis": forms.Textarea(attrs={"rows": 2}),
        }
        help_texts = {
            "real_employer": "代招的岗位必须写明劳动合同与谁签，求职者会看到。",
            "pay_from": "每月多少元。必须写明，不能只写“面议”。",
            "pay_to": "不填则与下限相同。",
            "closes_on": "不填则审核通过后公开60天。",
            "external_id": "单位自己的编号，可不填；表格再次上传时按编号更新同一个岗位。",
            "duties": "一行一条，写具体做什么。",
            "requirements": "只写岗位真正需要的；不得限制性别、婚育、民族等。",
            "relaxable": "现场可以商量放宽的条件，例如：工作年限可放宽。",
            "legal_basis": "只有法律法规确有规定时填写，例如：矿山井下作业，女职工禁忌从事的劳动范围。"
            "两位审核人员同意后才会公开，求职者看不到这一栏。",
        }

    occupation = OccupationField(
        label="职业分类",
        required=False,
        help_text="不填则按岗位名称自动归类，之后可以更正。也可输入几个字后从提示中选择，或直接写平常的叫法，例如："
        "叉车司机。影响岗位会推荐给谁。",
    )
    region = PlaceField(label="工作地区")
    certificates = forms.MultipleChoiceField(
        label="必须持有的证书",
        required=False,
        choices=CertificateKind.choices,
        widget=forms.CheckboxSelectMultiple,
        help_text="只勾选没有就不能上岗的证书；A2 已包含 B1、B2、C1。",
    )
    benefits = forms.MultipleChoiceField(
        label="福利待遇",
        required=False,
        choices=[(word, word) for word in BENEFITS],
        widget=forms.CheckboxSelectMultiple,
    )

    # Made with the page: the form that is sent twice makes one position.
    idempotency_key = forms.UUIDField(label="表单编号", required=False, widget=forms.HiddenInput())

    def __init__(self, *args: Any, agency: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial["idempotency_key"] = uuid.uuid4()
        if not agency:
            del self.fields["real_employer"]
        place = self.fields["region"]
        assert isinstance(place, PlaceField)
        place.load_choices()
        self._add_wording_checks()
        self._choose_near_occupation()
        if self.instance.pk:
            self.initial["occupation"] = self.instance.occupation.name
            other_benefits = [(word, word) for word in self.instance.benefits if word not in BENEFITS]
            choice_field(self, "benefits").choices = [*((word, word) for word in BENEFITS), *other_benefits]
            for name in ("region", "certificates", "benefits"):
                self.initial[name] = getattr(self.instance, f"{name}_id" if name == "region" else name)
            self.carry_token(content_token(self.instance))

    def _add_wording_checks(self) -> None:
        for name in wording_panel.CHECKED_FIELDS:
            self.fields[name].widget.attrs |= {
                "hx-post": reverse("employer:position-check"),
                "hx-trigger": "input changed delay:400ms",
                "hx-target": f"#wording-{name}",
                "hx-include": "this, [name=legal_basis]",
                "hx-vals": f'{{"field": "{name}"}}',
            }

    def panels(self) -> dict[str, dict[str, Any]]:
        """Return the wording panel of each checked field by name."""
        basis = self["legal_basis"].value() or ""
        return {
            name: wording_panel.build_panel(name, self[name].value() or "", basis=basis)
            for name in wording_panel.CHECKED_FIELDS
        }

    def needs_legal_basis(self) -> bool:
        """Return whether a blocked phrase is allowed with a legal basis."""
        return any(
            suggestion.finding.is_blocking and suggestion.finding.excusable
            for panel in self.panels().values()
            for suggestion in panel["suggestions"]
        )

    def clean(self) -> dict[str, Any]:
        """Check the wording when the position is submitted; a draft keeps any text."""
        values = super().clean()
        if values.get("pay_to") is None and "pay_to" not in self.errors:
            values["pay_to"] = values.get("pay_from")
        if "submit" in self.data:
            for name, errors in find_wording_errors(values).items():
                self.add_error(name, errors)
        return values

    def _choose_near_occupation(self) -> None:
        """Take the chosen near occupation, or offer the nearest ones for an unknown occupation name."""
        text = self.data.get("occupation", "").strip()[:60]
        if not text or occupation_lookup.find_occupation(text):
            return
        near = {row.pk: row.name for row in occupation_lookup.suggest_occupations(text)}
        choice = near.get(self.data.get("occupation_near", ""))
        if choice:
            assert isinstance(self.data, QueryDict)
            data = self.data.copy()
            data["occupation"] = choice
            self.data = data
        elif near:
            self.fields["occupation_near"] = forms.ChoiceField(
                label=f"“{text}”最接近哪一种？",
                choices=list(near.items()),
                widget=forms.RadioSelect,
                required=False,
            )

    def values(self) -> dict[str, Any]:
        """Return the values for the actions of `portal.positions`."""
        values = {name: value for name, value in self.cleaned_data.items() if name in EDITABLE_FIELDS}
        if (
            self.instance.occupation_certainty is not None
            and values["occupation"] == self.instance.occupation
        ):
            del values["occupation"]  # unchanged: it stays a guess
        if SEEN_FIELD in self.cleaned_data:
            values[SEEN_FIELD] = self.cleaned_data[SEEN_FIELD]
        return values
