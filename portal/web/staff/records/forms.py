"""What staff fill in."""

from typing import Any

from django import forms
from django.utils import timezone

from cms.models import JobFairPage
from portal.accounts.models import User
from portal.core.encryption import lookup_hash
from portal.core.validators import (
    normalise_phone,
    validate_id_number,
    validate_no_unit_name,
    validate_phone,
)
from portal.employers.enums import EvidenceKind
from portal.placements.enums import AttemptOutcome, PlacementState
from portal.placements.models import Placement
from portal.placements.workflow import STEP_LABELS, TRANSITIONS
from portal.stations.models import Station
from portal.veterans.actions import REVEALABLE
from portal.web.shared.form_fields import DayInput

EMPLOYER_REASONS = (
    "营业执照照片不清晰",
    "单位名称与信用代码不一致",
    "联系人身份无法核实",
    "经营范围与招聘内容明显不符",
)
SUSPEND_REASONS = (
    "收取求职者费用或押金，正在核查",
    "岗位内容与实际不符，投诉属实",
    "营业执照已注销或吊销",
    "多次联系不上，暂停核实",
)
LIFT_REASONS = ("已整改并核实", "投诉经核查不属实")
PAPER_REASONS = ("照片不清晰", "名称或信用代码与登记不一致", "已过有效期", "缺少公章")
RENEWAL_REASONS = ("请先更换新的招用人员简章", "营业执照已变更，请上传新的")
CHANGE_REASONS = ("营业执照上的名称与申请不一致", "请先上传变更后的营业执照")
BOOTH_REASONS = ("展位已满", "参会岗位与本场主题不符", "单位近期有投诉未处理")


def _today() -> Any:
    return timezone.localdate()


class ReasonForm(forms.Form):
    """A reason, with the usual ones offered."""

    reason = forms.CharField(validators=[validate_no_unit_name], label="原因（单位会看到）", max_length=200)

    def __init__(self, suggestions: tuple[str, ...], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.suggestions = suggestions
        self.fields["reason"].widget.attrs["list"] = "reasons"


class VerifyForm(forms.Form):
    evidence = forms.MultipleChoiceField(
        label="已核对的材料（上传的或当面出示的原件）",
        choices=EvidenceKind.choices,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "请至少勾选一项已核对的材料。"},
    )
    # Numbers of the papers that stood on the page: one that was replaced since then was not seen.
    shown = forms.CharField(required=False, widget=forms.HiddenInput())
    uscc_override_reason = forms.CharField(
        validators=[validate_no_unit_name],
        label="信用代码校验不符时的说明",
        max_length=200,
        required=False,
        help_text="校验位不符但已与执照核对无误时填写。",
    )

    def seen(self) -> dict[str, Any]:
        """Evidence and papers, as the actions take them."""
        numbers = self.cleaned_data["shown"].split(",")
        return {
            "evidence": [EvidenceKind(kind) for kind in self.cleaned_data["evidence"]],
            "shown": [int(number) for number in numbers if number.isdecimal() and len(number) < 16],
        }


class InviteOwnerForm(forms.Form):
    """An owner for a firm whose own one cannot be reached."""

    phone = forms.CharField(
        label="新管理员的手机号码",
        max_length=20,
        help_text="凭单位授权委托书办理；对方用这个号码登录后接受。",
        widget=forms.TextInput(attrs={"inputmode": "tel", "autocomplete": "off"}),
    )


class AcceptChangeForm(VerifyForm):
    uscc_override_reason = None


class BoothNumberForm(forms.Form):
    number = forms.CharField(label="展位号", max_length=8, required=False, help_text="不填则自动分配。")


class DutyForm(forms.Form):
    """Somebody to serve at the door, by the phone number they sign in with."""

    phone = forms.CharField(
        label="值守人员手机号码", max_length=20, widget=forms.TextInput(attrs={"inputmode": "tel"})
    )

    def clean_phone(self) -> User:
        phone = normalise_phone(self.cleaned_data["phone"])
        validate_phone(phone)
        user = User.objects.filter(phone_hash=lookup_hash(phone)).first()
        if user is None:
            raise forms.ValidationError("这个号码还没有登录过，请先让对方用手机验证码登录一次。")
        return user


