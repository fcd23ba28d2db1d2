"""Parser of uploaded spreadsheets, run in a child process by `portal.imports.workbook_reader`.

Imports nothing of Django. It sends one TABLE frame (JSON: worksheet, worksheets), then ROWS frames
(`portal.imports.row_frames`).

To understand more of a workbook, add to `answer`: new arguments arrive in `request`, new facts about the
whole sheet go into the TABLE frame, and what cannot be read is `FileRefusal(Chinese message, code)`.
"""

import csv
import io
import json
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from python_calamine import CalamineError, CalamineWorkbook, PasswordError

from portal.core.child_entry import FileRefusal, Send
from portal.imports.row_frames import (
    MAX_HEADER_ROWS,
    ROWS,
    ROWS_PER_FRAME,
    TABLE,
    NumberedRow,
    pack_rows,
)

# A worksheet of 200,000 rows and 25 columns unpacks to about 250 MiB.
MAX_UNPACKED_BYTES = 600 * 1024 * 1024
MAX_ROWS = 200_000
MAX_COLUMNS = 200

_OLE_SIGNATURE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def answer(_request: Mapping[str, Any], content: bytes, send: Send) -> None:
    """Send the first worksheet that is not empty.

    Raises:
        FileRefusal: no spreadsheet, too big, or protected by a password.
    """
    if content.startswith(b"PK\x03\x04"):
        _refuse_archive_bomb(content)
        facts, rows = _read_workbook(content)
    elif content.startswith(_OLE_SIGNATURE):
        facts, rows = _read_workbook(content)
    else:
        facts, rows = {"worksheet": "", "worksheets": []}, enumerate(_read_csv(content), start=1)
    send(TABLE, json.dumps(facts).encode())
    _send_rows(rows, send)


def _send_rows(rows: Iterable[NumberedRow], send: Send) -> None:
    """Send all rows up to the last one that is not empty."""
    count = 0
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
        if len(batch) >= ROWS_PER_FRAME:
            send(ROWS, pack_rows(batch))
            batch = []
    if not count:
        raise FileRefusal("表格里没有内容，请核对文件。", "empty")
    if batch:
        send(ROWS, pack_rows(batch))


def _refuse_archive_bomb(content: bytes) -> None:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            unpacked = sum(entry.file_size for entry in archive.infolist())
    except zipfile.BadZipFile as error:
        raise FileRefusal("文件已损坏，请用表格软件打开后另存一次。", "broken") from error
    if unpacked > MAX_UNPACKED_BYTES:
        raise FileRefusal("文件展开后过大，请分成几个文件导入。", "size")


def _read_workbook(content: bytes) -> tuple[dict[str, Any], Iterator[NumberedRow]]:
    """Return facts about the workbook and the rows of its first worksheet that is not empty."""
    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(content))
        names = book.sheet_names
        for name in names:
            worksheet = book.get_sheet_by_name(name)
            if worksheet.height and worksheet.start is not None:
                first = worksheet.start[0]
                rows = ((index + 1, row) for index, row in enumerate(worksheet.iter_rows()) if index >= first)
                return {"worksheet": name, "worksheets": names}, rows
    except PasswordError as error:
        raise FileRefusal("文件有密码，请去掉密码后再上传。", "password") from error
    except (CalamineError, OSError, ValueError) as error:
        raise FileRefusal(
            "读不出表格。请上传 xlsx、xls 或 csv 文件；Word、图片和 PDF 不能导入。", "type"
        ) from error
    raise FileRefusal("表格里没有内容，请核对文件。", "empty")


def _read_csv(content: bytes) -> list[list[Any]]:
    if b"\x00" in content[:4096] and not content.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise FileRefusal("请上传 xlsx、xls 或 csv 文件；Word、图片和 PDF 不能导入。", "type")
    text = _decode(content)
    first_line = text.split("\n", 1)[0]
    delimiter = max(",\t;", key=first_line.count)
    try:
        return [list(row) for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)]
    except csv.Error as error:
        raise FileRefusal("读不出这个 csv 文件，请用表格软件另存为 xlsx。", "type") from error


def _decode(content: bytes) -> str:
    codings = ["utf-16"] if content.startswith((b"\xff\xfe", b"\xfe\xff")) else ["utf-8-sig", "gb18030"]
    for coding in codings:
        try:
            return content.decode(coding)
        except UnicodeDecodeError:
            continue
    raise FileRefusal("认不出文件的文字编码，请用表格软件另存为 xlsx。", "type")
