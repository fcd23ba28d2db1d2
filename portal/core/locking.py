"""Lock on one row for the rest of a transaction."""

from typing import TypeVar

from django.db.models import Model

M = TypeVar("M", bound=Model)


def locked(instance: M, *select_related: str) -> M:
    """Return the row of `instance` as it is now, locked until the transaction ends (SELECT … FOR UPDATE).

    SQLite has no row locks; there every write transaction is exclusive from its start.

    Args:
        instance: a saved row; it is not changed itself.
        select_related: relations to load with it. Their rows are not locked.

    Raises:
        DoesNotExist: the row was deleted meanwhile.
        TransactionManagementError: outside a transaction (PostgreSQL).
    """
    rows = instance.__class__._base_manager.select_for_update(of=("self",))
    return rows.select_related(*select_related).get(pk=instance.pk)
