"""Django's backend for PostgreSQL, with hooks for a rollback."""

from django.db.backends.postgresql import base

from portal.core.database.rollback_hooks import RollbackHooksMixin


class DatabaseWrapper(RollbackHooksMixin, base.DatabaseWrapper):
    """Connection to PostgreSQL."""
