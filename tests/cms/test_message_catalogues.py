"""Catalogues of the texts that Wagtail does not translate."""

import gettext
import io
import re
from pathlib import Path

import pytest
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, override

from cms.message_catalogues import catalogues, read_po, to_mo

PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|\{\w+\}")
TAG = re.compile(r"</?\w+[^>]*>")


@pytest.mark.parametrize("path", catalogues(), ids=lambda path: path.name)
def test_compiled_file_is_up_to_date(path: Path) -> None:
    assert path.with_suffix(".mo").read_bytes() == to_mo(read_po(path)), "run manage.py compile_translations"


@pytest.mark.parametrize("path", catalogues(), ids=lambda path: path.name)
def test_gettext_reads_compiled_file(path: Path) -> None:
    messages = read_po(path)
    catalogue = gettext.GNUTranslations(io.BytesIO(to_mo(messages)))
    for key, value in messages.items():
        if key and "\0" not in key:
            assert catalogue.gettext(key) == value


@pytest.mark.parametrize("path", catalogues(), ids=lambda path: path.name)
def test_translations_keep_placeholders_and_markup(path: Path) -> None:
    for key, value in read_po(path).items():
        if not key:
            continue
        source = key.split("\0")[-1]  # the plural: Chinese has one form for all numbers
        assert value, key
        assert set(PLACEHOLDER.findall(value)) == set(PLACEHOLDER.findall(source)), key
        assert sorted(TAG.findall(value)) == sorted(TAG.findall(source)), key


def test_django_uses_the_catalogue() -> None:
    with override("zh-hans"):
        assert _("Schedule to publish") == "定时发布"
        assert ngettext("There is one matching page", "There are %(counter)s matching pages", 2).startswith(
            "有"
        )


def test_duplicate_msgid_is_rejected(tmp_path: Path) -> None:
    path = tmp_path / "twice.po"
    path.write_text('msgid "a"\nmsgstr "b"\n\nmsgid "a"\nmsgstr "c"\n')
    with pytest.raises(ValueError, match="twice"):
        read_po(path)
