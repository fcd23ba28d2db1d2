"""The migrated database has the state log triggers of placements; migrations can alter both tables."""

from typing import Any

import pytest
from django.apps import apps
from django.db import connection, migrations, models
from django.db.migrations.loader import MigrationLoader

from portal.core.migration_operations import GuardAppendOnly
from portal.core.state_log_triggers import CreateStateLogTriggers, DropStateLogTriggers, StateLogTriggers

TRIGGERS = StateLogTriggers(
    row="placements_placement",
    log="placements_placementtransition",
    key="placement_id",
    initial="intended",
    logged_columns=("onboarded_on", "left_on"),
)
ARGUMENTS: dict[str, Any] = {
    "row": "placement",
    "log": "placementtransition",
    "key": "placement",
    "initial": "intended",
    "logged_columns": ["onboarded_on", "left_on"],
}


def triggers(table: str) -> set[str]:
    catalogue = (
        "SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = %s"
        if connection.vendor == "sqlite"
        else "SELECT tgname FROM pg_trigger WHERE tgrelid = %s::regclass AND tgenabled = 'O'"
    )
    with connection.cursor() as cursor:
        cursor.execute(catalogue, [table])
        return {name for (name,) in cursor.fetchall()}


def has_all_triggers() -> bool:
    return all(name in triggers(table) for table, name in TRIGGERS.names)


@pytest.mark.django_db
def test_migrated_database_has_the_triggers() -> None:
    assert has_all_triggers(), "the migration that alters one of them ends with CreateStateLogTriggers"


def test_migrations_create_these_triggers_only() -> None:
    operations = [
        operation
        for migration in MigrationLoader(None).disk_migrations.values()
        for operation in migration.operations
        if type(operation) is CreateStateLogTriggers
    ]
    assert operations
    for operation in operations:
        assert operation.deconstruct()[2] == ARGUMENTS
    row = apps.get_model("placements", "Placement")
    assert {row._meta.db_table, *TRIGGERS.logged_columns} <= {"placements_placement"} | {
        field.column for field in row._meta.concrete_fields
    }


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("name", ["placement", "placementtransition"])
def test_migration_that_alters_either_table_can_be_reversed(name: Any) -> None:
    """Alter a table like a later migration: SQLite rebuilds it, and the triggers are there again."""
    operations = [
        DropStateLogTriggers(**ARGUMENTS),
        migrations.AddField(name, "extra", models.CharField(max_length=30, default="")),
        CreateStateLogTriggers(**ARGUMENTS),
        *([GuardAppendOnly(name)] if name == "placementtransition" else []),
    ]
    states = [MigrationLoader(connection).project_state()]
    for operation in operations:
        states.append(states[-1].clone())
        operation.state_forwards("placements", states[-1])
    steps = list(zip(operations, states, states[1:], strict=False))
    with connection.schema_editor() as editor:
        for operation, old, new in steps:
            operation.database_forwards("placements", editor, old, new)
    assert has_all_triggers()
    with connection.schema_editor() as editor:
        for operation, old, new in reversed(steps):
            operation.database_backwards("placements", editor, new, old)
        if name == "placementtransition":
            GuardAppendOnly(name).database_forwards("placements", editor, states[0], states[0])
    assert has_all_triggers()
