"""Streaming check of an uploaded xlsx, xlsb or ods before anything builds it up in memory.

Runs in the child process of `portal.imports.table_parser`; imports nothing of Django. Sizes are counted while
unpacking, since an archive may declare anything. A file that no office program writes is refused with the
reason; what slips through still meets the limits of the process.
"""

import io
import re
import struct
import zipfile
import zlib
from collections.abc import Iterator
from xml.parsers import expat

from portal.core.child_entry import FileRefusal

MAX_ENTRIES = 2000
# A worksheet of 200,000 rows and 25 columns unpacks to about 250 MiB.
MAX_UNPACKED_BYTES = 600 * 1024 * 1024
# Deflate packs zeros 1000 to 1; worksheets full of equal cells stay below 100 to 1.
MAX_RATIO = 250
_RATIO_FROM_BYTES = 5 * 1024 * 1024
MAX_ROWS = 200_000
MAX_COLUMNS = 200
# Cells of the rectangle between the first and the last cell with content, empty ones included.
MAX_CELLS = 8_000_000
MAX_SHARED_TEXT_BYTES = 150 * 1024 * 1024

_CHUNK_BYTES = 1024 * 1024
_LOCAL_HEADER = struct.Struct("<4s22xHH")
_DECLARATIONS = re.compile(rb"<!\s*(?:DOCTYPE|ENTITY)")
# A tag may be end by the end of a chunk; what follows the last '<' is looked at again with the next one.
_MAX_TAG_BYTES = 64 * 1024
_CELL_WITH_CONTENT = rb"<(?:\w+:)?c\s(?:[^<>]*?\s)?r\s*=\s*[\"']%s[\"'](?:[^<>]*[^<>/])?>(?!</)"
_FAR_CELL = re.compile(
    _CELL_WITH_CONTENT % rb"((?:[A-Z]{3,}|[H-Z][A-Z]|G[S-Z])\d+|[A-Z]+(?:[1-9]\d{6,}|[2-9]\d{5}))"
)
_WIDE_CELL = re.compile(_CELL_WITH_CONTENT % rb"([A-Z]{2})\d+")
# Found fast: without one of these, no cell is far and none beyond column Z.
_UNUSUAL_CELL = re.compile(rb"[\"'](?:[A-Z]{2,}\d+|[A-Z](?:[2-9]\d{5}|[1-9]\d{6}))")
_ROW_NUMBER = re.compile(rb"row\s(?:[^<>]*?\s)?r\s*=\s*[\"'](\d+)")
_SHARED_TEXT = re.compile(rb"<(?:\w+:)?si\b[^<>]*>(.*?)</(?:\w+:)?si>", re.DOTALL)
_SHARED_REFERENCE = re.compile(
    rb"<(?:\w+:)?c\s[^<>]*?\bt\s*=\s*[\"']s[\"'][^<>]*>\s*<(?:\w+:)?v>\s*(\d+)\s*<"
)
_WORKSHEET = re.compile(r"/?xl/worksheets/.*\.xml", re.IGNORECASE)


def check_archive(content: bytes) -> None:
    """Refuse an archive that would not fit or that no office program writes.

    Raises:
        FileRefusal: the message names the cause.
    """
    entries = _list_entries(content)
    _refuse_locked_ods(content, entries)
    total = tags = 0
    shared_lengths: list[int] = []
    worksheets: list[zipfile.ZipInfo] = []
    for entry in entries:
        chunks = _unpack(content, entry, MAX_UNPACKED_BYTES - total)
        name = entry.filename.lstrip("/")
        if name == "content.xml":
            total += _OdsExtents().check(chunks)
        elif name.lower().endswith("sharedstrings.xml"):
            shared_lengths, size = _measure_shared_texts(chunks)
            total += size
        elif _WORKSHEET.fullmatch(name):
            worksheets.append(entry)
            size, entry_tags = _check_worksheet(chunks)
            total, tags = total + size, tags + entry_tags
        else:
            is_xml = name.lower().endswith((".xml", ".rels")) and not name.startswith("META-INF/")
            total += sum(len(_plain(chunk) if is_xml else chunk) for chunk in chunks)
    # A cell with a shared text is four tags at least; only where that could be too much, all are counted.
    if shared_lengths and max(shared_lengths) * (tags // 4) > MAX_SHARED_TEXT_BYTES:
        _check_shared_texts(content, worksheets, shared_lengths)


def _list_entries(content: bytes) -> list[zipfile.ZipInfo]:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            entries = archive.infolist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OverflowError, struct.error) as error:
        raise FileRefusal("文件已损坏，请用表格软件打开后另存一次。", "broken") from error
    if len(entries) > MAX_ENTRIES:
        raise FileRefusal(f"文件里有{len(entries)}个部分，不是普通的表格，请另存一次再上传。", "entries")
    if any(entry.flag_bits & 1 for entry in entries):
        raise FileRefusal("文件有密码，请去掉密码后再上传。", "password")
    if len({entry.filename for entry in entries}) < len(entries):
        raise FileRefusal("文件里有重名的部分，不是普通的表格，请另存一次再上传。", "entries")
    if sum(entry.compress_size for entry in entries) > len(content):
        raise FileRefusal("文件里的各部分互相重叠，不是普通的表格，请另存一次再上传。", "overlap")
    if sum(entry.file_size for entry in entries) > MAX_UNPACKED_BYTES:
        raise FileRefusal("文件展开后超过 600 MB，请分成几个文件导入。", "size")
    return entries


