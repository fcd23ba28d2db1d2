"""The test database: migrated once, never the one a person works with, whole again after each test.

On SQLite the migrated, empty database is kept in .pytest_cache under a key made from every migration and the
lock, and copied from there: a run of one test file starts in seconds. A changed migration makes it anew.
"""

import hashlib
import json
import os
import shutil
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings
from django.core.cache import cache
from django.core.management import call_command
from django.db import DEFAULT_DB_ALIAS, connection, connections
from django.db.backends.base.creation import BaseDatabaseCreation
from django.db.backends.base.operations import BaseDatabaseOperations
from django.test import TestCase
from pytest_django import DjangoDbBlocker

from tests.harness.leaks import search

ROOT = Path(__file__).resolve().parents[2]
PREFIX = "portal-test-"

# Name under which Django keeps the rows of migrations on a connection.
SERIALIZED = "_test_serialized_contents"


def pytest_configure(config: pytest.Config) -> None:
    if not settings.DATA_DIR.name.startswith(PREFIX):
        raise pytest.UsageError("tests make their own data folder: unset PORTAL_DATA")


def pytest_unconfigure(config: pytest.Config) -> None:
    shutil.rmtree(settings.DATA_DIR, ignore_errors=True)


def _key() -> str:
    digest = hashlib.sha256()
    rooms = ("portal", "cms", "search")
    migrations = sorted(path for room in rooms for path in (ROOT / room).rglob("migrations/*.py"))
    for path in (ROOT / "requirements.lock", ROOT / "portal/settings/base.py", *migrations):
        digest.update(str(path.relative_to(ROOT)).encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


def _migrated_copy() -> Path:
    return ROOT / ".pytest_cache" / f"migrated-{_key()}.sqlite3"


@pytest.fixture(scope="session")
def django_db_keepdb(django_db_modify_db_settings: None) -> bool:
    """True when the migrated database can be copied instead of made. Its name is settled by then."""
    if connection.vendor != "sqlite" or not _migrated_copy().exists():
        return False
    shutil.copyfile(_migrated_copy(), settings.DATABASES["default"]["TEST"]["NAME"])
    return True


@pytest.fixture(scope="session")
def django_db_setup(
    request: pytest.FixtureRequest,
    numbers_are_noted: None,
    log_of_the_run: Path,
    django_db_setup: None,
    django_db_keepdb: bool,
    django_db_blocker: DjangoDbBlocker,
) -> Iterator[None]:
    """Keeps the database that was just migrated for the next run; at the end looks for what it gave away."""
    _keep(django_db_keepdb)
    yield
    with django_db_blocker.unblock():
        leaks = search(request.config)
    assert not leaks, "plain numbers on disk:\n" + "\n".join(leaks[:20])


def _keep(django_db_keepdb: bool) -> None:
    # Playwright's event loop gives its tests a connection object of their own: what the first one serialized
    # for serialized_rollback has to be found on every one.
    settings_connection = connections[DEFAULT_DB_ALIAS]  # not `connection`, which only stands for it
    contents = getattr(settings_connection, SERIALIZED, None)
    if contents is not None:
        setattr(type(settings_connection), SERIALIZED, contents)
    if connection.vendor != "sqlite" or django_db_keepdb:
        return
    copy = _migrated_copy()
    copy.parent.mkdir(exist_ok=True)
    for old in copy.parent.glob("migrated-*.sqlite3"):
        old.unlink(missing_ok=True)
    draft = copy.with_name(f"{copy.name}.{os.getpid()}")
    draft.unlink(missing_ok=True)
    source = sqlite3.connect(settings.DATABASES["default"]["TEST"]["NAME"])
    try:
        source.execute("VACUUM INTO ?", (str(draft),))
    finally:
        source.close()
    draft.replace(copy)


@pytest.fixture(scope="session", autouse=True)
def logs_can_be_emptied() -> Iterator[None]:
    """Django empties the database after a test that commits; the database guards its logs against that."""
    # Models load after Django is set up.
    from portal.core.migration_operations import guard_sql, unguard_sql
    from portal.core.models import AppendOnlyModel

    logs = [model for model in apps.get_models() if issubclass(model, AppendOnlyModel)]
    plain = BaseDatabaseOperations.execute_sql_flush

    def flush(self: BaseDatabaseOperations, sql_list: list[str]) -> None:
        vendor = self.connection.vendor
        if vendor == "sqlite":
            before = [line for log in logs for line in unguard_sql(log, vendor)]
            after = [line for log in logs for line in guard_sql(log, vendor)]
        else:
            before, after = (
                ["SET session_replication_role = replica"],
                ["SET session_replication_role = origin"],
            )
        plain(self, [*before, *sql_list, *after])

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(BaseDatabaseOperations, "execute_sql_flush", flush)
        yield


@pytest.fixture(scope="session", autouse=True)
def content_types_come_back_first() -> Iterator[None]:
    """Restore content types before other rows.

    Rows of migrations are read back for each test that commits, and Wagtail listens: for a page it asks
    for the page's content type, and makes one when none is there yet and the process remembers none. So they
    are read back before everything else; and what a request that a browser left behind wrote after the
    database was emptied goes first.
    """
    plain = BaseDatabaseCreation.deserialize_db_from_string

    def deserialize(self: BaseDatabaseCreation, data: str) -> None:
        # Models load after Django is set up.
        from django.contrib.contenttypes.models import ContentType

        if ContentType.objects.using(self.connection.alias).exists():
            call_command(
                "flush", verbosity=0, interactive=False, database=self.connection.alias,
                reset_sequences=False, allow_cascade=False, inhibit_post_migrate=True,
            )  # fmt: skip
        rows = sorted(json.loads(data), key=lambda row: row["model"] != "contenttypes.contenttype")
        plain(self, json.dumps(rows))

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(BaseDatabaseCreation, "deserialize_db_from_string", deserialize)
        yield


@pytest.fixture(scope="session", autouse=True)
def restore_migrated_rows() -> Iterator[None]:
    """Tests that commit come last, but only within one process: one that has done its share takes tests of
    another, which may come before. So a test that rolls back looks first whether the root page is there,
    which no request makes.
    """
    plain = vars(TestCase)["_fixture_setup"].__func__

    def set_up(case: type[TestCase]) -> None:
        # Models load after Django is set up.
        from wagtail.models import Page

        test_connection = connections[DEFAULT_DB_ALIAS]
        if not Page.objects.filter(depth=1).exists():
            test_connection.creation.deserialize_db_from_string(getattr(test_connection, SERIALIZED))
        plain(case)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TestCase, "_fixture_setup", classmethod(set_up))
        yield


@pytest.fixture
def transactional_db(transactional_db: None, django_db_serialized_rollback: None) -> None:
    """A test that commits leaves an empty database; the next one needs what migrations made."""


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    # The same for tests that ask by mark.
    for item in items:
        mark = item.get_closest_marker("django_db")
        if mark and mark.kwargs.get("transaction"):
            item.add_marker(
                pytest.mark.django_db(**{**mark.kwargs, "serialized_rollback": True}), append=False
            )


@pytest.fixture(autouse=True)
def empty_cache() -> Iterator[None]:
    """Empty the cache before and after each test."""
    cache.clear()
    yield
    cache.clear()
