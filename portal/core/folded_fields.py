"""Form fields and the form renderer that fold what people typed before any check.

The renderer of the settings gives every form, also those of Wagtail and other packages, a bound field that
folds and keeps numbers and days within bounds. Fields of identities (phone, ID number, credit code, one-time
code, ticket) fold further, so that one number has one spelling.
"""

from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from typing import Any, ClassVar

from django import forms
from django.forms.boundfield import BoundField
from django.forms.renderers import TemplatesSetting

from portal.core.text_folding import (
    MAX_BIGINT,
    check_day,
    check_size,
    display_line,
    display_name,
    display_paragraphs,
    fold_code,
    fold_digits,
    fold_phone,
    visible_text,
)
from portal.core.validators import validate_id_number, validate_phone, validate_uscc_form

# Spaces, dashes and a country code that people type are no reason for the browser to cut a number.
ROOMY_LENGTH = 60
_NUMBERS_AND_TIMES = (
    forms.IntegerField,  # float and decimal fields are integer fields to Django
    forms.DateField,
    forms.DateTimeField,
    forms.TimeField,
    forms.UUIDField,
)


def fold_typing(field: forms.Field, value: Any) -> Any:
    """Return the raw value of a field without what nobody sees, and in the spelling that its kind reads.

    Passwords stay as typed. Values of a list are folded one by one; other than text is returned as is.
    """
    if isinstance(value, list):
        return [fold_typing(field, item) for item in value]
    if not isinstance(value, str) or isinstance(field.widget, forms.PasswordInput):
        return value
    return _folding_of(field)(value)


def _folding_of(field: forms.Field) -> Callable[[str], str]:
    if isinstance(field, _NUMBERS_AND_TIMES):
        return lambda value: fold_digits(value).strip()
    if isinstance(field, PersonNameField):
        return display_name
    if isinstance(field.widget, forms.Textarea):
        return display_paragraphs
    is_line = isinstance(field, forms.CharField) and isinstance(field.widget, forms.TextInput)
    return display_line if is_line and not field.widget.is_hidden else visible_text


def validate_storable(value: Any) -> None:
    """Refuse a number that no database stores and a day from which calculations leave the calendar."""
    if isinstance(value, date):
        check_day(value.date() if isinstance(value, datetime) else value)
    elif isinstance(value, int | float | Decimal):
        check_size(value, -MAX_BIGINT, MAX_BIGINT)


def leave_bounds_to_rule(field: forms.Field) -> None:
    """Add no bounds of numbers and days to this field: a rule of its own has them."""
    vars(field)["is_ruled"] = True


class FoldingBoundField(BoundField):
    """A bound field whose data is folded before it is cleaned, compared or shown again."""

    def __init__(self, form: forms.BaseForm, field: forms.Field, name: str) -> None:
        super().__init__(form, field, name)
        # The field is the form's own copy. The rule of a field has limits of its own.
        is_unbounded = isinstance(field, _NUMBERS_AND_TIMES) and not getattr(field, "is_ruled", False)
        if is_unbounded and validate_storable not in field.validators:
            field.validators = [validate_storable, *field.validators]

    @property
    def data(self) -> Any:
        return fold_typing(self.field, super().data)


class FoldingRenderer(TemplatesSetting):
    """Renderer of every form: templates of the settings, bound fields that fold."""

    bound_field_class = FoldingBoundField


class _FoldedField(forms.CharField):
    """Text of which several spellings are one value; the length is checked after folding."""

    fold: ClassVar["staticmethod[[str], str]"]

    def to_python(self, value: Any) -> Any:
        text = super().to_python(value)
        return type(self).fold(text) if isinstance(text, str) else text

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        return {**super().widget_attrs(widget), "maxlength": str(max(ROOMY_LENGTH, self.max_length or 0))}


class PersonNameField(forms.CharField):
    """A name, kept as typed: neither its dots nor its width nor the spaces in it are changed."""


class PhoneField(_FoldedField):
    """A mobile number; the value is eleven digits."""

    fold = staticmethod(fold_phone)
    default_validators = [validate_phone]


class IdNumberField(_FoldedField):
    """A citizen's ID number; the value is 18 characters, an X in upper case."""

    fold = staticmethod(fold_code)
    default_validators = [validate_id_number]


class CreditCodeField(_FoldedField):
    """A unified social credit code in upper case."""

    fold = staticmethod(fold_code)
    default_validators = [validate_uscc_form]


class CodeField(_FoldedField):
    """A one-time code, an authenticator's token or a ticket, without spaces and dashes."""

    fold = staticmethod(fold_code)