def _refuse_locked_ods(content: bytes, entries: list[zipfile.ZipInfo]) -> None:
    """Refuse an ods whose parts are encrypted, before they are taken for broken XML."""
    for entry in entries:
        if entry.filename == "META-INF/manifest.xml":
            text = b"".join(_unpack(content, entry, _CHUNK_BYTES))
            if b"encryption-data" in text:
                raise FileRefusal("文件有密码，请去掉密码后再上传。", "password")


def _unpack(content: bytes, entry: zipfile.ZipInfo, max_bytes: int) -> Iterator[bytes]:
    """Yield the unpacked entry in chunks, counting as it goes.

    Raises:
        FileRefusal: larger than declared or than `max_bytes`, packed too tightly, or broken.
    """
    try:
        mark, name_length, extra_length = _LOCAL_HEADER.unpack_from(content, entry.header_offset)
    except struct.error as error:
        raise FileRefusal("文件已损坏，请用表格软件打开后另存一次。", "broken") from error
    start = entry.header_offset + _LOCAL_HEADER.size + name_length + extra_length
    packed = memoryview(content)[start : start + entry.compress_size]
    if mark != b"PK\x03\x04" or len(packed) < entry.compress_size:
        raise FileRefusal("文件已损坏，请用表格软件打开后另存一次。", "broken")
    if entry.compress_type not in {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}:
        raise FileRefusal("文件用了不常见的压缩方式，请用表格软件另存一次再上传。", "compression")
    size = 0
    for chunk in _inflate(packed) if entry.compress_type == zipfile.ZIP_DEFLATED else _split(packed):
        size += len(chunk)
        if size > min(max_bytes, MAX_UNPACKED_BYTES):
            raise FileRefusal("文件展开后超过 600 MB，请分成几个文件导入。", "size")
        if size > _RATIO_FROM_BYTES and size > MAX_RATIO * max(entry.compress_size, 1):
            raise FileRefusal("文件压缩得异常紧，展开后会大出几百倍，不能读取。请另存一次再上传。", "ratio")
        if size > entry.file_size:
            raise FileRefusal("文件声明的大小与实际内容不符，不能读取。请另存一次再上传。", "declared")
        yield chunk


def _split(packed: memoryview) -> Iterator[bytes]:
    for start in range(0, len(packed), _CHUNK_BYTES):
        yield bytes(packed[start : start + _CHUNK_BYTES])


def _inflate(packed: memoryview) -> Iterator[bytes]:
    inflater = zlib.decompressobj(-zlib.MAX_WBITS)
    rest: bytes | memoryview = packed
    try:
        while not inflater.eof:
            chunk = inflater.decompress(rest, _CHUNK_BYTES)
            rest = inflater.unconsumed_tail
            if not chunk and not rest and not inflater.eof:
                raise FileRefusal("文件不完整，可能没有传完，请重新上传。", "broken")
            yield chunk
    except zlib.error as error:
        raise FileRefusal("文件已损坏，请用表格软件打开后另存一次。", "broken") from error


def _plain(chunk: bytes) -> bytes:
    """Return the chunk if it declares no document type and no entities."""
    if _DECLARATIONS.search(chunk):
        raise FileRefusal("表格里含有 XML 实体声明，不是普通的表格，请用表格软件另存一次。", "entities")
    return chunk


def _whole_tags(chunks: Iterator[bytes]) -> Iterator[bytes]:
    """Yield the text in pieces that keep a cell's opening tag and the first tag inside it together."""
    rest = b""
    for chunk in chunks:
        text = rest + chunk
        end = text.rfind(b"<", 0, max(text.rfind(b"<"), 0))
        end = max(end, len(text) - _MAX_TAG_BYTES, 0)
        yield _plain(text[:end])
        rest = text[end:]
    yield _plain(rest)


