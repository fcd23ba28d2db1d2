"""A row that only its log can move: the database keeps the two together, on SQLite and on PostgreSQL.

A line added to the log moves the row, in the same statement; nothing else does. So a row cannot be moved
without a line, no line stands without its step, and none is left out. A log is an AppendOnlyModel.
"""

from dataclasses import dataclass
from typing import Any

from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.operations.base import Operation, OperationCategory

# What goes wrong, by trigger. What is said of {tied} and carried columns is written out for each of them.
_BEGINS_WRONG = "NEW.state <> '{initial}' OR NEW.sequence <> 0{set_at_once}"
_FOLLOWS_WRONG = """({moved}) AND NOT EXISTS (
    SELECT 1 FROM "{log}" line
    WHERE line."{key}" = NEW.id AND line.sequence = NEW.sequence AND NEW.sequence = OLD.sequence + 1
    AND line.to_state = NEW.state{carried_same})"""
_GROWS_WRONG = """NOT EXISTS (
    SELECT 1 FROM "{row}" r
    WHERE r.id = NEW."{key}" AND NEW.sequence = r.sequence + 1
    AND NEW.from_state = CASE r.sequence WHEN 0 THEN '' ELSE r.state END
    AND (r.sequence > 0 OR NEW.to_state = '{initial}'))"""
_MOVE = """UPDATE "{row}" SET state = NEW.to_state, sequence = NEW.sequence{carried_set}
    WHERE id = NEW."{key}";"""

# (event, violation, message, action), in the order of `StateLogTriggers.names`.
_TRIGGERS = (
    ('BEFORE INSERT ON "{row}"', _BEGINS_WRONG, "a row begins in its first state, without a log", ""),
    ('BEFORE UPDATE OF {tied} ON "{row}"', _FOLLOWS_WRONG, "a row moves only with a line of its log", ""),
    # After, not before: several lines in one INSERT move the row one by one on both databases.
    ('AFTER INSERT ON "{log}"', _GROWS_WRONG, "a log grows by one line, from where its row stands", _MOVE),
)
_SQLITE = """CREATE TRIGGER "{name}" {when}
BEGIN SELECT RAISE(ABORT, '{said}') WHERE {wrong}; {move} END"""
_FUNCTION = """CREATE OR REPLACE FUNCTION "{name}"() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
IF {wrong} THEN RAISE EXCEPTION '{said}' USING ERRCODE = 'integrity_constraint_violation'; END IF;
{move} RETURN NEW; END $$"""
_POSTGRESQL = 'CREATE TRIGGER "{name}" {when} FOR EACH ROW EXECUTE FUNCTION "{name}"()'


@dataclass(frozen=True, slots=True)
class StateLogTriggers:
    """Which table is moved by which log.

    The row has `state` and `sequence` (the number of the last line, 0 at first), the log `sequence`,
    `from_state` and `to_state`. `carried` columns stand in both: a line says what the row says after it.
    """

    row: str  # table names
    log: str
    key: str  # column of the log that points at the row
    initial: str
    carried: tuple[str, ...]

    @property
    def names(self) -> tuple[tuple[str, str], ...]:
        """(table, trigger) of each trigger."""
        return (
            (self.row, f"{self.row}_begins"),
            (self.row, f"{self.row}_follows"),
            (self.log, f"{self.log}_moves"),
        )

    def create(self, vendor: str) -> list[str]:
        """Statements that tie."""
        same = "IS" if vendor == "sqlite" else "IS NOT DISTINCT FROM"
        tied = ("state", "sequence", *self.carried)
        words = {
            "row": self.row,
            "log": self.log,
            "key": self.key,
            "initial": self.initial,
            "tied": ", ".join(f'"{name}"' for name in tied),
            "set_at_once": "".join(f' OR NEW."{name}" IS NOT NULL' for name in self.carried),
            "moved": " OR ".join(f'NOT (NEW."{name}" {same} OLD."{name}")' for name in tied),
            "carried_same": "".join(f' AND line."{name}" {same} NEW."{name}"' for name in self.carried),
            "carried_set": "".join(f', "{name}" = NEW."{name}"' for name in self.carried),
        }
        statements = []
        for (_, name), (when, wrong, said, move) in zip(self.names, _TRIGGERS, strict=True):
            parts = {
                "name": name,
                "when": when.format_map(words),
                "wrong": wrong.format_map(words),
                "said": said,
                "move": move.format_map(words),
            }
            templates = (_SQLITE,) if vendor == "sqlite" else (_FUNCTION, _POSTGRESQL)
            statements += [template.format_map(parts) for template in templates]
        return statements

    def drop(self, vendor: str) -> list[str]:
        """Statements that untie."""
        if vendor == "sqlite":
            return [f'DROP TRIGGER IF EXISTS "{name}"' for _, name in self.names]
        dropped = [f'DROP TRIGGER IF EXISTS "{name}" ON "{table}"' for table, name in self.names]
        return dropped + [f'DROP FUNCTION IF EXISTS "{name}"()' for _, name in self.names]


class CreateStateLogTriggers(Operation):
    """Tie a model to its state log, the last operation of the migration that needs it.

    Django rebuilds a SQLite table to alter it, which drops its triggers, and cannot while triggers of other
    tables name it: a migration that alters one of the two begins with `DropStateLogTriggers` and ends with
    `CreateStateLogTriggers`. tests/house/test_state_log_triggers.py looks at the finished database.
    """

    reversible = True
    category = OperationCategory.SQL

    def __init__(self, row: str, log: str, key: str, initial: str, carried: list[str]) -> None:
        self.row, self.log, self.key, self.initial, self.carried = row, log, key, initial, carried

    def deconstruct(self) -> tuple[str, list[Any], dict[str, Any]]:
        kwargs = {"row": self.row, "log": self.log, "key": self.key, "initial": self.initial}
        return type(self).__name__, [], {**kwargs, "carried": self.carried}

    def state_forwards(self, app_label: str, state: Any) -> None:
        """The models stay as they are."""

    def _tie(self, app_label: str, state: Any) -> StateLogTriggers:
        row, log = (state.apps.get_model(app_label, name) for name in (self.row, self.log))
        return StateLogTriggers(
            row=row._meta.db_table,
            log=log._meta.db_table,
            key=log._meta.get_field(self.key).column,
            initial=self.initial,
            carried=tuple(row._meta.get_field(name).column for name in self.carried),
        )

    def _run(self, editor: BaseDatabaseSchemaEditor, tie: StateLogTriggers, *, tied: bool) -> None:
        vendor = editor.connection.vendor
        for statement in tie.drop(vendor) + (tie.create(vendor) if tied else []):
            editor.execute(statement, params=None)

    def database_forwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        self._run(schema_editor, self._tie(app_label, to_state), tied=True)

    def database_backwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        self._run(schema_editor, self._tie(app_label, from_state), tied=False)

    def describe(self) -> str:
        return f"Let only {self.log} move {self.row}"

    @property
    def migration_name_fragment(self) -> str:
        return f"tie_{self.row.lower()}"


class DropStateLogTriggers(CreateStateLogTriggers):
    """The opposite of `CreateStateLogTriggers`, with the same arguments."""

    def database_forwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        self._run(schema_editor, self._tie(app_label, from_state), tied=False)

    def database_backwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        self._run(schema_editor, self._tie(app_label, to_state), tied=True)

    def describe(self) -> str:
        return f"Let {self.row} be altered"

    @property
    def migration_name_fragment(self) -> str:
        return f"untie_{self.row.lower()}"
