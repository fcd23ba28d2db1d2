"""State machines as transition tables, without the ORM: which step leads from which state to which."""

from collections.abc import Iterator, Set
from typing import NamedTuple


class TransitionRefused(Exception):
    """The step does not start from the record's state."""

    def __init__(self, step: str, state: str) -> None:
        self.step = step
        self.state = state
        super().__init__(f"{step!r} is not available from state {state!r}")


class Transition(NamedTuple):
    """One row of the table: a step, the states it starts from, the state it leads to."""

    step: str
    sources: frozenset[str]
    target: str


class TransitionTable:
    """Transition table of one kind of record.

    Args:
        rows: (step, {states it starts from}, state it leads to).
    """

    def __init__(self, *rows: tuple[str, Set[str], str]) -> None:
        self._rows = {step: Transition(step, frozenset(sources), target) for step, sources, target in rows}
        if len(self._rows) != len(rows):
            raise ValueError("a step stands twice in the table")

    def __iter__(self) -> Iterator[Transition]:
        return iter(self._rows.values())

    def target(self, step: str, state: str) -> str:
        """Return the state to which `step` leads from `state`.

        Raises:
            TransitionRefused: the step is unknown or does not start from this state.
        """
        row = self._rows.get(step)
        if row is None or state not in row.sources:
            raise TransitionRefused(step, state)
        return row.target

    def available(self, state: str) -> list[str]:
        """Return the steps that start from `state`, in the table's order."""
        return [row.step for row in self if state in row.sources]
