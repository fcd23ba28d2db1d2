"""Forms of the sign-in's steps."""

from django import forms

from portal.core.folded_fields import CodeField, PhoneField


class PhoneForm(forms.Form):
    phone = PhoneField(
        label="手机号码",
        widget=forms.TextInput(attrs={"inputmode": "tel", "autocomplete": "tel", "autofocus": True}),
    )


class CodeForm(forms.Form):
    code = CodeField(
        label="短信验证码",
        max_length=8,
        widget=forms.TextInput(
            attrs={"inputmode": "numeric", "autocomplete": "one-time-code", "autofocus": True}
        ),
    )


class PasswordForm(PhoneForm):
    password = forms.CharField(
        label="密码", widget=forms.PasswordInput(attrs={"autocomplete": "current-password"})
    )


class TokenForm(forms.Form):
    token = CodeField(
        label="动态验证码",
        max_length=8,
        help_text="打开手机上的验证器应用，输入显示的6位数字。",
        widget=forms.TextInput(
            attrs={"inputmode": "numeric", "autocomplete": "one-time-code", "autofocus": True}
        ),
    )
