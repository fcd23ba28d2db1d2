"""Worksheets of xlsx files: values by calamine, and what it does not tell by a second look at the XML.

The second look finds hidden rows and columns, formulas without a computed value, error cells, and cells whose
number format shows less or more than the value.
"""

import io
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import partial
from posixpath import join, normpath
from typing import Any
from xml.parsers import expat

from python_calamine import (
    CalamineError,
    CalamineSheet,
    CalamineWorkbook,
    PasswordError,
    SheetTypeEnum,
    SheetVisibleEnum,
)

from portal.core.child_entry import FileRefusal
from portal.imports.marked_cells import CELL_ERROR, FORMULA, MarkedCell
from portal.imports.row_frames import NumberedRow
from portal.imports.worksheets import number_formats
from portal.imports.worksheets.grid import MAX_COLUMNS, MAX_MERGES, Grid, Worksheet, checked_rows
from portal.imports.worksheets.xml_events import Attributes, local_name, parse_xml, start_events

_TRUE = frozenset({"1", "true", "on"})
NOT_A_TABLE = "读不出表格。请上传 xlsx、xls 或 csv 文件；Word、图片和 PDF 不能导入。"


@dataclass(slots=True)
class Marks:
    """Facts in the XML of one worksheet beyond the values. Rows count from 1, columns from 0.

    Attributes:
        cells: (row, column) -> FORMULA, CELL_ERROR, or the code of a special number format.
    """

    cells: dict[tuple[int, int], str] = field(default_factory=dict)
    hidden_rows: set[int] = field(default_factory=set)
    hidden_columns: set[int] = field(default_factory=set)


def open_worksheets(content: bytes) -> list[Worksheet]:
    """Return the worksheets of an xlsx file.

    Raises:
        FileRefusal: no workbook, or protected by a password.
    """
    archive = zipfile.ZipFile(io.BytesIO(content))
    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(content))
    except PasswordError as error:
        raise FileRefusal("文件有密码，请去掉密码后再上传。", "password") from error
    except (CalamineError, OSError, ValueError) as error:
        raise FileRefusal(NOT_A_TABLE, "type") from error
    parts, has_1904_dates = _worksheet_parts(archive)
    formats = _special_formats(archive)
    return [
        Worksheet(
            worksheet.name,
            worksheet.visible == SheetVisibleEnum.Visible,
            partial(
                _load, book, worksheet.name, archive, parts.get(worksheet.name, ""), formats, has_1904_dates
            ),
        )
        for worksheet in book.sheets_metadata
        if worksheet.typ == SheetTypeEnum.WorkSheet
    ]


def _load(
    book: CalamineWorkbook,
    name: str,
    archive: zipfile.ZipFile,
    part: str,
    formats: dict[int, str],
    has_1904_dates: bool,
) -> Grid:
    try:
        worksheet = book.get_sheet_by_name(name)
        merges = worksheet.merged_cell_ranges or []
    except (CalamineError, OSError, ValueError) as error:
        raise FileRefusal(NOT_A_TABLE, "type") from error
    if len(merges) > MAX_MERGES:
        raise FileRefusal("合并的单元格太多，请取消合并后再上传。", "merges")
    marks = Marks()
    if part in archive.NameToInfo:
        with archive.open(part) as stream:
            marks = _scan(stream, formats)
    return Grid(
        rows=lambda: checked_rows(_rows(worksheet, marks.cells)),
        merges=[(top + 1, left, bottom + 1, right) for (top, left), (bottom, right) in merges],
        hidden_rows=marks.hidden_rows,
        hidden_columns=marks.hidden_columns,
        has_1904_dates=has_1904_dates,
    )


def _rows(worksheet: CalamineSheet, marks_by_place: dict[tuple[int, int], str]) -> Iterator[NumberedRow]:
    """Yield the rows with their marked cells; a marked cell may lie outside the cells that have values."""
    if worksheet.start is None:
        return
    first_row, first_column = worksheet.start
    columns_by_row: dict[int, list[int]] = {}
    for row, column in marks_by_place:
        columns_by_row.setdefault(row, []).append(column)
    padding = [""] * first_column
    index = -1
    for index, values in enumerate(worksheet.iter_rows()):
        if index < first_row:
            continue
        cells = padding + values
        for column in columns_by_row.get(index + 1, ()):
            if column < MAX_COLUMNS:
                cells += [""] * (column + 1 - len(cells))
                cells[column] = _mark(cells[column], marks_by_place[index + 1, column])
        yield index + 1, cells
    for row in sorted(row for row in columns_by_row if row > index + 1):
        yield (
            row,
            [
                _mark("", marks_by_place.get((row, column), ""))
                for column in range(max(columns_by_row[row]) + 1)
            ],
        )


def _mark(value: Any, mark: str) -> Any:
    """Return the cell as its mark or number format demands."""
    if mark == FORMULA:
        return MarkedCell(FORMULA)
    if mark == CELL_ERROR:
        return MarkedCell(CELL_ERROR, str(value or ""))
    if isinstance(value, (date, datetime)):
        return number_formats.mark_date(value, mark)
    return number_formats.mark_number(value, mark) if isinstance(value, float) else value


