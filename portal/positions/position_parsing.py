"""What a cell of a position sheet may say, and what it means; no table is touched by a row."""

import re
from typing import Any

from portal.core.enums import Education, Shift
from portal.core.models import Region
from portal.imports.cell_parsing import EDUCATION_SYNONYMS, Places, folded, place_names, text_of
from portal.imports.import_kinds import BadRow
from portal.positions.enums import PositionKind
from portal.stations.enums import StationLevel

PROBLEMS = {
    "title": "岗位名称没有填写",
    "number": "岗位编号不对，或在本表中重复",
    "headcount": "招聘人数不对",
    "pay": "月薪没有写明，或上下限颠倒",
    "region": "工作地区不认识",
    "occupation": "看不出是什么职业",
    "duties": "岗位职责没有填写",
    "choice": "选项不认识",
    "years": "工作年限读不出",
    "dates": "日期读不出，或已过",
    "unit_name": "写了部队番号或代号",
    "too_long": "文字太长",
    "form": "内容不符合要求",
    "similar": "与另一个岗位重复",
    "ended": "这个编号的岗位已结束",
    "wording": "用语不合规定",
    "agency": "代招岗位没有写明实际用人单位",
    "member": "不是这家单位的经办人",
}
KIND_SAID = {
    "全日制": "full_time", "正式": "full_time", "正式工": "full_time", "长期": "full_time",
    "合同工": "full_time", "劳动合同": "full_time", "钟点工": "part_time", "小时工": "part_time",
    "临时": "part_time", "临时工": "part_time", "实习生": "internship", "见习": "internship",
    "公益岗": "public_welfare", "公益岗位": "public_welfare", "公益性": "public_welfare",
}  # fmt: skip
SHIFT_SAID = {
    "长白班": "day", "正常班": "day", "常白班": "day", "日班": "day", "两班": "two_shift",
    "二班倒": "two_shift", "两班制": "two_shift", "两班轮换": "two_shift", "倒班": "two_shift",
    "轮班": "two_shift", "三班": "three_shift", "三班制": "three_shift", "三班轮换": "three_shift",
    "四班三倒": "three_shift", "四班三运转": "three_shift", "长夜班": "night", "晚班": "night",
    "弹性工作制": "flexible", "弹性工作": "flexible", "不定时": "flexible", "灵活": "flexible",
}  # fmt: skip
_NO_DEMAND = frozenset(
    {"不限", "无", "无要求", "没有要求", "不要求", "均可", "学历不限", "经验不限", "不限经验"}
)
_AND_UP = re.compile(
    r"(?:学历|毕业)?(?:\(含\))?(?:及|或|\(含\)|含)?(?:以上|起|优先)?(?:学历|毕业)?(?:\(含\))?$"
)
_DIGITS = {word: at for at, word in enumerate("零一二三四五六七八九十")} | {"两": 2, "半": 0}
_YEARS = re.compile(r"(\d{1,2}|[一二三四五六七八九十两半])(?:\s*[-~至到]\s*\d{1,2})?\s*(?:年|$)")
_NUMBER = r"(\d+(?:,\d{3})*(?:\.\d+)?)(k|千|w|万)?"
_RANGE = re.compile(rf"{_NUMBER}(?:元)?(?:/月)?(?:[-~—–－至到]+{_NUMBER})?")
_TALKED_OVER = frozenset({"面议", "薪资面议", "工资面议", "待遇面议", "面谈", "详谈", "可议"})
_OTHER_PERIOD = re.compile(r"/(?:年|天|日|小时|时|件|次)|年薪|日薪|时薪|计件|每天|每小时|一天|元一天")
_MANY = {"k": 1_000, "千": 1_000, "w": 10_000, "万": 10_000}
_HIGHEST = 1_000_000
_ENDING = re.compile(r"(?<=..)(?:特别行政区|自治区|自治州|自治县|街道|新区|省|市|区|县|镇|乡)")


class Levels:
    """The lowest education that is asked for: '高中以上', '大专（含）以上', '不限'."""

    def __init__(self, label: str) -> None:
        self.label = label
        self._known: dict[str, int] = {folded(str(name)): int(value) for value, name in Education.choices}
        self._known |= {folded(word): int(level) for word, level in EDUCATION_SYNONYMS.items()}

    def __call__(self, cell: Any) -> int | None:
        text = folded(text_of(cell))
        if not text:
            return None
        if text in _NO_DEMAND:
            return int(Education.JUNIOR)
        bare = _AND_UP.sub("", text)
        # '高中/中专以上': several levels are met by the lowest of them.
        parts = [self._known.get(part) for part in (bare, *re.split(r"[/、或]", bare))]
        levels = [level for level in parts if level is not None]
        if not levels:
            labels = "、".join(str(name) for name in Education.labels)
            raise BadRow("choice", f"{self.label}：请从这些里选一个：{labels}；没有要求写“不限”。")
        return min(levels)


