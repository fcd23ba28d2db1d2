"""No field where somebody writes freely takes the name of a military unit (部队番号)."""

import importlib
import pkgutil
from collections.abc import Iterator

import pytest
from django import forms

import portal.web
from portal.core.validators import validate_no_label, validate_no_unit_name

# Names, numbers, codes, addresses and days have a shape of their own; a search is not kept.
SHAPED = {
    "name", "phone", "contact_phone", "id_number", "uscc", "code", "token", "password",
    "number", "shown", "q", "occupation", "external_id", "household_region",
    "whose", "days",
}  # fmt: skip

# What a list is narrowed by; a search is not kept either.
NARROWING = {("CallsFilter", "station"), ("FilterParamsForm", "employer"), ("FilterForm", "employer")}


def _forms() -> Iterator[type[forms.BaseForm]]:
    """Every form of the pages."""
    for module in pkgutil.walk_packages(portal.web.__path__, "portal.web."):
        importlib.import_module(module.name)
    pending_classes = [forms.BaseForm]
    while pending_classes:
        for form in pending_classes.pop().__subclasses__():
            pending_classes.append(form)
            if form.__module__.startswith("portal.web") and "gallery" not in form.__module__:
                yield form


def _free_fields() -> list[tuple[str, str, bool]]:
    """(form, field, guarded) of each field that takes free text; a model's validators guard its form too."""
    fields = set()
    for form in _forms():
        model = getattr(getattr(form, "_meta", None), "model", None)
        for name, field in getattr(form, "base_fields", {}).items():
            if type(field) is not forms.CharField or name in SHAPED or (form.__name__, name) in NARROWING:
                continue
            if isinstance(field.widget, forms.PasswordInput):
                continue  # kept as a hash, shown to nobody
            guards = list(field.validators)
            if model is not None and name in {f.name for f in model._meta.get_fields()}:
                guards += model._meta.get_field(name).validators
            fields.add((form.__qualname__, name, validate_no_unit_name in guards))
    return sorted(fields)


@pytest.mark.parametrize(("form", "name", "guarded"), _free_fields())
def test_free_text_refuses_unit_names(form: str, name: str, guarded: bool) -> None:
    assert guarded, f"{form}.{name}: validators=[validate_no_unit_name], or add its name to SHAPED"


@pytest.mark.must("hold.7")
def test_notes_of_staff_refuse_labels_of_persons() -> None:
    """Visits, calls and placements: what staff write about a person holds no label of control or petition."""
    folders = ("portal.web.staff.records.", "portal.web.staff.calls.", "portal.web.staff.placements.")
    fields = {
        (form.__qualname__, name): field.validators
        for form in _forms()
        if form.__module__.startswith(folders)
        for name, field in getattr(form, "base_fields", {}).items()
        if validate_no_unit_name in field.validators
    }
    assert ("VisitForm", "findings") in fields
    assert [key for key, validators in fields.items() if validate_no_label not in validators] == []
