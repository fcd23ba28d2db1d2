"""Recognition of a database from before the migrations were reset.

The reset gave every app a new initial migration and some apps a new name, so an older database cannot be
migrated: its tables would be created a second time. Nothing had been released, so no conversion exists.
"""

from django.db import DatabaseError
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.migrations.recorder import MigrationRecorder

OLD_APPS = frozenset({"integrators", "notices", "recommendations", "sheets"})
# The second migration of each app that kept its name.
OLD_MIGRATIONS = frozenset(
    {
        ("accounts", "0002_guard_accesslog"),
        ("cms", "0002_editorial"),
        ("core", "0002_audit_chain"),
        ("employers", "0002_no_unit_names"),
        ("placements", "0002_guard_logs"),
        ("positions", "0002_no_unit_names"),
        ("stations", "0002_history"),
        ("veterans", "0002_veteran_updated"),
        ("visits", "0002_guard_logs"),
    }
)
REFUSAL = (
    "this database was made by a version of the portal from before the migrations were reset and cannot be "
    "upgraded: delete the data folder ({folder}) or the database that DATABASE_URL names, or go back to the "
    "earlier version. 数据库由迁移重置之前的版本建立，不能升级："
    "请删除数据目录（或改用新的数据库），或者继续使用原来的版本。"
)


def is_from_before_reset(connection: BaseDatabaseWrapper) -> bool:
    """Return whether migrations that the reset removed were applied to this database."""
    try:
        migrations = MigrationRecorder(connection).applied_migrations()
    except DatabaseError:  # not reachable, or not a database: `migrate` reports that better
        return False
    return any(app in OLD_APPS or (app, name) in OLD_MIGRATIONS for app, name in migrations)
