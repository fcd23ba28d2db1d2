"""What an employer fills in. Rules live in the domain; a form shows what it says beside the field."""

from typing import Any

from django import forms
from django.urls import reverse

from portal.core.certificates import CertificateKind
from portal.core.validators import (
    normalise_phone,
    uscc_check_passes,
    validate_phone,
    validate_uscc_form,
)
from portal.employers.models import Employer
from portal.positions import occupation_lookup
from portal.positions.actions import EDITABLE_FIELDS
from portal.positions.models import Position
from portal.positions.wording_checks import find_wording_errors
from portal.web.shared import wording_panel
from portal.web.shared.form_fields import DayInput, OccupationField, PlaceField
from portal.web.templatetags.ui import pay

BENEFITS = (
    "五险一金", "五险", "包吃", "包住", "餐补", "房补", "通勤车", "加班费", "高温补贴", "全勤奖", "年终奖",
    "节日福利", "带薪年假", "免费培训",
)  # fmt: skip


class ProfileForm(forms.ModelForm):
    class Meta:
        model = Employer
        fields = [
            "name",
            "industry",
            "size_band",
            "nature",
            "address",
            "introduction",
            "contact_person",
            "veteran_founded",
            "is_agency",
            "agency_permit",
        ]
        widgets = {"introduction": forms.Textarea(attrs={"rows": 4})}
        help_texts = {
            "introduction": "主营业务、人数、食宿条件，求职者最想知道的几句话。",
            "is_agency": "替别的单位招人、派遣或中介的，请勾选；发布岗位时写明实际用人单位。",
            "agency_permit": "勾选上一项时必填。",
        }

    region = PlaceField(label="所在地区")
    contact_phone = forms.CharField(
        label="联系电话",
        max_length=20,
        help_text="只给审核人员和已达成意向的求职者看，不公开。",
        widget=forms.TextInput(attrs={"inputmode": "tel", "autocomplete": "tel"}),
    )

    field_order = ["name", "uscc", "uscc_confirmed", "industry", "size_band", "nature", "region", "address"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        place = self.fields["region"]
        assert isinstance(place, PlaceField)
        place.load_choices()
        if self.instance.pk:
            self.initial["region"] = self.instance.region_id

    def clean_contact_phone(self) -> str:
        phone = normalise_phone(self.cleaned_data["contact_phone"])
        validate_phone(phone)
        return phone


class RegisterForm(ProfileForm):
    """A registration. A check character that fails is a warning: codes in real use fail it."""

    class Meta(ProfileForm.Meta):
        fields = ["name", "uscc", *ProfileForm.Meta.fields[1:]]
        help_texts = {
            **ProfileForm.Meta.help_texts,
            "uscc": "营业执照上的18位代码，数字和大写字母。",
        }

    uscc_confirmed = forms.BooleanField(
        label="我已对照营业执照逐位核对，代码无误", required=False, widget=forms.HiddenInput()
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.data.get("uscc_confirmed"):
            self._ask_to_confirm()

    def _ask_to_confirm(self) -> None:
        self.fields["uscc_confirmed"].widget = forms.CheckboxInput()

    def clean_uscc(self) -> str:
        code = self.cleaned_data["uscc"].strip().upper()
        validate_uscc_form(code)
        return code

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        code = cleaned.get("uscc")
        if code and not uscc_check_passes(code) and not cleaned.get("uscc_confirmed"):
            self._ask_to_confirm()
            self.add_error(
                "uscc",
                "代码的最后一位校验不符，可能有一位输错。请对照营业执照核对；"
                "确认无误请勾选下方选项再提交，由服务中心核对。",
            )
        return cleaned

    def _get_validation_exclusions(self) -> set[str]:
        # The code's uniqueness is told by the action, in words that help.
        return super()._get_validation_exclusions() | {"uscc"}


class PositionForm(forms.ModelForm):
    """One position, in the order of the position sheet."""

    class Meta:
        model = Position
        fields = [
            "real_employer", "title", "headcount", "kind", "pay_from", "pay_to", "address", "education_min",
            "experience_years", "duties", "requirements", "relaxable", "legal_basis", "shift", "travels",
            "veterans_preferred", "veterans_only", "closes_on", "external_id",
        ]  # fmt: skip
        widgets = {
            "closes_on": DayInput(),
            "duties": forms.Textarea(attrs={"rows": 5}),
            "requirements": forms.Textarea(attrs={"rows": 4}),
            "legal_basis": forms.Textarea(attrs={"rows": 2}),
        }
        help_texts = {
            "real_employer": "代招的岗位必须写明劳动合同与谁签，求职者会看到。",
            "pay_from": "必须写明，不能只写“面议”。",
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

    def __init__(self, *args: Any, agency: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if agency:
            self.fields["real_employer"].required = True
        else:
            del self.fields["real_employer"]
        place = self.fields["region"]
        assert isinstance(place, PlaceField)
        place.load_choices()
        self._check_while_typing()
        self._offer_near_occupations()
        if self.instance.pk:
            self.initial["occupation"] = self.instance.occupation.name
            kept = [(word, word) for word in self.instance.benefits if word not in BENEFITS]
            self.fields["benefits"].choices = [*((word, word) for word in BENEFITS), *kept]
            for name in ("region", "certificates", "benefits"):
                self.initial[name] = getattr(self.instance, f"{name}_id" if name == "region" else name)

    def _check_while_typing(self) -> None:
        for name in wording_panel.CHECKED_FIELDS:
            self.fields[name].widget.attrs |= {
                "hx-post": reverse("employer:position-check"),
                "hx-trigger": "input changed delay:400ms",
                "hx-target": f"#wording-{name}",
                "hx-include": "this, [name=legal_basis]",
                "hx-vals": f'{{"field": "{name}"}}',
            }

    def panels(self) -> dict[str, dict[str, Any]]:
        """The wording check of each field as it stands, by name."""
        basis = self["legal_basis"].value() or ""
        return {
            name: wording_panel.build_panel(name, self[name].value() or "", basis=basis)
            for name in wording_panel.CHECKED_FIELDS
        }

    def unexcused(self) -> bool:
        """Whether a blocked phrase asks for a basis."""
        return any(
            suggestion.finding.is_blocking and suggestion.finding.excusable
            for panel in self.panels().values()
            for suggestion in panel["suggestions"]
        )

    def clean(self) -> dict[str, Any]:
        """A position is handed in only with wording that may stand; a draft keeps what was typed."""
        cleaned = super().clean() or self.cleaned_data
        if "submit" in self.data:
            for name, errors in find_wording_errors(cleaned).items():
                self.add_error(name, errors)
        return cleaned

    def _offer_near_occupations(self) -> None:
        """Where what was typed names no occupation, offer the nearest ones; take the one that was picked."""
        typed = self.data.get("occupation", "").strip()[:60]
        if not typed or occupation_lookup.find_occupation(typed):
            return
        near = {row.pk: row.name for row in occupation_lookup.suggest_occupations(typed)}
        picked = near.get(self.data.get("occupation_near", ""))
        if picked:
            self.data = self.data.copy()
            self.data["occupation"] = picked
        elif near:
            self.fields["occupation"].has_choices_below = True
            self.fields["occupation_near"] = forms.ChoiceField(
                label=f"“{typed}”最接近哪一种？",
                choices=list(near.items()),
                widget=forms.RadioSelect,
                required=False,
            )

    def values(self) -> dict[str, Any]:
        """The cleaned fields, as the position's actions take them."""
        values = {name: value for name, value in self.cleaned_data.items() if name in EDITABLE_FIELDS}
        if (
            self.instance.occupation_certainty is not None
            and values["occupation"] == self.instance.occupation
        ):
            del values["occupation"]  # nobody chose it: it stays a guess
        return values


class PositionsField(forms.ModelMultipleChoiceField):
    """Positions told apart by pay and headcount as well: titles repeat."""

    def label_from_instance(self, obj: Position) -> str:
        return f"{obj.title}（{pay(obj)}，招{obj.headcount}人）"


class BoothForm(forms.Form):
    """Which positions an employer brings to a fair."""

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
        field.queryset = Position.objects.open_at().filter(employer=employer).order_by("title", "pk")
