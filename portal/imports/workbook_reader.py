"""Reader of uploaded spreadsheets: xlsx, xls, ods and CSV (UTF-8 or GB18030), recognised by content."""

import csv
import io
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from django.core.exceptions import ValidationError
from python_calamine import CalamineError, CalamineWorkbook, PasswordError

MAX_BYTES = 30 * 1024 * 1024
# A worksheet of 200,000 rows and 25 columns unpacks to about 250 MiB.
MAX_UNPACKED_BYTES = 600 * 1024 * 1024
MAX_ROWS = 200_000
MAX_COLUMNS = 200
# Titles, notes and watermarks may come before the headers.
MAX_HEADER_ROWS = 10

_OLE_SIGNATURE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


class Row(NamedTuple):
    """A row of a worksheet: its number, all cells, and the mapped cells by column key."""

    number: int
    cells: list[Any]
    values: dict[str, Any]


@dataclass(slots=True)
class Table:
    """Rows of cells. `first` is the row number of the first one in a spreadsheet program."""

    rows: list[list[Any]]
    first: int = 1

    def mapped_rows(self, header_row: int, columns: Mapping[str, int]) -> Iterator[Row]:
        """Yield the rows below the headers that have a value in a mapped column.

        Args:
            header_row: index of the header row.
            columns: column key -> index of the cell.
        """
        for index in range(header_row + 1, len(self.rows)):
            cells = self.rows[index]
            width = len(cells)
            values = {key: cells[at] if at < width else "" for key, at in columns.items()}
            if any(value not in {"", None} for value in values.values()):
                yield Row(index + self.first, cells, values)


def read_table(content: bytes) -> Table:
    """Return the first worksheet that is not empty.

    Raises:
        ValidationError: no spreadsheet, too big, or protected by a password; the message is for the uploader.
    """
    if not content:
        raise ValidationError("文件是空的，请重新选择。", code="empty")
    if len(content) > MAX_BYTES:
        raise ValidationError("文件超过 30 MB，请分成几个文件导入。", code="size")
    if content.startswith(b"PK\x03\x04"):
        _refuse_archive_bomb(content)
        table = _read_workbook(content)
    elif content.startswith(_OLE_SIGNATURE):
        table = _read_workbook(content)
    else:
        table = Table(_read_csv(content))
    while table.rows and not any(cell not in {"", None} for cell in table.rows[-1]):
        table.rows.pop()
    if not table.rows:
        raise ValidationError("表格里没有内容，请核对文件。", code="empty")
    if len(table.rows) > MAX_ROWS:
        raise ValidationError("表格超过20万行，请分成几个文件导入。", code="rows")
    if max(len(row) for row in table.rows[: MAX_HEADER_ROWS + 1]) > MAX_COLUMNS:
        raise ValidationError("表格超过200列，请删去不用的列。", code="columns")
    return table


def _refuse_archive_bomb(content: bytes) -> None:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            unpacked = sum(entry.file_size for entry in archive.infolist())
    except zipfile.BadZipFile as error:
        raise ValidationError("文件已损坏，请用表格软件打开后另存一次。", code="broken") from error
    if unpacked > MAX_UNPACKED_BYTES:
        raise ValidationError("文件展开后过大，请分成几个文件导入。", code="size")


def _read_workbook(content: bytes) -> Table:
    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(content))
        for name in book.sheet_names:
            worksheet = book.get_sheet_by_name(name)
            if worksheet.height and worksheet.start is not None:
                rows = worksheet.to_python(skip_empty_area=True)
                return Table(rows, first=worksheet.start[0] + 1)
    except PasswordError as error:
        raise ValidationError("文件有密码，请去掉密码后再上传。", code="password") from error
    except (CalamineError, OSError, ValueError) as error:
        raise ValidationError(
            "读不出表格。请上传 xlsx、xls 或 csv 文件；Word、图片和 PDF 不能导入。", code="type"
        ) from error
    return Table([])


def _read_csv(content: bytes) -> list[list[Any]]:
    if b"\x00" in content[:4096] and not content.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise ValidationError("请上传 xlsx、xls 或 csv 文件；Word、图片和 PDF 不能导入。", code="type")
    text = _decode(content)
    first_line = text.split("\n", 1)[0]
    delimiter = max(",\t;", key=first_line.count)
    try:
        return [list(row) for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)]
    except csv.Error as error:
        raise ValidationError("读不出这个 csv 文件，请用表格软件另存为 xlsx。", code="type") from error


def _decode(content: bytes) -> str:
    codings = ["utf-16"] if content.startswith((b"\xff\xfe", b"\xfe\xff")) else ["utf-8-sig", "gb18030"]
    for coding in codings:
        try:
            return content.decode(coding)
        except UnicodeDecodeError:
            continue
    raise ValidationError("认不出文件的文字编码，请用表格软件另存为 xlsx。", code="type")