def _column_number(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number


def _row_number(digits: bytes) -> int:
    """Return the number of a row; rows after the last that a worksheet may have count as one too many."""
    return int(digits) if len(digits) < 7 else MAX_ROWS + 1


def _check_worksheet(chunks: Iterator[bytes]) -> tuple[int, int]:
    """Refuse a worksheet whose cells lie too far apart; return its size in bytes and number of tags."""
    size = last_row = 0
    tags, last_column = 0, 26
    for text in _whole_tags(chunks):
        size += len(text)
        tags += text.count(b"<")
        if _UNUSUAL_CELL.search(text):
            if far_cell := _FAR_CELL.search(text):
                raise _far(far_cell.group(1)[:12].decode())
            last_column = max(last_column, *map(_column_number, set(_WIDE_CELL.findall(text))), 26)
        last_row = max(last_row, *map(_row_number, _ROW_NUMBER.findall(text)), 0)
        _check_area(last_row, last_column)
    return size, tags


def _far(cell: str) -> FileRefusal:
    return FileRefusal(
        f"单元格 {cell} 有内容，离表格太远（最多20万行、200列）。请删去多余的内容后再上传。", "far"
    )


def _check_area(rows: int, columns: int) -> None:
    if min(rows, MAX_ROWS) * columns > MAX_CELLS:
        raise FileRefusal(
            f"表格占了{rows}行、{columns}列，展开后过大。请删去不用的行和列，或分成几个文件导入。", "area"
        )


def _measure_shared_texts(chunks: Iterator[bytes]) -> tuple[list[int], int]:
    """Return the bytes of each shared text, and of the whole entry."""
    lengths: list[int] = []
    size, rest = 0, b""
    for chunk in chunks:
        size += len(chunk)
        text = _plain(rest + chunk)
        end = 0
        for match in _SHARED_TEXT.finditer(text):
            lengths.append(match.end(1) - match.start(1))
            end = match.end()
        rest = text[end:]
        if len(rest) > _MAX_TAG_BYTES * 32:
            raise FileRefusal("有一格的文字过长（最多32767个字），请删短后再上传。", "cell")
    return lengths, size


def _check_shared_texts(content: bytes, worksheets: list[zipfile.ZipInfo], lengths: list[int]) -> None:
    """Refuse a workbook in which few long texts stand in so many cells that they do not fit."""
    for entry in worksheets:
        size = 0
        for text in _whole_tags(_unpack(content, entry, MAX_UNPACKED_BYTES)):
            indices = map(int, _SHARED_REFERENCE.findall(text))
            size += sum(lengths[index] for index in indices if index < len(lengths))
            if size > MAX_SHARED_TEXT_BYTES:
                raise FileRefusal(
                    "同样的长文字在许多格里重复，展开后超过 150 MB，不能读取。请删去重复的内容。", "shared"
                )


class _OdsExtents:
    """Extents of the tables of an ods, whose cells and rows may be written once and repeated."""

    def __init__(self) -> None:
        self._rows = self._row_repeat = self._columns = self._column_repeat = 0
        self._has_content = self._is_row_filled = False
        self._last_row = self._last_column = self._row_width = 0

    def check(self, chunks: Iterator[bytes]) -> int:
        """Return the size in bytes.

        Raises:
            FileRefusal: a repeated cell or row with content lies too far, or the XML is broken.
        """
        parser = expat.ParserCreate()
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        size = 0
        try:
            for chunk in chunks:
                size += len(chunk)
                parser.Parse(_plain(chunk), False)
            parser.Parse(b"", True)
        except expat.ExpatError as error:
            raise FileRefusal("文件已损坏，请用表格软件打开后另存一次。", "broken") from error
        return size

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        kind = name.rpartition(":")[2]
        if kind == "table":
            self._rows = self._last_row = self._last_column = 0
        elif kind == "table-row":
            self._row_repeat = _repeat(attributes, "number-rows-repeated")
            self._columns = self._row_width = 0
            self._is_row_filled = False
        elif kind in {"table-cell", "covered-table-cell"}:
            self._column_repeat = _repeat(attributes, "number-columns-repeated")
            self._has_content = any(key.rpartition(":")[2] in {"value-type", "formula"} for key in attributes)
        elif kind == "p":
            self._has_content = True

    def _end(self, name: str) -> None:
        kind = name.rpartition(":")[2]
        if kind in {"table-cell", "covered-table-cell"}:
            self._columns += self._column_repeat
            if self._has_content:
                self._is_row_filled = True
                self._row_width = self._columns
                if self._columns > MAX_COLUMNS:
                    raise _repetition(f"有一格横向重复到第{self._columns}列")
        elif kind == "table-row":
            self._rows += self._row_repeat
            if self._is_row_filled:
                self._last_row = self._rows
                self._last_column = max(self._last_column, self._row_width)
                if self._rows > MAX_ROWS:
                    raise _repetition(f"有内容的行重复到第{self._rows}行")
                _check_area(self._last_row, self._last_column)


def _repetition(cause: str) -> FileRefusal:
    return FileRefusal(f"{cause}（最多20万行、200列）。请删去多余的内容后再上传。", "far")


def _repeat(attributes: dict[str, str], name: str) -> int:
    for key, value in attributes.items():
        if key.rpartition(":")[2] == name:
            return int(value) if value.isascii() and value.isdigit() and len(value) < 10 else 10**9
    return 1
