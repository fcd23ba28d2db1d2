"""Facts that a query asks for: shift, rest days, form of employment, settlement, benefits, schooling, experience.

Each rule is a pattern over the folded query with the conditions that it states. A fact that positions seldom leave
unsaid (benefits, form) is required; one on which silence is neutral (shift) excludes what states the contrary and
moves forward what states the fact.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import cache

from search.reading.criteria import Criteria, Trait

T = Trait


class Part(StrEnum):
    """Kind of a part of a query that was understood. The values are published by `manage.py search_results`."""

    PAY = "pay"
    SHIFT = "shift"
    REST = "rest"
    FORM = "form"
    SETTLEMENT = "settlement"
    BENEFIT = "benefit"
    EDUCATION = "education"
    EXPERIENCE = "experience"
    CERTIFICATE = "certificate"
    PLACE = "place"
    TRADE = "trade"
    TRAVEL = "travel"
    EMPLOYER = "employer"
    VETERAN = "veteran"
    DENIAL = "denial"
    CONTENT = "content"
    PERSON = "person"


@dataclass(frozen=True, slots=True)
class Fact:
    """Fact at [start, end) of a text."""

    start: int
    end: int
    part: Part
    label: str
    criteria: Criteria


@dataclass(frozen=True, slots=True)
class _Rule:
    pattern: str
    part: Part
    label: str
    criteria: Criteria


def _need(*traits: Trait, without: tuple[Trait, ...] = ()) -> Criteria:
    """Return the condition for positions that state any of the traits."""
    return Criteria(any_traits=(frozenset(traits),), without_traits=frozenset(without))


def _like(*traits: Trait, without: tuple[Trait, ...] = ()) -> Criteria:
    """Return the condition that moves positions with any of the traits forward."""
    better = (frozenset(traits),) if traits else ()
    return Criteria(better_traits=better, without_traits=frozenset(without))


_DAY = _like(T.DAY_SHIFT, without=(T.NIGHT_SHIFT, T.ROTATING_SHIFT))
_NIGHT = _like(T.NIGHT_SHIFT, without=(T.DAY_SHIFT, T.FLEXIBLE_HOURS, T.NO_NIGHT_SHIFT))
_PART_TIME = _need(T.PART_TIME)
_NO_EXPERIENCE = _like(T.BEGINNERS, without=(T.ONE_YEAR,))

# The first rule that matches at a place counts, so longer wordings stand before those that they contain.
_RULES = (
    # shift
    _Rule(r"(?:四|三)班(?:三|两|二)(?:倒|运转|转)|三班(?:倒|制|轮换)|[三四]班倒", Part.SHIFT, "三班倒", Criteria(
        any_traits=(frozenset({T.ROTATING_SHIFT}),), better_traits=(frozenset({T.THREE_SHIFTS}),))),
    _Rule(r"[两二]班(?:倒|制|轮换|运转)|大小夜班|白夜班|倒班|轮班|翻班|两班", Part.SHIFT, "倒班", _need(T.ROTATING_SHIFT)),
    _Rule(r"(?:上|做|干)[一1](?:天)?休[二2两](?:天)?|上?24(?:小时)?休48(?:小时)?|做一休二|一休二", Part.SHIFT, "上一休二",
          _like(T.ONE_ON_TWO_OFF)),
    _Rule(r"(?:上|做|干)[一1](?:天)?休[一1](?:天)?|上?24(?:小时)?休24(?:小时)?", Part.SHIFT, "上一休一", _like(T.ONE_ON_ONE_OFF)),
    _Rule(r"(?:长|纯|固定|常)?(?:白班|日班)(?:制)?|白天(?:班|上班)?|[朝早][八九789]晚[五六七567]|正常班|常白|长白|行政班", Part.SHIFT,
          "白班", _DAY),
    _Rule(r"(?:长|纯|固定|专?上|大)?(?:夜班|晚班|通宵班?)(?:制)?", Part.SHIFT, "夜班", _NIGHT),
    _Rule(r"早班|上午|早上|清晨", Part.SHIFT, "上午", _like(T.MORNING, without=(T.NIGHT_SHIFT,))),
    _Rule(r"晚上|下班后|晚间|傍晚|夜间(?=兼职)", Part.SHIFT, "晚上", _like(T.EVENING, T.NIGHT_SHIFT)),
    _Rule(r"弹性(?:工作制?|上班|工时|时间)?|时间(?:自由|灵活)|自由上班|灵活(?:上班|时间|用工)", Part.SHIFT, "时间灵活", _like(
        T.FLEXIBLE_HOURS, T.NO_OFFICE_HOURS)),
    # form of employment
    _Rule(r"周末(?:的)?(?:兼职|工|上班|临时工|小时工)", Part.FORM, "周末兼职", Criteria(
        any_traits=(frozenset({T.PART_TIME, T.WEEKEND_WORK}),), better_traits=(frozenset({T.WEEKEND_WORK}),))),
    _Rule(r"小时工|钟点工(?!阿姨)|计时工|兼职|业余时间", Part.FORM, "兼职", _PART_TIME),
    _Rule(r"日结(?:工|的)?|天结|当[天日]结(?:算|账|工资)?|现结|一天一结|做完就结", Part.SETTLEMENT, "日结", _need(T.DAILY_PAY)),
    _Rule(r"周结|一周一结", Part.SETTLEMENT, "周结", _need(T.WEEKLY_PAY, T.DAILY_PAY)),
    _Rule(r"临时工|短期工?|零工|散工|临工|(?:暑|寒)假工|假期工|季节工", Part.FORM, "临时、短期", _need(T.TEMPORARY, T.PART_TIME, T.DAILY_PAY)),
    _Rule(r"实习生?(?:岗位?)?", Part.FORM, "实习", _need(T.INTERNSHIP)),
    _Rule(r"公益性?岗位?", Part.FORM, "公益性岗位", _need(T.PUBLIC_WELFARE)),
    _Rule(r"全职|长期工?|正式工?(?:作)?|固定工作", Part.FORM, "全职", _need(T.FULL_TIME)),
    _Rule(r"计件(?:工资|制)?|多劳多得", Part.SETTLEMENT, "计件", _like(T.PIECE_PAY)),
    _Rule(r"(?:有|高)?提成(?:高)?", Part.SETTLEMENT, "有提成", _like(T.COMMISSION)),
    # rest and overtime
    _Rule(r"(?:周末)?双休|周末(?:休息|休|放假)|休周末|做五休二|上五休二|五天(?:工作)?制|一周五天|休[两二]天|周[六末][日天和周]*(?:休息|休|放假)",
          Part.REST, "双休", _need(T.WEEKEND_OFF)),
    _Rule(r"准[点时]下班|[八8]小时(?:工作)?制?(?!以外)", Part.REST, "不加班", _like(T.NO_OVERTIME, without=(T.OVERTIME,))),
    _Rule(r"加班(?:多|费)?", Part.REST, "加班", _like(T.OVERTIME)),
    # benefits
    _Rule(r"(?:包|管|供)(?:吃|食|餐)?(?:包|管|供)?(?:吃住|食宿|吃喝住|吃管住|吃包住|住宿吃|住吃|吃跟住|吃和住)|包住包吃|吃住全包|包住管吃"
          r"|提供食宿|有吃有住|吃住", Part.BENEFIT, "包吃住", Criteria(any_traits=(frozenset({T.BOARD}), frozenset({T.LODGING})))),
    _Rule(r"[包管供](?:午|三|早|晚|中)?[吃饭餐伙食]+|工作餐|有饭吃|免费(?:午餐|三餐|工作餐)", Part.BENEFIT, "包吃", _need(T.BOARD)),
    _Rule(r"[包管供]住(?:宿)?|(?:有|提供|免费)(?:员工)?(?:宿舍|住宿)|住厂", Part.BENEFIT, "包住", _need(T.LODGING)),
    _Rule(r"[五六]险[一二两]金|公积金", Part.BENEFIT, "五险一金", _need(T.HOUSING_FUND)),
    _Rule(r"五险|(?:买|交|有|缴)?社保|(?:买|交|有)保险", Part.BENEFIT, "交社保", _need(T.INSURANCE)),
    _Rule(r"班车|通勤车|(?:包)?(?:厂车)?接送|交通车", Part.BENEFIT, "有班车", _need(T.TRANSPORT)),
    # travel and place of work
    _Rule(r"(?:可以?|能|愿意?|接受|适应)?(?:出差|外派|驻外)", Part.TRAVEL, "出差", _like(T.TRAVEL)),
    _Rule(r"(?:跑)?长途", Part.TRAVEL, "长途", _need(T.LONG_HAUL, T.TRAVEL)),
    _Rule(r"(?:跑)?(?:短途|短驳|市内(?!配送)|同城|本地(?:跑|线)?)", Part.TRAVEL, "本地、短途", _like(T.LOCAL, without=(T.LONG_HAUL,))),
    _Rule(r"在家(?:办公|工作|做|上班)?|居家(?:办公)?|远程(?:办公)?", Part.TRAVEL, "不用坐班", _need(T.NO_OFFICE_HOURS)),
    _Rule(r"(?:厂家|公司|企业|单位|工厂)?(?:直招|直聘|自招)", Part.EMPLOYER, "单位直招", _like(T.DIRECT, without=(T.AGENCY,))),
    _Rule(r"急[招聘找](?:人|工)?|(?:马上|立即|立刻|随时|当天|即刻|今天就?)(?:能|可以|可)?(?:上岗|上班|入职)", Part.EMPLOYER, "急招",
          _like(T.URGENT)),
    # experience
    _Rule(r"新手|小白|零基础|0基础|生手|学徒工?|不会可以?学|包教|包教会|(?:可以?)?学技术|应届(?:毕业)?生?|刚毕业|没工作过|没上过班",
          Part.EXPERIENCE, "没有经验也可以", _NO_EXPERIENCE),
    # schooling
    _Rule(r"(?:没|未|没有)(?:怎么)?(?:读过|念过|上过|读)(?:什么)?(?:书|学)|不识字|文盲|没(?:有)?文化|低学历|零学历|学历低|小学没毕业",
          Part.EDUCATION, "学历不限", Criteria(education_at_most=0)),
    # the person
    _Rule(r"(?:残疾|伤残)(?:退役)?军人", Part.VETERAN, "残疾军人也能做（不含重体力、高空）", Criteria(
        better_traits=(frozenset({T.DISABILITY}), frozenset({T.VETERANS, T.VETERANS_ONLY})), without_traits=frozenset({T.HEAVY}))),
    _Rule(r"残疾人?|伤残人?|肢残|聋哑人?|轻度残疾|身体不便|腿脚不便|残障人?士?", Part.VETERAN,
          "残疾人也能做（不含重体力、高空）", _like(T.DISABILITY, without=(T.HEAVY,))),
    _Rule(r"(?:退役|退伍|复员|转业|复转)?(?:军人|士兵|老兵|兵)(?:专岗|定向|定向招[录聘]|专招)|定向招[录聘]|(?:退役|退伍)军人岗", Part.VETERAN,
          "定向招录退役军人", _need(T.VETERANS_ONLY)),
    _Rule(r"(?:同等条件下?)?(?:退役|退伍|复员|转业|复转)?(?:军人|士兵|老兵|兵|退役|退伍|军属)(?:者)?优先(?:录用|考虑|聘用)?", Part.VETERAN,
          "退役军人优先", _need(T.VETERANS, T.VETERANS_ONLY)),
    _Rule(r"军嫂|军属|随军(?:家属|配偶)?|军人家属|军人配偶", Part.VETERAN, "军人家属", _like(T.MILITARY_FAMILY, T.VETERANS)),
    _Rule(r"(?:刚|才|新)?(?:退役|退伍|复员|转业|复转)(?:回来|下来|不久|了)?(?:的)?(?:军人|士兵|老兵|兵|军士|士官|军官|女兵)?(?!金|证|费|补助|安置)"
          r"|(?:老兵|当过兵|当兵(?:的|回来|出来|出身)?|部队(?:出来|回来|下来|出身)|从部队(?:出来|回来)|退役士官|军转(?:干部)?)(?:的)?",
          Part.VETERAN, "退役军人", _like(T.VETERANS, T.VETERANS_ONLY)),
)  # fmt: skip
_LEVELS = {"小学": 0, "初中": 0, "高中": 1, "中专": 1, "中技": 1, "技校": 1, "职高": 1, "职中": 1, "中职": 1, "大专": 2, "专科": 2,
           "高职": 2, "本科": 3, "学士": 3, "大学生": 3, "大学": 3, "研究生": 4, "硕士": 4, "博士": 4}  # fmt: skip
_LEVEL_LABELS = ("初中及以下", "高中、中专", "大专", "本科", "研究生")
_AGES = {"四": 40, "五": 50, "六": 60}


@cache
def _rules() -> tuple[tuple[re.Pattern[str], _Rule], ...]:
    return tuple((re.compile(rule.pattern), rule) for rule in _RULES)


@cache
def _education_pattern() -> re.Pattern[str]:
    levels = "|".join(sorted(_LEVELS, key=len, reverse=True))
    return re.compile(
        rf"(?:我是?|只有|才|只)?(?P<level>{levels})(?:毕业证?|文凭|学历|文化|水平|程度)*(?P<more>及?以上|起)?(?:学历|文化)?"
        r"(?:毕业|文凭)?(?:也?(?:可以?|能|都|就)(?:做|行|可以|干|上岗|应聘|找)?(?:的)?|要的|的)?"
        r"(?!老师|教师|语文|数学|英语|体育|物理|化学|历史|生物|班主任|教务|食堂|饭堂|门口|附近|保安|后勤|宿舍|教练|城|辅导|教育|校|实习)"
    )


@cache
def _experience_pattern() -> re.Pattern[str]:
    return re.compile(
        r"(?:有|干了?|做了?|至少)?(?P<years>[0-9]{1,2}|[一二两三四五六七八九十])年(?:以上|多)?(?:的)?(?:工作|相关|从业|驾龄)?(?:经验|经历|工龄|驾龄)(?:的)?"
    )


@cache
def _age_pattern() -> re.Pattern[str]:
    return re.compile(
        r"(?P<digits>[1-7][0-9])(?:-[1-7][0-9])?(?:多|几)?周?岁(?:以上|以下|左右|也要|能做|可以做|可以|以内|的)*"
        r"|(?P<tens>[四五六])十(?:多|几|[一二三四五六七八九])?岁?(?:以上|左右|的|也要|能做)*(?![一-龥])"
        r"|年纪(?:大|偏大)(?:的|也行|能做)*|上了?年纪(?:的)?|大龄(?:工)?|年龄(?:大|偏大)|中老年|退休(?:人员|返聘|后)?"
    )


def find_facts(text: str) -> Iterator[Fact]:
    """Yield every fact in a folded text, rule by rule; facts of different rules may overlap."""
    for pattern, rule in _rules():
        for match in pattern.finditer(text):
            yield Fact(match.start(), match.end(), rule.part, rule.label, rule.criteria)
    yield from _find_education(text)
    yield from _find_experience(text)
    yield from _find_age(text)


def _find_education(text: str) -> Iterator[Fact]:
    for match in _education_pattern().finditer(text):
        level = _LEVELS[match["level"]]
        if match["more"] and level:
            label, criteria = f"要求{_LEVEL_LABELS[level]}及以上", Criteria(education_at_least=level)
        else:
            label, criteria = f"学历{_LEVEL_LABELS[level]}可以", Criteria(education_at_most=level)
        yield Fact(match.start(), match.end(), Part.EDUCATION, label, criteria)


_YEAR_TRAITS = ((1, T.TWO_YEARS), (2, T.THREE_YEARS), (4, T.FIVE_YEARS))


def _find_experience(text: str) -> Iterator[Fact]:
    for match in _experience_pattern().finditer(text):
        years = (
            int(match["years"]) if match["years"].isdigit() else "零一二三四五六七八九十".find(match["years"].replace("两", "二"))
        )
        denied = frozenset(trait for most, trait in _YEAR_TRAITS if years <= most)
        label = f"{years} 年经验"
        yield Fact(match.start(), match.end(), Part.EXPERIENCE, label, Criteria(without_traits=denied))


def _find_age(text: str) -> Iterator[Fact]:
    for match in _age_pattern().finditer(text):
        age = int(match["digits"] or 0) or _AGES.get(match["tens"] or "", 50)
        limits = ((40, T.UP_TO_40), (45, T.UP_TO_45), (50, T.UP_TO_50), (55, T.UP_TO_55))
        denied = frozenset(trait for limit, trait in limits if age > limit)
        yield Fact(match.start(), match.end(), Part.PERSON, f"{age} 岁也可以", Criteria(without_traits=denied))
