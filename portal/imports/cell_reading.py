"""Reading of cells by what their column holds; a value that is not certain is refused, never guessed."""

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from portal.core.text_folding import (
    display_line,
    display_name,
    display_paragraphs,
    fold_code,
    fold_digits,
    fold_phone,
)
from portal.imports.date_parsing import UnreadableDate, read_date
from portal.imports.import_kinds import Column, ColumnContent, ImportKind
from portal.imports.marked_cells import (
    CELL_ERROR,
    EXTRA_CELLS,
    FORMATTED,
    FORMULA,
    GARBLED,
    MERGED_CELL,
    PARTIAL_DATE,
    MarkedCell,
)

# Chinese name of each code of a refused cell, for every import kind.
PROBLEMS = {
    FORMULA: "公式没有算出结果",
    CELL_ERROR: "单元格是错误值",
    "ambiguous": "可以有两种读法",
    "became_date": "内容被表格软件变成了日期",
    "scientific": "数字的末几位已丢失",
    GARBLED: "文字已损坏",
    EXTRA_CELLS: "分不清哪一格属于哪一列",
    MERGED_CELL: "几行合用一格",
}
_REASONS = {
    FORMULA: "这一格是公式，没有结果。请在表格软件中重新计算并保存，或直接写出内容。",
    CELL_ERROR: "这一格是错误值（如 #DIV/0!、#N/A、####），请改成正确的内容。",
    "became_date": "这一格被表格软件变成了日期（例如“5-8”变成5月8日）。请把单元格设为文本格式后重新填写。",
    "scientific": "数字过长，被表格软件改写，末几位已丢失。请把这一列设为文本格式后重新填写。",
    GARBLED: "有文字已损坏（显示为“�”），请重新填写。",
    EXTRA_CELLS: "这一行的格数与表头对不上，分不清哪一格属于哪一列。请核对逗号、引号和合并的表头。",
    MERGED_CELL: "几行合并成一格，分不清每一行是多少。请取消合并，每行分别填写。",
}
_ERROR_TEXT = re.compile(r"#(?:DIV/0!|N/A|REF!|VALUE!|NAME\?|NUM!|NULL!|SPILL!|CALC!|#+)|Err:[0-9]+")
_FORMULA_TEXT = re.compile(
    r"\s*(?:=\s*[^\s=]|[+\-@][A-Za-z_][A-Za-z0-9_.$]*[(|!]|[+\-](?!86[-\s])[0-9]+(?:\.[0-9]+)?\s*[+\-*/]\s*[0-9])"
)
_SCIENTIFIC = re.compile(r"[0-9](?:\.[0-9]+)?E[+-][0-9]{2,3}", re.IGNORECASE)
_CUT_ID_NUMBER = re.compile(r"[0-9]{15}000")
# A date as a spreadsheet program writes it into a text file, in a column that holds none.
_DATE_TEXT = re.compile(
    r"[0-9]{1,2}月[0-9]{1,2}日|[0-9]{1,2}-[A-Z][a-z]{2}|[A-Z][a-z]{2}-[0-9]{2}|[0-9]{4}/[0-9]{1,2}/[0-9]{1,2}"
)
_MAX_EXACT = 1e15
# With these begin formulas and error values, also in full width; their first characters tell enough.
_SUSPICIOUS = tuple("=+-@#＝＋－＠＃E")
_MAX_TOKEN = 60
_NUMBER_CONTENTS = frozenset({ColumnContent.COUNT, ColumnContent.AMOUNT})
_CODE_CONTENTS = frozenset({ColumnContent.IDENTIFIER, ColumnContent.ID_NUMBER, ColumnContent.PHONE})


_FOLDINGS: dict[ColumnContent, Callable[[str], str]] = {
    ColumnContent.NAME: display_name,
    ColumnContent.LINE: display_line,
    ColumnContent.ID_NUMBER: fold_code,
    ColumnContent.PHONE: fold_phone,
}


@dataclass(frozen=True, slots=True)
class SourceTraits:
    """Facts that decide what cells can be trusted for; see `portal.imports.worksheets.grid.Grid`."""

    is_typed: bool = True
    has_1904_dates: bool = False


@dataclass(frozen=True, slots=True)
class CellProblem:
    """Refusal of one cell; `reason` begins with the column's label and '：'."""

    column: str
    code: str
    reason: str


class CellRefusal(Exception):
    def __init__(self, code: str, reason: str = "") -> None:
        super().__init__(code)
        self.code, self.reason = code, reason or _REASONS[code]


