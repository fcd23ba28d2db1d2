"""The data rows of a worksheet: merged cells written out; hidden rows, totals and notes left out."""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from portal.imports.marked_cells import EXTRA_CELLS, FORMULA, MERGED_CELL, MarkedCell
from portal.imports.row_frames import NumberedRow
from portal.imports.worksheets.grid import Grid, Merge, is_blank, text_of
from portal.imports.worksheets.header_block import HeaderBlock
from portal.imports.worksheets.known_headers import normalize_header

_MAX_LISTED = 20
_TOTAL = re.compile(
    r"(?:本页|以上|招聘人数|人数|岗位数)?(?:合计|总计|小计|共计|累计|总数|总人数)(?:[0-9.,]*[人个名岗位元]*)*"
)
_NOTE = re.compile(
    r"(?:注|备注|说明|填表说明|填写说明|注意|注意事项|附|附注|附件)[0-9]*(?:[:：.、]|$)|注[:：0-9]"
)
_NUMBERED = re.compile(r"[（(]?(?:[0-9]{1,2}|[一二三四五六七八九十]{1,3})[)）、.．]\s*\S{5,}")
_SIGNATURE = re.compile(
    r"(?:填表|填报|制表|审核|审批|复核|经办|负责|联系|报送|主管|分管|单位|领导|法定代表|法人|签发|招聘)[^:：]{0,10}[:：]"
    r"|.*(?:盖章|签章|签名|签字|公章)[)）]?[:：]?$"
    r"|(?:填表|填报|制表)?(?:日期|时间)[:：]"
)
_DATE_LINE = re.compile(
    r"[0-9〇○零一二三四五六七八九十]{0,4}\s*年\s*[0-9一二三四五六七八九十]{0,3}\s*月\s*[0-9一二三四五六七八九十]{0,3}\s*日"
)
_SAMPLE = re.compile(r"(?:填写)?(?:示例|样例|范例|例如|举例|例)(?:行|[0-9]*)(?:[:：].*)?")
# What templates write below a header: how to fill in its column.
_INSTRUCTION = re.compile(
    r"[（(\[【].*[)）\]】]|.*(?:必填|选填|可不填|请填|请选|填写|例如|下拉|格式).*", re.DOTALL
)
_SAME_AS_ABOVE = frozenset({"同上", "同上行", "〃", "″", "同前"})


def _half_width(text: str) -> str:
    return unicodedata.normalize("NFKC", text)


@dataclass(slots=True)
class Skipped:
    """Rows that were left out.

    Attributes:
        counts: kind -> number of rows; kinds are hidden, total, note, section, header, sample.
        listed: row number, kind and beginning of the first ones.
    """

    counts: Counter[str] = field(default_factory=Counter)
    listed: list[tuple[int, str, str]] = field(default_factory=list)

    def add(self, number: int, kind: str, text: str) -> None:
        self.counts[kind] += 1
        if len(self.listed) < _MAX_LISTED:
            self.listed.append((number, kind, text[:40]))


