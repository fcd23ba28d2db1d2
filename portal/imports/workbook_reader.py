"""From an uploaded file to rows of cells: xlsx, xls, ods and CSV (UTF-8 or GB18030), known by content."""

import csv
import io
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from python_calamine import CalamineError, CalamineWorkbook, PasswordError

MAX_BYTES = 30 * 1024 * 1024
# A sheet of 200,000 rows and 25 columns unpacks to about 250 MiB.
MAX_UNPACKED = 600 * 1024 * 1024
MAX_ROWS = 200_000
MAX_COLUMNS = 200
# Titles, notes and watermarks stand above the headers.
HEADER_WITHIN = 10

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


@dataclass(slots=True)
class Table:
    """Rows of cells; `first` is the number that a spreadsheet program shows beside the first one."""

    rows: list[list[Any]]
    first: int = 1

    def number(self, index: int) -> int:
        return index + self.first

    def lines(
        self, header_row: int, columns: Mapping[str, int]
    ) -> Iterator[tuple[int, list[Any], dict[str, Any]]]:
        """Row number, raw cells and the mapped cells by column key, for each row below the headers that is
        not empty.
        """
        chosen = list(columns.items())
        for index in range(header_row + 1, len(self.rows)):
            cells = self.rows[index]
            width = len(cells)
            line = {key: cells[at] if at < width else "" for key, at in chosen}
            if any(value not in {"", None} for value in line.values()):
                yield index + self.first, cells, line


def read_table(content: bytes) -> Table:
    """The first sheet that holds something.

    Raises:
        ValidationError: not a sheet, too big, or locked by a password; the message is for the clerk.
    """
    if not content:
        raise ValidationError("文件是空的，请重新选择。", code="empty")
    if len(content) > MAX_BYTES:
        raise ValidationError("文件超过 30 MB，请分成几个文件导入。", code="size")
    if content.startswith(b"PK\x03\x04"):
        _refuse_bomb(content)
        table = _workbook(content)
    elif content.startswith(_OLE):
        table = _workbook(content)
    else:
        table = Table(_csv(content))
    while table.rows and not any(cell not in {"", None} for cell in table.rows[-1]):
        table.rows.pop()
    if not table.rows:
        raise ValidationError("表格里没有内容，请核对文件。", code="empty")
    if len(table.rows) > MAX_ROWS:
        raise ValidationError("表格超过20万行，请分成几个文件导入。", code="rows")
    if max(len(row) for row in table.rows[: HEADER_WITHIN + 1]) > MAX_COLUMNS:
        raise ValidationError("表格超过200列，请删去不用的列。", code="columns")
    return table


def _refuse_bomb(content: bytes) -> None:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            unpacked = sum(entry.file_size for entry in archive.infolist())
    except zipfile.BadZipFile as error:
        raise ValidationError("文件已损坏，请用表格软件打开后另存一次。", code="broken") from error
    if unpacked > MAX_UNPACKED:
        raise ValidationError("文件展开后过大，请分成几个文件导入。", code="size")


def _workbook(content: bytes) -> Table:
    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(content))
        for name in book.sheet_names:
            sheet = book.get_sheet_by_name(name)
            if sheet.height and sheet.start is not None:
                rows = sheet.to_python(skip_empty_area=True)
                return Table(rows, first=sheet.start[0] + 1)
    except PasswordError as error:
        raise ValidationError("文件有密码，请去掉密码后再上传。", code="password") from error
    except (CalamineError, OSError, ValueError) as error:
        raise ValidationError(
            "读不出表格。请上传 xlsx、xls 或 csv 文件；Word、图片和 PDF 不能导入。", code="type"
        ) from error
    return Table([])


def _csv(content: bytes) -> list[list[Any]]:
    if b"\x00" in content[:4096] and not content.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise ValidationError("请上传 xlsx、xls 或 csv 文件；Word、图片和 PDF 不能导入。", code="type")
    text = _decoded(content)
    first_line = text.split("\n", 1)[0]
    delimiter = max(",\t;", key=first_line.count)
    try:
        return [list(row) for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)]
    except csv.Error as error:
        raise ValidationError("读不出这个 csv 文件，请用表格软件另存为 xlsx。", code="type") from error


def _decoded(content: bytes) -> str:
    codings = ["utf-16"] if content.startswith((b"\xff\xfe", b"\xfe\xff")) else ["utf-8-sig", "gb18030"]
    for coding in codings:
        try:
            return content.decode(coding)
        except UnicodeDecodeError:
            continue
    raise ValidationError("认不出文件的文字编码，请用表格软件另存为 xlsx。", code="type")
