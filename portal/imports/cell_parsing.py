"""What a cell may say, whatever the sheet is about: text, days, words to choose from, certificates, places.

Plain Python: no table is touched by a row. A reason begins with the column's label and '：'.
"""

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime, timedelta
from functools import lru_cache
from types import MappingProxyType
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Choices

from portal.core.enums import CertificateKind
from portal.core.models import Region
from portal.core.validators import validate_no_unit_name
from portal.imports.import_kinds import BadRow
from portal.imports.import_runner import cell_text

_YES = frozenset({"是", "党员", "中共党员", "中共预备党员", "预备党员", "√", "1", "y", "yes"})
_NO = frozenset({"否", "不是", "群众", "共青团员", "团员", "非党员", "无", "0", "n", "no", "×"})
# Other words that people write for a level of education.
EDUCATION_SYNONYMS: dict[str, str | int] = {
    "小学": 0, "初中": 0, "高中": 1, "中专": 1, "技校": 1, "职高": 1, "中技": 1, "职业高中": 1,
    "高职": 2, "专科": 2, "大学专科": 2, "大专及以下": 2, "大学本科": 3, "大学": 3, "学士": 3,
    "硕士": 4, "博士": 4, "硕士研究生": 4, "博士研究生": 4,
}  # fmt: skip
# The short name of a certificate that its label does not hold.
_CERTIFICATES_SAID = {
    "叉车": "forklift_n1", "叉车证": "forklift_n1", "叉车司机证": "forklift_n1", "n1": "forklift_n1",
    "电工证": "electrician_low", "低压电工证": "electrician_low", "低压电工": "electrician_low",
    "高压电工证": "electrician_high", "高压电工": "electrician_high", "焊工证": "welder", "焊工": "welder",
    "电焊证": "welder", "登高证": "working_at_height", "高空作业证": "working_at_height",
    "司炉证": "boiler", "锅炉证": "boiler", "制冷证": "refrigeration", "保安证": "security_guard",
    "消防证": "fire_facility", "消防设施操作员": "fire_facility", "厨师证": "chef", "护士证": "nurse",
    "医师证": "doctor", "急救证": "emergency_rescuer", "会计证": "accountant", "教师证": "teacher",
    "教资": "teacher", "社工证": "social_worker", "计算机证": "computer", "无人机证": "uav",
    "无人机驾驶证": "uav", "海员证": "seafarer", "船员证": "seafarer", "汽修证": "auto_repair",
    "电梯证": "elevator", "爆破证": "blaster", "救生证": "lifeguard", "吊车证": "crane_q2",
    "起重机证": "crane_q2", "挖掘机证": "excavator", "货运资格证": "road_transport",
    "危货证": "dangerous_goods", "健康证明": "food_health",
}  # fmt: skip
_KINDS = frozenset(CertificateKind.values)
_DRIVING = re.compile(r"(?:机动车|汽车)?(?:驾驶证|驾照|驾驶执照)?([abc][123]|[de])(?:驾驶证|驾照|证|照)?")
LISTED = re.compile(r"[、,，;；/／|\n]+")
_YEARS = re.compile(r"[（(]?(\d{1,2})\s*年[)）]?$")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u200b\ufeff]")
_DATE = re.compile(r"(\d{4})(?:[-/.年](\d{1,2})(?:[-/.月](\d{1,2})日?|月)?|(\d{2})(\d{2})?)(?:[ T]\d.*)?")
_SERIAL_ZERO = date(1899, 12, 30)
_OLDEST = date(1930, 1, 1)


def text_of(cell: Any) -> str:
    """A cell as text, without what nobody sees."""
    return _CONTROL.sub("", cell_text(cell)).strip()


def folded(text: str) -> str:
    """Width and case set aside, and spaces within."""
    return re.sub(r"\s+", "", unicodedata.normalize("NFKC", text)).casefold()


def day(label: str, cell: Any, *, latest: date, earliest: date = _OLDEST) -> date | None:
    """A date typed as a date or as text ('2003-12-01', '2003年12月', '200312'); a month is its first day."""
    if isinstance(cell, datetime):
        found: date | None = cell.date()
    elif isinstance(cell, date):
        found = cell
    else:
        text = folded(text_of(cell))
        if not text:
            return None
        found = _day_of(text)
    if found is None:
        raise BadRow("dates", f"{label}：读不出日期，请写成 2003-12-01 这样。")
    if not earliest <= found <= latest:
        raise BadRow("dates", f"{label}：日期不合理，请核对。")
    return found