class DataRows:
    """Iterator of the data rows of one worksheet; `skipped` is complete when it has ended."""

    def __init__(self, grid: Grid, block: HeaderBlock, title_column: str) -> None:
        self._grid, self._block = grid, block
        self.skipped = Skipped()
        self._title = block.columns.get(title_column)
        self._mapped = frozenset(block.columns.values())
        self._header_texts = {normalize_header(text) for text in block.texts if text}
        self._merges_by_top: dict[int, list[Merge]] = {}
        last_header_row = block.row_numbers[-1]
        for merge in grid.merges:
            if merge[0] > last_header_row and merge[:2] != merge[2:]:
                self._merges_by_top.setdefault(merge[0], []).append(merge)
        self._open_merges: list[tuple[Merge, Any]] = []
        self._is_after_table = False

    def __iter__(self) -> Iterator[NumberedRow]:
        previous: list[Any] = []
        last_header_row = self._block.row_numbers[-1]
        for number, cells in self._grid.rows():
            if number <= last_header_row:
                continue
            row_cells = self._fill_merged(number, cells)
            if number in self._grid.hidden_rows:
                self.skipped.add(number, "hidden", "")
                continue
            if all(
                is_blank(cell) or (isinstance(cell, MarkedCell) and cell.mark == FORMULA) for cell in cells
            ):
                continue
            kind = self._kind_of_other_row(number, cells) if self._mapped else ""
            if kind:
                texts = [text_of(cell) for cell in cells if not is_blank(cell)]
                self.skipped.add(number, kind, " ".join(texts))
                self._is_after_table |= kind in {"total", "note"}
                continue
            if not _SAME_AS_ABOVE.isdisjoint(row_cells):
                row_cells = [
                    previous[at] if at < len(previous) and cell in _SAME_AS_ABOVE else cell
                    for at, cell in enumerate(row_cells)
                ]
            previous = row_cells
            yield number, self._mark_misplaced(cells, row_cells)

    def _fill_merged(self, number: int, cells: list[Any]) -> list[Any]:
        """Return the cells with those of merged ranges written out, except of ranges as wide as the table."""
        new_merges = [
            (merge, cells[merge[1]] if merge[1] < len(cells) else "")
            for merge in self._merges_by_top.get(number, ())
            if not self._is_band(merge)
        ]
        self._open_merges = [item for item in self._open_merges if item[0][2] >= number] + new_merges
        if not self._open_merges:
            return cells
        row_cells = list(cells)
        for (top, left, bottom, right), value in self._open_merges:
            if is_blank(value):
                continue
            is_for_rows = bottom > top and not isinstance(value, MarkedCell)
            cell = MarkedCell(MERGED_CELL, text_of(value), value) if is_for_rows else value
            row_cells += [""] * (right + 1 - len(row_cells))
            for column in range(left, right + 1):
                if is_blank(row_cells[column]) or (number, column) == (top, left):
                    row_cells[column] = cell
        return row_cells

    def _is_band(self, merge: Merge) -> bool:
        """Return whether the range covers most headers: a note or a section, no value."""
        covered_count = sum(1 for text in self._block.texts[merge[1] : merge[3] + 1] if text)
        return self._block.width >= 4 and covered_count * 2 > self._block.width

    def _kind_of_other_row(self, number: int, cells: list[Any]) -> str:
        """Return the kind of a row that is no data; '' for data, and whenever in doubt.

        Called for every row: it looks at the first cells, and at all only where they give reason to.
        """
        first = list(islice(((at, text_of(cell)) for at, cell in enumerate(cells) if not is_blank(cell)), 3))
        plain = [normalize_header(text) for _, text in first]
        if len(plain) > 1 and all(text in self._header_texts for text in plain) and self._is_header(cells):
            return "header"
        title = self._title
        has_title = title is not None and title < len(cells) and not is_blank(cells[title])
        for (at, _), text in zip(first, plain, strict=True):
            if _TOTAL.fullmatch(text) and (not has_title or at == title):
                return "total"
        if _SAMPLE.fullmatch(_half_width(first[0][1])):
            return "sample"
        if all(_INSTRUCTION.fullmatch(text) for _, text in first):
            texts = [(at, _half_width(text_of(cell))) for at, cell in enumerate(cells) if not is_blank(cell)]
            return self._kind_of_note(number, texts)
        row_cells = sum(1 for at in self._mapped if at < len(cells) and not is_blank(cells[at]))
        if len(self._mapped) > 3 and row_cells * 2 > len(self._mapped):
            return ""
        texts = [(at, _half_width(text_of(cell))) for at, cell in enumerate(cells) if not is_blank(cell)]
        return self._kind_of_note(number, texts)

    def _is_header(self, cells: list[Any]) -> bool:
        return all(
            normalize_header(text_of(cell)) in self._header_texts for cell in cells if not is_blank(cell)
        )

    def _kind_of_note(self, number: int, texts: list[tuple[int, str]]) -> str:
        first = texts[0][1]
        if len(texts) > 1 and all(_INSTRUCTION.fullmatch(text) for _, text in texts):
            return "note"
        is_band = any(self._is_band(merge) for merge in self._merges_by_top.get(number, ()))
        is_alone = len(texts) == 1
        if _NOTE.match(first) or (_SIGNATURE.match(first) and self._is_signature(texts)):
            return "note"
        if is_alone and is_band:
            return "note" if self._is_after_table or _NUMBERED.match(first) else "section"
        place = texts[0][0]
        is_line = bool(_NUMBERED.match(first) or _DATE_LINE.fullmatch(first.strip())) and place != self._title
        is_below = self._is_after_table and place not in self._mapped
        return "note" if is_alone and (is_line or is_below) else ""

    def _is_signature(self, texts: list[tuple[int, str]]) -> bool:
        """Return whether every cell is a label to sign at, or the short answer beside one."""
        labels = sum(1 for _, text in texts if _SIGNATURE.match(text) or _DATE_LINE.search(text))
        return labels * 2 >= len(texts)

    def _mark_misplaced(self, cells: list[Any], row_cells: list[Any]) -> list[Any]:
        """Return the cells, marked where they may stand under another header than their own."""
        width = len(self._block.texts)
        if self._grid.is_delimited and any(not is_blank(cell) for cell in cells[width:]):
            return [MarkedCell(EXTRA_CELLS, text_of(cell)) for cell in row_cells]
        for left, others in self._block.spans.items():
            beside = [cells[at] for at in others if at < len(cells) and not is_blank(cells[at])]
            if left < len(row_cells) and any(text_of(cell) != text_of(row_cells[left]) for cell in beside):
                row_cells = [
                    *row_cells[:left],
                    MarkedCell(EXTRA_CELLS, text_of(row_cells[left])),
                    *row_cells[left + 1 :],
                ]
        return row_cells
