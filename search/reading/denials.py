"""What a query does not want: '不要夜班', '不做销售的客服', '夜班勿扰', '除了保安都行'.

Denials are looked for before anything else, so that nothing that a query denies is ever searched for. 'Denied' below
means excluded from the hits. What a query only tolerates ('夜班也行', '不怕加班') is no condition at all.
"""

import re
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from functools import cache

from matching.tokens import dictionary, stopwords
from search.reading.certificates import find_certificates
from search.reading.criteria import Criteria, Trait
from search.reading.facts import Part
from search.reading.trades import lexicon

T = Trait


@dataclass(frozen=True, slots=True)
class Denial:
    """Denial at [start, end) of a text.

    Attributes:
        label: text of its chip.
        criteria: conditions that it states.
        words: words for a trade that no hit has in its title, or other words that no hit has anywhere.
        is_trade: whether `words` name a trade.
    """

    start: int
    end: int
    part: Part
    label: str
    criteria: Criteria = Criteria()
    words: tuple[str, ...] = ()
    is_trade: bool = False


@dataclass(frozen=True, slots=True)
class _Subject:
    pattern: str
    denied_label: str
    criteria: Criteria
    tolerated_label: str = ""
    part: Part = Part.DENIAL


def _without(*traits: Trait, better: tuple[Trait, ...] = ()) -> Criteria:
    return Criteria(
        without_traits=frozenset(traits), better_traits=(frozenset(better),) if better else ()
    )


