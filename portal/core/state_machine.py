"""State machines as tables. Knows no ORM: a table says which step leads where, and who asks decides the
rest.
"""

from collections.abc import Iterator, Set
from typing import NamedTuple


class TransitionRefused(Exception):
    """The step does not exist from the state that the record is in."""

    def __init__(self, step: str, state: str) -> None:
        self.step = step
        self.state = state
        super().__init__(f"{step!r} is not available from state {state!r}")


class Transition(NamedTuple):
    step: str
    sources: frozenset[str]
    target: str


class TransitionTable:
    """The steps of one kind of record: (step, {states it starts from}, state it leads to)."""

    def __init__(self, *rows: tuple[str, Set[str], str]) -> None:
        self._rows = {step: Transition(step, frozenset(sources), target) for step, sources, target in rows}
        if len(self._rows) != len(rows):
            raise ValueError("a step stands twice in the table")

    def __iter__(self) -> Iterator[Transition]:
        return iter(self._rows.values())

    def target(self, step: str, state: str) -> str:
        """Where `step` leads from `state`.

        Raises:
            TransitionRefused: the step is unknown or does not start from this state.
        """
        row = self._rows.get(step)
        if row is None or state not in row.sources:
            raise TransitionRefused(step, state)
        return row.target

    def available(self, state: str) -> list[str]:
        """The steps that start from `state`, in the table's order."""
        return [row.step for row in self if state in row.sources]