def years(label: str, cell: Any) -> int | None:
    """Years of experience at least: 2, '3年以上', '1-3年', '不限', '应届生也可'."""
    text = folded(text_of(cell))
    if not text:
        return None
    if text in _NO_DEMAND or "不限" in text or "应届" in text or "无经验" in text:
        return 0
    found = _YEARS.search(text)
    if found is None:
        raise BadRow("years", f"{label}：请写几年，例如 2 或“3年以上”；没有要求写“不限”。")
    return int(found[1]) if found[1].isdigit() else _DIGITS[found[1]]


def headcount(label: str, cell: Any) -> int:
    """How many people, as a number: 5, '5人', '5名'."""
    text = folded(text_of(cell))
    if not text:
        raise BadRow("headcount", f"{label}：没有填写。")
    found = re.fullmatch(r"(\d{1,6})(?:\.0+)?[人名位个]?", text)
    if found is None:
        raise BadRow("headcount", f"{label}：请写明招几个人，例如 5；“若干”“不限”“多名”不能收。")
    if not 1 <= int(found[1]) <= 5000:
        raise BadRow("headcount", f"{label}：应在 1 到 5000 之间。")
    return int(found[1])


def _amount(number: str, unit: str | None, other: str | None = None) -> int:
    """'5' of '5-8k' is 5,000: a small number takes the unit of the other end."""
    value = float(number.replace(",", ""))
    return round(value * _MANY.get(unit or (other or "" if value < 100 else ""), 1))


def pay_range(label: str, cell: Any) -> tuple[int, int] | None:
    """Monthly pay from and to of one cell: '5000-8000', '5k-8k', '0.6万', '5000元/月以上' (from and to are
    one then); nothing of an empty one.

    Raises:
        BadRow: nothing but '面议', another period than a month, or the ends are reversed.
    """
    text = re.sub(r"(?:¥|￥|rmb|人民币|约|月薪|工资|薪资|底薪)", "", folded(text_of(cell)))
    if not text:
        return None
    if text in _TALKED_OVER:
        raise BadRow("pay", f"{label}：不能只写“面议”，请写明每月最低多少元。")
    if _OTHER_PERIOD.search(text):
        raise BadRow("pay", f"{label}：请换算成每月多少元。")
    found = _RANGE.search(text)
    if found is None:
        raise BadRow("pay", f"{label}：读不出金额，请写成 6000-8000 这样。")
    low = _amount(found[1], found[2], found[4])
    high = _amount(found[3], found[4], found[2]) if found[3] else low
    return checked_pay(label, low, high)


def amount(label: str, cell: Any) -> int | None:
    """One end of the pay."""
    found = pay_range(label, cell)
    if found is not None and found[0] != found[1]:
        raise BadRow("pay", f"{label}：这一格只写一个数；上限和下限各占一列。")
    return found[0] if found else None


def checked_pay(label: str, low: int, high: int) -> tuple[int, int]:
    if low > high:
        raise BadRow("pay", f"{label}：下限高于上限，是否填反了？")
    if not (low >= 500 and high <= _HIGHEST):
        raise BadRow("pay", f"{label}：金额不合理，请写每月多少元。")
    return low, high


def region_places() -> tuple[Places, Places]:
    """Places by their full names, and by those that people say: '新会', '江门新会'."""
    regions = {row.code: row for row in Region.objects.all()}
    full = [(row.code, row.code, place_names(row, regions)) for row in regions.values()]
    said = [
        (code, code, [_ENDING.sub("", name) for name in names if len(name) > 2]) for code, _, names in full
    ]
    return Places(full), Places(said)


def places_offered() -> tuple[str, ...]:
    """Counties and towns of the served area, as the template offers them."""
    rows = Region.objects.filter(stations__level__in=[StationLevel.COUNTY, StationLevel.TOWN])
    return tuple(
        row.name if len(row.code) <= 6 else f"{row.parent.name}{row.name}"
        for row in rows.distinct().select_related("parent").order_by("code")
        if row.parent is not None
    )


def place(places: tuple[Places, Places], label: str, cell: Any, near: str) -> tuple[str, str]:
    """Region code and what follows the place in the cell: '新会区会城街道演示路1号' names a street's town.

    Raises:
        BadRow: no place is meant, or several are.
    """
    text = folded(text_of(cell))
    if not text:
        raise BadRow("region", f"{label}：没有填写。")
    full, said = places
    several = False
    for length in range(len(text), 2, -1):
        code, many = full.find(text[:length], near=near)
        if code is not None:
            return str(code), text[length:]
        several = several or many
    code, many = said.find(_ENDING.sub("", text), near=near)
    if code is not None:
        return str(code), ""
    several = several or many
    if several:
        raise BadRow("region", f"{label}：有几个同名的地方，请写上所属市县或填区划代码。")
    raise BadRow("region", f"{label}：认不出这个地方，请填县（市、区）或镇（街道）的全称，或区划代码。")


CHOICES = {
    "kind": ("用工形式", PositionKind, KIND_SAID),
    "shift": ("班次", Shift, SHIFT_SAID),
}
