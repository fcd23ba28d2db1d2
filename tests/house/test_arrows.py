"""Direction of imports, and of the foreign keys that imports cannot see."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest
from django.apps import apps
from django.db.models import Model

from tests.harness.optional import require
from tests.house.source import ROOT, contracts, floors, name, project, python_files, tree

pytestmark = pytest.mark.must("walks.4", "house.2")

# Tables that belong to no floor: anybody's row may point at them.
FOUNDATIONS = ("django.contrib.", "wagtail", "taggit")
DOMAIN = (
    "core", "stations", "accounts", "notifications", "imports", "documents", "veterans", "visits",
    "employers", "api_tokens", "positions", "complaints", "ranking", "fairs", "training", "ventures",
    "referrals", "interviews", "engagement", "placements", "follow_ups", "confirmations", "learning",
    "reports",
)  # fmt: skip
# Django hands its own request to an admin class and to an authentication backend.
TAKES_A_REQUEST = {"admin.py", "backends.py"}
HTTP = ("django.http", "django.shortcuts", "django.views", "django.contrib.messages", "django_htmx")


def test_imports_run_down() -> None:
    # A process of its own: it would turn off every logger that is there.
    command = [str(Path(sys.executable).with_name("lint-imports")), "--no-cache"]
    result = subprocess.run(command, check=False, cwd=ROOT, capture_output=True, text=True)
    assert result.returncode == 0, result.stdout + result.stderr


def test_the_contracts_are_the_houses_and_excuse_nothing() -> None:
    assert floors() == [
        ["portal.urls"],
        ["portal.web", "portal.api", "portal.demo"],
        ["search"],
        ["portal.reports"],
        ["portal.confirmations", "portal.learning"],
        ["portal.follow_ups"],
        ["portal.placements"],
        ["portal.fairs", "portal.training", "portal.ventures"],
        ["cms"],
        ["portal.ranking", "portal.complaints"],
        ["portal.positions", "portal.api_tokens"],
        ["portal.employers", "portal.visits"],
        ["portal.veterans"],
        ["portal.imports", "portal.documents"],
        ["portal.notifications"],
        ["portal.accounts"],
        ["portal.stations"],
        ["portal.core", "matching"],
    ]
    assert {"floors", "matching", "elasticsearch"} <= set(contracts())
    assert project()["tool"]["importlinter"]["exclude_type_checking_imports"] is False
    for contract in contracts().values():
        assert contract["ignore_imports"] == [], contract["name"]
        assert "unmatched_ignore_imports_alerting" not in contract


def _floor(app_name: str) -> int | None:
    for number, rooms in enumerate(floors()):
        if any(app_name == room or app_name.startswith(f"{room}.") for room in rooms):
            return number
    return None


# A generic key names no table: its target is no class.
def _relations() -> list[tuple[type[Model], str, type[Model]]]:
    return [
        (model, field.name, target)
        for model in apps.get_models(include_auto_created=True)
        for field in model._meta.get_fields()
        if field.is_relation and not field.auto_created and field.model is model
        and isinstance(target := getattr(field.remote_field, "model", None), type)
        and _floor(model._meta.app_config.name) is not None
    ]  # fmt: skip


def test_foreign_keys_run_down() -> None:
    relations = _relations()
    assert len(relations) > 20
    wrong = []
    for model, field, target in relations:
        ours, theirs = model._meta.app_config.name, target._meta.app_config.name
        below = _floor(theirs)
        if below is None:
            allowed = theirs.startswith(FOUNDATIONS)
        else:
            same_floor_other_room = below == _floor(ours) and theirs.split(".")[:2] != ours.split(".")[:2]
            allowed = below >= require(_floor(ours)) and not same_floor_other_room
        if not allowed:
            wrong.append(f"{model.__name__}.{field} ({ours}) -> {target.__name__} ({theirs})")
    assert not wrong, "foreign keys that point up:\n" + "\n".join(wrong)


def _imported(node: ast.stmt) -> list[str]:
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    if isinstance(node, ast.ImportFrom) and node.module:
        return [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
    return []


def test_http_stays_on_the_top_floor() -> None:
    wrong = [
        f"{name(path)}:{node.lineno} {module}"
        for path in python_files("portal", "matching", "search")
        if path.relative_to(ROOT).parts[0] != "portal" or path.relative_to(ROOT).parts[1] in DOMAIN
        for node in ast.walk(tree(path))
        if isinstance(node, ast.stmt)
        for module in _imported(node)
        if any(module == http or module.startswith(f"{http}.") for http in HTTP)
        and path.name not in TAKES_A_REQUEST
    ]  # fmt: skip
    assert not wrong, "\n".join(wrong)
