"""Worksheets of OpenDocument spreadsheets, read from content.xml in one stream."""

import io
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Any
from xml.parsers import expat

from portal.core.child_entry import FileRefusal
from portal.imports.marked_cells import CELL_ERROR, FORMATTED, FORMULA, PARTIAL_DATE, MarkedCell
from portal.imports.row_frames import NumberedRow
from portal.imports.worksheets.grid import (
    MAX_COLUMNS,
    MAX_MERGES,
    MAX_ROWS,
    Grid,
    Merge,
    Worksheet,
    checked_rows,
    is_blank,
    is_blank_row,
)
from portal.imports.worksheets.number_formats import to_day
from portal.imports.worksheets.xml_events import (
    Attributes,
    broken_file,
    local_attributes,
    local_name,
    parse_xml,
)

_HIDDEN_STATES = frozenset({"collapse", "filter"})
_DATE_FORMATS = ("%Y-%m-%d", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M:%S.%f", "%Y-%m-%dT%H:%M")


def open_worksheets(archive: zipfile.ZipFile) -> list[Worksheet]:
    """Return the worksheets of an ods file.

    Raises:
        FileRefusal: broken, or protected by a password.
    """
    manifest = "META-INF/manifest.xml"
    if manifest in archive.NameToInfo and b"encryption-data" in archive.read(manifest):
        raise FileRefusal("文件有密码，请去掉密码后再上传。", "password")
    reader = _Reader()
    try:
        content = archive.read("content.xml")
    except (KeyError, zipfile.BadZipFile, OSError, RuntimeError) as error:
        raise broken_file() from error
    parse_xml(io.BytesIO(content), reader.parser)
    return [
        Worksheet(table.name, table.style not in reader.hidden_styles, partial(_to_grid, table))
        for table in reader.tables
    ]


@dataclass(slots=True)
class _Table:
    name: str
    style: str
    rows: list[NumberedRow] = field(default_factory=list)
    merges: list[Merge] = field(default_factory=list)
    hidden_rows: set[int] = field(default_factory=set)
    hidden_columns: set[int] = field(default_factory=set)
    row_count: int = 0
    column_count: int = 0


def _to_grid(table: _Table) -> Grid:
    def rows() -> Iterator[NumberedRow]:
        return checked_rows(iter(table.rows))

    return Grid(rows, table.merges, table.hidden_rows, table.hidden_columns)


class _Reader:
    """Handlers of content.xml. Repeated rows and cells are unfolded only if they hold something."""

    def __init__(self) -> None:
        self.tables: list[_Table] = []
        self.hidden_styles: set[str] = set()
        self._style = ""
        self._cells: list[Any] = []
        self._row: Attributes = {}
        self._cell: Attributes | None = None
        self._text: list[str] = []
        self._notes = 0  # depth within comments, whose text is not the cell's
        self.parser = expat.ParserCreate()
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._characters

    def _start(self, name: str, raw: Attributes) -> None:
        name, attributes = local_name(name), local_attributes(raw)
        if name == "style":
            self._style = attributes.get("name", "")
        elif name == "table-properties" and attributes.get("display") == "false":
            self.hidden_styles.add(self._style)
        elif name == "annotation":
            self._notes += 1
        elif name == "table":
            self.tables.append(_Table(attributes.get("name", ""), attributes.get("style-name", "")))
        elif not self.tables:
            return
        elif name == "table-column":
            self._add_columns(attributes)
        elif name == "table-row":
            self._row, self._cells = attributes, []
        elif name in {"table-cell", "covered-table-cell"}:
            self._cell, self._text = attributes | {"element": name}, []
        elif self._cell is not None and not self._notes:
            self._add_space(name, attributes)

    def _add_space(self, name: str, attributes: Attributes) -> None:
        if name == "p" and self._text:
            self._text.append("\n")
        elif name == "s":
            self._text.append(" " * min(_count(attributes, "c"), 100))
        elif name in {"line-break", "tab"}:
            self._text.append("\n" if name == "line-break" else " ")

    def _characters(self, text: str) -> None:
        if self._cell is not None and not self._notes:
            self._text.append(text)

    def _end(self, name: str) -> None:
        name = local_name(name)
        if name == "annotation":
            self._notes -= 1
        elif self._cell is not None and name in {"table-cell", "covered-table-cell"}:
            self._add_cell(self._cell)
            self._cell = None
        elif name == "table-row" and self.tables:
            self._add_row(self.tables[-1])

    def _add_columns(self, attributes: Attributes) -> None:
        table = self.tables[-1]
        count = _count(attributes, "number-columns-repeated")
        if attributes.get("visibility") in _HIDDEN_STATES:
            first = table.column_count
            table.hidden_columns.update(range(first, min(first + count, MAX_COLUMNS)))
        table.column_count += count

    def _add_cell(self, attributes: Attributes) -> None:
        table = self.tables[-1]
        is_covered = attributes["element"] == "covered-table-cell"
        value = "" if is_covered else _value(attributes, "".join(self._text).strip("\n"))
        repeats = _count(attributes, "number-columns-repeated")
        column = len(self._cells)
        if not is_blank(value) and repeats > 1 and column + repeats > MAX_COLUMNS:
            raise FileRefusal("表格超过200列，请删去不用的列。", "columns")
        row_span, column_span = (
            _count(attributes, "number-rows-spanned"),
            _count(attributes, "number-columns-spanned"),
        )
        if (row_span > 1 or column_span > 1) and not is_covered:
            row = table.row_count + 1
            table.merges.append((row, column, row + row_span - 1, column + column_span - 1))
            if len(table.merges) > MAX_MERGES:
                raise FileRefusal("合并的单元格太多，请取消合并后再上传。", "merges")
        room = MAX_COLUMNS + 1 - column
        if not is_blank(value) and room <= 0:
            raise FileRefusal("表格超过200列，请删去不用的列。", "columns")
        self._cells += [value] * max(min(repeats, room), 0)

    def _add_row(self, table: _Table) -> None:
        repeats = _count(self._row, "number-rows-repeated")
        if not is_blank_row(self._cells):
            if len(table.rows) + repeats > MAX_ROWS:
                raise FileRefusal("表格超过20万行，请分成几个文件导入。", "rows")
            for number in range(table.row_count + 1, table.row_count + repeats + 1):
                table.rows.append((number, self._cells))
                if self._row.get("visibility") in _HIDDEN_STATES:
                    table.hidden_rows.add(number)
        table.row_count += repeats


def _count(attributes: Attributes, name: str) -> int:
    text = attributes.get(name, "1")
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else 1


def _value(attributes: Attributes, text: str) -> Any:
    """Return the value of a cell; `text` is what the program shows."""
    kind = attributes.get("value-type", "")
    if "formula" in attributes and not kind and not text:
        return MarkedCell(FORMULA)
    if text.startswith(("#DIV/0!", "#N/A", "#REF!", "#VALUE!", "#NAME?", "#NUM!", "Err:")):
        return MarkedCell(CELL_ERROR, text)
    if kind in {"float", "currency", "percentage"}:
        return _number(attributes.get("value", ""), text)
    if kind == "date":
        return _date(attributes.get("date-value", ""), text)
    return (kind == "boolean" and attributes.get("boolean-value") == "true") or text


def _number(value: str, text: str) -> Any:
    try:
        number = float(value)
    except ValueError:
        return text
    plain = f"{number:.15g}"
    is_padded = text != plain and re.fullmatch(r"[0-9]+(?:\.[0-9]+)?", text) and float(text) == number
    return MarkedCell(FORMATTED, text, number) if is_padded else number


def _date(value: str, text: str) -> Any:
    for pattern in _DATE_FORMATS:
        try:
            moment = datetime.strptime(value, pattern)  # noqa: DTZ007  (a date on a sheet has no zone)
        except ValueError:
            continue
        if text and len(re.findall(r"[0-9]+", text)) < 3:
            return MarkedCell(PARTIAL_DATE, text, moment)
        return to_day(moment)
    return text