def _day_of(text: str) -> date | None:
    if text.isdigit() and len(text) == 5:  # a spreadsheet's count of days
        return _SERIAL_ZERO + timedelta(days=int(text))
    found = _DATE.fullmatch(text)
    if found is None:
        return None
    month, of_month = found[2] or found[4] or "1", found[3] or found[5] or "1"
    try:
        return date(int(found[1]), int(month), int(of_month))
    except ValueError:
        return None


def free_text(label: str, cell: Any, longest: int, *, guarded: bool = True) -> str:
    """Text of limited length; `guarded` text may name no military unit."""
    text = text_of(cell)
    if len(text) > longest:
        raise BadRow("too_long", f"{label}：最多 {longest} 个字。")
    if guarded:
        try:
            validate_no_unit_name(text)
        except ValidationError as error:
            raise BadRow(
                "unit_name",
                f"{label}：请不要填写部队番号或代号。可写军种、专业和服役年限，例如：陆军，汽车驾驶，12年。",
            ) from error
    return text


def yes_or_no(label: str, cell: Any) -> bool | None:
    text = folded(text_of(cell))
    if not text:
        return None
    if text in _YES:
        return True
    if text in _NO:
        return False
    raise BadRow("choice", f"{label}：请填“是”或“否”。")


class Words:
    """A column with a fixed set of words; `said` are other words that people write for them."""

    def __init__(
        self, label: str, choices: type[Choices], said: Mapping[str, str | int] = MappingProxyType({})
    ) -> None:
        self.label, self.labels = label, [str(name) for name in choices.labels]
        self._known = {folded(str(name)): value for value, name in choices.choices}
        self._known |= {folded(word): value for word, value in said.items()}

    def __call__(self, cell: Any) -> Any:
        text = folded(text_of(cell))
        if not text:
            return None
        if text not in self._known:
            raise BadRow("choice", f"{self.label}：请从这些里选一个：{'、'.join(self.labels)}。")
        return self._known[text]


class Listed:
    """A column with several words of a table, parted by '、'."""

    def __init__(self, label: str, find: Callable[[str], str | None]) -> None:
        self.label, self._find = label, find

    def __call__(self, cell: Any) -> dict[str, int | None]:
        """Code -> years, when they are written ('汽车驾驶员8年')."""
        found: dict[str, int | None] = {}
        for part in LISTED.split(text_of(cell)):
            if not (word := folded(part)) or word in {"无", "没有"}:
                continue
            years = _YEARS.search(word)
            code = self._find(word[: years.start()] if years else word) or self._find(word)
            if code is None:
                raise BadRow(
                    "choice", f"{self.label}：认不出其中一项，请对照模板“可选内容”填写，用顿号“、”隔开。"
                )
            found[code] = min(int(years[1]), 45) if years else None
        return found


def find_certificate(word: str) -> str | None:
    found = _DRIVING.fullmatch(word)
    if found:
        kind = f"driving_{found[1]}"
        return kind if kind in _KINDS else None
    return _certificates().get(word)


@lru_cache(maxsize=1)
def _certificates() -> dict[str, str]:
    return {folded(label): value for value, label in CertificateKind.choices} | _CERTIFICATES_SAID


class Places:
    """Names and codes of places; a name that several places bear is none unless one of them is near."""

    def __init__(self, rows: Iterable[tuple[Any, str, Iterable[str]]]) -> None:
        """Rows of what is found, its code, and the names it goes by."""
        self._by_name: dict[str, list[tuple[str, Any]]] = {}
        self._by_code: dict[str, Any] = {}
        for found, code, names in rows:
            self._by_code[code] = found
            for name in {folded(name) for name in names}:
                self._by_name.setdefault(name, []).append((code, found))

    def find(self, cell: Any, near: str = "") -> tuple[Any, bool]:
        """What is meant, and whether several were (then it is None)."""
        text = folded(text_of(cell))
        if text.isdigit():
            return self._by_code.get(text.removesuffix("000000") or text, self._by_code.get(text)), False
        found = self._by_name.get(text, [])
        if len(found) > 1 and near:
            found = [row for row in found if row[0].startswith(near)] or found
        return (found[0][1], False) if len(found) == 1 else (None, bool(found))


def region_places() -> Places:
    regions = {row.code: row for row in Region.objects.all()}
    return Places((row.code, row.code, place_names(row, regions)) for row in regions.values())


def place_names(region: Region, regions: Mapping[str, Region]) -> list[str]:
    """'南安村', '睦洲镇南安村', '新会区睦洲镇南安村' … up to the province."""
    names = [region.name]
    above = regions.get(region.parent_id or "")
    while above is not None:
        names.append(above.name + names[-1])
        above = regions.get(above.parent_id or "")
    return names
