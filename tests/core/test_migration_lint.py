"""Tests of the rules for migrations of a live database."""

from typing import Any

import pytest
from django.core.management import call_command
from django.db import migrations, models
from django.db.migrations.operations.base import Operation

from portal.core.migration_lint import Finding, lint_migrations, project_apps
from portal.core.migration_operations import GuardAppendOnly, UnguardAppendOnly
from portal.core.state_log_triggers import CreateStateLogTriggers, DropStateLogTriggers

APP = "shop"
TRIGGERS: dict[str, Any] = {
    "row": "order",
    "log": "orderstep",
    "key": "order",
    "initial": "new",
    "logged_columns": [],
}
TEXT = models.CharField(max_length=9, default="")


def migration(name: str, *operations: Operation, **attributes: Any) -> migrations.Migration:
    body = {"operations": list(operations), **attributes}
    return type("Migration", (migrations.Migration,), body)(name, APP)


INITIAL = migration(
    "0001_initial",
    GuardAppendOnly("entry"),
    CreateStateLogTriggers(**TRIGGERS),
    initial=True,
)


def lint(*operations: Operation, **attributes: Any) -> list[Finding]:
    return lint_migrations([INITIAL, migration("0002_next", *operations, **attributes)], frozenset({APP}))


def write_nothing(apps: Any, editor: Any) -> None:
    """Stand for a data migration."""


@pytest.mark.parametrize(
    ("operation", "message"),
    [
        (migrations.RunPython(write_nothing), "reverse"),
        (migrations.RunSQL("SELECT 1"), "reverse"),
        (migrations.RemoveField("order", "note"), "two steps"),
        (migrations.RenameField("shop", "note", "remark"), "two steps"),
        (migrations.DeleteModel("shop"), "two steps"),
        (migrations.RenameModel("shop", "store"), "two steps"),
        (migrations.AlterModelTable("shop", "stores"), "two steps"),
        (migrations.AddField("shop", "note", models.CharField(max_length=9)), "null=True"),
        (migrations.AlterField("entry", "note", TEXT), "UnguardAppendOnly"),
        (migrations.AddField("entry", "note", TEXT), "UnguardAppendOnly"),
        (migrations.AlterField("order", "note", TEXT), "DropStateLogTriggers"),
        (migrations.AlterField("orderstep", "note", TEXT), "DropStateLogTriggers"),
        (migrations.RemoveConstraint("order", "order_once"), "DropStateLogTriggers"),
        (UnguardAppendOnly("entry"), "end with GuardAppendOnly"),
        (DropStateLogTriggers(**TRIGGERS), "end with CreateStateLogTriggers"),
    ],
    ids=lambda value: value if isinstance(value, str) else type(value).__name__,
)
def test_breach_is_found(operation: Operation, message: str) -> None:
    findings = lint(operation)
    assert any(message in str(finding) for finding in findings)
    assert all(str(finding).startswith("shop.0002_next: ") for finding in findings)


@pytest.mark.parametrize(
    "operations",
    [
        [migrations.RunPython(write_nothing, migrations.RunPython.noop)],
        [migrations.AddField("shop", "note", models.CharField(max_length=9, null=True))],
        [migrations.AddField("shop", "note", TEXT)],
        [migrations.AddField("shop", "count", models.IntegerField(db_default=0))],
        [migrations.AddField("shop", "friends", models.ManyToManyField("shop.shop"))],
        [migrations.AlterField("shop", "note", TEXT)],
        [migrations.CreateModel("other", [("id", models.BigAutoField(primary_key=True))])],
        [UnguardAppendOnly("entry"), migrations.AlterField("entry", "note", TEXT), GuardAppendOnly("entry")],
        [
            DropStateLogTriggers(**TRIGGERS),
            migrations.AlterField("order", "note", TEXT),
            CreateStateLogTriggers(**TRIGGERS),
        ],
    ],
    ids=lambda operations: "-".join(type(operation).__name__ for operation in operations),
)
def test_safe_migration_has_no_finding(operations: list[Operation]) -> None:
    assert lint(*operations) == []


def test_marker_allows_the_second_step() -> None:
    assert lint(migrations.RemoveField("shop", "note"), second_step="unused since 2.3") == []


def test_initial_migrations_and_other_projects_are_exempt() -> None:
    removal = migration("0002_next", migrations.DeleteModel("shop"))
    assert lint_migrations([INITIAL, removal], frozenset({"other"})) == []
    assert (
        lint_migrations([migration("0001", migrations.DeleteModel("x"), initial=True)], frozenset({APP}))
        == []
    )


def test_migrations_of_the_project_follow_the_rules(capsys: pytest.CaptureFixture[str]) -> None:
    assert {"core", "veterans", "cms", "search"} <= project_apps()
    assert "wagtailcore" not in project_apps()
    call_command("lint_migrations")
    assert "no breach" in capsys.readouterr().out


def test_alter_field_of_choices_alone_needs_no_trigger_operation() -> None:
    """The table does not know choices: Django alters nothing."""
    initial = migration(
        "0001_initial",
        migrations.CreateModel("entry", [("kind", models.CharField(max_length=9, choices=[("a", "甲")]))]),
        GuardAppendOnly("entry"),
        initial=True,
    )

    def findings(kind: models.Field) -> list[Finding]:
        later = migration("0002_next", migrations.AlterField("entry", "kind", kind))
        return lint_migrations([initial, later], frozenset({APP}))

    assert findings(models.CharField(max_length=9, choices=[("a", "甲"), ("b", "乙")])) == []
    assert [finding.message for finding in findings(models.CharField(max_length=12))] == [
        "put UnguardAppendOnly before it: the table has triggers"
    ]
