"""Tables of web pages (HTML, MHTML) that were saved with the ending xls."""

import email
import email.policy
import re
from dataclasses import dataclass, field
from functools import partial
from html.parser import HTMLParser

from portal.core.child_entry import FileRefusal
from portal.imports.row_frames import NumberedRow
from portal.imports.worksheets.grid import (
    MAX_COLUMNS,
    MAX_MERGES,
    MAX_ROWS,
    Grid,
    Merge,
    Worksheet,
    checked_rows,
)
from portal.imports.worksheets.text_encodings import decode

_CHARSET = re.compile(rb"charset\s*=\s*[\"']?([A-Za-z0-9_-]+)", re.IGNORECASE)
_HIDDEN_STYLE = re.compile(r"display\s*:\s*none|visibility\s*:\s*(?:hidden|collapse)", re.IGNORECASE)
_WORKSHEET_NAME = re.compile(r"<x:Name>([^<]{1,80})</x:Name>", re.IGNORECASE)
# Elements after which a new line begins, and elements whose text nobody sees.
_LINES = frozenset({"br", "p", "div", "li"})
_UNSEEN_TAGS = frozenset({"style", "script", "title", "xml", "noscript", "template"})
_MAX_TABLES = 500


@dataclass(slots=True)
class _Table:
    rows: list[NumberedRow] = field(default_factory=list)
    merges: list[Merge] = field(default_factory=list)
    hidden_rows: set[int] = field(default_factory=set)
    hidden_columns: set[int] = field(default_factory=set)
    # (row, column) of cells that a cell above or to the left covers.
    covered_places: set[tuple[int, int]] = field(default_factory=set)
    row: int = 0
    column_count: int = 0
    cells: list[str] = field(default_factory=list)
    text: list[str] | None = None
    span: tuple[int, int] = (1, 1)


def open_worksheets(content: bytes) -> list[Worksheet]:
    """Return the tables of a web page, or of the pages in a web archive.

    Raises:
        FileRefusal: no table in it.
    """
    pages = _archived_pages(content) if is_web_archive(content) else [_decode_page(content)]
    tables: list[_Table] = []
    names: list[str] = []
    for page in pages:
        parser = _TableParser()
        parser.feed(page)
        parser.close()
        tables += parser.tables
        names += _WORKSHEET_NAME.findall(page)
    tables = [table for table in tables if table.rows]
    if not tables:
        raise FileRefusal(
            "这个文件其实是网页，里面没有表格。请在表格软件中打开，另存为 xlsx 后再上传。", "type"
        )
    if len(names) != len(tables):
        names = [f"表格{index}" for index in range(1, len(tables) + 1)]
    return [
        Worksheet(name, True, partial(_to_grid, table)) for name, table in zip(names, tables, strict=True)
    ]


def is_web_archive(content: bytes) -> bool:
    head = content[:2000].lower()
    return b"mime-version:" in head and b"multipart/" in head


def _to_grid(table: _Table) -> Grid:
    return Grid(
        lambda: checked_rows(iter(table.rows)),
        table.merges,
        table.hidden_rows,
        table.hidden_columns,
        is_typed=False,
    )


def _decode_page(content: bytes) -> str:
    match = _CHARSET.search(content[:4000])
    return decode(content, match[1].decode("ascii") if match else "")


def _archived_pages(content: bytes) -> list[str]:
    message = email.message_from_bytes(content.lstrip(), policy=email.policy.default)
    pages = []
    for part in message.walk():
        payload = part.get_payload(decode=True)
        if part.get_content_type() == "text/html" and isinstance(payload, bytes):
            pages.append(decode(payload, part.get_content_charset() or ""))
    return pages


class _TableParser(HTMLParser):
    """Collects every table of a page; the text of a table within a cell belongs to its own table only."""

    def __init__(self) -> None:
        super().__init__()
        self.tables: list[_Table] = []
        self._open: list[_Table] = []
        self._unseen_depth = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = {name: value or "" for name, value in attrs}
        if tag in _UNSEEN_TAGS:
            self._unseen_depth += 1
        if tag == "table":
            table = _Table()
            self.tables.append(table)
            self._open.append(table)
            if len(self.tables) > _MAX_TABLES:
                raise FileRefusal("网页里的表格太多，请另存为 xlsx 后再上传。", "type")
        if not self._open:
            return
        table = self._open[-1]
        is_hidden = "hidden" in attributes or bool(_HIDDEN_STYLE.search(attributes.get("style", "")))
        if tag == "col":
            count = min(_span(attributes, "span"), MAX_COLUMNS)
            if is_hidden:
                table.hidden_columns.update(range(table.column_count, table.column_count + count))
            table.column_count += count
        elif tag == "tr":
            _end_row(table)
            table.row += 1
            if table.row > MAX_ROWS:
                raise FileRefusal("表格超过20万行，请分成几个文件导入。", "rows")
            if is_hidden:
                table.hidden_rows.add(table.row)
        elif tag in {"td", "th"}:
            _end_cell(table)
            table.row = max(table.row, 1)
            table.text, table.span = [], (_span(attributes, "rowspan"), _span(attributes, "colspan"))
        elif tag in _LINES and table.text:
            table.text.append("\n")

    def handle_endtag(self, tag: str) -> None:
        if tag in _UNSEEN_TAGS:
            self._unseen_depth = max(self._unseen_depth - 1, 0)
        if not self._open:
            return
        table = self._open[-1]
        if tag in {"td", "th"}:
            _end_cell(table)
        elif tag == "tr":
            _end_row(table)
        elif tag == "table":
            _end_row(table)
            self._open.pop()

    def handle_data(self, data: str) -> None:
        if self._open and self._open[-1].text is not None and not self._unseen_depth:
            self._open[-1].text.append(re.sub(r"[ \t\r\n]+", " ", data))

    def close(self) -> None:
        super().close()
        while self._open:
            _end_row(self._open.pop())


def _span(attributes: dict[str, str], name: str) -> int:
    text = attributes.get(name, "1").strip()
    return max(int(text), 1) if text.isascii() and text.isdecimal() and len(text) < 7 else 1


def _end_cell(table: _Table) -> None:
    if table.text is None:
        return
    text = "".join(table.text).replace("\xa0", " ")
    value = "\n".join(line.strip() for line in text.split("\n")).strip()
    table.text = None
    column = len(table.cells)
    while (table.row, column) in table.covered_places:
        table.cells.append("")
        column += 1
    rows, columns = min(table.span[0], MAX_ROWS), min(table.span[1], MAX_COLUMNS)
    if column + columns > MAX_COLUMNS + 1:
        raise FileRefusal("表格超过200列，请删去不用的列。", "columns")
    if rows > 1 or columns > 1:
        table.merges.append((table.row, column, table.row + rows - 1, column + columns - 1))
        if len(table.merges) > MAX_MERGES or len(table.covered_places) > MAX_MERGES * 10:
            raise FileRefusal("合并的单元格太多，请取消合并后再上传。", "merges")
        table.covered_places.update(
            (row, at)
            for row in range(table.row + 1, table.row + rows)
            for at in range(column, column + columns)
        )
    table.cells += [value, *[""] * (columns - 1)]


def _end_row(table: _Table) -> None:
    _end_cell(table)
    if table.cells:
        table.rows.append((table.row, table.cells))
        table.cells = []
