"""Database triggers that keep a record and its state log in agreement, on SQLite and on PostgreSQL.

A row inserted into the log changes the state of its record within the same statement; nothing else may
change it. So no state exists without its log row, and no log row without its change of state. The log is an
AppendOnlyModel.
"""

from dataclasses import dataclass
from typing import Any

from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.operations.base import Operation, OperationCategory

# Conditions of a violation, one for each trigger; StateLogTriggers.create fills in the names.
_INVALID_INSERT = "NEW.state <> '{initial}' OR NEW.sequence <> 0{logged_column_set}"
_INVALID_UPDATE = """({state_changed}) AND NOT EXISTS (
    SELECT 1 FROM "{log}" entry
    WHERE entry."{key}" = NEW.id AND entry.sequence = NEW.sequence AND NEW.sequence = OLD.sequence + 1
    AND entry.to_state = NEW.state{logged_columns_agree})"""
_INVALID_LOG_INSERT = """NOT EXISTS (
    SELECT 1 FROM "{row}" r
    WHERE r.id = NEW."{key}" AND NEW.sequence = r.sequence + 1
    AND NEW.from_state = CASE r.sequence WHEN 0 THEN '' ELSE r.state END
    AND (r.sequence > 0 OR NEW.to_state = '{initial}'))"""
_CHANGE_STATE = """UPDATE "{row}" SET state = NEW.to_state, sequence = NEW.sequence{assign_logged_columns}
    WHERE id = NEW."{key}";"""

# (event, violation, message, action), in the order of `StateLogTriggers.names`.
_TRIGGERS = (
    (
        'BEFORE INSERT ON "{row}"',
        _INVALID_INSERT,
        "a row is inserted with its first state and sequence 0",
        "",
    ),
    (
        'BEFORE UPDATE OF {state_columns} ON "{row}"',
        _INVALID_UPDATE,
        "a state changes only by a new row of its log",
        "",
    ),
    # After, not before: several rows in one INSERT change the state one by one on both databases.
    (
        'AFTER INSERT ON "{log}"',
        _INVALID_LOG_INSERT,
        "a log row must continue from the current state and sequence",
        _CHANGE_STATE,
    ),
)
_SQLITE = """CREATE TRIGGER "{name}" {event}
BEGIN SELECT RAISE(ABORT, '{message}') WHERE {violation}; {action} END"""
_FUNCTION = """CREATE OR REPLACE FUNCTION "{name}"() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
IF {violation} THEN RAISE EXCEPTION '{message}' USING ERRCODE = 'integrity_constraint_violation'; END IF;
{action} RETURN NEW; END $$"""
_POSTGRESQL = 'CREATE TRIGGER "{name}" {event} FOR EACH ROW EXECUTE FUNCTION "{name}"()'


@dataclass(frozen=True, slots=True)
class StateLogTriggers:
    """Triggers of one table and its state log.

    The table has `state` and `sequence` (the number of the last log row, 0 at first), the log has `sequence`,
    `from_state` and `to_state`.

    Attributes:
        row: name of the record's table.
        log: name of the log's table.
        key: column of the log that references the record.
        initial: the first state.
        logged_columns: further columns of both tables; the log row holds their value after the change.
    """

    row: str
    log: str
    key: str
    initial: str
    logged_columns: tuple[str, ...]

    @property
    def names(self) -> tuple[tuple[str, str], ...]:
        """(table, trigger) of each trigger."""
        return (
            (self.row, f"{self.row}_begins"),
            (self.row, f"{self.row}_follows"),
            (self.log, f"{self.log}_moves"),
        )

    def create(self, vendor: str) -> list[str]:
        """Return the statements that create the triggers."""
        same = "IS" if vendor == "sqlite" else "IS NOT DISTINCT FROM"
        state_columns = ("state", "sequence", *self.logged_columns)
        clauses = {
            "row": self.row,
            "log": self.log,
            "key": self.key,
            "initial": self.initial,
            "state_columns": ", ".join(f'"{name}"' for name in state_columns),
            "logged_column_set": "".join(f' OR NEW."{name}" IS NOT NULL' for name in self.logged_columns),
            "state_changed": " OR ".join(f'NOT (NEW."{name}" {same} OLD."{name}")' for name in state_columns),
            "logged_columns_agree": "".join(
                f' AND entry."{name}" {same} NEW."{name}"' for name in self.logged_columns
            ),
            "assign_logged_columns": "".join(f', "{name}" = NEW."{name}"' for name in self.logged_columns),
        }
        statements = []
        for (_, name), (event, violation, message, action) in zip(self.names, _TRIGGERS, strict=True):
            parts = {
                "name": name,
                "event": event.format_map(clauses),
                "violation": violation.format_map(clauses),
                "message": message,
                "action": action.format_map(clauses),
            }
            templates = (_SQLITE,) if vendor == "sqlite" else (_FUNCTION, _POSTGRESQL)
            statements += [template.format_map(parts) for template in templates]
        return statements

    def drop(self, vendor: str) -> list[str]:
        """Return the statements that drop the triggers."""
        if vendor == "sqlite":
            return [f'DROP TRIGGER IF EXISTS "{name}"' for _, name in self.names]
        triggers = [f'DROP TRIGGER IF EXISTS "{name}" ON "{table}"' for table, name in self.names]
        return triggers + [f'DROP FUNCTION IF EXISTS "{name}"()' for _, name in self.names]


