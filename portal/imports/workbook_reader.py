"""Reader of uploaded spreadsheets: xlsx, xls, ods and CSV (UTF-8 or GB18030), recognised by content.

Nothing of a file is parsed in this process. `read_table` hands the bytes to `portal.imports.table_parser` in
a child process with limits, which answers with rows; they stay compressed and are unpacked a thousand at a
time. To understand more of a workbook, extend that parser (its docstring says how) and `Table`.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import chain, islice
from typing import Any, NamedTuple

from django.core.exceptions import ValidationError

from portal.core.child_process import ChildRefusal, run_in_child
from portal.imports.row_frames import MAX_HEADER_ROWS, ROWS, TABLE, NumberedRow, unpack_rows

MAX_BYTES = 30 * 1024 * 1024
_PARSER = "portal.imports.table_parser"
_LIMIT_MESSAGES = {
    "time": "读这份表格用时过长，已停止。请删去不用的工作表、公式和格式，或分成几个文件后再上传。",
    "memory": "这份表格展开后占用内存过多，已停止。请删去不用的行、列和格式，或分成几个文件后再上传。",
    "answer": "这份表格的文字过多，已停止。请分成几个文件后再上传。",
    "crash": "读不出这份表格，文件可能已损坏。请用表格软件打开后另存为 xlsx，再上传。",
}


class Row(NamedTuple):
    """A row of a worksheet: its number, all cells, and the mapped cells by column key."""

    number: int
    cells: list[Any]
    values: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Table:
    """The rows of one worksheet.

    Attributes:
        worksheet: name of the worksheet, "" of a text file; `worksheets` are the names of all.
        frames: the rows, compressed, a thousand or so each.
    """

    worksheet: str
    worksheets: tuple[str, ...]
    frames: tuple[bytes, ...]

    def numbered_rows(self) -> Iterator[NumberedRow]:
        """Yield number and cells of every row; the number is the one that a spreadsheet program shows."""
        return chain.from_iterable(map(unpack_rows, self.frames))

    @property
    def first_rows(self) -> list[list[Any]]:
        """Return the cells of the rows among which the headers are."""
        return [cells for _, cells in islice(self.numbered_rows(), MAX_HEADER_ROWS)]

    def mapped_rows(self, header_row: int, columns: Mapping[str, int]) -> Iterator[Row]:
        """Yield the rows below the headers that have a value in a mapped column.

        Args:
            header_row: index of the header row.
            columns: column key -> index of the cell.
        """
        for number, cells in islice(self.numbered_rows(), header_row + 1, None):
            width = len(cells)
            values = {key: cells[at] if at < width else "" for key, at in columns.items()}
            if any(value not in {"", None} for value in values.values()):
                yield Row(number, cells, values)


def read_table(content: bytes) -> Table:
    """Return the first worksheet that is not empty.

    Raises:
        ValidationError: no spreadsheet, too big, or protected by a password; the message is for the uploader.
    """
    if not content:
        raise ValidationError("文件是空的，请重新选择。", code="empty")
    if len(content) > MAX_BYTES:
        raise ValidationError("文件超过 30 MB，请分成几个文件导入。", code="size")
    try:
        frames = run_in_child(_PARSER, content)
    except ChildRefusal as refusal:
        message = refusal.message or _LIMIT_MESSAGES[refusal.code]
        raise ValidationError(message, code=refusal.code) from refusal
    facts = json.loads(next(frame.payload for frame in frames if frame.kind == TABLE))
    rows = tuple(frame.payload for frame in frames if frame.kind == ROWS)
    return Table(worksheet=facts["worksheet"], worksheets=tuple(facts["worksheets"]), frames=rows)