def read_cells(
    kind: ImportKind, cells: Mapping[str, Any], traits: SourceTraits
) -> tuple[dict[str, Any], list[CellProblem]]:
    """Return the values of a row by column key, and the cells that are refused.

    Values are text, numbers, truth values, and dates in columns of dates.
    """
    values: dict[str, Any] = {}
    problems: list[CellProblem] = []
    for key, cell in cells.items():
        column = kind.column(key)
        try:
            values[key] = _read(column, cell, traits)
        except CellRefusal as refusal:
            if refusal.code == EXTRA_CELLS and any(problem.code == EXTRA_CELLS for problem in problems):
                continue
            problems.append(CellProblem(key, refusal.code, f"{column.label}：{refusal.reason}"))
    return values, problems


def _read(column: Column, cell: Any, traits: SourceTraits) -> Any:
    content = column.content
    cell = _unwrap(content, cell)
    if isinstance(cell, str):
        _check_text(content, cell, is_typed=traits.is_typed)
    if isinstance(cell, float) and not math.isfinite(cell):  # 'INF' and '1E400' in the XML of a workbook
        raise CellRefusal(CELL_ERROR)
    if content in {ColumnContent.DATE, ColumnContent.LAST_DAY}:
        return _read_date(content, cell, traits)
    if isinstance(cell, (date, datetime, time, timedelta)):
        raise CellRefusal("became_date")
    if isinstance(cell, MarkedCell) and cell.mark == PARTIAL_DATE:
        raise CellRefusal("became_date")
    if isinstance(cell, (int, float)) and not isinstance(cell, bool):
        return _check_number(content, cell)
    if not isinstance(cell, str):
        return cell
    return _FOLDINGS.get(content, display_paragraphs)(cell)


def _unwrap(content: ColumnContent, cell: Any) -> Any:
    """Return the value of a marked cell where the column allows it."""
    if not isinstance(cell, MarkedCell) or cell.mark == PARTIAL_DATE:
        return cell
    if cell.mark == MERGED_CELL:
        if content == ColumnContent.COUNT:
            raise CellRefusal(MERGED_CELL)
        return cell.value
    if cell.mark == FORMATTED:
        if content == ColumnContent.IDENTIFIER:
            raise _lost_zeros(cell.text)
        return cell.value
    raise CellRefusal(cell.mark)


def _lost_zeros(text: str) -> CellRefusal:
    return CellRefusal(
        "ambiguous",
        f"“{text}”是按数字保存的，分不清开头和末尾有几个0（2.1 还是 2.10）。"
        "请把这一列设为文本格式后重新填写。",
    )


def _check_text(content: ColumnContent, text: str, *, is_typed: bool) -> None:
    if "\N{REPLACEMENT CHARACTER}" in text:
        raise CellRefusal(GARBLED)
    beginning = text.lstrip()[:_MAX_TOKEN]
    if content not in _NUMBER_CONTENTS | _CODE_CONTENTS and not beginning.startswith(_SUSPICIOUS):
        return
    plain = fold_digits(beginning).strip()
    if _ERROR_TEXT.fullmatch(plain):
        raise CellRefusal(CELL_ERROR)
    if content != ColumnContent.PHONE and _FORMULA_TEXT.match(plain):
        raise CellRefusal(FORMULA)
    if content in _NUMBER_CONTENTS | _CODE_CONTENTS and _SCIENTIFIC.fullmatch(plain):
        raise CellRefusal("scientific")
    if content in _NUMBER_CONTENTS | {ColumnContent.IDENTIFIER} and _DATE_TEXT.fullmatch(plain):
        raise CellRefusal("became_date")
    if not is_typed and content == ColumnContent.ID_NUMBER and _CUT_ID_NUMBER.fullmatch(plain):
        raise CellRefusal("scientific")


def _check_number(content: ColumnContent, number: float) -> float:
    if content in _CODE_CONTENTS and abs(number) >= _MAX_EXACT:
        raise CellRefusal("scientific")
    if content == ColumnContent.IDENTIFIER and not float(number).is_integer():
        raise _lost_zeros(f"{number:.15g}")
    return number


def _read_date(content: ColumnContent, cell: Any, traits: SourceTraits) -> date | None:
    try:
        return read_date(
            cell,
            last_of_month=content == ColumnContent.LAST_DAY,
            is_typed=traits.is_typed,
            has_1904_dates=traits.has_1904_dates,
        )
    except UnreadableDate as error:
        raise CellRefusal(error.code, error.reason) from error
