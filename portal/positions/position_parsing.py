"""Parsers of the cells of a position import: headcount, pay, experience, education, region."""

import re
from collections.abc import Collection, Mapping
from typing import Any

from django.db.models import Choices

from portal.core.enums import Education, Shift
from portal.core.field_rules import MISSING, Rule
from portal.core.models import Region
from portal.core.text_folding import is_digits
from portal.imports.cell_parsing import (
    EDUCATION_SYNONYMS,
    PlaceIndex,
    clean_text,
    fold_text,
    list_place_names,
)
from portal.imports.import_kinds import BadRow
from portal.positions.enums import PositionKind
from portal.positions.field_rules import POSITION_RULES, REGION_NOT_SERVED
from portal.stations.served_area import served_regions

# Chinese name of each code of a bad row.
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
KIND_SYNONYMS = {
    "全日制": "full_time", "正式": "full_time", "正式工": "full_time", "长期": "full_time",
    "合同工": "full_time", "劳动合同": "full_time", "钟点工": "part_time", "小时工": "part_time",
    "临时": "part_time", "临时工": "part_time", "实习生": "internship", "见习": "internship",
    "公益岗": "public_welfare", "公益岗位": "public_welfare", "公益性": "public_welfare",
}  # fmt: skip
SHIFT_SYNONYMS = {
    "长白班": "day", "正常班": "day", "常白班": "day", "日班": "day", "两班": "two_shift",
    "二班倒": "two_shift", "两班制": "two_shift", "两班轮换": "two_shift", "倒班": "two_shift",
    "轮班": "two_shift", "三班": "three_shift", "三班制": "three_shift", "三班轮换": "three_shift",
    "四班三倒": "three_shift", "四班三运转": "three_shift", "长夜班": "night", "晚班": "night",
    "弹性工作制": "flexible", "弹性工作": "flexible", "不定时": "flexible", "灵活": "flexible",
}  # fmt: skip
# Key of a column with fixed choices -> (label, choices, synonyms).
CHOICES: dict[str, tuple[str, type[Choices], Mapping[str, str | int]]] = {
    "kind": ("用工形式", PositionKind, KIND_SYNONYMS),
    "shift": ("班次", Shift, SHIFT_SYNONYMS),
}
_NO_REQUIREMENT = frozenset(
    {"不限", "无", "无要求", "没有要求", "不要求", "均可", "学历不限", "经验不限", "不限经验"}
)
_OR_HIGHER = re.compile(
    r"(?:学历|毕业)?(?:\(含\))?(?:及|或|\(含\)|含)?(?:以上|起|优先)?(?:学历|毕业)?(?:\(含\))?$"
)
_NUMERALS = {numeral: value for value, numeral in enumerate("零一二三四五六七八九十")} | {"两": 2, "半": 0}
# '3.5' and '十五年' are not 5 years.
_YEARS = re.compile(
    r"(?<![0-9.一二三四五六七八九十])([0-9]{1,2}|[一二三四五六七八九十两半])(?:\s*[-~至到]\s*[0-9]{1,2})?\s*(?:年|$)"
)
_NUMBER = r"([0-9]+(?:,[0-9]{3})*(?:\.[0-9]+)?)(k|千|w|万)?"
_RANGE = re.compile(rf"{_NUMBER}(?:元)?(?:/月)?(?:[-~—–－至到]+{_NUMBER})?")
_NEGOTIABLE = frozenset({"面议", "薪资面议", "工资面议", "待遇面议", "面谈", "详谈", "可议"})
# '10万一年' and '200一天' are no monthly pay; '年终奖', '年底' and '工作8小时' say nothing about the period.
_OTHER_PERIOD = re.compile(
    r"[/每按一半全整两]个?(?:年(?!终|底|假|涨|调)|小时|时|h|季|件|次|趟|单|半月)"
    r"|[/每按一半全整两]个?(?:天|日|周|星期)(?!工作|上班|[0-9.]+个?(?:小时|h|天))"
    r"|[0-9k万千元]年(?!终|底|假|以)|\(年\)|半个?月|年薪|日薪|时薪|周薪|计件|计时"
)
_UNIT_FACTORS = {"k": 1_000, "千": 1_000, "w": 10_000, "万": 10_000}
TOWN_CODE_LENGTH = 9  # a village's code begins with its town's
_REGION_SUFFIX = re.compile(r"(?<=..)(?:特别行政区|自治区|自治州|自治县|街道|新区|省|市|区|县|镇|乡)")


class EducationParser:
    """Parser of the minimum education: '高中以上', '大专（含）以上', '不限'."""

    def __init__(self, label: str) -> None:
        self.label = label
        self._levels: dict[str, int] = {fold_text(str(name)): int(value) for value, name in Education.choices}
        self._levels |= {fold_text(word): int(level) for word, level in EDUCATION_SYNONYMS.items()}

    def __call__(self, cell: Any) -> int | None:
        text = fold_text(clean_text(cell))
        if not text:
            return None
        if text in _NO_REQUIREMENT:
            return int(Education.JUNIOR)
        name = _OR_HIGHER.sub("", text)
        # '高中/中专以上' names several levels: the lowest of them is required.
        parts = [self._levels.get(part) for part in (name, *re.split(r"[/、或]", name))]
        levels = [level for level in parts if level is not None]
        if not levels:
            labels = "、".join(str(label) for label in Education.labels)
            raise BadRow("choice", f"{self.label}：请从这些里选一个：{labels}。")
        return min(levels)


