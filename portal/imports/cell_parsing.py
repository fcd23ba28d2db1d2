"""Parsers of spreadsheet cells for every import kind: text, dates, choices, lists, certificates, places.

No parser runs a query. The reason of a `BadRow` begins with the column's label and '：'.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from functools import cache
from types import MappingProxyType
from typing import Any

from django.db.models import Choices

from portal.core.certificates import IMPORT_WORDS, CertificateKind
from portal.core.models import Region
from portal.core.text_folding import display_paragraphs, fold_key, is_digits
from portal.imports.cell_text import cell_text
from portal.imports.date_parsing import UnreadableDate, read_date
from portal.imports.import_kinds import BadRow

_YES = frozenset({"是", "党员", "中共党员", "中共预备党员", "预备党员", "√", "1", "y", "yes"})
_NO = frozenset({"否", "不是", "群众", "共青团员", "团员", "非党员", "无", "0", "n", "no", "×"})
# Synonyms of the levels of education.
EDUCATION_SYNONYMS: dict[str, str | int] = {
    "小学": 0, "初中": 0, "高中": 1, "中专": 1, "技校": 1, "职高": 1, "中技": 1, "职业高中": 1,
    "高职": 2, "专科": 2, "大学专科": 2, "大专及以下": 2, "大学本科": 3, "大学": 3, "学士": 3,
    "硕士": 4, "博士": 4, "硕士研究生": 4, "博士研究生": 4,
}  # fmt: skip
_CERTIFICATE_KINDS = frozenset(CertificateKind.values)
_DRIVING = re.compile(r"(?:机动车|汽车)?(?:驾驶证|驾照|驾驶执照)?([abc][123]|[de])(?:驾驶证|驾照|证|照)?")
LIST_SEPARATORS = re.compile(r"[、,，;；/／|\n]+")
_YEARS = re.compile(r"[（(]?([0-9]{1,2})\s*年[)）]?$")


def clean_text(cell: Any) -> str:
    """Return the cell as text without control and invisible characters."""
    return display_paragraphs(cell_text(cell))


def fold_text(text: str) -> str:
    """Return the text in half width and lower case, without spaces."""
    return fold_key(text)


def parse_day(label: str, cell: Any, *, last_of_month: bool = False) -> date | None:
    """Parse a date cell or a text ('2003-12-01', '2003年12月', '200312').

    Args:
        last_of_month: whether a month without a day is its last day; otherwise it is its first.

    Raises:
        BadRow: not a date for certain.
    """
    try:
        return read_date(cell, last_of_month=last_of_month)
    except UnreadableDate as error:
        raise BadRow(error.code, f"{label}：{error.reason}") from error


def parse_yes_no(label: str, cell: Any) -> bool | None:
    """Parse 是/否 and synonyms; None for an empty cell."""
    text = fold_text(clean_text(cell))
    if not text:
        return None
    if text in _YES:
        return True
    if text in _NO:
        return False
    raise BadRow("choice", f"{label}：请填“是”或“否”。")


class ChoiceParser:
    """Parser of a column with fixed choices; `synonyms` maps other words to their values."""

    def __init__(
        self, label: str, choices: type[Choices], synonyms: Mapping[str, str | int] = MappingProxyType({})
    ) -> None:
        self.label, self.labels = label, [str(name) for name in choices.labels]
        self._values = {fold_text(str(name)): value for value, name in choices.choices}
        self._values |= {fold_text(word): value for word, value in synonyms.items()}

    def __call__(self, cell: Any) -> Any:
        text = fold_text(clean_text(cell))
        if not text:
            return None
        if text not in self._values:
            raise BadRow("choice", f"{self.label}：请从这些里选一个：{'、'.join(self.labels)}。")
        return self._values[text]


class ListParser:
    """Parser of a column with several words separated by '、'; `find` returns the code of a word."""

    def __init__(self, label: str, find: Callable[[str], str | None]) -> None:
        self.label, self._find = label, find

    def __call__(self, cell: Any) -> dict[str, int | None]:
        """Return code -> years, if given ('汽车驾驶员8年').

        Raises:
            BadRow: a word has no code.
        """
        years_by_code: dict[str, int | None] = {}
        for part in LIST_SEPARATORS.split(clean_text(cell)):
            if not (word := fold_text(part)) or word in {"无", "没有"}:
                continue
            years = _YEARS.search(word)
            code = self._find(word[: years.start()] if years else word) or self._find(word)
            if code is None:
                raise BadRow(
                    "choice", f"{self.label}：认不出其中一项，请对照“可选内容”填写，用顿号“、”隔开。"
                )
            years_by_code[code] = int(years[1]) if years else None
        return years_by_code


def find_certificate(word: str) -> str | None:
    """Return the kind of certificate of a folded word: 'a2驾照' -> 'driving_a2'."""
    match = _DRIVING.fullmatch(word)
    if match:
        kind = f"driving_{match[1]}"
        return kind if kind in _CERTIFICATE_KINDS else None
    return _certificate_kinds().get(word)


@cache
def _certificate_kinds() -> dict[str, str]:
    return {fold_text(label): value for value, label in CertificateKind.choices} | IMPORT_WORDS


class PlaceIndex:
    """Index of places by name and code. An ambiguous name is resolved only by nearness."""

    def __init__(self, rows: Iterable[tuple[Any, str, Iterable[str]]]) -> None:
        """Build the index from rows of (value, code, names)."""
        self._by_name: dict[str, list[tuple[str, Any]]] = {}
        self._by_code: dict[str, Any] = {}
        for value, code, names in rows:
            self._by_code[code] = value
            for name in {fold_text(name) for name in names}:
                self._by_name.setdefault(name, []).append((code, value))

    def find(self, cell: Any, near: str = "") -> tuple[Any, bool]:
        """Return (value, False), or (None, whether the name is ambiguous).

        Args:
            near: code prefix of the places that win over others of the same name.
        """
        text = fold_text(clean_text(cell))
        if is_digits(text):
            return self._by_code.get(text.removesuffix("000000") or text, self._by_code.get(text)), False
        matches = self._by_name.get(text, [])
        if len(matches) > 1 and near:
            matches = [row for row in matches if row[0].startswith(near)] or matches
        return (matches[0][1], False) if len(matches) == 1 else (None, bool(matches))


def load_region_index() -> PlaceIndex:
    """Return the index of all regions."""
    regions = {row.code: row for row in Region.objects.all()}
    return PlaceIndex((row.code, row.code, list_place_names(row, regions)) for row in regions.values())


def list_place_names(region: Region, regions: Mapping[str, Region]) -> list[str]:
    """Return '南安村', '睦洲镇南安村', '新会区睦洲镇南安村' and so on up to the province."""
    names = [region.name]
    parent = regions.get(region.parent_id or "")
    while parent is not None:
        names.append(parent.name + names[-1])
        parent = regions.get(parent.parent_id or "")
    return names
