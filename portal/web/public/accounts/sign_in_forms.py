"""Forms of the sign-in's steps."""

from typing import Any

from django import forms

from portal.core.folded_fields import CodeField, PersonNameField, PhoneField


def _number(*, autocomplete: str = "one-time-code", autofocus: bool = False) -> forms.TextInput:
    attrs: dict[str, Any] = {"inputmode": "numeric", "autocomplete": autocomplete}
    return forms.TextInput(attrs=attrs | ({"autofocus": True} if autofocus else {}))


class PhoneForm(forms.Form):
    phone = PhoneField(
        label="手机号码",
        widget=forms.TextInput(attrs={"inputmode": "tel", "autocomplete": "tel", "autofocus": True}),
    )


class CodeForm(forms.Form):
    code = CodeField(label="短信验证码", max_length=8, widget=_number(autofocus=True))


class PasswordForm(PhoneForm):
    password = forms.CharField(
        label="密码", widget=forms.PasswordInput(attrs={"autocomplete": "current-password"})
    )


class TokenForm(forms.Form):
    token = CodeField(
        label="验证码",
        max_length=8,
        help_text="验证器应用显示的数字、短信里的数字，或打印的验证码中没用过的一个。",
        widget=_number(autofocus=True),
    )


class OwnerForm(forms.Form):
    """Facts that the person of the account knows: the name and, with a record, the end of the ID number."""

    name = PersonNameField(
        label="姓名", max_length=40, widget=forms.TextInput(attrs={"autocomplete": "name", "autofocus": True})
    )
    id_last4 = CodeField(
        label="身份证号后四位", max_length=4, widget=forms.TextInput(attrs={"autocomplete": "off"})
    )

    def __init__(self, has_record: bool, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not has_record:
            del self.fields["id_last4"]


class DeskCodeForm(forms.Form):
    code = CodeField(
        label="登录码",
        max_length=10,
        help_text="工作人员核对身份证后给您的10位数字，10分钟内有效。",
        widget=_number(autocomplete="off", autofocus=True),
    )


class NewPhoneForm(PhoneForm):
    """The phone to sign in with from now on."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["phone"].label = "新手机号码"


class PhoneCodesForm(forms.Form):
    """Codes that were sent to the new phone and, unless the desk has checked the person, to the old one."""

    new_code = CodeField(label="新号码收到的验证码", max_length=8, widget=_number())
    old_code = CodeField(label="原号码收到的验证码", max_length=8, widget=_number(autocomplete="off"))

    def __init__(self, needs_old: bool, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not needs_old:
            del self.fields["old_code"]
