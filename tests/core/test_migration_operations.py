"""Tests of the migration operations: guards of an append-only table, and what `sqlmigrate` shows of them."""

from collections.abc import Iterator

import pytest
from django.db import IntegrityError, connection, migrations, models, transaction
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState

from portal.core.encryption import EncryptedTextField
from portal.core.migration_operations import GuardAppendOnly, UnguardAppendOnly

APP, TABLE = "shop", "shop_entry"
KEY = ("id", models.BigAutoField(primary_key=True))
STATE_FIELDS = [(name, models.CharField(max_length=9)) for name in ("state", "to_state", "from_state")]


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


@pytest.mark.usefixtures("table")
def test_guarded_table_can_be_altered_between_unguard_and_guard(state: ProjectState) -> None:
    guard, unguard, editor = GuardAppendOnly("entry"), UnguardAppendOnly("entry"), make_editor()
    guard.database_forwards(APP, editor, state, state)
    assert has_guards()
    unguard.database_forwards(APP, editor, state, state)
    assert not has_guards()
    guard.database_forwards(APP, editor, state, state)
    assert has_guards()


@pytest.mark.parametrize(
    ("operation", "description"),
    [
        (GuardAppendOnly("entry"), "Refuse to change or delete rows of entry"),
        (UnguardAppendOnly("entry"), "Let entry be altered"),
    ],
    ids=lambda value: value if isinstance(value, str) else type(value).__name__,
)
@pytest.mark.django_db
def test_sqlmigrate_says_what_an_operation_does(
    state: ProjectState, operation: Operation, description: str
) -> None:
    migration = type("Migration", (migrations.Migration,), {"operations": [operation]})("0002_next", APP)
    editor = make_editor(collect_sql=True)
    migration.apply(state, editor, collect_sql=True)
    assert f"-- {description}" in editor.collected_sql
