"""The rows of a worksheet that hold the headers: one row, or up to three with merged cells."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import islice, pairwise

from portal.imports.row_frames import MAX_HEADER_ROWS, NumberedRow
from portal.imports.worksheets.grid import Grid, Merge, is_blank, text_of
from portal.imports.worksheets.known_headers import KnownHeaders

_MAX_HEIGHT = 3
_SAMPLE_ROWS = 60
# What stands above a table without being a heading of its columns.
_LABEL = re.compile(r"[:：0-9]|填表|填报|报送|单位|企业|公司|部门|日期|电话|经办|负责")


@dataclass(slots=True)
class HeaderBlock:
    """The headers of a worksheet.

    Attributes:
        row_numbers: of the rows that hold them.
        texts: the header of each column, '' where there is none.
        columns: column key -> index of the column.
        spans: index of a column -> indices of further columns under the same header.
        hidden_columns: indices of hidden columns with a known header that are not among `columns`.
    """

    row_numbers: list[int]
    texts: list[str]
    columns: dict[str, int] = field(default_factory=dict)
    spans: dict[int, list[int]] = field(default_factory=dict)
    hidden_columns: list[int] = field(default_factory=list)

    @property
    def width(self) -> int:
        return sum(1 for text in self.texts if text)


def find_header_block(grid: Grid, known_headers: KnownHeaders) -> HeaderBlock | None:
    """Return the block with the most known headers among the first rows, the lowest and first of equals.

    Without any known header it is the first row; None for an empty worksheet.
    """
    rows = list(islice((row for row in grid.rows() if row[0] not in grid.hidden_rows), _SAMPLE_ROWS))
    if not rows:
        return None
    last_sample = rows[-1][0]
    merges = [merge for merge in grid.merges if merge[0] <= last_sample]
    best: HeaderBlock | None = None
    for start in range(min(MAX_HEADER_ROWS, len(rows))):
        if start and best is not None and best.columns and _is_group_row(rows[start - 1], rows[start]):
            continue  # '紧急联系人' above '手机号码' says whose it is
        is_title = len({text_of(cell) for cell in rows[start][1] if not is_blank(cell)}) == 1
        for height in range(_least_height(rows, start, merges), _MAX_HEIGHT + 1):
            if start + height > len(rows) or (is_title and height > 1):
                break
            block = _read_block(rows, start, height, merges, grid, known_headers)
            if best is None or len(block.columns) > len(best.columns):
                best = block
    if best is None or not best.columns:
        number, cells = rows[0]
        return HeaderBlock([number], [text_of(cell) for cell in cells])
    return best


def _is_group_row(row: NumberedRow, below: NumberedRow) -> bool:
    """Return whether the row holds short headings, each over several cells of the row below."""
    texts = [text_of(cell) for cell in row[1] if not is_blank(cell)]
    count_below = sum(1 for cell in below[1] if not is_blank(cell))
    is_short = all(len(text) <= 12 and not _LABEL.search(text) for text in texts)
    return is_short and len(set(texts)) > 1 and len(texts) * 2 <= count_below


def _least_height(rows: Sequence[NumberedRow], start: int, merges: Sequence[Merge]) -> int:
    """Return how many rows the headers need whose cells are merged downwards."""
    number = rows[start][0]
    bottom = max((merge[2] for merge in merges if merge[0] == number), default=number)
    return min(max(sum(1 for row, _ in rows[start:] if row <= bottom), 1), _MAX_HEIGHT)


def _read_block(
    rows: Sequence[NumberedRow],
    start: int,
    height: int,
    merges: Sequence[Merge],
    grid: Grid,
    known_headers: KnownHeaders,
) -> HeaderBlock:
    block_rows = rows[start : start + height]
    numbers = [number for number, _ in block_rows]
    inside = [merge for merge in merges if numbers[0] <= merge[0] <= numbers[-1]]
    width = max(len(cells) for _, cells in block_rows)
    width = max([width, *(merge[3] + 1 for merge in inside if merge[3] < width + 20)])
    lines = _unfold(block_rows, inside, width)
    parts = [_distinct([line[column] for line in lines]) for column in range(width)]
    block = HeaderBlock(numbers, ["".join(texts) for texts in parts])
    block.spans = _spans(numbers[-1], inside, parts)
    _split_pairs(block, parts, rows[start + height :], known_headers)
    _map_columns(block, parts, grid.hidden_columns, known_headers)
    return block


def _unfold(rows: Sequence[NumberedRow], merges: Sequence[Merge], width: int) -> list[list[str]]:
    """Return the texts of the rows with merged cells, and groups of headers, written out."""
    lines = [[_one_line(text_of(cell)) for cell in cells] + [""] * (width - len(cells)) for _, cells in rows]
    index_of = {number: index for index, (number, _) in enumerate(rows)}
    merged_places: set[tuple[int, int]] = set()
    for top, left, bottom, right in merges:
        if top not in index_of or left >= width:
            continue
        text = lines[index_of[top]][left]
        for number in range(top, bottom + 1):
            if number not in index_of:
                break
            for column in range(left, min(right + 1, width)):
                lines[index_of[number]][column] = text
                merged_places.add((index_of[number], column))
    for upper, (line, below) in enumerate(pairwise(lines)):
        for column in range(1, width):
            is_free = not line[column] and (upper, column) not in merged_places
            if is_free and line[column - 1] and below[column] and below[column - 1]:
                line[column] = line[column - 1]
    return lines


def _one_line(text: str) -> str:
    """Return a header without the line breaks that only make its column narrower."""
    return re.sub(r"\s*\n\s*", "", text)


def _distinct(texts: Sequence[str]) -> list[str]:
    """Return the texts from top to bottom without blanks and repeats."""
    parts: list[str] = []
    for text in texts:
        if text and text not in parts[-1:]:
            parts.append(text)
    return parts


def _spans(last_row: int, merges: Sequence[Merge], parts: Sequence[Sequence[str]]) -> dict[int, list[int]]:
    """Return the columns under each header that is merged across and has no headers below it."""
    spans: dict[int, list[int]] = {}
    for _, left, bottom, right in merges:
        if bottom >= last_row and right > left and left < len(parts):
            same = [at for at in range(left + 1, min(right + 1, len(parts))) if parts[at] == parts[left]]
            if same:
                spans[left] = same
    return spans


def _split_pairs(
    block: HeaderBlock, parts: list[list[str]], rows_below: Sequence[NumberedRow], known_headers: KnownHeaders
) -> None:
    """Read one header over two filled columns as lower and upper limit, if the kind knows both."""
    for left, others in list(block.spans.items()):
        if len(others) != 1 or not any(
            len(cells) > others[0] and not is_blank(cells[others[0]]) for _, cells in rows_below
        ):
            continue
        pair = [[*parts[left], "下限"], [*parts[left], "上限"]]
        if all(known_headers.match(texts) for texts in pair):
            parts[left], parts[others[0]] = pair
            block.texts[left], block.texts[others[0]] = "".join(pair[0]), "".join(pair[1])
            del block.spans[left]


def _map_columns(
    block: HeaderBlock, parts: Sequence[Sequence[str]], hidden_indices: set[int], known_headers: KnownHeaders
) -> None:
    """Map each column key to its best header: visible before hidden, label before synonym, left before right.

    A hidden column is mapped only if the kind requires it.
    """
    covered_indices = {at for others in block.spans.values() for at in others}
    candidates: dict[str, list[tuple[bool, int, int]]] = {}
    for index, texts in enumerate(parts):
        if index not in covered_indices and (match := known_headers.match(texts)):
            key, rank = match
            candidates.setdefault(key, []).append((index in hidden_indices, rank, index))
    for key, places in candidates.items():
        is_hidden, rank, index = min(places)
        if rank == 2 and sum(1 for place in places if place[:2] == (is_hidden, 2)) > 1:
            continue  # the same header under several groups: whose phone is it?
        block.columns[key] = index
    _leave_out_hidden(block, hidden_indices, known_headers.required_keys)


def _leave_out_hidden(
    block: HeaderBlock, hidden_indices: set[int], required_keys: Sequence[tuple[str, str]]
) -> None:
    needed_keys = {key for pair in required_keys for key in pair}
    replaced_keys = {key for key, alternative in required_keys if alternative in block.columns}
    for key, index in list(block.columns.items()):
        if index in hidden_indices and (key not in needed_keys or key in replaced_keys):
            block.hidden_columns.append(index)
            del block.columns[key]
