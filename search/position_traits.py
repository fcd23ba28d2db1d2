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

if TYPE_CHECKING:
    from portal.positions.models import Position

T = Trait


@dataclass(frozen=True, slots=True)
class _Wording:
    """Words of a text that state a trait, and the trait that they state when denied ('无夜班').

    Attributes:
        signs: one of them stands in every match; texts without them are not searched.
    """

    trait: Trait
    signs: tuple[str, ...]
    pattern: str
    denied: Trait | None = None


_WORDINGS = (
    _Wording(T.NIGHT_SHIFT, ("夜", "晚班", "通宵"), r"夜班|晚班|通宵|上夜|值夜(?!班)|夜间(?:值班|工作|巡逻|作业|行车)|大夜|小夜", T.NO_NIGHT_SHIFT),
    _Wording(T.ROTATING_SHIFT, ("倒", "轮", "班制", "班运转"), r"[两二三四]班[两二三]?(?:倒|运转|制|轮换)|倒班|轮班|翻班|轮换班|三班轮换|两班轮换"),
    _Wording(T.THREE_SHIFTS, ("三班", "四班"), r"三班(?:倒|制|轮换|两运转)|四班[三两二](?:倒|运转)"),
    _Wording(T.MORNING, ("早", "上午"), r"早班|上午(?:班|工作|上班)|早上(?:上班)?|清晨"),
    _Wording(T.EVENING, ("晚",), r"晚上(?:上班|工作|兼职)|晚间|傍晚"),
    _Wording(T.ONE_ON_ONE_OFF, ("休一", "休1", "休24"), r"[上做干][一1]天?休[一1]天?|24(?:小时)?休24"),
    _Wording(T.ONE_ON_TWO_OFF, ("休二", "休两", "休2", "休48"), r"[上做干][一1]天?休[二两2]天?|24(?:小时)?休48"),
    _Wording(T.FLEXIBLE_HOURS, ("弹性", "自由", "灵活"), r"弹性(?:工作|上班|工时|时间)|时间(?:自由|灵活)|灵活(?:上班|安排时间)"),
    _Wording(T.WEEKEND_OFF, ("双休", "周末休", "五天", "做五", "上五", "周六", "休周末"), r"双休|周末(?:休息|放假|均?休)|五天(?:工作)?制|[做上]五休二|周六、?周?日休|休周末"),
    _Wording(T.FEWER_DAYS_OFF, ("单休", "大小周", "月休", "做六", "上六"), r"单休|大小周|月休[一二三四五1-5]天|[做上]六休一"),
    _Wording(T.OVERTIME, ("加班",), r"(?:需要?|要|能|可|会|接受|服从|适应|配合|经常|偶尔|安排|节假日|周末|适当)\S{0,4}加班(?!费|补)|加班(?:多|较多|频繁)", T.NO_OVERTIME),
    _Wording(T.NO_OVERTIME, ("加班", "准时下班", "准点"), r"(?:不|无|没有?|从不|不用|无需|基本不)(?:需要?)?(?:经常)?加班|准[时点]下班"),
    _Wording(T.PART_TIME, ("兼职", "小时工", "钟点工", "计时工"), r"兼职|小时工|钟点工|计时工"),
    _Wording(T.TEMPORARY, ("临时", "短期", "假工", "季节"), r"临时工|短期工|(?:暑|寒)假工|季节工|临时用工"),
    _Wording(T.WEEKEND_WORK, ("周末",), r"周末(?:兼职|上班|班|工作)"),
    _Wording(T.DAILY_PAY, ("日结", "天结", "当天", "当日", "现结"), r"日结|天结|当[天日]结|现结"),
    _Wording(T.WEEKLY_PAY, ("周结",), r"周结"),
    _Wording(T.PIECE_PAY, ("计件",), r"计件"),
    _Wording(T.COMMISSION, ("提成",), r"提成"),
    _Wording(T.COMMISSION_ONLY, ("无底薪", "纯提成", "无责"), r"无底薪|纯提成|没有?底薪"),
    _Wording(T.BOARD, ("包吃", "包餐", "管吃", "管饭", "工作餐", "食宿", "吃住", "包午餐", "三餐", "午餐"), r"[包管供]吃|包餐|管饭|工作餐|[包供]食宿|提供食宿|免费(?:三餐|午餐|就餐)|[包供](?:午|三|两)餐"),
    _Wording(T.LODGING, ("包住", "管住", "食宿", "吃住", "宿舍", "住宿"), r"[包管供]住|吃住|[包供]食宿|提供(?:员工)?(?:宿舍|住宿|食宿)|(?:有|免费|配)(?:员工)?(?:宿舍|住宿)"),
    _Wording(T.INSURANCE, ("险", "社保"), r"[五六]险|社保|社会保险"),
    _Wording(T.HOUSING_FUND, ("一金", "公积金", "二金"), r"[五六]险[一二两]金|公积金"),
    _Wording(T.TRANSPORT, ("班车", "通勤车", "接送", "交通车"), r"班车|通勤车|接送上下班|上下班接送|厂车接送|交通车"),
    _Wording(T.TRAVEL, ("出差", "外派", "驻外", "跨市", "外地"), r"出差|外派|驻外|跨市过夜|外地(?:工作|驻)"),
    _Wording(T.LONG_HAUL, ("长途", "跨省", "干线"), r"长途|跨省|干线运输|全国线"),
    _Wording(T.LOCAL, ("短途", "市内", "同城", "短驳", "本地", "当天往返"), r"短途|市内|同城|短驳|本地(?:线|配送|跑|运输)|当[天日]往返|江门范围|市区配送"),
    _Wording(T.NO_OFFICE_HOURS, ("坐班", "居家", "在家", "远程"), r"(?:不|无需|不用|无须|不需)坐班|居家办公|在家(?:办公|工作)|远程办公"),
    _Wording(T.OFFICE_HOURS, ("坐班",), r"坐班", T.NO_OFFICE_HOURS),
    _Wording(T.AGENCY, ("派遣", "中介", "代招", "外包"), r"劳务派遣|派遣制|派遣工|代招|劳务外包|第三方签|中介(?!费)"),
    _Wording(T.DIRECT, ("直招", "直聘", "非中介", "不是中介"), r"直招|直聘|非中介|不是中介"),
    _Wording(T.FEE, ("押金", "服装费", "培训费", "保证金", "报名费", "收费", "体检费"), r"押金|服装费|培训费|保证金|报名费|中介费|体检费(?!用?报销)", T.NO_FEE),
    _Wording(T.DRINKING, ("喝酒", "陪酒", "应酬", "酒量", "饮酒"), r"喝酒|陪酒|应酬|酒量|饮酒"),
    _Wording(T.SALES, ("销售", "推销", "业绩", "业务员", "拓客", "电销"), r"(?:负责|完成|从事|开展|进行)\S{0,8}(?:销售(?!部|数据|台账|单据|合同|订单)|推销|拓客|业绩)|销售(?:任务|指标|目标|业绩|提成)|电话销售|业绩(?:提成|考核|指标)"),
    _Wording(T.HEAVY, ("搬运", "装卸", "重物", "体力", "高空", "登高", "高处", "抬举", "扛"), r"搬运|装卸|重物|重体力|体力劳动|高空|登高|高处作业|负重"),
    _Wording(T.BEGINNERS, ("经验不限", "新手", "无经验", "有无经验", "学徒", "可培养", "小白", "包教", "零基础", "无需经验", "应届"),
             r"经验不限|不限经验|新手|有?无(?:需|须|工作)?经验(?!者?勿)|学徒|可培养|小白|包教|零基础|应届|无经验要求"),
    _Wording(T.VETERANS, ("退役", "退伍", "军人", "转业"), r"(?:退役|退伍|转业|复员|复转)(?:军人|士兵|老兵|军士)?\S{0,6}优先|军人优先|欢迎(?:退役|退伍)"),
    _Wording(T.MILITARY_FAMILY, ("军属", "军嫂", "军人家属", "随军", "军人配偶"), r"军属|军嫂|军人(?:家属|配偶)|随军(?:家属|配偶)?"),
    _Wording(T.DISABILITY, ("残疾", "残障", "伤残"), r"残疾|残障|伤残"),
    _Wording(T.URGENT, ("急招", "急聘", "急需", "马上上岗", "立即上岗"), r"急[招聘需]|(?:马上|立即|立刻|随时)(?:上岗|入职|上班)"),
)  # fmt: skip
_DENIED = re.compile(r"(?:不(?!定|限|断|时)|无(?!论)|没|免(?!费)|非|勿|未|拒|零)[^,，。;；、\s]{0,4}\Z")
_NO_DENIALS = frozenset({T.NO_OVERTIME, T.NO_OFFICE_HOURS, T.DIRECT, T.BEGINNERS, T.COMMISSION_ONLY})
_YEARS = re.compile(r"(?<![0-9至\-~])([0-9]{1,2}|[一二两三四五六七八九十])\s?年(?:及)?(?:以上)[^,，。;；\n]{0,10}?(?:经验|经历|从业|驾龄|工作)")
_AGE_LIMIT = re.compile(r"(?:[1-5][0-9]\s?(?:周?岁)?\s?[-~至到—]+\s?([3-6][0-9])|([3-6][0-9]))\s?周?岁?(?<=岁)(?:及|或)?(?:以下|以内)?|([3-6][0-9])\s?周?岁(?:及|或)?(?:以下|以内)")
_DEGREE = re.compile(r"(高中|中专|中技|大专|专科|本科|硕士|研究生)(?:及|或)?(?:同等)?(?:学历)?(?:及)?以上(?:学历|文化)?(?!.{0,4}优先)")
_DEGREES = {"高中": 1, "中专": 1, "中技": 1, "大专": 2, "专科": 2, "本科": 3, "硕士": 4, "研究生": 4}
_SALES_TITLE = re.compile(r"销售|业务(?:员|代表|经理|专员)|推销|电销|置业顾问|客户经理|招商|地推|房产经纪|课程顾问")
_HEAVY_TITLE = re.compile(r"搬运|装卸|装车|卸货|架子|高空|登高|外墙|吊装|钢筋|打灰|浇筑")
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
    if not position.experience_years and not position.certificates and not position.education_min:
        yield T.BEGINNERS


@cache
def _compiled() -> tuple[tuple[_Wording, re.Pattern[str]], ...]:
    return tuple((wording, re.compile(wording.pattern)) for wording in _WORDINGS)


def text_traits(text: str) -> set[Trait]:
    """Return the traits that a folded text states; what it denies gives the opposite trait or none."""
    traits: set[Trait] = set()
    for wording, pattern in _compiled():
        if not any(sign in text for sign in wording.signs):
            continue
        for match in pattern.finditer(text):
            before = text[max(match.start() - 7, 0) : match.start()]
            if wording.trait in _NO_DENIALS or not _DENIED.search(before):
                traits.add(wording.trait)
            elif wording.denied is not None:
                traits.add(wording.denied)
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
