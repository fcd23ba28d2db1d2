"""Functions that a database connection calls when the block they were registered in is rolled back.

Django has hooks for the commit of a transaction and none for its rollback.
"""

from collections.abc import Callable
from typing import Any, TypeAlias

Hook: TypeAlias = Callable[[], None]


class RollbackHooksMixin:
    """Database wrapper with `on_rollback`."""

    in_atomic_block: bool
    savepoint_ids: list[str]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._rollback_hooks: list[tuple[frozenset[str], Hook]] = []

    def on_rollback(self, hook: Hook) -> None:
        """Call `hook` when the current `atomic` block or one around it is rolled back, the latest hook first.

        After the commit of the transaction the hook is forgotten; outside a transaction it is never called.
        """
        if self.in_atomic_block:
            self._rollback_hooks.append((frozenset(self.savepoint_ids), hook))

    def savepoint_rollback(self, sid: str) -> None:
        super().savepoint_rollback(sid)  # type: ignore[misc]
        ended = [hook for sids, hook in self._rollback_hooks if sid in sids]
        self._rollback_hooks = [entry for entry in self._rollback_hooks if sid not in entry[0]]
        _call(ended)

    def commit(self) -> None:
        super().commit()  # type: ignore[misc]
        self._rollback_hooks = []

    def rollback(self) -> None:
        super().rollback()  # type: ignore[misc]
        self._end_transaction()

    def close(self) -> None:
        super().close()  # type: ignore[misc]
        self._end_transaction()  # an open transaction ends with its connection

    def _end_transaction(self) -> None:
        ended, self._rollback_hooks = [hook for _, hook in self._rollback_hooks], []
        _call(ended)


def _call(hooks: list[Hook]) -> None:
    for hook in reversed(hooks):
        hook()
