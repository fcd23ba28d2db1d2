"""Sheets that the portal hands out: a template to fill in, the bad rows of an import, an export."""

import io
from collections.abc import Iterable, Sequence
from typing import Any

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Alignment, Font
from openpyxl.worksheet._write_only import WriteOnlyWorksheet

from portal.sheets.kinds import SheetKind
from portal.sheets.models import SheetImport
from portal.sheets.running import bad_rows

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_BOLD = Font(bold=True)
_WRAPPED = Alignment(wrap_text=True, vertical="top")
# What a spreadsheet program would take for a formula.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
# What XML cannot hold.
_UNWRITABLE = {code: None for code in range(32) if code not in {9, 10, 13}}


def as_text(sheet: WriteOnlyWorksheet, value: Any) -> Any:
    """A cell that no program calculates: text that begins like a formula is marked as text."""
    if not isinstance(value, str):
        return value
    value = value.translate(_UNWRITABLE)
    if not value.startswith(_FORMULA):
        return value
    cell = WriteOnlyCell(sheet, value=value)
    cell.data_type, cell.quotePrefix = "s", True
    return cell


def write_rows(
    rows: Iterable[Sequence[Any]], *, title: str, headers: Sequence[str], above: Sequence[str] = ()
) -> bytes:
    """An xlsx of one sheet: lines above, headers in bold, then the rows as they come (in constant memory)."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet(title)
    sheet.freeze_panes = f"A{len(above) + 2}"
    for number in range(1, len(headers) + 1):
        sheet.column_dimensions[column_letter(number)].width = 18
    for line in above:
        sheet.append([line])
    sheet.append([_styled(sheet, header) for header in headers])
    for row in rows:
        sheet.append([as_text(sheet, value) for value in row])
    return _saved(book)


def template(kind: SheetKind) -> bytes:
    """An empty sheet to fill in: headers, one sample row; the words that cells may hold on a second sheet."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet(kind.label)
    sheet.freeze_panes = "A2"
    for number in range(1, len(kind.columns) + 1):
        sheet.column_dimensions[column_letter(number)].width = 20
        sheet.column_dimensions[column_letter(number)].number_format = "@"
    sheet.append(
        [_styled(sheet, f"{'*' if column.required else ''}{column.label}") for column in kind.columns]
    )
    sheet.append([_text(sheet, column.sample) for column in kind.columns])
    words = book.create_sheet("可选内容")
    words.append([_styled(words, "列"), _styled(words, "说明"), _styled(words, "可选内容")])
    for column in kind.columns:
        note = "必填。" * column.required + column.help
        words.append([column.label, note, *column.choices])
    return _saved(book)


def result_sheet(sheet: SheetImport) -> bytes:
    """The bad rows with number and reason, then the cells as they were, under the headers as they were: what
    the clerk corrects here can be uploaded again.
    """
    rows = ((number, reason, *cells) for number, reason, cells in bad_rows(sheet))
    return write_rows(rows, title="有问题的行", headers=["原行号", "原因", *sheet.headers])


def column_letter(number: int) -> str:
    """1 -> 'A', 27 -> 'AA': what a spreadsheet program calls its columns."""
    return chr(64 + number) if number <= 26 else chr(64 + (number - 1) // 26) + chr(65 + (number - 1) % 26)


def _styled(sheet: WriteOnlyWorksheet, value: str) -> WriteOnlyCell:
    cell = WriteOnlyCell(sheet, value=value)
    cell.font, cell.alignment = _BOLD, _WRAPPED
    return cell


def _text(sheet: WriteOnlyWorksheet, value: str) -> WriteOnlyCell:
    cell = WriteOnlyCell(sheet, value=value)
    cell.number_format = "@"
    return cell


def _saved(book: Workbook) -> bytes:
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()
