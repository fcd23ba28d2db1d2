"""Writer of Excel workbooks with openpyxl; use `workbook_writer`, which loads this module on first use."""

import io
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from openpyxl import Workbook
from openpyxl.cell import Cell, WriteOnlyCell
from openpyxl.comments import Comment
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet._write_only import WriteOnlyWorksheet
from openpyxl.worksheet.datavalidation import DataValidation

from portal.core.text_folding import visible_text
from portal.imports.import_kinds import Column, ImportKind, get_kind
from portal.imports.import_runner import bad_rows
from portal.imports.models import ImportRun

_BOLD = Font(bold=True)
_WRAP = Alignment(wrap_text=True, vertical="top")
_REASON_FONT = Font(color="B00020")
_ERROR_FILL = PatternFill("solid", fgColor="FFC7CE")
# Columns before the cells of a bad row: row number and reason.
_REASON_HEADERS = ("原行号", "原因")
# The worksheet that lists the choices of each column, and the number of its first column with choices.
_CHOICES_TITLE, _FIRST_CHOICE_COLUMN = "可选内容", 4
# Rows whose cells offer their choices.
_ROWS_WITH_CHOICES = 5_000
# Text that begins like this would be read as a formula.
_FORMULA_PREFIXES = ("=", "+", "-", "@", "\t", "\r")


def escape_formula(worksheet: WriteOnlyWorksheet, value: Any) -> Any:
    """Return the value; text that begins like a formula as a cell marked as text."""
    if not isinstance(value, str):
        return value
    value = visible_text(value)  # XML cannot hold control characters, surrogates and non-characters
    if not value.startswith(_FORMULA_PREFIXES):
        return value
    cell = WriteOnlyCell(worksheet, value=value)
    cell.data_type, cell.quotePrefix = "s", True
    return cell


def write_rows(
    rows: Iterable[Sequence[Any]], *, title: str, headers: Sequence[str], above: Sequence[str] = ()
) -> bytes:
    """Return an xlsx of one worksheet, written in constant memory.

    Args:
        rows: may be a generator.
        title: name of the worksheet.
        above: lines before the headers.
    """
    book = Workbook(write_only=True)
    worksheet = book.create_sheet(title)
    worksheet.freeze_panes = f"A{len(above) + 2}"
    for number in range(1, len(headers) + 1):
        worksheet.column_dimensions[get_column_letter(number)].width = 18
    for line in above:
        worksheet.append([line])
    worksheet.append([_header_cell(worksheet, header) for header in headers])
    for row in rows:
        worksheet.append([escape_formula(worksheet, value) for value in row])
    return _save(book)


def write_template(kind: ImportKind) -> bytes:
    """Return an empty workbook to fill in.

    Headers have a note, cells offer their choices, and a second worksheet lists all notes and choices.
    """
    book = Workbook(write_only=True)
    worksheet = book.create_sheet(kind.label)
    worksheet.freeze_panes = "A2"
    columns = [column for column in kind.columns if column.in_template]
    for number in range(1, len(columns) + 1):
        worksheet.column_dimensions[get_column_letter(number)].width = 20
        worksheet.column_dimensions[get_column_letter(number)].number_format = "@"
    choices = _load_choices(kind)
    choice_rows = {column.key: row for row, column in enumerate(columns, start=2)}
    indices = {column.key: index for index, column in enumerate(columns)}
    _add_validations(worksheet, indices, kind, choices, choice_rows)
    worksheet.append([_annotated_header_cell(worksheet, column) for column in columns])
    if kind.has_sample_row:
        worksheet.append([_text_cell(worksheet, column.sample) for column in columns])
    _add_choices_worksheet(book, columns, choices)
    return _save(book)


def write_bad_rows(run: ImportRun) -> bytes:
    """Return a workbook of the bad rows, which can be corrected and uploaded again.

    Each row has its number and reason, then the original cells under the original headers, the wrong one in
    red.
    """
    kind = get_kind(run.kind)
    # The upload may itself be such a workbook: its reason columns are replaced.
    skip = len(_REASON_HEADERS) if run.headers[: len(_REASON_HEADERS)] == list(_REASON_HEADERS) else 0
    book = Workbook(write_only=True)
    worksheet = book.create_sheet("有问题的行")
    worksheet.freeze_panes = "A2"
    headers = [*_REASON_HEADERS, *run.headers[skip:]]
    for number in range(1, len(headers) + 1):
        worksheet.column_dimensions[get_column_letter(number)].width = 44 if number == 2 else 18
    indices = {
        key: index - skip + len(_REASON_HEADERS) for key, index in run.columns.items() if index >= skip
    }
    choices = _load_choices(kind)
    columns = [kind.column(key) for key in indices]
    choice_rows = {column.key: row for row, column in enumerate(columns, start=2)}
    _add_validations(worksheet, indices, kind, choices, choice_rows)
    worksheet.append([_header_cell(worksheet, header) for header in headers])
    for number, reason, cells in bad_rows(run):
        column = kind.column_of_reason(reason)
        index = indices.get(column.key) if column else None
        worksheet.append(_bad_row_cells(worksheet, number, reason, cells[skip:], index))
    _add_choices_worksheet(book, columns, choices)
    return _save(book)


