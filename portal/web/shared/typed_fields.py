"""Typed access to the fields of a form."""

from typing import Any

from django import forms


def choice_field(form: forms.Form, name: str) -> forms.ChoiceField:
    """Return the form's choice field `name`.

    Raises:
        TypeError: the field is of another kind.
    """
    field = form.fields[name]
    if not isinstance(field, forms.ChoiceField):
        raise TypeError(f"{name} is no choice field")
    return field


def model_choice_field(form: forms.Form, name: str) -> "forms.ModelChoiceField[Any]":
    """Return the form's model choice field `name`.

    Raises:
        TypeError: the field is of another kind.
    """
    field = form.fields[name]
    if not isinstance(field, forms.ModelChoiceField):
        raise TypeError(f"{name} is no model choice field")
    return field
