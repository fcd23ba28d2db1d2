"""docs/environment.md against the settings, both ways."""

import ast
import re
from typing import Any

import pytest
from django.conf import settings

from tests.house.source import ROOT, python_files, tree

pytestmark = pytest.mark.must("house.5")

NAME = re.compile(r"(PORTAL_|MATCHING_|DATABASE_)[A-Z_]+")
# Read by the suite and its tools only; the page names them in a sentence.
OF_THE_SUITE = {"PORTAL_TEST_ELASTICSEARCH_URL", "PORTAL_TEST_CLUSTER"}
MISSING = object()


def _table() -> dict[str, dict[str, str]]:
    """Return {variable: {column: text}} of the page's table."""
    lines = (ROOT / "docs/environment.md").read_text(encoding="utf-8").splitlines()
    rows = [
        [cell.strip() for cell in line.strip("|").split(" | ")] for line in lines if line.startswith("| ")
    ]
    columns = rows[0]
    return {row[0].strip("`"): dict(zip(columns, row, strict=True)) for row in rows[2:]}


def _reads(module: str) -> dict[str, Any]:
    """Return {variable: default} of each `env.kind("VARIABLE", default=…)` in a settings module.

    A default that is computed is `...`; a variable without one has MISSING.
    """
    variables: dict[str, Any] = {}
    for node in ast.walk(tree(ROOT / "portal/settings" / f"{module}.py")):
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.args):
            continue
        first = node.args[0]
        owner = ast.unparse(node.func.value)
        if owner.split(".")[-1] != "env" or not isinstance(first, ast.Constant):
            continue
        default: Any = MISSING
        for keyword in node.keywords:
            if keyword.arg == "default":
                try:
                    default = ast.literal_eval(keyword.value)
                except ValueError:
                    default = ...
        variables[str(first.value)] = default
    return variables


def _all_names() -> set[str]:
    """Every variable that any module of the portal or of matching reads."""
    names = set()
    for path in python_files("portal", "cms", "search", "matching"):
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and NAME.fullmatch(node.value):
                names.add(node.value)
    return names


def test_every_variable_has_a_row_and_every_row_a_variable() -> None:
    read = set(_reads("base")) | set(_reads("dev")) | set(_reads("production")) | {"MATCHING_CACHE"}
    assert set(_table()) == read
    assert {name for name in _all_names() - read - OF_THE_SUITE if not hasattr(settings, name)} == set()


def test_required_in_production_is_what_has_no_default_there() -> None:
    base, production = _reads("base"), _reads("production")
    without_default = {name for name, default in production.items() if default is MISSING}
    without_default |= {
        name for name, default in base.items() if default is MISSING and name not in production
    }
    assert {
        name for name, row in _table().items() if row["required in production"] == "yes"
    } == without_default


def test_defaults_are_those_of_the_settings() -> None:
    reads = {**_reads("production"), **_reads("dev"), **_reads("base")}
    for name, row in _table().items():
        default = reads.get(name, ...)
        text = row["default"]
        if text.startswith("["):
            assert default in (..., MISSING, [], ""), name
        elif text == "—":
            assert default in (MISSING, ""), name
        elif name not in {"PORTAL_DATA", "PORTAL_HOSTS"}:
            assert text.split("`")[1] == str(default), name


def test_secrets_are_marked() -> None:
    secret_names = {name for name, row in _table().items() if row["secret"] == "yes"}
    assert secret_names == {
        name for name in _table() if re.search(r"KEY|DATABASE_URL|ELASTICSEARCH_URL", name)
    }
