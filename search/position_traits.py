"""Traits of a position for the search index, from its fields and from what its text states."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from portal.core.enums import Shift
from portal.positions.enums import PositionKind
from search.reading.criteria import Trait
from search.reading.shape import fold
from search.reading.tables import table

if TYPE_CHECKING:
    from portal.positions.models import Position

T = Trait


@dataclass(frozen=True, slots=True)
class _Wording:
    """Words of a text that state a trait, from `search/data/position_wordings.toml`."""

    trait: Trait
    opposite: Trait | None
    signs: tuple[str, ...]
    pattern: re.Pattern[str]


_DENIED = re.compile(r"(?:不(?!定|限|断|时)|无(?!论)|没|免(?!费)|非|勿|未|拒|零)[^,，。;；、\s]{0,4}\Z")
_NO_DENIALS = frozenset({T.NO_OVERTIME, T.NO_OFFICE_HOURS, T.DIRECT, T.BEGINNERS, T.COMMISSION_ONLY})
_YEARS = re.compile(r"(?<![0-9至\-~])([0-9]{1,2}|[一二两三四五六七八九十])\s?年(?:及)?(?:以上)[^,，。;；\n]{0,10}?(?:经验|经历|从业|驾龄|工作)")
_AGE_LIMIT = re.compile(r"(?:[1-5][0-9]\s?(?:周?岁)?\s?[-~至到—]+\s?([3-6][0-9])|([3-6][0-9]))\s?周?岁?(?<=岁)(?:及|或)?(?:以下|以内)?|([3-6][0-9])\s?周?岁(?:及|或)?(?:以下|以内)")
_DEGREE = re.compile(r"(高中|中专|中技|大专|专科|本科|硕士|研究生)(?:及|或)?(?:同等)?(?:学历)?(?:及)?以上(?:学历|文化)?(?!.{0,4}优先)")
_DEGREES = {"高中": 1, "中专": 1, "中技": 1, "大专": 2, "专科": 2, "本科": 3, "硕士": 4, "研究生": 4}
_SALES_TITLE = re.compile(r"销售|业务(?:员|代表|经理|专员)|推销|电销|置业顾问|客户经理|招商|地推|房产经纪|课程顾问|经纪人")
_HEAVY_TITLE = re.compile(r"搬运|装卸|装车|卸货|架子|高空|登高|外墙|吊装|钢筋|打灰|浇筑")
_LIGHT_TITLE = re.compile(
    r"文员|客服|监控|消控|中控|值班员|门岗|门卫|前台|资料员|档案|统计|收银|话务|坐席|录入|编辑|美工|设计|会计|出纳|行政|网格|调度|图书"
)
_FACTORY_TITLE = re.compile(r"厂|车间|流水线|操作工|普工|装配|注塑|包装工")
_SHIFTS: dict[str, tuple[Trait, ...]] = {
    Shift.DAY: (T.DAY_SHIFT,),
    Shift.NIGHT: (T.NIGHT_SHIFT,),
    Shift.TWO_SHIFT: (T.ROTATING_SHIFT,),
    Shift.THREE_SHIFT: (T.ROTATING_SHIFT, T.THREE_SHIFTS),
    Shift.FLEXIBLE: (T.FLEXIBLE_HOURS,),
}
_KINDS: dict[str, Trait] = {
    PositionKind.FULL_TIME: T.FULL_TIME,
    PositionKind.PART_TIME: T.PART_TIME,
    PositionKind.INTERNSHIP: T.INTERNSHIP,
    PositionKind.PUBLIC_WELFARE: T.PUBLIC_WELFARE,
}
HEALTH = "food_health"  # a certificate that anybody gets in a day
MANUFACTURING = "C"  # section of GB/T 4754


def traits_of(position: "Position", text: str) -> frozenset[Trait]:
    """Return the traits of a position. A text that states another shift than the field has both.

    Args:
        text: `text_of` the position.
    """
    traits = {*_field_traits(position), *text_traits(text)}
    if T.DAY_SHIFT in traits and traits & {T.NIGHT_SHIFT, T.ROTATING_SHIFT}:
        traits.discard(T.DAY_SHIFT)  # the field's default beside a text that says otherwise
    if T.FULL_TIME in traits and T.PART_TIME in traits and position.kind == PositionKind.FULL_TIME:
        traits.discard(T.PART_TIME)  # '兼职勿扰', '可兼职' in the text of a full-time position
    years = max([position.experience_years, *_required_years(text)])
    traits.update(
        trait
        for least, trait in ((1, T.ONE_YEAR), (2, T.TWO_YEARS), (3, T.THREE_YEARS), (5, T.FIVE_YEARS))
        if years >= least
    )
    highest_age = min(_age_limits(text), default=99)
    limits = ((40, T.UP_TO_40), (45, T.UP_TO_45), (50, T.UP_TO_50), (55, T.UP_TO_55))
    traits.update(trait for limit, trait in limits if highest_age <= limit)
    return frozenset(traits)


def text_of(position: "Position") -> str:
    """Return everything that a position says, in the shape that patterns expect."""
    benefits = "；".join(position.benefits)
    return fold(f"{position.title}\n{position.duties}\n{position.requirements}\n{position.relaxable}\n{benefits}")


def required_education(position: "Position", text: str) -> int:
    """Return the level (0 to 4) that the field or the text of a position requires, whichever is higher."""
    levels = [_DEGREES[match[1]] for match in _DEGREE.finditer(text)]
    return max([position.education_min, *levels[:1]])


def _field_traits(position: "Position") -> Iterator[Trait]:
    yield from _SHIFTS.get(position.shift, ())
    if kind := _KINDS.get(position.kind):
        yield kind
    if position.travels:
        yield T.TRAVEL
    if set(position.certificates) - {HEALTH}:
        yield T.CERTIFICATE
    if position.veterans_only:
        yield T.VETERANS_ONLY
    if position.veterans_preferred:
        yield T.VETERANS
    yield T.AGENCY if position.employer.is_agency else T.DIRECT
    if position.employer.industry == MANUFACTURING or _FACTORY_TITLE.search(position.title):
        yield T.FACTORY
    if _SALES_TITLE.search(position.title):
        yield T.SALES
    if _HEAVY_TITLE.search(position.title):
        yield T.HEAVY
    elif _LIGHT_TITLE.search(position.title):
        yield T.LIGHT
    if not position.experience_years and not position.certificates and not position.education_min:
        yield T.BEGINNERS


@cache
def _wordings() -> tuple[_Wording, ...]:
    return tuple(
        _Wording(
            Trait(row["trait"]),
            Trait(row["denied"]) if "denied" in row else None,
            tuple(row["signs"]),
            re.compile(row["pattern"]),
        )
        for row in table("position_wordings")["wordings"]
    )


def text_traits(text: str) -> set[Trait]:
    """Return the traits that a folded text states; what it denies gives the opposite trait or none."""
    traits: set[Trait] = set()
    for wording in _wordings():
        if not any(sign in text for sign in wording.signs):
            continue
        for match in wording.pattern.finditer(text):
            before = text[max(match.start() - 7, 0) : match.start()]
            if wording.trait in _NO_DENIALS or not _DENIED.search(before):
                traits.add(wording.trait)
            elif wording.opposite is not None:
                traits.add(wording.opposite)
    if T.NO_NIGHT_SHIFT in traits and T.NIGHT_SHIFT in traits:
        traits.discard(T.NO_NIGHT_SHIFT)  # an uncertain text is no promise
    return traits


def _required_years(text: str) -> list[int]:
    numbers = "零一二三四五六七八九十"
    found = (match[1].replace("两", "二") for match in _YEARS.finditer(text) if "年" in match[0])
    return [int(years) if years.isdigit() else numbers.index(years) for years in found]


def _age_limits(text: str) -> list[int]:
    if "岁" not in text:
        return []
    return [int(next(filter(None, match.groups()))) for match in _AGE_LIMIT.finditer(text)]