_SUBJECTS = (
    _Subject(r"(?:长|大|上|值|熬|小|大小)?夜班|晚班|通宵(?:班)?|夜(?!宵|市|场|总|校)|大夜|上晚班", "不要夜班",
             _without(T.NIGHT_SHIFT, T.ROTATING_SHIFT), "夜班也可以"),
    _Subject(r"[两二三四]班(?:[两二三]?(?:倒|运转|制|轮换))?|倒班|轮班|翻班|倒(?!闸)|两头班", "不倒班", _without(T.ROTATING_SHIFT), "倒班也可以"),
    _Subject(r"早班|中班", "不要早班中班", _without(T.MORNING), "早班中班也可以"),
    _Subject(r"加班|加(?=$|\s)", "不加班", _without(T.OVERTIME, better=(T.NO_OVERTIME,)), "加班也可以"),
    _Subject(r"单休|大小周|月休[一二三四1-4]天", "不要单休", _without(T.FEWER_DAYS_OFF, better=(T.WEEKEND_OFF,)), "单休也可以"),
    _Subject(r"(?:跑)?长途(?:车)?|跨省|跑外地|外省", "不跑长途", _without(T.LONG_HAUL, T.TRAVEL, better=(T.LOCAL,)), "长途也可以"),
    _Subject(r"出差|外派|驻外|外勤|出远门|跑外勤", "不出差", _without(T.TRAVEL), "出差也可以"),
    _Subject(r"坐班|打卡|固定坐班", "不用坐班", Criteria(
        any_traits=(frozenset({T.NO_OFFICE_HOURS, T.FLEXIBLE_HOURS}),), without_traits=frozenset({T.OFFICE_HOURS})), "坐班也可以"),
    _Subject(r"(?:任何)?(?:押金|服装费|培训费|报名费|中介费|体检费|收费|费用|钱|入职费|保证金)", "不收费、不收押金", _without(T.FEE, better=(T.NO_FEE,))),
    _Subject(r"中介(?:公司)?|代招|劳务(?:派遣|公司|工)?|派遣(?:工|制)?|外包|第三方|人力(?:公司)?", "不要中介、派遣", _without(
        T.AGENCY, better=(T.DIRECT,)), "派遣也可以"),
    _Subject(r"(?:喝|陪)?(?:酒)(?:局)?(?!店|楼|水|吧)|应酬|陪客", "不喝酒应酬", _without(T.DRINKING), "喝酒也可以"),
    _Subject(r"体力(?:活|劳动)?|重活|(?:干)?粗活|重体力|重物|搬东西|搬重?(?:物|货)|扛", "不要重体力", _without(T.HEAVY), "重活也可以"),
    _Subject(r"高空(?:作业)?|登高|爬高", "不要高空作业", _without(T.HEAVY), "高空也可以"),
    _Subject(r"工厂|进厂|电子厂|厂(?=$|[\s的里,])", "不进工厂", _without(T.FACTORY), "进厂也可以"),
    _Subject(r"(?:无责|无底薪|纯提成|没底薪)", "不要无底薪", _without(T.COMMISSION_ONLY)),
    _Subject(r"提成", "不要只有提成", _without(T.COMMISSION_ONLY), "有提成也可以"),
    _Subject(r"底薪", "没有底薪也可以", Criteria(), "没有底薪也可以"),
    _Subject(r"(?:推销|销售|业绩|卖东西|拉客户|跑业务|业务指标|销售任务)(?:工作|任务|岗位?|类|性质|压力|指标)*", "不做销售", _without(T.SALES), "销售也可以"),
    _Subject(r"兼职|临时工?|日结|短期工?|小时工", "不要兼职、临时工", _without(T.PART_TIME, T.TEMPORARY, T.DAILY_PAY), "兼职也可以"),
    _Subject(r"实习(?:生)?", "不要实习", _without(T.INTERNSHIP), "实习也可以"),
    _Subject(r"计件", "不要计件", _without(T.PIECE_PAY), "计件也可以"),
    _Subject(r"(?:要求|需要|看|问|卡)?(?:什么)?(?:学历|文凭|文化(?:程度)?)(?:要求)?", "学历不限", Criteria(education_at_most=0), "学历不限",
             Part.EDUCATION),
    _Subject(r"(?:要求|需要|看)?(?:什么|任何)?(?:工作|相关|从业)?(?:经验|经历)(?:要求)?", "没有经验也可以", _without(
        T.ONE_YEAR, better=(T.BEGINNERS,)), "经验不限", Part.EXPERIENCE),
    _Subject(r"(?:要求|需要|看|任何|什么)?(?:证书|上岗证|证件|资格证|操作证|证(?!券|监)|执照)(?:要求)?", "不要证", _without(T.CERTIFICATE), "有证也可以",
             Part.CERTIFICATE),
    _Subject(r"(?:看|问|卡|要求)?(?:年龄|岁数)(?:要求)?", "年龄不限", _without(T.UP_TO_40, T.UP_TO_45, T.UP_TO_50, T.UP_TO_55), "年龄不限",
             Part.PERSON),
    _Subject(r"(?:工资|薪资|待遇|收入)(?:太|很|过)?低", "", Criteria()),
    _Subject(r"(?:性别|男女|户籍|户口|地区|地域|专业|岗位|工种|行业|职业|婚否)", "不限", Criteria(), "不限", Part.PERSON),
)  # fmt: skip
_REFUSALS = (
    r"不再?想要?(?:再)?|不要|不用|不需要?|不做|不上|不跑|不去|不干|不搞|不当|不接受|不考虑|不喜欢|不含|不带|不是|不值|不熬|不倒|不加|不交|不收|不坐|不陪"
    r"|不喝|不出|不看|不能|不会|不懂|不进|不走|不扛|不搬|不推|不卖|不碰|不愿意?|不必|不得|不许|不准|不爱|不|别|拒绝|谢绝|排除|避开|除了|除去|除开|除|非|无需|无须|毋需|毋须"
    r"|无|没有|没得|没|免|勿"
)
_VERBS = (
    r"\s|再|去|做|上|当|干|跑|要|有|带|交|收|值|熬|倒|进|搞|是|需要|经常|天天|老是?|总是?|太多|那种|什么|任何|安排|接受|经过|通过"
    r"|一直|靠|看|卖|碰"
)
_LONGEST_REFUSAL = 5  # characters
_MAX_VERBS = 3  # between a refusal and its object
_TOLERANCE_BEFORE = (
    r"不怕|不介意|不排斥|不拒绝|不反对|不讨厌|无所谓|不论|不管|不拘|不挑|不分|可以?接受|可接受|能接受|可以适应|能适应|适应|可以?上|能上|愿意?上?|可以?做|能做|可以?跑|能跑|服从"
)
_TOLERANCE_AFTER = (
    r"也?(?:都?可以?|都?行|能做|能上|能跑|ok|无所谓|没关系|没问题|接受|不怕|不介意|均可|皆可|也要)(?:的|做|上)?"
)
_WAIVER = r"不限|不作?要求|不要求|没要求|无要求|不看|不拘|不卡"
_AFTER = r"(?:的)?(?:就?不要|不做|不干|不去|不上|不考虑|免谈|勿扰|勿入|除外|不行|不接受|不可以?|拒绝|绕道|走开|免)(?:了|的)?(?=[\s,、。的]|\Z)"
_JOINT = r"(?:[、,/和或跟及与]|以及|还有|或者)"
_TAIL = r"(?:的?(?:工作|岗位?|职位|类|活|那种|性质|以外|之外|外|其他|其它))*(?:都(?:行|可以?|要|看看)|的)?"
# Words that begin like a refusal and are none.
_OTHER_WORDS = re.compile(
    r"不锈钢|不动产|不干胶|不间断|不粘|不停|不同|不少|不错|不断|不等|不一定|不定时|不累|不远|不低于|不高于|不超过|不少于|不大于|无人|无尘|无菌|无损|无线|无缝|无机|无纺"
    r"|无极|无锡|无忧|无心磨|无公害|无障碍|无限|无论|无船|非标|非遗|非机动|非织造|非凡|非洲|非全日制|非金属|没问题|免检|免税|免费|免疫|免烧|免息|除尘|除锈|除虫|除草|除雪|除湿|除甲醛"
    r"|别墅|别克|别人|非常"
)


