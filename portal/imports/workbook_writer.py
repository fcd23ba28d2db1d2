"""Sheets that the portal hands out: a template to fill in, the bad rows of an import, an export."""

import io
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from openpyxl import Workbook
from openpyxl.cell import Cell, WriteOnlyCell
from openpyxl.comments import Comment
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.worksheet._write_only import WriteOnlyWorksheet
from openpyxl.worksheet.datavalidation import DataValidation

from portal.imports.import_kinds import Column, ImportKind, get_kind
from portal.imports.import_runner import bad_rows
from portal.imports.models import ImportRun

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_BOLD = Font(bold=True)
_WRAPPED = Alignment(wrap_text=True, vertical="top")
_RED = Font(color="B00020")
_WRONG = PatternFill("solid", fgColor="FFC7CE")
# Before the cells of a bad row.
_MARKS = ("原行号", "原因")
# The sheet of words, the column its words begin in, and how many rows offer them.
_WORDS, _WORDS_FROM = "可选内容", 4
_OFFERED_ROWS = 5_000
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


def template(kind: ImportKind) -> bytes:
    """An empty sheet to fill in: headers with a note each, cells that offer their words; all notes and words
    once more on a second sheet.
    """
    book = Workbook(write_only=True)
    sheet = book.create_sheet(kind.label)
    sheet.freeze_panes = "A2"
    offered = [column for column in kind.columns if column.offered]
    for number in range(1, len(offered) + 1):
        sheet.column_dimensions[column_letter(number)].width = 20
        sheet.column_dimensions[column_letter(number)].number_format = "@"
    words = _all_words(kind)
    rows = {column.key: row for row, column in enumerate(offered, start=2)}
    _offer(sheet, {column.key: at for at, column in enumerate(offered)}, kind, words, rows)
    sheet.append([_header(sheet, column) for column in offered])
    if kind.sample_row:
        sheet.append([_text(sheet, column.sample) for column in offered])
    _add_words(book, offered, words)
    return _saved(book)


def write_bad_rows(sheet: ImportRun) -> bytes:
    """The bad rows with number and reason, the cell at fault on red, then the cells as they were under the
    headers as they were: what is corrected here can be uploaded again.
    """
    kind = get_kind(sheet.kind)
    own = len(_MARKS) if sheet.headers[: len(_MARKS)] == list(_MARKS) else 0  # of a result that came back
    book = Workbook(write_only=True)
    page = book.create_sheet("有问题的行")
    page.freeze_panes = "A2"
    headers = [*_MARKS, *sheet.headers[own:]]
    for number in range(1, len(headers) + 1):
        page.column_dimensions[column_letter(number)].width = 44 if number == 2 else 18
    places = {key: at - own + len(_MARKS) for key, at in sheet.columns.items() if at >= own}
    words = _all_words(kind)
    known = [kind.column(key) for key in places]
    _offer(page, places, kind, words, {column.key: row for row, column in enumerate(known, start=2)})
    page.append([_styled(page, header) for header in headers])
    for number, reason, cells in bad_rows(sheet):
        column = kind.blamed(reason)
        page.append(_marked(page, number, reason, cells[own:], places.get(column.key) if column else None))
    _add_words(book, known, words)
    return _saved(book)


def _marked(
    sheet: WriteOnlyWorksheet, number: int, reason: str, cells: Sequence[str], at: int | None
) -> list[Any]:
    why = WriteOnlyCell(sheet, value=reason)
    why.font, why.alignment = _RED, _WRAPPED
    row: list[Any] = [number, why, *(as_text(sheet, cell) for cell in cells)]
    if at is None:
        return row
    row += [None] * (at + 1 - len(row))
    blamed = row[at]
    if not isinstance(blamed, Cell):
        blamed = WriteOnlyCell(sheet, value=blamed)
    blamed.fill = _WRONG
    row[at] = blamed
    return row


def _all_words(kind: ImportKind) -> dict[str, tuple[str, ...]]:
    words = {column.key: column.choices for column in kind.columns if column.choices}
    return {**words, **kind.words()}


def _offer(
    sheet: WriteOnlyWorksheet,
    places: Mapping[str, int],
    kind: ImportKind,
    words: Mapping[str, tuple[str, ...]],
    rows: Mapping[str, int],
) -> None:
    """Let each cell of a column that takes one word of a list offer them. The words stand on the sheet of
    words in these `rows`; other words may be typed all the same: more are understood than are offered.
    """
    for key, at in places.items():
        if key not in words or kind.column(key).several:
            continue
        row, last = rows[key], column_letter(_WORDS_FROM + len(words[key]) - 1)
        source = f"'{_WORDS}'!${column_letter(_WORDS_FROM)}${row}:${last}${row}"
        rule = DataValidation(type="list", formula1=source, allow_blank=True, showErrorMessage=False)
        letter = column_letter(at + 1)
        rule.add(f"{letter}2:{letter}{_OFFERED_ROWS}")
        sheet.data_validations.append(rule)


def _add_words(book: Workbook, columns: Sequence[Column], words: Mapping[str, tuple[str, ...]]) -> None:
    sheet = book.create_sheet(_WORDS)
    sheet.append([_styled(sheet, title) for title in ("列", "说明", "示例", "可选内容")])
    for column in columns:
        note = "必填。" * column.required + column.help
        sheet.append([column.label, note, as_text(sheet, column.sample), *words.get(column.key, ())])


def _header(sheet: WriteOnlyWorksheet, column: Column) -> WriteOnlyCell:
    cell = _styled(sheet, f"{'*' if column.required else ''}{column.label}")
    lines = [
        "必填。" if column.required else "选填。",
        column.help,
        f"例：{column.sample}" * bool(column.sample),
    ]
    cell.comment = _note("\n".join(line for line in lines if line))
    return cell


def _note(text: str) -> Comment:
    return Comment(text, "", width=280, height=40 + 22 * (len(text) // 16 + text.count("\n") + 1))


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
