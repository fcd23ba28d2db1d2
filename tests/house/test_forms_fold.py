"""Every form of the pages folds what people type; fields of identities are of the kinds that fold them."""

import copy
import importlib
import pkgutil
from collections.abc import Iterator
from typing import Any

import pytest
from django import forms
from django.forms.renderers import get_default_renderer

import cms
import portal.web
from portal.core.folded_fields import (
    CodeField,
    CreditCodeField,
    FoldingBoundField,
    IdNumberField,
    PersonNameField,
    PhoneField,
)
from portal.core.text_folding import visible_text

# Field name -> the kind that its identity needs.
KINDS: dict[str, type[forms.Field]] = {
    "phone": PhoneField,
    "contact_phone": PhoneField,
    "id_number": IdNumberField,
    "uscc": CreditCodeField,
    "code": CodeField,
    "token": CodeField,
    "contact_person": PersonNameField,
}
# Office telephones have area codes and extensions; pages of the site have them too.
OTHER_PHONES = {("ContactForm", "phone"), ("OpenForm", "phone")}
FormClass = type[forms.Form] | type[forms.ModelForm]
INVISIBLE = ("\u200b", "\u202e", "\ufeff", "\x00", "\uffff", "\u3164", "\U000e0041")


def _forms() -> Iterator[FormClass]:
    for package in (portal.web, cms):
        for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            if ".migrations" not in module.name:
                importlib.import_module(module.name)
    pending: list[FormClass] = [forms.Form, forms.ModelForm]
    while pending:
        for form in pending.pop().__subclasses__():
            pending.append(form)
            if form.__module__.startswith(("portal.", "cms.")):
                yield form


FORMS = sorted(set(_forms()), key=lambda form: f"{form.__module__}.{form.__qualname__}")
FIELDS = [(form, name, field) for form in FORMS for name, field in form.base_fields.items()]


def test_settings_name_the_renderer_whose_fields_fold() -> None:
    assert get_default_renderer().bound_field_class is FoldingBoundField
    assert len(FORMS) > 60
    assert len(FIELDS) > 150


def test_no_form_takes_another_bound_field() -> None:
    owners = [owner for form in FORMS for owner in (form, *form.base_fields.values())]
    own = [(owner, kind) for owner in owners if (kind := owner.bound_field_class) is not None]
    assert [owner for owner, kind in own if not issubclass(kind, FoldingBoundField)] == []
    assert [form for form in FORMS if form.default_renderer is not None] == []


def test_identity_has_a_field_of_its_kind() -> None:
    assert [
        (form.__qualname__, name)
        for form, name, field in FIELDS
        if not isinstance(field, KINDS.get(name, forms.Field)) and (form.__name__, name) not in OTHER_PHONES
    ] == []


def _sample(field: forms.Field) -> Any:
    if isinstance(field, PhoneField):
        return "13812345678"
    if isinstance(field, forms.MultipleChoiceField | forms.ModelMultipleChoiceField):
        return ["a", "1"]
    if isinstance(field, forms.DateField | forms.DateTimeField):
        return "2026-06-30"
    return "12" if isinstance(field, forms.IntegerField | CodeField) else "a（电工） 12"


def _spoil(sample: Any) -> Any:
    """Put an invisible character before, into and after the text, each time another one."""
    if isinstance(sample, list):
        return [_spoil(value) for value in sample]
    places = [sample[:1], sample[1:]]
    return "".join(mark + part for mark, part in zip(INVISIBLE[::3], [*places, ""], strict=False))


def _outcome(name: str, field: forms.Field, sample: Any) -> tuple[Any, Any]:
    form = type("Probe", (forms.Form,), {name: copy.deepcopy(field)})({name: sample})
    return form.errors.as_json(), form.cleaned_data.get(name)


@pytest.mark.django_db
def test_invisible_characters_change_no_outcome() -> None:
    differing = []
    for form, name, field in FIELDS:
        if isinstance(field, forms.FileField) or isinstance(field.widget, forms.PasswordInput):
            continue
        sample = _sample(field)
        spoiled = _spoil(sample)
        assert spoiled != sample
        clean, outcome = _outcome(name, field, sample), _outcome(name, field, spoiled)
        if str(outcome) != str(clean):
            differing.append((form.__qualname__, name, clean, outcome))
        if isinstance(outcome[1], str):
            assert visible_text(outcome[1]) == outcome[1]
    assert differing == []
