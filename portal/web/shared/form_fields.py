"""Form fields and helpers for the forms of several audiences."""

from collections.abc import Callable
from typing import Any, TypeVar

from django import forms
from django.core.exceptions import ValidationError

from portal.accounts.models import User
from portal.core.encryption import hash_phone
from portal.core.models import Occupation, Region
from portal.core.validators import validate_no_unit_name
from portal.imports.cell_parsing import load_region_index
from portal.positions import occupation_lookup
from portal.stations.served_area import served_regions
from portal.web.shared.seen_forms import has_conflict, show_current_token

_Form = TypeVar("_Form", bound=forms.BaseForm)


def add_errors(form: forms.BaseForm, error: ValidationError) -> None:
    """Add the errors of an action to the fields that they name, all others to the form as a whole."""
    if has_conflict(error):
        show_current_token(form)
    if not hasattr(error, "error_dict"):
        form.add_error(None, error)
        return
    for name, errors in error.error_dict.items():
        form.add_error(name if name in form.fields else None, errors)


def refuse_unit_names(*names: str) -> Callable[[type[_Form]], type[_Form]]:
    """Make these text fields of a model form refuse the names of military units, as free texts do."""

    def guard(form_class: type[_Form]) -> type[_Form]:
        for name in names:
            vars(form_class)["base_fields"][name].validators.append(validate_no_unit_name)
        return form_class

    return guard


def choice_field(form: forms.BaseForm, name: str) -> forms.ChoiceField:
    """Return a form's field as the choice field that it is."""
    field = form.fields[name]
    assert isinstance(field, forms.ChoiceField)
    return field


class DayInput(forms.DateInput):
    """The browser's date picker, which needs ISO dates in every language."""

    input_type = "date"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%d")


class PlaceField(forms.ModelChoiceField):
    """A county or town of the served area; towns are labelled with their county."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(queryset=Region.objects.none(), empty_label="请选择", **kwargs)

    def load_choices(self) -> None:
        """Set the queryset; called by the form, so that importing it reads no database."""
        self.queryset = served_regions().select_related("parent")

    def label_from_instance(self, obj: Any) -> str:
        return f"{obj.parent.name} {obj.name}" if len(obj.code) > 6 else f"{obj.name}（全区）"


class AnyPlaceField(forms.CharField):
    """A region anywhere in the country, in free text: '新会区', '湖南省长沙市', '广东江门新会'."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=60, **kwargs)

    def clean(self, value: Any) -> Region | None:
        text = super().clean(value)
        if not text:
            return None
        code, is_ambiguous = load_region_index().find(text)
        if is_ambiguous:
            raise ValidationError("有几个地方叫这个名称，请把省、市一起写上，例如：广东省江门市新会区。")
        if code is None:
            raise ValidationError("认不出这个地方，请写到县（市、区），例如：广东省江门市新会区。")
        return Region.objects.get(pk=code)


class OccupationField(forms.CharField):
    """An occupation of the national classification, by its official or everyday name."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=60, **kwargs)
        self.widget.attrs["list"] = "occupations"
        self.widget.attrs["autocomplete"] = "off"

    def prepare_value(self, value: Any) -> Any:
        if isinstance(value, str) and value.count("-") == 3:
            occupation = Occupation.objects.filter(pk=value).first()
            return occupation.name if occupation else value
        return value

    def clean(self, value: Any) -> Occupation | None:
        text = super().clean(value)
        if not text:
            return None
        occupation = occupation_lookup.find_occupation(text)
        if occupation is not None:
            return occupation
        raise ValidationError(occupation_lookup.describe_unknown(text), code="occupation")


class UserByPhoneMixin:
    """The field `phone` as the user who signs in with it."""

    cleaned_data: dict[str, Any]

    def clean_phone(self) -> User:
        user = User.objects.filter(phone_hash=hash_phone(self.cleaned_data["phone"])).first()
        if user is None:
            raise forms.ValidationError("这个号码还没有登录过，请先让对方用手机验证码登录一次。")
        return user
