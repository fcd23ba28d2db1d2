"""Migration operations of our own."""

from typing import Any

from django.db import models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.operations.base import Operation, OperationCategory

from portal.core.encryption import EncryptedTextField

# One function for all guarded tables; the table's name comes with the trigger.
_FUNCTION = """
CREATE OR REPLACE FUNCTION portal_append_only() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    RAISE EXCEPTION 'rows of % are never changed or deleted', TG_TABLE_NAME
        USING ERRCODE = 'integrity_constraint_violation';
END $$
"""
_CALL = "EXECUTE FUNCTION portal_append_only()"


def guard_names(table: str) -> tuple[str, str]:
    """Names of the two triggers that guard `table`."""
    return f"{table}_no_update", f"{table}_no_delete"


def guard_sql(model: type[models.Model], vendor: str) -> list[str]:
    """Statements that make the database refuse UPDATE and DELETE (on PostgreSQL TRUNCATE too) on a model's
    table.

    Encrypted columns may be updated: a rotation of keys writes the same text under another key.
    """
    table = model._meta.db_table
    no_update, no_delete = guard_names(table)
    fixed = [
        f'"{field.column}"'
        for field in model._meta.local_concrete_fields
        if not isinstance(field, EncryptedTextField)
    ]
    update = f"UPDATE OF {', '.join(fixed)}"
    message = f"rows of {table} are never changed or deleted"
    if vendor == "sqlite":
        return [
            f'CREATE TRIGGER "{name}" BEFORE {verb} ON "{table}" '
            f"BEGIN SELECT RAISE(ABORT, '{message}'); END"
            for name, verb in ((no_update, update), (no_delete, "DELETE"))
        ]
    return [
        _FUNCTION,
        f'CREATE TRIGGER "{no_update}" BEFORE {update} ON "{table}" FOR EACH ROW {_CALL}',
        f'CREATE TRIGGER "{no_delete}" BEFORE DELETE OR TRUNCATE ON "{table}" FOR EACH STATEMENT {_CALL}',
    ]


def unguard_sql(model: type[models.Model], vendor: str) -> list[str]:
    """Statements that take the guard of a model's table away."""
    table = model._meta.db_table
    where = "" if vendor == "sqlite" else f' ON "{table}"'
    return [f'DROP TRIGGER IF EXISTS "{name}"{where}' for name in guard_names(table)]


class GuardAppendOnly(Operation):
    """Let the database itself refuse to change or delete rows of a log (an AppendOnlyModel).

    Django rebuilds a SQLite table to alter it, which drops its triggers: a migration that alters a guarded
    table guards it again. tests/house/test_append_only.py looks at the finished database.
    """

    reversible = True
    category = OperationCategory.SQL

    def __init__(self, model_name: str) -> None:
        self.model_name = model_name

    def deconstruct(self) -> tuple[str, list[Any], dict[str, Any]]:
        return type(self).__name__, [], {"model_name": self.model_name}

    def state_forwards(self, app_label: str, state: Any) -> None:
        """The models stay as they are."""

    def database_forwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: Any, to_state: Any
    ) -> None:
        model = to_state.apps.get_model(app_label, self.model_name)
        vendor = schema_editor.connection.vendor
        for statement in [*unguard_sql(model, vendor), *guard_sql(model, vendor)]:
            schema_editor.execute(statement, params=None)  # a % is a %

    def database_backwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: Any, to_state: Any
    ) -> None:
        model = from_state.apps.get_model(app_label, self.model_name)
        for statement in unguard_sql(model, schema_editor.connection.vendor):
            schema_editor.execute(statement)

    def describe(self) -> str:
        return f"Refuse to change or delete rows of {self.model_name}"

    @property
    def migration_name_fragment(self) -> str:
        return f"guard_{self.model_name.lower()}"
