"""Tests of the migration operations: guards of append-only tables, encryption, and how they are written."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import IntegrityError, connection, migrations, models, transaction
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState
from django.db.migrations.writer import OperationWriter

from portal.core.encryption import EncryptedTextField, cipher
from portal.core.migration_operations import EncryptText, GuardAppendOnly, UnguardAppendOnly
from portal.core.state_log_triggers import CreateStateLogTriggers, DropStateLogTriggers

APP, TABLE = "shop", "shop_entry"
KEY = ("id", models.BigAutoField(primary_key=True))
STATE_FIELDS = [
    (name, models.CharField(max_length=9)) for name in ("state", "to_state", "from_state", "note")
]


@pytest.fixture
def state() -> ProjectState:
    """The models of an app that exists in no database."""
    state = ProjectState()
    for operation in (
        migrations.CreateModel(
            "entry", [KEY, ("count", models.IntegerField()), ("note", EncryptedTextField("备注"))]
        ),
        migrations.CreateModel("order", [KEY, *STATE_FIELDS]),
        migrations.CreateModel(
            "orderstep", [KEY, *STATE_FIELDS, ("order", models.ForeignKey("shop.order", models.PROTECT))]
        ),
    ):
        operation.state_forwards(APP, state)
    return state


@pytest.fixture
def table(db: None) -> Iterator[None]:
    """The table of `entry` with three rows."""
    with connection.cursor() as cursor:
        cursor.execute(f'CREATE TABLE "{TABLE}" (id integer PRIMARY KEY, count integer, note text)')
        cursor.executemany(
            f'INSERT INTO "{TABLE}" (id, count, note) VALUES (%s, 0, %s)',
            [(1, "腰伤"), (2, ""), (3, "住院")],
        )
    yield
    with connection.cursor() as cursor:
        cursor.execute(f'DROP TABLE "{TABLE}"')


def make_editor(*, collect_sql: bool = False) -> BaseDatabaseSchemaEditor:
    """Return an editor that is not entered: that of SQLite begins no transaction within a test's own."""
    return connection.schema_editor(collect_sql=collect_sql)


