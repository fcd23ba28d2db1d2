"""Django's backend for SQLite, with hooks for a rollback."""

from django.db.backends.sqlite3 import base

from portal.core.database.rollback_hooks import RollbackHooksMixin


class DatabaseWrapper(RollbackHooksMixin, base.DatabaseWrapper):
    """Connection to SQLite."""
