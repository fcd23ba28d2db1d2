"""Migration operations: guard append-only tables, encrypt existing text."""

from collections.abc import Callable
from typing import Any

from django.db import models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.operations.base import Operation, OperationCategory

from portal.core.encryption import EncryptedTextField, cipher, column_name

# One function for all guarded tables; the table's name comes with the trigger.
_FUNCTION = """
CREATE OR REPLACE FUNCTION portal_append_only() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    RAISE EXCEPTION 'rows of % are never changed or deleted', TG_TABLE_NAME
        USING ERRCODE = 'integrity_constraint_violation';
END $$
"""
_CALL = "EXECUTE FUNCTION portal_append_only()"


def guard_names(table: str) -> tuple[str, str]:
    """Return the names of the two triggers that guard `table`."""
    return f"{table}_no_update", f"{table}_no_delete"


def guard_sql(model: type[models.Model], vendor: str) -> list[str]:
    """Return the statements that make the database refuse UPDATE and DELETE (on PostgreSQL also TRUNCATE).

    Encrypted columns may be updated: key rotation writes the same text under another key, and anonymising
    empties it.
    """
    table = model._meta.db_table
    no_update, no_delete = guard_names(table)
    guarded_columns = [
        f'"{field.column}"'
        for field in model._meta.local_concrete_fields
        if not isinstance(field, EncryptedTextField)
    ]
    update = f"UPDATE OF {', '.join(guarded_columns)}"
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
    """Return the statements that drop the guards of a model's table."""
    table = model._meta.db_table
    where = "" if vendor == "sqlite" else f' ON "{table}"'
    return [f'DROP TRIGGER IF EXISTS "{name}"{where}' for name in guard_names(table)]


class GuardAppendOnly(Operation):
    """Make the database refuse to change or delete rows of a log (an AppendOnlyModel).

    Django rebuilds a SQLite table to alter it, which drops its triggers, and PostgreSQL alters no column that
    a trigger names: a migration that alters a guarded table begins with `UnguardAppendOnly` and ends with
    `GuardAppendOnly`. tests/house/test_append_only.py inspects the migrated database.
    """

    reversible = True
    category = OperationCategory.SQL

    def __init__(self, model_name: str) -> None:
        self.model_name = model_name

    def deconstruct(self) -> tuple[str, list[Any], dict[str, Any]]:
        return type(self).__name__, [], {"model_name": self.model_name}

    def state_forwards(self, app_label: str, state: Any) -> None:
        """Leave the models as they are."""

    def _guard(self, app_label: str, editor: BaseDatabaseSchemaEditor, state: Any) -> None:
        model = state.apps.get_model(app_label, self.model_name)
        self._unguard(app_label, editor, state)
        for statement in guard_sql(model, editor.connection.vendor):
            editor.execute(statement, params=None)  # a % is a %

    def _unguard(self, app_label: str, editor: BaseDatabaseSchemaEditor, state: Any) -> None:
        model = state.apps.get_model(app_label, self.model_name)
        for statement in unguard_sql(model, editor.connection.vendor):
            editor.execute(statement, params=None)

    def database_forwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        self._guard(app_label, schema_editor, to_state)

    def database_backwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        self._unguard(app_label, schema_editor, from_state)

    def describe(self) -> str:
        return f"Refuse to change or delete rows of {self.model_name}"

    @property
    def migration_name_fragment(self) -> str:
        return f"guard_{self.model_name.lower()}"


class UnguardAppendOnly(GuardAppendOnly):
    """The opposite of `GuardAppendOnly`, with the same argument."""

    def database_forwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        self._unguard(app_label, schema_editor, from_state)

    def database_backwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        self._guard(app_label, schema_editor, to_state)

    def describe(self) -> str:
        return f"Let {self.model_name} be altered"

    @property
    def migration_name_fragment(self) -> str:
        return f"unguard_{self.model_name.lower()}"


class EncryptText(Operation):
    """Encrypt the plain text in columns that the operation before made an `EncryptedTextField`.

    Empty text stays empty. The reverse operation decrypts the text.
    """

    reduces_to_sql = False  # or `sqlmigrate`, which is asked for the statements only, rewrites the rows
    reversible = True
    category = OperationCategory.PYTHON
    BATCH = 1_000

    def __init__(self, model_name: str, names: list[str]) -> None:
        self.model_name, self.names = model_name, names

    def deconstruct(self) -> tuple[str, list[Any], dict[str, Any]]:
        return type(self).__name__, [], {"model_name": self.model_name, "names": self.names}

    def state_forwards(self, app_label: str, state: Any) -> None:
        """Leave the models as they are."""

    def database_forwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        model = to_state.apps.get_model(app_label, self.model_name)
        self._rewrite(schema_editor, model, lambda text: cipher().encrypt(text.encode()).decode())

    def database_backwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        model = to_state.apps.get_model(app_label, self.model_name)
        self._rewrite(schema_editor, model, lambda text: cipher().decrypt(text.encode()).decode())

    def _rewrite(
        self, editor: BaseDatabaseSchemaEditor, model: type[models.Model], convert: Callable[[str], str]
    ) -> None:
        quote = editor.connection.ops.quote_name
        by_name = {field.name: column_name(field) for field in model._meta.concrete_fields}
        table, key = quote(model._meta.db_table), quote(by_name[model._meta.pk.name])
        columns = [quote(by_name[name]) for name in self.names]
        # Names of our own models, quoted.
        select = f"SELECT {key}, {', '.join(columns)} FROM {table} WHERE {key} > %s ORDER BY {key} LIMIT %s"  # noqa: S608
        update = f"UPDATE {table} SET {', '.join(f'{name} = %s' for name in columns)} WHERE {key} = %s"  # noqa: S608
        after = 0
        with editor.connection.cursor() as cursor:
            while True:
                cursor.execute(select, [after, self.BATCH])
                rows = cursor.fetchall()
                if not rows:
                    return
                changes = [
                    [*(convert(text) if text else text for text in texts), pk]
                    for pk, *texts in rows
                    if any(texts)
                ]
                if changes:
                    cursor.executemany(update, changes)
                after = rows[-1][0]

    def describe(self) -> str:
        return f"Encrypt {', '.join(self.names)} of {self.model_name}"

    @property
    def migration_name_fragment(self) -> str:
        return f"encrypt_{self.model_name.lower()}"
