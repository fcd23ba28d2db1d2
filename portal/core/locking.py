"""Lock on one row for the rest of a transaction."""

from typing import TypeVar

from django.core.exceptions import ValidationError
from django.db.models import Model

M = TypeVar("M", bound=Model)
ROW_IS_GONE = "gone"


def locked(instance: M, *select_related: str) -> M:
    """Lock the row of `instance` until the transaction ends, bring the instance up to date, and return it.

    Every action begins with this: whoever handed the instance over may have read it before somebody else
    wrote. Values set on the instance but not saved are lost. SQLite has no row locks; there every write
    transaction is exclusive from its start.

    Args:
        instance: a saved row.
        select_related: relations to load with it. Their rows are not locked.

    Raises:
        ValidationError: code ROW_IS_GONE, the row was deleted meanwhile.
        TransactionManagementError: outside a transaction (PostgreSQL).
    """
    # Not the key: rows that refer to this one may still be added meanwhile.
    rows = instance.__class__._base_manager.select_for_update(of=("self",), no_key=True)
    row = rows.select_related(*select_related).filter(pk=instance.pk).first()
    if row is None:
        raise ValidationError("这条信息刚刚被删除了，请刷新后再看。", code=ROW_IS_GONE)
    for field in instance._meta.concrete_fields:
        # A cached relation goes where its key has changed.
        setattr(instance, field.attname, getattr(row, field.attname))
    for relation in instance._meta.related_objects:
        if relation.is_cached(instance):
            relation.delete_cached_value(instance)
    instance._state.fields_cache.update(row._state.fields_cache)
    vars(instance).pop("_prefetched_objects_cache", None)
    return instance
