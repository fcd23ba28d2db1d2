"""Recognition of files by their content."""

import io
import re
import zipfile

from portal.core.child_entry import FileRefusal
from portal.imports.worksheets import (
    markup_worksheets,
    ods_worksheets,
    text_worksheets,
    xls_worksheets,
    xlsx_worksheets,
    xml2003_worksheets,
)
from portal.imports.worksheets.grid import Worksheet
from portal.imports.worksheets.known_headers import KnownHeaders

_ARCHIVE_SIGNATURE = b"PK\x03\x04"
_ONLY_TABLES = "请上传 xlsx、xls 或 csv 文件；Word、图片和 PDF 不能导入。"
# Beginning of the content -> what it is, in the words of the message.
_OTHER_FILES = (
    (b"%PDF", "PDF"),
    (b"\x89PNG", "图片"),
    (b"\xff\xd8\xff", "图片"),
    (b"GIF8", "图片"),
    (b"RIFF", "图片"),
    (b"BM", "图片"),
    (b"Rar!", "压缩包"),
    (b"7z\xbc\xaf", "压缩包"),
    (b"\x1f\x8b", "压缩包"),
    (b"{\\rtf", "Word 文档"),
    (b"SQLite format", "数据库"),
    (b"MZ", "程序"),
    (b"\x7fELF", "程序"),
)
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_SPREADSHEET_ML = b"urn:schemas-microsoft-com:office:spreadsheet"
_MARKUP = re.compile(rb"<(?:!doctype\s+html|html|head|meta|body|table|div|style|!--|\?xml)", re.IGNORECASE)


def open_worksheets(content: bytes, known_headers: KnownHeaders) -> list[Worksheet]:
    """Return the worksheets of a file; the ending of its name is not asked.

    Raises:
        FileRefusal: no table, broken, or protected by a password.
    """
    if content.startswith(_ARCHIVE_SIGNATURE):
        return _open_archive(content)
    if content.startswith(xls_worksheets.OLE_SIGNATURE):
        return xls_worksheets.open_worksheets(content)
    for signature, name in _OTHER_FILES:
        if content.startswith(signature) and not _looks_like_text(content):
            raise FileRefusal(f"这是{name}，不是表格。{_ONLY_TABLES}", "type")
    head = _plain_head(content)
    if markup_worksheets.is_web_archive(content):
        return markup_worksheets.open_worksheets(content)
    if _SPREADSHEET_ML in head and b"<" in head[:1]:
        return xml2003_worksheets.open_worksheets(content)
    if _MARKUP.match(head):
        return markup_worksheets.open_worksheets(content)
    if head.startswith((b"<", b"{", b"[{")):
        raise FileRefusal(f"读不出表格，请在表格软件中打开后另存为 xlsx。{_ONLY_TABLES}", "type")
    return text_worksheets.open_worksheets(content, known_headers.count)


def _looks_like_text(content: bytes) -> bool:
    """Return whether a file that begins like another kind is text: a header 'BMI' or 'MZ'."""
    return content[:2] in {b"BM", b"MZ"} and b"\x00" not in content[:200]


def _plain_head(content: bytes) -> bytes:
    """Return the beginning without byte order mark, zero bytes and spaces, to look for tags."""
    head = content[:8192].removeprefix(_BYTE_ORDER_MARK)
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        head = head[2:].replace(b"\x00", b"")
    return head.lstrip()[:4096]


def _open_archive(content: bytes) -> list[Worksheet]:
    try:
        archive = zipfile.ZipFile(io.BytesIO(content))
    except (zipfile.BadZipFile, ValueError, NotImplementedError) as error:
        raise FileRefusal("文件已损坏，请用表格软件打开后另存一次。", "broken") from error
    names = archive.NameToInfo
    if any(entry.flag_bits & 1 for entry in archive.infolist()):
        raise FileRefusal("文件有密码，请去掉密码后再上传。", "password")
    if any(name.startswith("word/") for name in names):
        raise FileRefusal("这是 Word 文档，不是表格。请把表格另存为 xlsx 后上传。", "type")
    if any(name.startswith("ppt/") for name in names):
        raise FileRefusal("这是 PPT 文件，不是表格。请把表格另存为 xlsx 后上传。", "type")
    if "xl/workbook.bin" in names:
        raise FileRefusal("这是 xlsb 文件，请用表格软件另存为 xlsx 后再上传。", "type")
    if "content.xml" in names:
        return ods_worksheets.open_worksheets(archive)
    is_office_file = "[Content_Types].xml" in names or any(name.startswith("xl/") for name in names)
    if not is_office_file:
        raise FileRefusal(f"这是压缩包，请解压后上传里面的表格。{_ONLY_TABLES}", "type")
    return xlsx_worksheets.open_worksheets(content)
