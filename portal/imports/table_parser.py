"""Parser of uploaded spreadsheets, run in a child process by `portal.imports.workbook_reader`.

Imports nothing of Django. It sends one TABLE frame (JSON: worksheet, worksheets), then ROWS frames
(`portal.imports.row_frames`).

To understand more of a workbook, add to `answer`: new arguments arrive in `request`, new facts about the
whole sheet go into the TABLE frame, and what cannot be read is `FileRefusal(Chinese message, code)`.
"""

import json
from collections.abc import Iterable, Mapping
from typing import Any

from portal.core.child_entry import FileRefusal, Send
from portal.imports.archive_check import MAX_COLUMNS, MAX_ROWS, check_archive
from portal.imports.marked_cells import MarkedCell
from portal.imports.row_frames import (
    MAX_HEADER_ROWS,
    ROWS,
    ROWS_PER_FRAME,
    TABLE,
    NumberedRow,
    pack_rows,
)
from portal.imports.worksheets.choose_worksheet import Candidate, choose_worksheet
from portal.imports.worksheets.data_rows import DataRows
from portal.imports.worksheets.known_headers import KnownHeaders
from portal.imports.worksheets.open_file import open_worksheets

# Excel writes no longer cell. A row and a whole table are limited for the memory of whoever imports them.
MAX_CELL_CHARACTERS = 32_767
MAX_ROW_CHARACTERS = 100_000
MAX_TABLE_CHARACTERS = 150_000_000
_FRAME_CHARACTERS = 1_000_000


def answer(request: Mapping[str, Any], content: bytes, send: Send) -> None:
    """Send the data rows of the worksheet that is meant, then the facts about it.

    If several worksheets could be meant, the facts name them as `choices` and no rows are sent.

    Args:
        request: `worksheet`, the one that a person chose, or None; `title_column`, the key of the column that
            every data row fills; `keys`, `labels` and `required` of `KnownHeaders`.

    Raises:
        FileRefusal: no spreadsheet, too big, or protected by a password.
    """
    if content.startswith(b"PK\x03\x04"):
        check_archive(content)
    known_headers = KnownHeaders.from_request(request)
    title_column = request.get("title_column", "")
    worksheets = open_worksheets(content, known_headers)
    facts: dict[str, Any] = {
        "worksheets": [worksheet.name for worksheet in worksheets if worksheet.is_visible],
        "hidden_worksheets": sum(1 for worksheet in worksheets if not worksheet.is_visible),
    }
    candidate = choose_worksheet(worksheets, known_headers, title_column, request.get("worksheet"))
    if isinstance(candidate, list):
        facts["choices"] = candidate
    else:
        rows = DataRows(candidate.grid, candidate.block, title_column)
        _send_rows(rows, send)
        facts |= _facts(candidate, rows)
    send(TABLE, json.dumps(facts, ensure_ascii=False).encode("utf-8", "surrogatepass"))


def _facts(candidate: Candidate, rows: DataRows) -> dict[str, Any]:
    block = candidate.block
    return {
        "worksheet": candidate.worksheet.name,
        "header_rows": block.row_numbers,
        "headers": block.texts,
        "columns": block.columns,
        "hidden_headers": [block.texts[index] for index in block.hidden_columns],
        "hidden_columns": sorted(
            index for index in block.columns.values() if index in candidate.grid.hidden_columns
        ),
        "skipped": rows.skipped.counts,
        "skipped_rows": rows.skipped.listed,
        "is_typed": candidate.grid.is_typed,
        "has_1904_dates": candidate.grid.has_1904_dates,
    }


def _send_rows(rows: Iterable[NumberedRow], send: Send) -> None:
    """Send all rows up to the last one that is not empty."""
    count = characters = batch_characters = 0
    batch: list[NumberedRow] = []
    empty_rows: list[NumberedRow] = []
    for row in rows:
        if not any(cell not in {"", None} for cell in row[1]):
            empty_rows.append(row)
            continue
        batch += [*empty_rows, row]
        count += len(empty_rows) + 1
        empty_rows.clear()
        if count > MAX_ROWS:
            raise FileRefusal("表格超过20万行，请分成几个文件导入。", "rows")
        if count <= MAX_HEADER_ROWS + 1 and len(row[1]) > MAX_COLUMNS:
            raise FileRefusal("表格超过200列，请删去不用的列。", "columns")
        batch_characters += _count_characters(row)
        if len(batch) >= ROWS_PER_FRAME or batch_characters > _FRAME_CHARACTERS:
            send(ROWS, pack_rows(batch))
            characters += batch_characters
            batch, batch_characters = [], 0
        if characters > MAX_TABLE_CHARACTERS:
            raise FileRefusal("整份表格的文字超过1.5亿字，请分成几个文件导入。", "text")
    if not count:
        raise FileRefusal("表格里没有内容，请核对文件。", "empty")
    if batch:
        send(ROWS, pack_rows(batch))


def _count_characters(row: NumberedRow) -> int:
    """Return the characters of a row's texts.

    Raises:
        FileRefusal: a cell or the row is too long.
    """
    number, cells = row
    texts = (cell.text if isinstance(cell, MarkedCell) else cell for cell in cells)
    lengths = [len(text) for text in texts if type(text) is str]
    if max(lengths, default=0) > MAX_CELL_CHARACTERS:
        raise FileRefusal(f"第{number}行有一格超过32767个字，请删短后再上传。", "cell")
    characters = sum(lengths)
    if characters > MAX_ROW_CHARACTERS:
        raise FileRefusal(f"第{number}行的文字超过10万字，请删短后再上传。", "row")
    return characters
