"""Worksheets of a file as grids of cells, whatever its format."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any

from portal.core.child_entry import FileRefusal
from portal.imports.marked_cells import MarkedCell
from portal.imports.row_frames import NumberedRow

MAX_ROWS = 200_000
MAX_COLUMNS = 200
MAX_MERGES = 200_000

# First row, first column, last row, last column; rows count from 1, columns from 0.
Merge = tuple[int, int, int, int]


@dataclass(slots=True)
class Grid:
    """The cells of one worksheet.

    Attributes:
        rows: yields number and cells (from column A on) of every row that is not empty, anew at each call.
        is_typed: the file says which cells are numbers, dates and text; otherwise all are text.
        is_delimited: a text file, in which a stray delimiter moves cells to the right.
        has_1904_dates: day 0 of unformatted dates is 1904-01-01.
    """

    rows: Callable[[], Iterator[NumberedRow]]
    merges: list[Merge] = field(default_factory=list)
    hidden_rows: set[int] = field(default_factory=set)
    hidden_columns: set[int] = field(default_factory=set)
    is_typed: bool = True
    is_delimited: bool = False
    has_1904_dates: bool = False


@dataclass(frozen=True, slots=True)
class Worksheet:
    """A worksheet that is read only when its grid is needed."""

    name: str
    is_visible: bool
    load: Callable[[], Grid]


def is_blank(cell: Any) -> bool:
    """Return whether a person sees nothing in the cell."""
    if isinstance(cell, str):
        return not cell.strip(" \t\r\n\xa0\u3000\u200b\ufeff")
    return cell is None


def is_blank_row(cells: list[Any]) -> bool:
    return all(is_blank(cell) for cell in cells)


def text_of(cell: Any) -> str:
    """Return the cell as text, for comparing headers and notes."""
    if isinstance(cell, MarkedCell):
        return cell.text
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    if isinstance(cell, (datetime, date, time, timedelta)):
        return str(cell)
    return "" if cell is None else str(cell).strip()


def checked_rows(rows: Iterator[NumberedRow]) -> Iterator[NumberedRow]:
    """Yield the rows that are not blank.

    Raises:
        FileRefusal: more rows or columns than a person fills in.
    """
    count = 0
    for number, cells in rows:
        if is_blank_row(cells):
            continue
        count += 1
        if count > MAX_ROWS:
            raise FileRefusal("表格超过20万行，请分成几个文件导入。", "rows")
        if len(cells) > MAX_COLUMNS and not is_blank_row(cells[MAX_COLUMNS:]):
            raise FileRefusal("表格超过200列，请删去不用的列。", "columns")
        yield number, cells[:MAX_COLUMNS]
