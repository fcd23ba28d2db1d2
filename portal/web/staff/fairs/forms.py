"""Forms of the fair desk: booth numbers and door shifts."""

from django import forms

from portal.core.folded_fields import PhoneField
from portal.web.shared.form_fields import UserByPhoneMixin

BOOTH_REASONS = ("展位已满", "参会岗位与本场主题不符", "单位近期有投诉未处理")


class BoothNumberForm(forms.Form):
    """Number of a booth that is confirmed."""

    number = forms.CharField(label="展位号", max_length=8, required=False, help_text="不填则自动分配。")


class DoorShiftForm(UserByPhoneMixin, forms.Form):
    """Phone number of the helper who takes a door shift."""

    phone = PhoneField(label="值守人员手机号码", widget=forms.TextInput(attrs={"inputmode": "tel"}))
