"""Worksheets of true xls files (BIFF), which xlrd reads with their formats, hidden rows and merged cells."""

import io
from collections.abc import Iterator
from datetime import datetime, time
from functools import partial
from typing import Any

import xlrd
from xlrd.sheet import Cell
from xlrd.sheet import Sheet as XlrdSheet

from portal.core.child_entry import FileRefusal
from portal.imports.marked_cells import CELL_ERROR, MarkedCell
from portal.imports.row_frames import NumberedRow
from portal.imports.worksheets import number_formats
from portal.imports.worksheets.grid import MAX_MERGES, Grid, Worksheet, checked_rows

OLE_SIGNATURE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
# Streams of an OLE file that tell what it is, by name.
_ENCRYPTED, _WORD, _SLIDES = (
    name.encode("utf-16-le") for name in ("EncryptedPackage", "WordDocument", "PowerPoint Document")
)


def open_worksheets(content: bytes) -> list[Worksheet]:
    """Return the worksheets of an xls file.

    Raises:
        FileRefusal: another kind of file, or protected by a password.
    """
    if _ENCRYPTED in content:
        raise FileRefusal("文件有密码，请去掉密码后再上传。", "password")
    if _WORD in content or _SLIDES in content:
        raise FileRefusal("这是 Word 或 PPT 文件，不是表格。请把表格另存为 xlsx 后上传。", "type")
    try:
        book = xlrd.open_workbook(
            file_contents=content,
            formatting_info=True,
            on_demand=True,
            ragged_rows=True,
            logfile=io.StringIO(),
        )
    except xlrd.XLRDError as error:
        if "encrypt" in str(error).casefold() or "password" in str(error).casefold():
            raise FileRefusal("文件有密码，请去掉密码后再上传。", "password") from error
        raise _build_refusal() from error
    except MemoryError:
        raise
    except Exception as error:  # xlrd trusts what stands in the file
        raise _build_refusal() from error
    visibilities = book._sheet_visibility
    return [
        Worksheet(name, visibilities[index] == 0, partial(_load, book, index))
        for index, name in enumerate(book.sheet_names())
        if book._sh_abs_posn[index] is not None
    ]


def _build_refusal() -> FileRefusal:
    return FileRefusal("读不出这个 xls 文件，可能已损坏。请用表格软件打开后另存为 xlsx，再上传。", "type")


def _load(book: xlrd.Book, index: int) -> Grid:
    try:
        worksheet = book.sheet_by_index(index)
    except MemoryError:
        raise
    except Exception as error:  # as above
        raise _build_refusal() from error
    if len(worksheet.merged_cells) > MAX_MERGES:
        raise FileRefusal("合并的单元格太多，请取消合并后再上传。", "merges")
    return Grid(
        rows=lambda: checked_rows(_rows(book, worksheet)),
        merges=[
            (first_row + 1, first_column, last_row, last_column - 1)
            for first_row, last_row, first_column, last_column in worksheet.merged_cells
        ],
        hidden_rows={row + 1 for row, info in worksheet.rowinfo_map.items() if info.hidden},
        hidden_columns={column for column, info in worksheet.colinfo_map.items() if info.hidden},
        has_1904_dates=book.datemode == 1,
    )


def _rows(book: xlrd.Book, worksheet: XlrdSheet) -> Iterator[NumberedRow]:
    for row in range(worksheet.nrows):
        yield row + 1, [_value(book, cell) for cell in worksheet.row(row)]


def _value(book: xlrd.Book, cell: Cell) -> Any:
    if cell.ctype == xlrd.XL_CELL_TEXT:
        return cell.value
    if cell.ctype == xlrd.XL_CELL_NUMBER:
        return number_formats.mark_number(cell.value, _format_code(book, cell))
    if cell.ctype == xlrd.XL_CELL_DATE:
        return _date(book, cell)
    if cell.ctype == xlrd.XL_CELL_BOOLEAN:
        return bool(cell.value)
    if cell.ctype == xlrd.XL_CELL_ERROR:
        return MarkedCell(CELL_ERROR, xlrd.error_text_from_code.get(cell.value, ""))
    return ""


def _date(book: xlrd.Book, cell: Cell) -> Any:
    try:
        moment: datetime = xlrd.xldate_as_datetime(cell.value, book.datemode)
    except (xlrd.XLDateError, OverflowError, ValueError):
        return cell.value
    if cell.value < 1:
        return time(moment.hour, moment.minute, moment.second)
    return number_formats.mark_date(moment, _format_code(book, cell))


def _format_code(book: xlrd.Book, cell: Cell) -> str:
    if cell.xf_index is None or cell.xf_index >= len(book.xf_list):
        return ""
    number = book.xf_list[cell.xf_index].format_key
    if code := number_formats.built_in_format(number):
        return code
    number_format = book.format_map.get(number)
    return number_format.format_str if number_format is not None else ""