class CreateStateLogTriggers(Operation):
    """Create the triggers of a model and its state log; the last operation of the migration that needs it.

    Django rebuilds a SQLite table to alter it, which drops its triggers, and cannot do so while triggers of
    other tables name it: a migration that alters one of the two begins with `DropStateLogTriggers` and ends
    with `CreateStateLogTriggers`. tests/house/test_state_log_triggers.py inspects the migrated database.
    """

    reversible = True
    category = OperationCategory.SQL

    def __init__(self, row: str, log: str, key: str, initial: str, logged_columns: list[str]) -> None:
        self.row, self.log, self.key, self.initial, self.logged_columns = (
            row,
            log,
            key,
            initial,
            logged_columns,
        )

    def deconstruct(self) -> tuple[str, list[Any], dict[str, Any]]:
        kwargs = {"row": self.row, "log": self.log, "key": self.key, "initial": self.initial}
        return type(self).__name__, [], {**kwargs, "logged_columns": self.logged_columns}

    def state_forwards(self, app_label: str, state: Any) -> None:
        """Leave the models as they are."""

    def _triggers(self, app_label: str, state: Any) -> StateLogTriggers:
        row, log = (state.apps.get_model(app_label, name) for name in (self.row, self.log))
        return StateLogTriggers(
            row=row._meta.db_table,
            log=log._meta.db_table,
            key=log._meta.get_field(self.key).column,
            initial=self.initial,
            logged_columns=tuple(row._meta.get_field(name).column for name in self.logged_columns),
        )

    def _create(self, app_label: str, editor: BaseDatabaseSchemaEditor, state: Any) -> None:
        self._drop(app_label, editor, state)
        for statement in self._triggers(app_label, state).create(editor.connection.vendor):
            editor.execute(statement, params=None)

    def _drop(self, app_label: str, editor: BaseDatabaseSchemaEditor, state: Any) -> None:
        for statement in self._triggers(app_label, state).drop(editor.connection.vendor):
            editor.execute(statement, params=None)

    def database_forwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        self._create(app_label, schema_editor, to_state)

    def database_backwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        self._drop(app_label, schema_editor, from_state)

    def describe(self) -> str:
        return f"Create the state log triggers of {self.row} and {self.log}"

    @property
    def migration_name_fragment(self) -> str:
        return f"state_log_{self.row.lower()}"


class DropStateLogTriggers(CreateStateLogTriggers):
    """The opposite of `CreateStateLogTriggers`, with the same arguments."""

    def database_forwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        self._drop(app_label, schema_editor, from_state)

    def database_backwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        self._create(app_label, schema_editor, to_state)

    def describe(self) -> str:
        return f"Drop the state log triggers of {self.row} and {self.log}"

    @property
    def migration_name_fragment(self) -> str:
        return f"drop_state_log_{self.row.lower()}"
