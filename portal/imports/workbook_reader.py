"""Reader of uploaded spreadsheets (xlsx, xls, ods, text, web pages and XML), recognised by content.

Nothing of a file is parsed in this process. `read_table` hands the bytes to `portal.imports.table_parser` in
a child process with limits, which answers with rows; they stay compressed and are unpacked a thousand at a
time. To understand more of a workbook, extend that parser (its docstring says how) and `Table`.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import chain
from typing import Any, NamedTuple

from django.core.exceptions import ValidationError

from portal.core.child_process import ChildRefusal, Limits, run_in_child
from portal.imports import column_mapping
from portal.imports.cell_reading import SourceTraits
from portal.imports.import_kinds import ImportKind
from portal.imports.row_frames import ROWS, TABLE, NumberedRow, unpack_rows
from portal.imports.worksheets.known_headers import normalize_header

MAX_BYTES = 30 * 1024 * 1024
_PARSER = "portal.imports.table_parser"
_LIMIT_MESSAGES = {
    "busy": "系统正在读取其他文件，请过一分钟再上传。",
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
    """The data rows of one worksheet, without titles, headers, totals and hidden rows.

    Attributes:
        worksheet: name of the worksheet, '' of a text file; `worksheets` are the names of the visible ones.
        choices: names of the worksheets that could be meant, if somebody has to choose; then no rows.
        header_rows: numbers of the rows that hold the headers; `headers` are their texts, one a column.
        columns: column key -> index of the column, as far as the headers are known.
        hidden_headers: known headers of hidden columns, which are left out because no row needs them.
        hidden_columns: indices of hidden columns that are read because the kind requires them.
        skipped: kind -> number of rows that were left out: hidden, total, note, section, header, sample.
        skipped_rows: number, kind and beginning of the first of them.
        traits: what the cells can be trusted for.
        frames: the rows, compressed, a thousand or so each.
    """

    worksheet: str = ""
    worksheets: tuple[str, ...] = ()
    hidden_worksheets: int = 0
    choices: tuple[str, ...] = ()
    header_rows: tuple[int, ...] = ()
    headers: tuple[str, ...] = ()
    columns: Mapping[str, int] = field(default_factory=dict)
    hidden_headers: tuple[str, ...] = ()
    hidden_columns: tuple[int, ...] = ()
    skipped: Mapping[str, int] = field(default_factory=dict)
    skipped_rows: tuple[tuple[int, str, str], ...] = ()
    traits: SourceTraits = field(default_factory=SourceTraits)
    frames: tuple[bytes, ...] = ()

    def numbered_rows(self) -> Iterator[NumberedRow]:
        """Yield number and cells of every row; the number is the one that a spreadsheet program shows."""
        return chain.from_iterable(map(unpack_rows, self.frames))

    def mapped_rows(self, columns: Mapping[str, int]) -> Iterator[Row]:
        """Yield the rows that have a value in a mapped column.

        Args:
            columns: column key -> index of the cell.
        """
        for number, cells in self.numbered_rows():
            width = len(cells)
            values = {key: cells[at] if at < width else "" for key, at in columns.items()}
            if any(value not in {"", None} for value in values.values()):
                yield Row(number, cells, values)


def read_table(
    content: bytes,
    kind: ImportKind | None = None,
    worksheet: str | None = None,
    limits: Limits | None = None,
) -> Table:
    """Return the worksheet that is meant, or the choices if several could be.

    Args:
        kind: whose headers are looked for.
        worksheet: the one that a person chose.
        limits: of the child process; by default those of a request that somebody waits for.

    Raises:
        ValidationError: no spreadsheet, too big, or protected by a password; the message is for the uploader.
    """
    if not content:
        raise ValidationError("文件是空的，请重新选择。", code="empty")
    if len(content) > MAX_BYTES:
        raise ValidationError("文件超过 30 MB，请分成几个文件导入。", code="size")
    request = {**_headers_of(kind), "worksheet": worksheet}
    try:
        frames = run_in_child(_PARSER, content, request=request, limits=limits)
    except ChildRefusal as refusal:
        message = refusal.message or _LIMIT_MESSAGES[refusal.code]
        raise ValidationError(message, code=refusal.code) from refusal
    facts = json.loads(next(frame.payload for frame in frames if frame.kind == TABLE))
    rows = tuple(frame.payload for frame in frames if frame.kind == ROWS)
    traits = SourceTraits(facts.pop("is_typed", True), facts.pop("has_1904_dates", False))
    lists = {name: tuple(value) for name, value in facts.items() if isinstance(value, list)}
    return Table(**{**facts, **lists}, traits=traits, frames=rows)


def _headers_of(kind: ImportKind | None) -> dict[str, Any]:
    """Return what the parser needs to know of an import kind."""
    if kind is None:
        return {}
    return {
        "title_column": kind.title_column,
        "keys": column_mapping.known_headers(kind),
        "labels": [normalize_header(column.label) for column in kind.columns],
        "required": [[column.key, column.alternative] for column in kind.columns if column.required],
    }
