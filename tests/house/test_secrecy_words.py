"""Words about state and work secrets beside every upload and every note."""

import re
from pathlib import Path

import pytest
from django import forms
from django.template import Context, Template

from portal.core.secrecy import SECRECY_WORDS, takes_secrets
from portal.core.validators import validate_no_unit_name
from tests.house.test_unit_names import _forms

ROOT = Path(__file__).parents[2]
_CRISPY = Template("{% load crispy_forms_filters %}{{ form|crispy }}")
# A field drawn by hand would miss the words: {{ form.note }}.
_BY_HAND = re.compile(r"\{\{\s*[\w.]*form[\w.]*\.(\w+)\s*\}\}")


def _fields() -> list[tuple[str, str, forms.Field]]:
    return sorted(
        {
            (form.__qualname__, name): (form.__qualname__, name, field)
            for form in _forms()
            for name, field in getattr(form, "base_fields", {}).items()
            if not field.widget.is_hidden
        }.values(),
        key=lambda row: row[:2],
    )


def _draw(field: forms.Field) -> str:
    form = type("OneField", (forms.Form,), {"one": field})()
    return _CRISPY.render(Context({"form": form}))


@pytest.mark.must("hold.7")
def test_uploads_and_notes_show_the_words() -> None:
    rows = _fields()
    note_fields = [(form, name) for form, name, field in rows if takes_secrets(field)]
    assert ("PositionForm", "duties") in note_fields
    assert ("VisitForm", "findings") in note_fields
    assert any(isinstance(field, forms.FileField) for *_, field in rows)
    missing = [
        (form, name) for form, name, field in rows if takes_secrets(field) != (SECRECY_WORDS in _draw(field))
    ]
    assert missing == []


def test_every_upload_and_paragraph_counts_as_such() -> None:
    assert takes_secrets(forms.FileField())
    assert takes_secrets(forms.CharField(widget=forms.Textarea))
    assert takes_secrets(forms.CharField(max_length=120, validators=[validate_no_unit_name]))
    assert not takes_secrets(forms.CharField(max_length=60, validators=[validate_no_unit_name]))
    assert not takes_secrets(forms.CharField(max_length=120))


def test_no_template_draws_a_note_by_hand() -> None:
    names = {name for _, name, field in _fields() if takes_secrets(field)}
    breaches = [
        f"{path.relative_to(ROOT)}: {match[0]}"
        for path in (ROOT / "templates").rglob("*.html")
        for match in _BY_HAND.finditer(path.read_text(encoding="utf-8"))
        if match[1] in names
    ]
    assert breaches == []
