"""Forms of employer verification, and suggested reasons of a refusal."""

from typing import Any

from django import forms

from portal.core.folded_fields import PhoneField
from portal.core.validators import (
    validate_no_unit_name,
)
from portal.documents.enums import DocumentKind, OwnerType, kind_choices
from portal.web.shared.primary_keys import parse_keys

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
DOCUMENT_REASONS = ("照片不清晰", "名称或信用代码与登记不一致", "已过有效期", "缺少公章")
RENEWAL_REASONS = ("请先更换新的招用人员简章", "营业执照已变更，请上传新的")
CHANGE_REASONS = ("营业执照上的名称与申请不一致", "请先上传变更后的营业执照")


class CheckedDocumentsForm(forms.Form):
    """Documents that the reviewer checked."""

    evidence = forms.MultipleChoiceField(
        label="已核对的材料（上传的或当面出示的原件）",
        choices=kind_choices(OwnerType.EMPLOYER),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "请至少勾选一项已核对的材料。"},
    )
    # Keys of the documents that the page displayed: a document replaced since then was not checked.
    shown = forms.CharField(label="页面版本", required=False, widget=forms.HiddenInput())

    def action_arguments(self) -> dict[str, Any]:
        """Return the kinds and keys of the checked documents as arguments of the verification actions."""
        return {
            "checked_kinds": [DocumentKind(kind) for kind in self.cleaned_data["evidence"]],
            "shown_document_ids": parse_keys(self.cleaned_data["shown"].split(",")),
        }


class InviteOwnerForm(forms.Form):
    """Invitation of a new owner for an employer whose owner cannot be reached."""

    phone = PhoneField(
        label="新管理员的手机号码",
        help_text="凭单位授权委托书办理；对方用这个号码登录后接受。",
        widget=forms.TextInput(attrs={"inputmode": "tel", "autocomplete": "off"}),
    )


class VerifyForm(CheckedDocumentsForm):
    """Documents of a verification, and the reason where the credit code fails its check digit."""

    uscc_override_reason = forms.CharField(
        validators=[validate_no_unit_name],
        label="信用代码校验不符时的说明",
        max_length=200,
        required=False,
        help_text="校验位不符但已与执照核对无误时填写。",
    )
    # Token of the profile that the page displayed.
    seen_token = forms.CharField(required=False, widget=forms.HiddenInput())

    def action_arguments(self) -> dict[str, Any]:
        reason = self.cleaned_data["uscc_override_reason"]
        seen_token = self.cleaned_data["seen_token"]
        return super().action_arguments() | {"uscc_override_reason": reason, "seen_token": seen_token}
