"""docs/glossary.md against the code, both ways."""

import re
from importlib import import_module
from importlib.util import find_spec

import pytest
from django.apps import apps

from tests.house.source import ROOT

pytestmark = pytest.mark.must("house.5")

ROW = re.compile(r"^\| ([^|]+) \| ([^|]+) \| `([\w.]+)` \| ([^|]+) \|$", re.MULTILINE)
ROWS = ROW.findall((ROOT / "docs/glossary.md").read_text(encoding="utf-8"))
MODELS = {
    model._meta.label: str(model._meta.verbose_name)
    for model in apps.get_models()
    if model.__module__.startswith(("portal.", "cms.", "search."))
}


def test_every_model_has_a_row_under_its_chinese_name() -> None:
    listed = {code: chinese for chinese, _, code, _ in ROWS if code.count(".") == 1}
    assert listed == MODELS


@pytest.mark.parametrize("column", [0, 1, 2], ids=["Chinese", "English", "code"])
def test_each_term_stands_once(column: int) -> None:
    terms = [row[column].strip() for row in ROWS]
    assert len(terms) == len(set(terms)), sorted(term for term in terms if terms.count(term) > 1)


@pytest.mark.parametrize("code", [row[2] for row in ROWS if row[2] not in MODELS])
def test_every_row_names_code(code: str) -> None:
    module, _, name = code.rpartition(".")
    if find_spec(module) is not None and hasattr(import_module(module), name):
        return
    assert find_spec(code) is not None
