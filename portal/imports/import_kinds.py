"""Registry of import kinds: what a kind's rows mean is known only to the app that registers it.

This package reads, maps, runs, counts, resumes and undoes imports of any kind.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from typing import TYPE_CHECKING, Any, Protocol

from portal.accounts.models import User
from portal.core.rule_sets import FieldRules, first_error
from portal.imports.enums import RowOutcome

if TYPE_CHECKING:
    from portal.imports.models import ImportRun


class ColumnContent(Enum):
    """Content of a column, which decides how its cells are read."""

    TEXT = "text"  # paragraphs, lists and choices
    LINE = "line"
    NAME = "name"
    COUNT = "count"  # a number of its own for each row
    AMOUNT = "amount"  # a number that may hold for several rows
    DATE = "date"  # a month without a day is its first
    LAST_DAY = "last_day"  # a month without a day is its last
    IDENTIFIER = "identifier"
    ID_NUMBER = "id_number"
    PHONE = "phone"


@dataclass(frozen=True, slots=True)
class Column:
    """A column of an import kind.

    `synonyms` are other headers that people use for it. `choices` are the words that a cell may hold, one or,
    with `multiple`, several. A column outside the template (`in_template`) is still understood. A `required`
    column may be missing when the column with the key `alternative` is present.
    """

    key: str
    label: str
    synonyms: tuple[str, ...] = ()
    required: bool = False
    sensitive: bool = False
    sample: str = ""
    help: str = ""
    choices: tuple[str, ...] = ()
    multiple: bool = False
    in_template: bool = True
    alternative: str = ""
    content: ColumnContent = ColumnContent.TEXT


class BadRow(Exception):
    """Refusal of one row.

    `code` groups problems of one kind. `reason` is shown to the uploader: it begins with the column's label
    and '：', and holds no sensitive value.
    """

    def __init__(self, code: str, reason: str) -> None:
        super().__init__(reason)
        self.code, self.reason = code, reason


def apply_rules(
    rules: FieldRules, values: Mapping[str, Any], *, labels: Mapping[str, str], current: Any = None
) -> dict[str, Any]:
    """Return the values of a row's cells as the rules of its aggregate store them.

    Args:
        labels: label of the column of each field.
        current: as of `FieldRules.clean`.

    Raises:
        BadRow: the first value that the rules refuse.
    """
    clean_values, errors = rules.split(values, current=current)
    if errors:
        name, code, message = first_error(errors)
        raise BadRow(code, f"{labels[name]}：{message}")
    return clean_values


@dataclass(frozen=True, slots=True)
class RowResult:
    """Result of one row. `before` holds the values that an update replaced, as JSON data for the undo."""

    outcome: RowOutcome
    target_id: int | None = None
    code: str = ""
    reason: str = ""
    before: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class WrittenRow:
    """A row of a finished run that created or updated `target_id`, at the time `at`."""

    target_id: int
    outcome: RowOutcome
    before: Mapping[str, Any]
    at: datetime


class RowImporter(Protocol):
    """Parser and writer of the rows of one run."""

    def read(self, number: int, cells: Mapping[str, Any]) -> Any:
        """Parse one row without a query; called for every row in order.

        Args:
            number: the row number in the worksheet.
            cells: cell values by column key.

        Raises:
            BadRow: the row cannot be imported.
        """
        ...

    def write(self, rows: Sequence[Any], *, import_id: int, dry: bool) -> list[RowResult]:
        """Write the parsed rows of one chunk inside a transaction; with `dry` only compute the results.

        Returns:
            One result a row, in the same order.
        """
        ...


@dataclass(frozen=True, slots=True)
class ImportKind:
    """A kind of import, and the words that its pages use.

    Attributes:
        open_run: returns the importer of one run.
        open_preview: returns an importer that only reads; its argument is the subject's primary key, or None.
        undo: reverts written rows inside a transaction; `undo(rows, by, import_id)` returns for each row the
            reason why it was kept, or '' when it was reverted.
        on_finished: called once after the last chunk of a run or an undo.
        problems: the Chinese name of each `BadRow.code`.
        noun: what a row becomes; `unit` is its measure word.
        title_column: key of the column that identifies a row on a page.
        has_sample_row: whether the template holds a sample row.
        load_choices: returns choices that are read from tables, by column key.
    """

    key: str
    label: str
    columns: tuple[Column, ...]
    open_run: "Callable[[ImportRun], RowImporter]"
    open_preview: "Callable[[int | None], RowImporter]"
    undo: Callable[[Sequence[WrittenRow], User, int], list[str]]
    on_finished: Callable[[], None]
    problems: Mapping[str, str] = field(default_factory=dict)
    noun: str = "档案"
    unit: str = "人"
    title_column: str = "name"
    has_sample_row: bool = True
    load_choices: Callable[[], Mapping[str, tuple[str, ...]]] = field(default=dict)

    def column(self, key: str) -> Column:
        return next(column for column in self.columns if column.key == key)

    def column_of_reason(self, reason: str) -> Column | None:
        """Return the column whose label the reason of a bad row begins with."""
        label = reason.partition("：")[0]
        return next((column for column in self.columns if column.label == label), None)


_kinds: dict[str, ImportKind] = {}


def register_kind(kind: ImportKind) -> None:
    _kinds[kind.key] = kind


def get_kind(key: str) -> ImportKind:
    """Return the registered kind.

    Raises:
        LookupError: no kind has this key.
    """
    return _kinds[key]
