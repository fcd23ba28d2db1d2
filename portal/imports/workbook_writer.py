"""Excel workbooks as downloads: an import template, the bad rows of an import, an export.

Loading openpyxl takes 0.4 s, so only the first workbook of a process loads it.
"""

from collections.abc import Iterable, Sequence
from typing import Any

from portal.imports.import_kinds import ImportKind
from portal.imports.models import ImportRun

XLSX_CONTENT_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def column_letter(number: int) -> str:
    """Return the name of a worksheet column up to 702: 1 -> 'A', 27 -> 'AA'."""
    return chr(64 + number) if number <= 26 else chr(64 + (number - 1) // 26) + chr(65 + (number - 1) % 26)


def write_rows(
    rows: Iterable[Sequence[Any]], *, title: str, headers: Sequence[str], above: Sequence[str] = ()
) -> bytes:
    """Return an xlsx of one worksheet, written in constant memory.

    Args:
        rows: may be a generator.
        title: name of the worksheet.
        above: lines before the headers.
    """
    from portal.imports import openpyxl_writer  # noqa: PLC0415  (loads openpyxl)

    return openpyxl_writer.write_rows(rows, title=title, headers=headers, above=above)


def write_template(kind: ImportKind) -> bytes:
    """Return an empty xlsx to fill in, with notes and choices."""
    from portal.imports import openpyxl_writer  # noqa: PLC0415  (loads openpyxl)

    return openpyxl_writer.write_template(kind)


def write_bad_rows(run: ImportRun) -> bytes:
    """Return an xlsx of the bad rows, which can be corrected and uploaded again."""
    from portal.imports import openpyxl_writer  # noqa: PLC0415  (loads openpyxl)

    return openpyxl_writer.write_bad_rows(run)
