"""What a sheet may hold. An upper room describes its kind of sheet and registers it when it is ready; this
room reads, maps, runs, counts, resumes and undoes without knowing what a row means.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, Protocol

from portal.accounts.models import User
from portal.imports.enums import RowOutcome

if TYPE_CHECKING:
    from portal.imports.models import ImportRun


@dataclass(frozen=True, slots=True)
class Column:
    """One thing that a row may say. `synonyms` are headers that people use for it beside the label; `choices`
    are the words that a cell may hold: the template offers them in the cell, or beside it where a cell may
    hold several. A column that is not `offered` is understood, but stands in no template; one that is
    `required` may do without its own where the column `instead` says it all.
    """

    key: str
    label: str
    synonyms: tuple[str, ...] = ()
    required: bool = False
    sensitive: bool = False
    sample: str = ""
    help: str = ""
    choices: tuple[str, ...] = ()
    several: bool = False
    offered: bool = True
    instead: str = ""


class BadRow(Exception):
    """A row that cannot be taken in. `code` groups problems of one kind; the reason is for the clerk, begins
    with the column's label and '：', and holds no sensitive value.
    """

    def __init__(self, code: str, reason: str) -> None:
        super().__init__(reason)
        self.code, self.reason = code, reason


@dataclass(frozen=True, slots=True)
class RowResult:
    """What became of one row. `before` holds what an update replaced, for the undo (JSON)."""

    outcome: RowOutcome
    target_id: int | None = None
    code: str = ""
    reason: str = ""
    before: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class WrittenRow:
    """A row of an earlier run that created or updated `target_id` at a moment."""

    target_id: int
    outcome: RowOutcome
    before: Mapping[str, Any]
    at: datetime


class RowImporter(Protocol):
    """One run over one sheet. `read` is asked for every row in order and touches no table; `write` gets what
    `read` returned for a chunk of good rows, inside a transaction.
    """

    def read(self, number: int, cells: Mapping[str, Any]) -> Any:
        """What the row of this number says.

        Raises:
            BadRow: it cannot be taken in.
        """
        ...

    def write(self, rows: Sequence[Any], *, import_id: int, dry: bool) -> list[RowResult]:
        """Bring the rows in, or with `dry` only find out what would happen; one result a row."""
        ...


@dataclass(frozen=True, slots=True)
class ImportKind:
    """A kind of sheet, and the words that its pages use.

    `noun` is what a row becomes, `unit` its measure word, `named` the column that tells rows apart on a page.
    `open(sheet)` begins a run; `words()` gives choices that stand in tables, by column key; `undo(rows, by,
    import_id)` takes written rows back inside a transaction and returns for each why it had to stay ('' when
    it is undone); `finished()` is called once after the last chunk of a run or an undo.
    """

    key: str
    label: str
    columns: tuple[Column, ...]
    open: "Callable[[ImportRun], RowImporter]"
    undo: Callable[[Sequence[WrittenRow], User, int], list[str]]
    finished: Callable[[], None]
    problems: Mapping[str, str] = field(default_factory=dict)
    noun: str = "档案"
    unit: str = "人"
    named: str = "name"
    sample_row: bool = True
    words: Callable[[], Mapping[str, tuple[str, ...]]] = field(default=dict)

    def column(self, key: str) -> Column:
        return next(column for column in self.columns if column.key == key)

    def blamed(self, reason: str) -> Column | None:
        """The column that the reason of a bad row begins with."""
        label = reason.partition("：")[0]
        return next((column for column in self.columns if column.label == label), None)


_kinds: dict[str, ImportKind] = {}


def register(kind: ImportKind) -> None:
    _kinds[kind.key] = kind


def get_kind(key: str) -> ImportKind:
    """The registered kind of sheet.

    Raises:
        LookupError: nobody registered it.
    """
    return _kinds[key]
