"""The one worksheet of a text file with delimiters (csv)."""

import csv
import io
import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from itertools import islice

from portal.core.child_entry import FileRefusal
from portal.imports.archive_check import MAX_ROWS
from portal.imports.marked_cells import EXTRA_CELLS, MarkedCell
from portal.imports.row_frames import NumberedRow
from portal.imports.worksheets.grid import Grid, Worksheet, checked_rows
from portal.imports.worksheets.text_encodings import decode

_DELIMITERS = (",", "\t", ";", "|")
_SAMPLE_ROWS = 60
# Longest text in one cell, and what a spreadsheet program writes to keep digits as text: ="00123".
_MAX_FIELD = 200_000
# Blank lines count here, before they are left out.
_MAX_LINES = 2 * MAX_ROWS
_TEXT_FORMULA = re.compile(r'="([^"]*)"')
# '表1', which no program shows, stands for the name that a text file does not have.
NAMELESS = ""


def open_worksheets(content: bytes, count_headers: Callable[[Sequence[str]], int]) -> list[Worksheet]:
    """Return the worksheet of a text file.

    Args:
        count_headers: returns how many cells of a row are known headers.

    Raises:
        FileRefusal: no text, quotation marks that do not pair, or too many lines.
    """
    text = decode(content)
    skip, delimiter = 0, ""
    if match := re.match(r"sep=(.)\r?\n", text, re.IGNORECASE):
        skip, delimiter = 1, match[1]
        text = text[match.end() :]
    delimiter = delimiter or _find_delimiter(text, count_headers)
    for number, _ in _rows(text, delimiter, skip):  # a file that breaks in the middle is refused as a whole
        if number > _MAX_LINES:
            raise FileRefusal("表格超过20万行，请分成几个文件导入。", "rows")
    grid = Grid(lambda: checked_rows(_rows(text, delimiter, skip)), is_typed=False, is_delimited=True)
    return [Worksheet(NAMELESS, True, lambda: grid)]


def _find_delimiter(text: str, count_headers: Callable[[Sequence[str]], int]) -> str:
    """Return the delimiter under which a row has most known headers, or else most rows have one width."""

    def score(delimiter: str) -> tuple[int, int, int]:
        sample = _sample(text, delimiter)
        widths = Counter(len(cells) for cells in sample if len(cells) > 1)
        width, count = widths.most_common(1)[0] if widths else (0, 0)
        return max(map(count_headers, sample), default=0), count, width

    return max(_DELIMITERS, key=score)


def _sample(text: str, delimiter: str) -> list[list[str]]:
    lines = text[:_MAX_FIELD].splitlines(keepends=True)
    reader = csv.reader(lines, delimiter=delimiter)
    rows: list[list[str]] = []
    try:
        rows += islice(reader, _SAMPLE_ROWS)
    except csv.Error:
        return rows
    return rows


def _rows(text: str, delimiter: str, skip: int) -> Iterator[NumberedRow]:
    """Yield the rows, numbered as a spreadsheet program does: one for each record, blank lines counted.

    Raises:
        FileRefusal: quotation marks that do not pair.
    """
    csv.field_size_limit(_MAX_FIELD)
    number = skip
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        for cells in reader:
            number += 1
            width = len(cells)
            if any("\n" in cell and _has_swallowed_rows(cell, delimiter, width) for cell in cells):
                yield number, [MarkedCell(EXTRA_CELLS, cell[:60]) for cell in cells]
            else:
                yield number, [_unwrap(cell) if cell.startswith('="') else cell for cell in cells]
    except csv.Error as error:
        raise FileRefusal(
            f"第 {number + 1} 行的引号没有成对，后面的行分不清。请用表格软件另存为 xlsx。", "quotes"
        ) from error


def _has_swallowed_rows(cell: str, delimiter: str, width: int) -> bool:
    """Return whether the cell holds a whole row, as its closing quotation mark went missing."""
    if cell.count(delimiter) < max(width - 1, 2):
        return False
    return any(line.count(delimiter) >= max((width - 1) // 2, 2) for line in cell.splitlines()[1:])


def _unwrap(cell: str) -> str:
    match = _TEXT_FORMULA.fullmatch(cell)
    return match[1] if match else cell
