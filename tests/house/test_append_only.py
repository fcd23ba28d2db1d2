"""The migrated database refuses to change or delete rows of every log."""

import pytest
from django.apps import apps
from django.db import connection

from portal.core.migration_operations import guard_names
from portal.core.models import AppendOnlyModel

LOGS = sorted(model._meta.db_table for model in apps.get_models() if issubclass(model, AppendOnlyModel))


@pytest.mark.django_db
@pytest.mark.parametrize("table", LOGS)
def test_log_table_has_its_guards(table: str) -> None:
    catalogue = (
        "SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = %s"
        if connection.vendor == "sqlite"
        else "SELECT tgname FROM pg_trigger WHERE tgrelid = %s::regclass AND tgenabled = 'O'"
    )
    with connection.cursor() as cursor:
        cursor.execute(catalogue, [table])
        triggers = {name for (name,) in cursor.fetchall()}
    assert set(guard_names(table)) <= triggers, "its migration ends with GuardAppendOnly"