@cache
def _patterns() -> Mapping[str, re.Pattern[str]]:
    subjects = "|".join(f"(?P<s{number}>{subject.pattern})" for number, subject in enumerate(_SUBJECTS))
    return {
        "subject": re.compile(subjects),
        "refusal": re.compile(_REFUSALS),
        "verb": re.compile(_VERBS),
        "tolerance": re.compile(rf"(?:{_TOLERANCE_BEFORE})\s?"),
        "waiver": re.compile(rf"(?:{_WAIVER})\s?"),
        "tolerated": re.compile(_TOLERANCE_AFTER),
        "waived": re.compile(_WAIVER),
        "after": re.compile(_AFTER),
        "joint": re.compile(_JOINT),
        "tail": re.compile(_TAIL),
    }


def find_denials(text: str, edges: list[int], facts: Collection[int] = ()) -> Iterator[Denial]:
    """Yield what a folded text denies or only tolerates, in order, without overlaps.

    Args:
        edges: offsets between its words (`trades.boundaries`).
        facts: offsets at which a fact begins; '没读过书' is one and denies nothing.
    """
    at = 0
    while at < len(text):
        denials = _at(text, at, edges) if at not in facts else []
        yield from denials
        at = max((denial.end for denial in denials), default=at + 1)


def _at(text: str, at: int, edges: list[int]) -> list[Denial]:
    patterns = _patterns()
    after_subject = _with_suffix(text, at)
    if after_subject:
        return [after_subject]
    for name in ("tolerance", "waiver"):
        prefix = patterns[name].match(text, at)
        if prefix and (subject := _subject(text, prefix.end())):
            return [_tolerated(at, subject[1], subject[0])]
        if prefix and prefix[0].startswith("不怕"):
            return [Denial(at, min(prefix.end() + 1, len(text)), Part.PERSON, "")]  # '不怕累' states nothing
    if _OTHER_WORDS.match(text, at) or _begins_known_word(text, at):
        return []
    return _refused(text, at, edges)


def _tolerated(start: int, end: int, subject: _Subject) -> Denial:
    is_waiver = subject.part != Part.DENIAL and subject.part != Part.CERTIFICATE
    criteria = subject.criteria if is_waiver else Criteria()
    return Denial(start, end, subject.part, subject.tolerated_label or subject.denied_label, criteria)


def _with_suffix(text: str, at: int) -> Denial | None:
    """Return the denial or tolerance of a subject or trade that stands before it: '夜班勿扰', '学历不限'."""
    patterns = _patterns()
    subject = _subject(text, at)
    if subject is None:
        end = _trade_end(text, at)
        refusal = patterns["after"].match(text, end) if end else None
        if end and refusal and not _refuses_more(text, refusal):
            return _trade_denial(text, at, refusal.end(), text[at:end])
        return None
    kind, end = subject
    if match := patterns["waived"].match(text, end):
        return _tolerated(at, match.end(), kind)
    if match := patterns["after"].match(text, end):
        return Denial(at, match.end(), kind.part, kind.denied_label, kind.criteria)
    if match := patterns["tolerated"].match(text, end):
        return _tolerated(at, match.end(), kind)
    trade_end = _trade_end(text, end)  # '夜班保安勿扰'
    if trade_end and (match := patterns["after"].match(text, trade_end)):
        return Denial(at, match.end(), kind.part, f"不要{text[at:trade_end]}", kind.criteria)
    return None


def _refuses_more(text: str, refusal: "re.Match[str]") -> bool:
    """Return whether a refusal after a trade belongs to what follows it: '客服不做 销售'."""
    rest = text[refusal.end() :].lstrip(" ")
    return bool(rest) and (_subject(rest, 0) is not None or _trade_end(rest, 0) > 0)


