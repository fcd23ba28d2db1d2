"""Preview of an import: the rows that would be read from a file; nothing is written."""

from collections.abc import Mapping
from datetime import date
from itertools import islice
from typing import Any

from django.core.exceptions import ValidationError

from portal.core.encryption import mask_phone
from portal.imports.cell_text import cell_text
from portal.imports.column_mapping import missing_columns
from portal.imports.import_kinds import ColumnContent, ImportKind, RowImporter
from portal.imports.number_masking import mask_numbers
from portal.imports.row_reading import ReadRow, read_row
from portal.imports.workbook_reader import Table, read_table

MAX_ROWS = 200
READ_STATUS, REFUSED_STATUS, CHOOSE_STATUS = "read", "refused", "choose_sheet"
_NUMBERS = frozenset({ColumnContent.COUNT, ColumnContent.AMOUNT})


def preview_import(
    kind: ImportKind, content: bytes, *, subject_id: int | None = None, worksheet: str | None = None
) -> dict[str, Any]:
    """Return what would be read, as data for JSON with phones and ID numbers masked.

    Args:
        subject_id: primary key of the object that the rows belong to, if the kind needs one.
        worksheet: the one that a person chose.
    """
    try:
        table = read_table(content, kind, worksheet)
    except ValidationError as error:
        return _report(REFUSED_STATUS, Table(), cause=" ".join(error.messages), code=str(error.code or ""))
    if table.choices:
        cause = "有几张工作表都可能是要导入的，请选一张。"
        return _report(CHOOSE_STATUS, table, cause=cause, worksheets=table.choices)
    missing = missing_columns(kind, table.columns)
    if missing:
        cause = f"没有认出这些必填的列：{'、'.join(missing)}。请核对表头。"
        return _report(REFUSED_STATUS, table, cause=cause, code="missing")
    return _report(READ_STATUS, table, rows=_read_rows(kind, table, kind.open_preview(subject_id)))


def _read_rows(kind: ImportKind, table: Table, importer: RowImporter) -> tuple[list[dict[str, Any]], int]:
    """Return the first rows, and how many more there are."""
    mapped = table.mapped_rows(table.columns)
    rows = [_show_row(kind, read_row(kind, importer, row, table.traits)) for row in islice(mapped, MAX_ROWS)]
    return rows, sum(1 for _ in mapped)


def _show_row(kind: ImportKind, row: ReadRow) -> dict[str, Any]:
    values = {
        key: text_or_number
        for key, value in row.values.items()
        if (text_or_number := _show_value(kind.column(key).content, value)) != ""
    }
    parsed = getattr(row.parsed, "values", None)
    if isinstance(parsed, Mapping):
        values |= {
            column.key: parsed[column.key]
            for column in kind.columns
            if column.content in _NUMBERS and column.key in values and type(parsed.get(column.key)) is int
        }
    return {
        "row": row.number,
        "values": values,
        "errors": [
            {"column": problem.column, "code": problem.code, "message": mask_numbers(problem.reason)}
            for problem in row.problems
        ],
    }


def _show_value(content: ColumnContent, value: Any) -> Any:
    """Return a value as JSON data: whole numbers, dates in ISO form, masked text."""
    if value in {"", None}:
        return ""
    if isinstance(value, (bool, date)):
        return cell_text(value)
    if content in {ColumnContent.ID_NUMBER, ColumnContent.PHONE}:
        return _mask_personal(content, cell_text(value))
    if isinstance(value, (int, float)):
        number = int(value) if float(value).is_integer() else value
        return number if content in _NUMBERS else mask_numbers(str(number))
    text = str(value)
    if content in _NUMBERS and text.isascii() and text.isdigit() and len(text) < 10:
        return int(text)
    return mask_numbers(text)


def _mask_personal(content: ColumnContent, text: str) -> str:
    """Return an ID number or phone masked, whatever was typed."""
    if content == ColumnContent.PHONE:
        return mask_phone(text)
    return "*" * max(len(text) - 4, 4) + text[-4:] if len(text) > 8 else "*" * len(text)


def _report(
    status: str,
    table: Table,
    *,
    cause: str = "",
    code: str = "",
    worksheets: tuple[str, ...] | None = None,
    rows: tuple[list[dict[str, Any]], int] = ([], 0),
) -> dict[str, Any]:
    return {
        "status": status,
        "cause": mask_numbers(cause),
        "code": code,
        "sheet": mask_numbers(table.worksheet),
        "sheets": [mask_numbers(name) for name in worksheets or table.worksheets],
        "header_rows": list(table.header_rows),
        "columns": {key: mask_numbers(table.headers[index]) for key, index in table.columns.items()},
        "skipped": {
            "hidden_rows": table.skipped.get("hidden", 0),
            "hidden_sheets": table.hidden_worksheets,
            "hidden_columns": len(table.hidden_headers),
            "totals": sum(number for kind, number in table.skipped.items() if kind != "hidden"),
        },
        "rows": rows[0],
        "more": rows[1],
    }
