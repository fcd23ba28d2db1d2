"""Worksheets of SpreadsheetML 2003, an XML format that is often saved with the ending xls."""

import io
import re
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Any
from xml.parsers import expat

from portal.core.child_entry import FileRefusal
from portal.imports.marked_cells import CELL_ERROR, FORMULA, MarkedCell
from portal.imports.row_frames import NumberedRow
from portal.imports.worksheets import number_formats
from portal.imports.worksheets.grid import (
    MAX_COLUMNS,
    MAX_MERGES,
    MAX_ROWS,
    Grid,
    Merge,
    Worksheet,
    checked_rows,
)
from portal.imports.worksheets.text_encodings import decode
from portal.imports.worksheets.xml_events import Attributes, local_attributes, local_name, parse_xml

_ENCODING = re.compile(rb"<\?xml[^>]*encoding\s*=\s*[\"']([A-Za-z0-9_-]+)[\"'][^>]*\?>", re.IGNORECASE)


@dataclass(slots=True)
class _Table:
    name: str
    rows: list[NumberedRow] = field(default_factory=list)
    merges: list[Merge] = field(default_factory=list)
    hidden_rows: set[int] = field(default_factory=set)
    hidden_columns: set[int] = field(default_factory=set)
    is_visible: bool = True
    row: int = 0
    column: int = 0


def open_worksheets(content: bytes) -> list[Worksheet]:
    """Return the worksheets of a SpreadsheetML file.

    Raises:
        FileRefusal: not well-formed.
    """
    reader = _Reader()
    parse_xml(io.BytesIO(_to_utf8(content.lstrip())), reader.parser)
    if not reader.tables:
        raise FileRefusal("读不出表格。请在表格软件中打开，另存为 xlsx 后再上传。", "type")
    return [Worksheet(table.name, table.is_visible, partial(_to_grid, table)) for table in reader.tables]


def _to_utf8(content: bytes) -> bytes:
    """Return XML that names a Chinese encoding, which expat does not know, as UTF-8."""
    match = _ENCODING.match(content)
    if match is None or match[1].lower() not in {b"gb2312", b"gbk", b"gb18030"}:
        return content
    return decode(content[match.end() :], "gb18030").encode()


def _to_grid(table: _Table) -> Grid:
    return Grid(lambda: checked_rows(iter(table.rows)), table.merges, table.hidden_rows, table.hidden_columns)


class _Reader:
    """Handlers of the XML."""

    def __init__(self) -> None:
        self.tables: list[_Table] = []
        self._formats: dict[str, str] = {}
        self._style = ""
        self._cells: list[Any] = []
        self._cell: Attributes = {}
        self._kind: str | None = None
        self._text: list[str] | None = None
        self._has_data = False
        self._path: list[str] = []
        self.parser = expat.ParserCreate()
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._characters

    def _start(self, raw_name: str, raw: Attributes) -> None:
        name, attributes = local_name(raw_name), local_attributes(raw)
        self._path.append(name)
        if name == "Style":
            self._style = attributes.get("ID", "")
        elif name == "NumberFormat":
            self._formats[self._style] = _format_code(attributes.get("Format", ""))
        elif name == "Worksheet":
            self.tables.append(_Table(attributes.get("Name", "")))
        elif not self.tables:
            return
        elif name == "Column":
            self._add_column(self.tables[-1], attributes)
        elif name == "Row":
            table = self.tables[-1]
            table.row = _number(attributes, "Index", table.row + 1)
            if table.row > MAX_ROWS * 6:
                raise FileRefusal("表格超过20万行，请分成几个文件导入。", "rows")
            if attributes.get("Hidden") == "1":
                table.hidden_rows.add(table.row)
            self._cells = []
        elif name == "Cell":
            self._cell, self._has_data, self._kind, self._text = attributes, False, None, None
        elif name == "Data" and "Comment" not in self._path:
            self._kind, self._text, self._has_data = attributes.get("Type", "String"), [], True
        elif name == "Visible":
            self._text = []

    def _characters(self, text: str) -> None:
        if self._text is not None and "Comment" not in self._path:
            self._text.append(text)

    def _end(self, raw_name: str) -> None:
        name = local_name(raw_name)
        self._path.pop()
        if not self.tables:
            return
        table = self.tables[-1]
        if name == "Visible":
            table.is_visible = not "".join(self._text or ()).startswith("SheetHidden")
            table.is_visible &= not "".join(self._text or ()).startswith("SheetVeryHidden")
            self._text = None
        elif name == "Cell":
            self._add_cell(table)
        elif name == "Row" and self._cells:
            table.rows.append((table.row, self._cells))
            self._cells = []

    def _add_column(self, table: _Table, attributes: Attributes) -> None:
        first = _number(attributes, "Index", table.column + 1)
        count = _number(attributes, "Span", 0) + 1
        if attributes.get("Hidden") == "1" or attributes.get("Width") == "0":
            table.hidden_columns.update(range(first - 1, min(first - 1 + count, MAX_COLUMNS)))
        table.column = first + count - 1

    def _add_cell(self, table: _Table) -> None:
        column = _number(self._cell, "Index", len(self._cells) + 1) - 1
        across, down = _number(self._cell, "MergeAcross", 0), _number(self._cell, "MergeDown", 0)
        if column + across > MAX_COLUMNS:
            raise FileRefusal("表格超过200列，请删去不用的列。", "columns")
        if across or down:
            table.merges.append((table.row, column, table.row + down, column + across))
            if len(table.merges) > MAX_MERGES:
                raise FileRefusal("合并的单元格太多，请取消合并后再上传。", "merges")
        self._cells += [""] * (column - len(self._cells))
        self._cells += [self._value("".join(self._text or ())), *[""] * across]
        self._text = None

    def _value(self, text: str) -> Any:
        if "Formula" in self._cell and not (self._has_data and (text or self._kind == "String")):
            return MarkedCell(FORMULA)
        if self._kind == "Error":
            return MarkedCell(CELL_ERROR, text)
        code = self._formats.get(self._cell.get("StyleID", ""), "")
        if self._kind == "Number":
            return _to_number(text, code)
        if self._kind == "DateTime":
            return _to_date(text, code)
        return text == "1" if self._kind == "Boolean" else text


def _number(attributes: Attributes, name: str, default: int) -> int:
    text = attributes.get(name, "")
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 9 else default


def _format_code(code: str) -> str:
    return {"Fixed": "0.00", "Short Date": "yyyy/m/d", "General Date": "yyyy/m/d"}.get(code, code)


def _to_number(text: str, code: str) -> Any:
    try:
        return number_formats.mark_number(float(text), code)
    except ValueError:
        return text


def _to_date(text: str, code: str) -> Any:
    try:
        return number_formats.mark_date(datetime.fromisoformat(text.strip().removesuffix("Z")), code)
    except ValueError:
        return text