def _refused(text: str, at: int, edges: list[int]) -> list[Denial]:
    """Return the denials of the refusal that begins at `at`, one for each of its objects."""
    prefix = _patterns()["refusal"].match(text, at)
    if prefix is None:
        return []
    first = next((one for end in _object_starts(text, at) if (one := _object(text, at, end))), None)
    if first is None:
        unknown = _unknown(text, at, prefix.end(), edges)
        return [unknown] if unknown else []
    denials = [first]
    while (one := _next_object(text, denials[-1])) is not None:
        denials.append(one)
    return denials


def _object_starts(text: str, at: int) -> Iterator[int]:
    """Yield the offsets at which the object of a refusal may begin, the shortest refusal last."""
    starts: dict[int, None] = {}
    for end in range(min(len(text), at + _LONGEST_REFUSAL), at, -1):
        if _patterns()["refusal"].fullmatch(text, at, end):
            starts[end] = None
            place = end
            for _ in range(_MAX_VERBS):
                verb = _patterns()["verb"].match(text, place)
                if verb is None:
                    break
                place = verb.end()
                starts[place] = None
    yield from starts


def _next_object(text: str, before: Denial) -> Denial | None:
    """Return a further object of the same refusal: '销售和中介', '夜班倒班'."""
    joint = _patterns()["joint"].match(text, before.end)
    if joint:
        return _object(text, before.end, joint.end())
    if text[before.end - 1] == "的":
        return None
    # '不做保安保洁' names two, but '不跑长途司机' one.
    follows = before.is_trade or (_subject(text, before.end) and not _trade_end(text, before.end))
    return _object(text, before.end, before.end) if follows else None


def _object(text: str, start: int, at: int) -> Denial | None:
    """Return the denial of the object at `at`, None for a word of no table."""
    tail = _patterns()["tail"]
    subject = _subject(text, at)
    trade_end = _trade_end(text, at)
    if subject and subject[1] >= trade_end:
        kind, end = subject
        return Denial(start, _end(tail, text, end), kind.part, kind.denied_label, kind.criteria)
    certificate = next((c for c in find_certificates(text[at:]) if c.start == 0), None)
    if certificate and at + certificate.end >= trade_end:
        codes = frozenset(certificate.codes)
        criteria = Criteria(without_certificates=codes)
        end = _end(tail, text, at + certificate.end)
        return Denial(start, end, Part.CERTIFICATE, f"不要求{certificate.label}", criteria)
    if trade_end:
        return _trade_denial(text, start, _end(tail, text, trade_end), text[at:trade_end])
    return None


def _end(tail: re.Pattern[str], text: str, at: int) -> int:
    match = tail.match(text, at)
    return match.end() if match else at


def _trade_denial(text: str, start: int, end: int, word: str) -> Denial:
    traits = frozenset({T.SALES}) if word in _sales_words() else frozenset()
    return Denial(
        start, end, Part.DENIAL, f"不做{word}", Criteria(without_traits=traits), (word,), is_trade=True
    )


@cache
def _sales_words() -> frozenset[str]:
    return frozenset({"销售", "业务", "业务员", "销售员", "推销", "推销员", "电销", "电话销售", "跑业务", "销售代表"})


def _unknown(text: str, start: int, at: int, edges: list[int]) -> Denial | None:
    """Return the denial of a word of no table: nothing with it is shown. '不要流水线', '不穿无尘衣'."""
    stop = re.compile(r"[\s,，。、的]|$").search(text, at)
    limit = stop.start() if stop else len(text)
    ends = [edge for edge in edges if at < edge <= limit] or [limit]
    end = next((edge for edge in ends if edge - at > 1), ends[-1])
    if end == at:
        return None
    tokens = [text[one:other] for one, other in zip([at, *ends], ends, strict=False) if other <= end]
    words = tuple(token for token in tokens if len(token) > 1 and token not in stopwords())
    return Denial(start, _end(_patterns()["tail"], text, end), Part.DENIAL, f"不要{text[at:end]}", Criteria(), words)


def _subject(text: str, at: int) -> tuple[_Subject, int] | None:
    match = _patterns()["subject"].match(text, at)
    if match is None or match.end() == at or match.lastgroup is None:
        return None
    return _SUBJECTS[int(match.lastgroup[1:])], match.end()


def _trade_end(text: str, at: int) -> int:
    """Return the end of the longest word for a trade at this place, 0 if there is none."""
    return next((end for end in range(min(len(text), at + 10), at + 1, -1) if text[at:end] in lexicon()), 0)


def _begins_known_word(text: str, at: int) -> bool:
    """Return whether a word of the dictionary or of the trades begins here: '免费培训', '无人机'."""
    known: Callable[[str], bool] = lambda word: word in dictionary() or word in lexicon()  # noqa: E731
    return any(known(text[at:end]) for end in range(at + 2, min(len(text), at + 10) + 1))