def parse_experience(label: str, cell: Any) -> int | None:
    """Parse the minimum years of experience: 2, '3年以上', '1-3年', '不限', '应届生也可'."""
    text = fold_text(clean_text(cell))
    if not text:
        return None
    if text in _NO_REQUIREMENT or "不限" in text or "应届" in text or "无经验" in text:
        return 0
    match = _YEARS.search(text)
    if match is None:
        raise refusal(label, POSITION_RULES["experience_years"])
    return int(match[1]) if is_digits(match[1]) else _NUMERALS[match[1]]


def refusal(label: str, rule: Rule) -> BadRow:
    """Return the refusal of a cell that cannot be read as a value of its field."""
    error = rule.refuse_unreadable()
    return BadRow(rule.unreadable_code, f"{label}：{error.messages[0]}")


def parse_headcount(label: str, cell: Any) -> int | None:
    """Parse the number of people: 5, '5人', '5名'."""
    text = fold_text(clean_text(cell))
    if not text:
        return None
    match = re.fullmatch(r"([0-9]{1,20})(?:\.0+)?[人名位个]?", text)
    if match is None:
        raise refusal(label, POSITION_RULES["headcount"])
    return int(match[1])


def _parse_amount(number: str, unit: str | None, other_unit: str | None = None) -> int:
    """Return yuan. A small number without a unit takes that of the other end: '5' of '5-8k' is 5,000."""
    value = float(number.replace(",", ""))
    return round(value * _UNIT_FACTORS.get(unit or (other_unit or "" if value < 100 else ""), 1))


def parse_pay_range(label: str, cell: Any) -> tuple[int, int] | None:
    """Parse monthly pay from and to: '5000-8000', '5k-8k', '0.6万'.

    A single amount ('5000元/月以上') is both ends. An empty cell is None.

    Raises:
        BadRow: '面议' only, no amount, or another period than a month.
    """
    text = re.sub(r"(?:¥|￥|rmb|人民币|约|月薪|工资|薪资|底薪)", "", fold_text(clean_text(cell)))
    if not text:
        return None
    if text in _NEGOTIABLE:
        raise BadRow("pay", f"{label}：不能只写“面议”，请写明每月最低多少元。")
    if _OTHER_PERIOD.search(text):
        raise BadRow("pay", f"{label}：请换算成每月多少元。")
    match = None if text.startswith("-") else _RANGE.search(text)
    if match is None:
        raise refusal(label, POSITION_RULES["pay_from"])
    low = _parse_amount(match[1], match[2], match[4])
    high = _parse_amount(match[3], match[4], match[2]) if match[3] else low
    return low, high


def parse_pay(label: str, cell: Any) -> int | None:
    """Parse one end of the pay.

    Raises:
        BadRow: as `parse_pay_range`; or the cell holds a range.
    """
    ends = parse_pay_range(label, cell)
    if ends is not None and ends[0] != ends[1]:
        raise BadRow("pay", f"{label}：这一格只写一个数；上限和下限各占一列。")
    return ends[0] if ends else None


class RegionParser:
    """Parser of a region with an optional address: '新会区会城街道演示路1号'.

    Args:
        near: code prefix of the regions that win over others of the same name.
        served: codes of the regions that a position may be in; a village becomes its town and an address.
    """

    def __init__(self, label: str, near: str, served: Collection[str]) -> None:
        self.label, self._near, self._served = label, near, served
        regions = {row.code: row for row in Region.objects.all()}
        names = {code: list_place_names(row, regions) for code, row in regions.items()}
        self._names = {code: row.name for code, row in regions.items()}
        self._by_full_name = PlaceIndex((code, code, rows) for code, rows in names.items())
        # People write '新会' and '江门新会'.
        self._by_short_name = PlaceIndex(
            (code, code, [_REGION_SUFFIX.sub("", name) for name in rows if len(name) > 2])
            for code, rows in names.items()
        )

    def __call__(self, cell: Any) -> tuple[str, str]:
        """Return the region code and the rest of the cell after the longest region name.

        Raises:
            BadRow: no region, an ambiguous one, or one that is not served.
        """
        text = fold_text(clean_text(cell))
        if not text:
            raise BadRow("region", f"{self.label}：{MISSING}")
        is_ambiguous = False
        for length in range(len(text), 2, -1):
            code, has_several = self._by_full_name.find(text[:length], near=self._near)
            if code is not None:
                return self._within_served(str(code), text[length:])
            is_ambiguous = is_ambiguous or has_several
        code, has_several = self._by_short_name.find(_REGION_SUFFIX.sub("", text), near=self._near)
        if code is not None:
            return self._within_served(str(code), "")
        if is_ambiguous or has_several:
            raise BadRow("region", f"{self.label}：有几个同名的地方，请写上所属市县或填区划代码。")
        raise BadRow(
            "region", f"{self.label}：认不出这个地方，请填县（市、区）或镇（街道）的全称，或区划代码。"
        )

    def _within_served(self, code: str, rest: str) -> tuple[str, str]:
        if code in self._served:
            return code, rest
        town = code[:TOWN_CODE_LENGTH]
        if town in self._served:
            return town, self._names[code] + rest
        raise BadRow("region", f"{self.label}：{REGION_NOT_SERVED}")


def list_served_regions() -> tuple[str, ...]:
    """Return the names of the counties and towns of the served area, for the template's choices."""
    return tuple(
        row.name if len(row.code) <= 6 else f"{row.parent.name}{row.name}"
        for row in served_regions().select_related("parent").order_by("code")
        if row.parent is not None
    )
