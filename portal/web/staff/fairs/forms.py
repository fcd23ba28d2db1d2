"""Forms of the fair desk: booth numbers and door shifts."""

from django import forms

from portal.accounts.models import User
from portal.core.encryption import lookup_hash
from portal.core.validators import (
    normalise_phone,
    validate_phone,
)

BOOTH_REASONS = ("展位已满", "参会岗位与本场主题不符", "单位近期有投诉未处理")


class BoothNumberForm(forms.Form):
    """Number of a booth that is confirmed."""

    number = forms.CharField(label="展位号", max_length=8, required=False, help_text="不填则自动分配。")


class DoorShiftForm(forms.Form):
    """Phone number of the helper who takes a door shift."""

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
