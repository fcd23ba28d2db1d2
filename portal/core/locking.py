"""Lock on one row for the rest of a transaction."""

from collections.abc import Callable
from contextlib import suppress
from copy import deepcopy
from typing import Any, TypeVar, cast

from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.db.models import Field, Model
from django.db.transaction import TransactionManagementError

from portal.core.database.rollback_hooks import RollbackHooksMixin

M = TypeVar("M", bound=Model)
T = TypeVar("T")
ROW_IS_GONE = "gone"
STALE_PARENT = "moved"
TRIES = 5


class ParentMoved(Exception):
    """A row belongs to another row than the one locked for it."""


def locked(instance: M, *select_related: str) -> M:
    """Lock the row of `instance` until the transaction ends, bring the instance up to date, and return it.

    Every action begins with this: whoever handed the instance over may have read it before somebody else
    wrote. Values set on the instance but not saved are lost. If the action is refused, so that its block is
    rolled back, the instance shows what is stored again. SQLite has no row locks; there every write
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
    _restore_on_rollback(instance)
    return instance


def locked_with_parent(instance: M, parent: str, *select_related: str) -> tuple[Any, M]:
    """Lock the row that `instance` belongs to, then `instance`; bring both up to date and return both.

    The parent is the stored one: a merge may have given the row to another since it was read.

    Args:
        parent: the foreign key to it.
        select_related: relations to load with the parent.

    Raises:
        ValidationError: code ROW_IS_GONE, or the row went to another parent during each of TRIES tries.
        TransactionManagementError: outside a transaction.
    """
    attname = cast("Field[Any, Any]", instance._meta.get_field(parent)).attname

    def lock() -> tuple[Any, M]:
        rows = instance.__class__._base_manager.filter(pk=instance.pk)
        stored_key = rows.values_list(attname, flat=True).first()
        if stored_key is not None and stored_key != getattr(instance, attname):
            setattr(instance, attname, stored_key)  # the loaded parent goes with its key
        owner = locked(getattr(instance, parent), *select_related)
        row = locked(instance)
        if getattr(row, attname) != owner.pk:
            raise ParentMoved
        return owner, row

    return retry_if_moved(lock)


def retry_if_moved(lock: Callable[[], T]) -> T:
    """Return what `lock` returns; call it again if a row went to another parent while it waited.

    Each call stands in a savepoint: what a call that failed had locked is free again, so that locks are
    always taken in the same order.

    Raises:
        ValidationError: it failed TRIES times.
        TransactionManagementError: outside a transaction.
    """
    if not connection.in_atomic_block:
        raise TransactionManagementError("rows are locked in a transaction")
    for _ in range(TRIES):
        with suppress(ParentMoved), transaction.atomic():
            return lock()
    raise ValidationError("这条信息刚刚有变化，请刷新后再试。", code=STALE_PARENT)


def _restore_on_rollback(instance: Model) -> None:
    """Give the instance and its loaded relations their present values back if the block is rolled back."""
    states: list[_State] = []
    _collect_states(instance, states, set())

    def restore() -> None:
        for state in states:
            state.restore()

    cast("RollbackHooksMixin", connection).on_rollback(restore)


class _State:
    """Values and loaded relations of an instance at one moment."""

    def __init__(self, instance: Model) -> None:
        self._instance, self._is_new = instance, instance._state.adding
        self._values, self._relations = dict(vars(instance)), dict(instance._state.fields_cache)
        for field in instance._meta.concrete_fields:
            value = self._values.get(field.attname)
            if isinstance(value, list | dict):  # an action may change it in place
                self._values[field.attname] = deepcopy(value)

    def restore(self) -> None:
        values, state = vars(self._instance), self._instance._state
        values.clear()
        values.update(self._values)
        state.adding, state.fields_cache = self._is_new, dict(self._relations)


def _collect_states(instance: Model, states: list[_State], seen_ids: set[int]) -> None:
    if id(instance) in seen_ids:
        return
    seen_ids.add(id(instance))
    states.append(_State(instance))
    for related in instance._state.fields_cache.values():
        if isinstance(related, Model):
            _collect_states(related, states, seen_ids)
