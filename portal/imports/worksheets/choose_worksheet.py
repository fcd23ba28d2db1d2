"""Choice of the worksheet that is meant."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice

from portal.core.child_entry import FileRefusal
from portal.imports.worksheets.data_rows import DataRows
from portal.imports.worksheets.grid import Grid, Worksheet
from portal.imports.worksheets.header_block import HeaderBlock, find_header_block
from portal.imports.worksheets.known_headers import KnownHeaders

_MAX_WORKSHEETS = 100
# So many known headers make a table of the kind.
_LEAST_HEADERS = 2


@dataclass(slots=True)
class Candidate:
    """A worksheet with its headers; `rank` is 2 with all required columns, 1 with some known, else 0."""

    worksheet: Worksheet
    grid: Grid
    block: HeaderBlock
    rank: int
    has_rows: bool


def choose_worksheet(
    worksheets: Sequence[Worksheet], known_headers: KnownHeaders, title_column: str, name: str | None
) -> Candidate | list[str]:
    """Return the worksheet that is meant, or the names of those that could be.

    Args:
        name: the worksheet that a person chose, or None.

    Raises:
        FileRefusal: no such worksheet, or nothing in any.
    """
    visible = [worksheet for worksheet in worksheets if worksheet.is_visible]
    if len(visible) > _MAX_WORKSHEETS:
        raise FileRefusal("工作表太多，请只留下要导入的一张再上传。", "worksheets")
    if name is not None:
        visible = [worksheet for worksheet in visible if worksheet.name == name]
        if not visible:
            is_hidden = any(worksheet.name == name for worksheet in worksheets)
            hint = "这张工作表是隐藏的，请取消隐藏后再上传。" if is_hidden else "请从文件里的工作表中选一张。"
            raise FileRefusal(f"没有可读的工作表“{name[:40]}”。{hint}", "worksheet")
    candidates: list[Candidate] = []
    for worksheet in visible:
        candidate = _inspect(worksheet, known_headers, title_column)
        if candidate is not None:
            candidates.append(candidate)
    if not candidates:
        hint = "可见的工作表都是空的；隐藏的工作表不读。" if len(visible) < len(worksheets) else ""
        raise FileRefusal(f"表格里没有内容，请核对文件。{hint}", "empty")
    best = max(candidate.rank for candidate in candidates)
    equals = [candidate for candidate in candidates if candidate.rank == best]
    candidates_with_rows = [candidate for candidate in equals if candidate.has_rows]
    if best and not candidates_with_rows:
        raise FileRefusal("只有表头，没有要导入的行，请核对文件。", "empty")
    equals = candidates_with_rows or equals
    return equals[0] if len(equals) == 1 else [candidate.worksheet.name for candidate in equals]


def _inspect(worksheet: Worksheet, known_headers: KnownHeaders, title_column: str) -> Candidate | None:
    grid = worksheet.load()
    block = find_header_block(grid, known_headers)
    if block is None:
        return None
    rank = int(len(block.columns) >= _LEAST_HEADERS)
    if known_headers.has_required(block.columns):
        rank = 2
    has_rows = next(islice(iter(DataRows(grid, block, title_column)), 1), None) is not None
    return Candidate(worksheet, grid, block, rank, has_rows)