def _worksheet_parts(archive: zipfile.ZipFile) -> tuple[dict[str, str], bool]:
    """Return worksheet name -> part of the archive, and whether dates count from 1904."""
    book_part = "xl/workbook.xml"
    if "_rels/.rels" in archive.NameToInfo:
        with archive.open("_rels/.rels") as stream:
            for _, attributes in start_events(stream):
                if attributes.get("Type", "").endswith("/officeDocument"):
                    book_part = attributes.get("Target", "").lstrip("/")
    folder, _, file_name = book_part.rpartition("/")
    relations = join(folder, "_rels", f"{file_name}.rels")
    if book_part not in archive.NameToInfo or relations not in archive.NameToInfo:
        return {}, False
    with archive.open(relations) as stream:
        targets = {
            attributes.get("Id"): attributes.get("Target", "") for _, attributes in start_events(stream)
        }
    parts, has_1904_dates = {}, False
    with archive.open(book_part) as stream:
        for name, attributes in start_events(stream):
            if name == "sheet" and attributes.get("id") in targets:
                target = targets[attributes["id"]]
                part = target.lstrip("/") if target.startswith("/") else normpath(join(folder, target))
                parts[attributes.get("name", "")] = part
            elif name == "workbookPr":
                has_1904_dates = attributes.get("date1904", "") in _TRUE
    return parts, has_1904_dates


def _special_formats(archive: zipfile.ZipFile) -> dict[int, str]:
    """Return index of the cell style -> code of its number format, for formats that are special."""
    part = next((name for name in archive.NameToInfo if name.endswith("/styles.xml")), None)
    if part is None:
        return {}
    codes: dict[int, str] = {}
    numbers: list[int] = []
    is_cell_style = False
    with archive.open(part) as stream:
        for name, attributes in start_events(stream):
            if name == "numFmt" and re.fullmatch("[0-9]{1,9}", attributes.get("numFmtId", "")):
                codes.setdefault(int(attributes["numFmtId"]), attributes.get("formatCode", ""))
            elif name in {"cellXfs", "cellStyleXfs", "cellStyles", "dxfs"}:
                is_cell_style = name == "cellXfs"
            elif name == "xf" and is_cell_style:
                number = attributes.get("numFmtId", "0")
                numbers.append(int(number) if number.isascii() and number.isdecimal() else 0)
    formats = {
        index: codes.get(number) or number_formats.built_in_format(number)
        for index, number in enumerate(numbers)
    }
    return {index: code for index, code in formats.items() if number_formats.format_class(code)}


def _scan(stream: Any, formats: dict[int, str]) -> Marks:
    """Return the marks of a worksheet's XML, read once from start to end."""
    scan = _Scan({str(index): code for index, code in formats.items()})
    parse_xml(stream, scan.parser)
    scan.end_formula()
    return scan.marks


class _Scan:
    """Handlers of a worksheet's XML; called for every cell, so they do as little as possible."""

    def __init__(self, formats: dict[str, str]) -> None:
        self.marks = Marks()
        self._formats = formats
        self._row = self._column = 0
        self._is_formula = self._has_value = self._is_text = False
        self.parser = expat.ParserCreate()
        self.parser.StartElementHandler = self._start

    def _start(self, name: str, attributes: Attributes) -> None:
        name = local_name(name)
        if name == "v":
            if self._is_formula:
                self._has_value = self._is_text
                self.parser.CharacterDataHandler = self._text
        elif name == "c":
            if self._is_formula:
                self.end_formula()
            place = attributes.get("r")
            self._column = column_index(place) if place else self._column + 1
            kind = attributes.get("t")
            self._is_text = kind == "str"
            if kind == "e":
                self.marks.cells[self._row, self._column] = CELL_ERROR
            elif (code := self._formats.get(attributes.get("s", ""))) is not None and kind in {None, "n"}:
                self.marks.cells[self._row, self._column] = code
        elif name == "f":
            self._is_formula, self._has_value = True, False
        elif name == "row":
            if self._is_formula:
                self.end_formula()
            self._column = -1
            self._row = int(attributes["r"]) if "r" in attributes else self._row + 1
            if attributes.get("hidden") in _TRUE or attributes.get("ht") == "0":
                self.marks.hidden_rows.add(self._row)
        elif name == "col" and (attributes.get("hidden") in _TRUE or attributes.get("width") == "0"):
            first, last = int(attributes["min"]) - 1, int(attributes["max"])
            self.marks.hidden_columns.update(range(first, min(last, MAX_COLUMNS)))

    def _text(self, text: str) -> None:
        if text.strip():
            self._has_value = True
            self.parser.CharacterDataHandler = None

    def end_formula(self) -> None:
        """Mark the last cell if it is a formula without a value."""
        if self._is_formula and not self._has_value:
            self.marks.cells[self._row, self._column] = FORMULA
        self._is_formula = False
        self.parser.CharacterDataHandler = None


def column_index(place: str) -> int:
    """Return the index of the column of a cell: 'A1' -> 0, 'AB12' -> 27."""
    index = 0
    for character in place:
        if not "A" <= character <= "Z":
            break
        index = index * 26 + ord(character) - 64
    return index - 1