def is_refused(statement: str) -> bool:
    """Return whether the database refuses the statement because the rows are guarded; undo its effect."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)
            transaction.set_rollback(True)
    except IntegrityError as error:
        return f"rows of {TABLE} are never changed or deleted" in str(error)
    return False


def has_guards() -> bool:
    """Return whether changes and deletions are refused; either both are or none."""
    is_update_refused = is_refused(f'UPDATE "{TABLE}" SET count = 1')
    assert is_refused(f'DELETE FROM "{TABLE}" WHERE id = 2') == is_update_refused
    return is_update_refused


def read_notes() -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(f'SELECT note FROM "{TABLE}" ORDER BY id')
        return [note for (note,) in cursor.fetchall()]


def migration_of(operation: Operation) -> migrations.Migration:
    body = {"operations": [operation]}
    return type("Migration", (migrations.Migration,), body)("0002_next", APP)


@pytest.mark.usefixtures("table")
def test_guarded_table_can_be_altered_between_unguard_and_guard(state: ProjectState) -> None:
    guard, unguard, editor = GuardAppendOnly("entry"), UnguardAppendOnly("entry"), make_editor()
    for _ in range(2):  # whether the table has guards already or not
        guard.database_forwards(APP, editor, state, state)
        assert has_guards()
    unguard.database_forwards(APP, editor, state, state)
    assert not has_guards()
    guard.database_forwards(APP, editor, state, state)
    assert has_guards()


@pytest.mark.usefixtures("table")
def test_guards_are_reversed_with_their_migration(state: ProjectState) -> None:
    guard, unguard, editor = GuardAppendOnly("entry"), UnguardAppendOnly("entry"), make_editor()
    unguard.database_backwards(APP, editor, state, state)
    assert has_guards()
    guard.database_backwards(APP, editor, state, state)
    assert not has_guards()


@pytest.mark.usefixtures("table")
def test_encrypted_column_of_a_guarded_table_can_be_changed(state: ProjectState) -> None:
    """Key rotation writes the same text under another key; anonymising empties it."""
    GuardAppendOnly("entry").database_forwards(APP, make_editor(), state, state)
    assert not is_refused(f"UPDATE \"{TABLE}\" SET note = ''")
    assert is_refused(f'UPDATE "{TABLE}" SET id = 9')
    assert is_refused(f"UPDATE \"{TABLE}\" SET note = '', count = 1")


@pytest.mark.usefixtures("table")
@pytest.mark.parametrize("batch", [1, 2, 3, 1_000])
def test_text_of_every_batch_is_encrypted_and_decrypted(
    state: ProjectState, batch: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(EncryptText, "BATCH", batch)
    plain, operation, editor = read_notes(), EncryptText("entry", ["note"]), make_editor()
    operation.database_forwards(APP, editor, state, state)
    tokens = read_notes()
    assert [token and cipher().decrypt(token.encode()).decode() for token in tokens] == plain
    assert tokens[1] == "", "empty text stays empty"
    assert all(token.startswith("gAAAA") for token in (tokens[0], tokens[2]))
    operation.database_backwards(APP, editor, state, state)
    assert read_notes() == plain


@pytest.mark.usefixtures("table")
def test_sqlmigrate_of_an_encryption_changes_no_row(state: ProjectState) -> None:
    plain, editor = read_notes(), make_editor(collect_sql=True)
    migration_of(EncryptText("entry", ["note"])).apply(state, editor, collect_sql=True)
    assert read_notes() == plain
    assert "-- THIS OPERATION CANNOT BE WRITTEN AS SQL" in editor.collected_sql


TRIGGERS: dict[str, Any] = {
    "row": "order",
    "log": "orderstep",
    "key": "order",
    "initial": "new",
    "logged_columns": ["note"],
}
WRITTEN_TRIGGERS = "row='order', log='orderstep', key='order', initial='new', logged_columns=['note']"


@pytest.mark.parametrize(
    ("operation", "description", "name", "code"),
    [
        (
            GuardAppendOnly("Entry"),
            "Refuse to change or delete rows of Entry",
            "guard_entry",
            "GuardAppendOnly(model_name='Entry')",
        ),
        (
            UnguardAppendOnly("Entry"),
            "Let Entry be altered",
            "unguard_entry",
            "UnguardAppendOnly(model_name='Entry')",
        ),
        (
            EncryptText("Entry", ["note"]),
            "Encrypt note of Entry",
            "encrypt_entry",
            "EncryptText(model_name='Entry', names=['note'])",
        ),
        (
            CreateStateLogTriggers(**TRIGGERS),
            "Create the state log triggers of order and orderstep",
            "state_log_order",
            f"CreateStateLogTriggers({WRITTEN_TRIGGERS})",
        ),
        (
            DropStateLogTriggers(**TRIGGERS),
            "Drop the state log triggers of order and orderstep",
            "drop_state_log_order",
            f"DropStateLogTriggers({WRITTEN_TRIGGERS})",
        ),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Operation) else "",
)
@pytest.mark.django_db
def test_operation_is_described_named_and_written_for_the_developer(
    state: ProjectState, operation: Operation, description: str, name: str, code: str
) -> None:
    """Described by `sqlmigrate`, named by `makemigrations`, written into a file by `squashmigrations`."""
    editor = make_editor(collect_sql=True)
    migration = migration_of(operation)
    migration.apply(state, editor, collect_sql=True)
    assert f"-- {description}" in editor.collected_sql
    assert migration.suggest_name() == name
    lines = [line.strip() for line in OperationWriter(operation, indentation=0).serialize()[0].splitlines()]
    text = " ".join(lines).replace("( ", "(").replace("[ ", "[").replace(", ]", "]").replace(", )", ")")
    assert text.rpartition("migration_operations.")[2].rpartition("state_log_triggers.")[2] == f"{code},"