def _bad_row_cells(
    worksheet: WriteOnlyWorksheet, number: int, reason: str, cells: Sequence[str], index: int | None
) -> list[Any]:
    """Return the cells of a bad row; the one at `index`, if given, in red."""
    reason_cell = WriteOnlyCell(worksheet, value=reason)
    reason_cell.font, reason_cell.alignment = _REASON_FONT, _WRAP
    row: list[Any] = [number, reason_cell, *(escape_formula(worksheet, cell) for cell in cells)]
    if index is None:
        return row
    row += [None] * (index + 1 - len(row))
    wrong_cell = row[index]
    if not isinstance(wrong_cell, Cell):
        wrong_cell = WriteOnlyCell(worksheet, value=wrong_cell)
    wrong_cell.fill = _ERROR_FILL
    row[index] = wrong_cell
    return row


def _load_choices(kind: ImportKind) -> dict[str, tuple[str, ...]]:
    """Return the choices of each column, by key."""
    choices = {column.key: column.choices for column in kind.columns if column.choices}
    return {**choices, **kind.load_choices()}


def _add_validations(
    worksheet: WriteOnlyWorksheet,
    indices: Mapping[str, int],
    kind: ImportKind,
    choices: Mapping[str, tuple[str, ...]],
    choice_rows: Mapping[str, int],
) -> None:
    """Offer the choices in the cells of each column that takes one of them.

    The source are these rows of the choices worksheet. Other text is accepted: the import understands
    synonyms.
    """
    for key, index in indices.items():
        if key not in choices or kind.column(key).multiple:
            continue
        row = choice_rows[key]
        first, last = _FIRST_CHOICE_COLUMN, _FIRST_CHOICE_COLUMN + len(choices[key]) - 1
        source = f"'{_CHOICES_TITLE}'!${get_column_letter(first)}${row}:${get_column_letter(last)}${row}"
        rule = DataValidation(type="list", formula1=source, allow_blank=True, showErrorMessage=False)
        letter = get_column_letter(index + 1)
        rule.add(f"{letter}2:{letter}{_ROWS_WITH_CHOICES}")
        worksheet.data_validations.append(rule)


def _add_choices_worksheet(
    book: Workbook, columns: Sequence[Column], choices: Mapping[str, tuple[str, ...]]
) -> None:
    worksheet = book.create_sheet(_CHOICES_TITLE)
    worksheet.append([_header_cell(worksheet, title) for title in ("列", "说明", "示例", "可选内容")])
    for column in columns:
        note = "必填。" * column.required + column.help
        sample = escape_formula(worksheet, column.sample)
        worksheet.append([column.label, note, sample, *choices.get(column.key, ())])


def _annotated_header_cell(worksheet: WriteOnlyWorksheet, column: Column) -> WriteOnlyCell:
    cell = _header_cell(worksheet, f"{'*' if column.required else ''}{column.label}")
    lines = [
        "必填。" if column.required else "选填。",
        column.help,
        f"例：{column.sample}" * bool(column.sample),
    ]
    cell.comment = _build_comment("\n".join(line for line in lines if line))
    return cell


def _build_comment(text: str) -> Comment:
    return Comment(text, "", width=280, height=40 + 22 * (len(text) // 16 + text.count("\n") + 1))


def _header_cell(worksheet: WriteOnlyWorksheet, value: str) -> WriteOnlyCell:
    cell = WriteOnlyCell(worksheet, value=value)
    cell.font, cell.alignment = _BOLD, _WRAP
    return cell


def _text_cell(worksheet: WriteOnlyWorksheet, value: str) -> WriteOnlyCell:
    cell = WriteOnlyCell(worksheet, value=value)
    cell.number_format = "@"
    return cell


def _save(book: Workbook) -> bytes:
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()
