"""Forms of an employer's registration and profile."""

from typing import Any, ClassVar

from django import forms

from portal.core.folded_fields import CreditCodeField, PersonNameField, PhoneField
from portal.core.seen_values import seal_fields
from portal.core.validators import uscc_check_passes
from portal.employers.actions import PROFILE_FIELDS
from portal.employers.field_rules import EMPLOYER_RULES
from portal.employers.models import Employer
from portal.web.shared.form_fields import PlaceField, refuse_unit_names
from portal.web.shared.ruled_forms import RuledForm
from portal.web.shared.seen_forms import SeenMixin


@refuse_unit_names("name", "address", "contact_person")
class ProfileForm(SeenMixin, RuledForm, forms.ModelForm):
    """Profile of an employer."""

    rules = EMPLOYER_RULES

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
        field_classes: ClassVar[dict[str, type[forms.Field]]] = {
            "name": PersonNameField,
            "contact_person": PersonNameField,
        }
        widgets = {"introduction": forms.Textarea(attrs={"rows": 4})}
        help_texts = {
            "introduction": "主营业务、人数、食宿条件，求职者最想知道的几句话。",
            "is_agency": "替别的单位招人、派遣或中介的，请勾选；发布岗位时写明实际用人单位。",
            "agency_permit": "勾选上一项时必填。",
        }

    region = PlaceField(label="所在地区")
    contact_phone = PhoneField(
        label="联系电话",
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
            self.carry_token(seal_fields(self.instance, [*PROFILE_FIELDS, "contact_phone"]))


@refuse_unit_names("name", "address", "contact_person")
class RegisterForm(ProfileForm):
    """Registration of an employer. A failed check character is a warning: valid codes in use fail it."""

    class Meta(ProfileForm.Meta):
        fields = ["name", "uscc", *ProfileForm.Meta.fields[1:]]
        field_classes: ClassVar[dict[str, type[forms.Field]]] = {
            **ProfileForm.Meta.field_classes,
            "uscc": CreditCodeField,
        }
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
            self._show_confirmation()

    def _show_confirmation(self) -> None:
        self.fields["uscc_confirmed"].widget = forms.CheckboxInput()

    def clean(self) -> dict[str, Any]:
        values = super().clean()
        code = values.get("uscc")
        if code and not uscc_check_passes(code) and not values.get("uscc_confirmed"):
            self._show_confirmation()
            self.add_error(
                "uscc",
                "代码的最后一位校验不符，可能有一位输错。请对照营业执照核对；"
                "确认无误请勾选下方选项再提交，由服务中心核对。",
            )
        return values

    def _get_validation_exclusions(self) -> set[str]:
        # The action checks uniqueness itself, with a more helpful error text.
        exclusions = super()._get_validation_exclusions()  # type: ignore[misc]  # private, not in the stubs
        return {*exclusions, "uscc"}