class StepDetails(forms.Form):
    """What single steps ask besides: each is there where its step is offered."""

    planned_first_day = forms.DateField(
        label="录用时：计划哪天到岗", widget=DayInput(), required=False, help_text="到那天会提醒回访。"
    )
    close_others = forms.BooleanField(
        label="入职时：把此人其他未结束的意向一并结束（可恢复）", required=False
    )
    wants_another = forms.TypedChoiceField(
        label="离职时：还想再找工作吗",
        choices=[("", "没有问"), ("yes", "想"), ("no", "不想")],
        coerce=lambda answer: answer == "yes",
        empty_value=None,
        required=False,
    )
    _OF_STEP = {"offer": "planned_first_day", "onboard": "close_others", "leave": "wants_another"}

    def offer(self, steps: list[str]) -> None:
        for step, name in self._OF_STEP.items():
            if step not in steps:
                del self.fields[name]

    def details(self) -> dict[str, Any]:
        """As the actions take them."""
        return {name: self.cleaned_data[name] for name in self._OF_STEP.values() if name in self.fields}


class StepForm(StepDetails):
    """The next step of a placement; `steps` that the workflow offers now."""

    step = forms.ChoiceField(label="进展", widget=forms.RadioSelect)
    on = forms.DateField(label="发生日期", widget=DayInput(), initial=_today)
    note = forms.CharField(validators=[validate_no_unit_name], label="说明", max_length=200, required=False)
    field_order = ["step", "on", "note"]

    def __init__(self, placement: Placement, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        steps = TRANSITIONS.available(placement.state)
        self.fields["step"].choices = [(step, STEP_LABELS[step]) for step in steps]  # type: ignore[attr-defined]
        self.offer(steps)


class CorrectForm(forms.Form):
    to_state = forms.ChoiceField(label="更正为", choices=PlacementState.choices)
    on = forms.DateField(label="入职或离职日期（记录里没有或有误时填写）", widget=DayInput(), required=False)
    note = forms.CharField(validators=[validate_no_unit_name], label="更正原因", max_length=200)


class CallForm(StepDetails):
    """One call: whether the person was reached, and what they told."""

    outcome = forms.ChoiceField(label="结果", choices=AttemptOutcome.choices, widget=forms.RadioSelect)
    step = forms.ChoiceField(label="联系上时：有什么进展", required=False)
    on = forms.DateField(label="进展的日期", widget=DayInput(), initial=_today, required=False)
    note = forms.CharField(
        validators=[validate_no_unit_name],
        label="说明",
        max_length=200,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    field_order = ["outcome", "step", "on"]

    def __init__(self, placement: Placement, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        steps = TRANSITIONS.available(placement.state)
        labelled = [(step, STEP_LABELS[step]) for step in steps]
        self.fields["step"].choices = [("", "没有变化"), *labelled]  # type: ignore[attr-defined]
        self.offer(steps)


class RevealForm(forms.Form):
    field = forms.ChoiceField(label="查看", choices=list(REVEALABLE.items()))
    reason = forms.CharField(validators=[validate_no_unit_name], label="事由（本人可以看到）", max_length=120)


class OpenFileForm(forms.Form):
    """Opening a file for somebody who has no account."""

    name = forms.CharField(label="姓名", max_length=40)
    id_number = forms.CharField(
        label="身份证号", max_length=18, help_text="只用来核对和避免重复建档，不保存原号码。"
    )
    phone = forms.CharField(
        label="手机号码", max_length=20, widget=forms.TextInput(attrs={"inputmode": "tel"})
    )
    station = forms.ModelChoiceField(label="责任服务站", queryset=Station.objects.none())

    def __init__(self, stations: Any, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["station"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = stations
        field.empty_label = "请选择"

    def clean_id_number(self) -> str:
        number = self.cleaned_data["id_number"].strip().upper()
        validate_id_number(number)
        return number

    def clean_phone(self) -> str:
        phone = normalise_phone(self.cleaned_data["phone"])
        validate_phone(phone)
        return phone


class RegisterForm(forms.Form):
    """A fair to register somebody for."""

    fair = forms.ModelChoiceField(label="代为报名招聘会", queryset=JobFairPage.objects.none())

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["fair"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = JobFairPage.objects.upcoming()
        field.empty_label = "请选择"
