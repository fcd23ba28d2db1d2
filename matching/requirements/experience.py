"""Years of experience that an advertisement asks for, and of what."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from matching.requirements.numbers import CUT, YEARS, is_decimal_part, number_of
from matching.requirements.scope import PREFERENCE, is_strict
from matching.requirements.text import Lazy, Sentence
from matching.requirements.types import MANAGEMENT, SAME_WORK, Requirement

NO_NUMBER = 0.5
MAX_YEARS = 20
_MAX_EVENTS = 20

_NONE_NEEDED = (
    r"(?:无需|无须|毋需|不需要?|不须|不用|不必)(?:你|您)?(?:有|具备)?(?:任何|相关|工作|行业|销售|从业|开发|一定|的|过往|学历|专业|[和与、]){0,5}(?:经验|工作年限|经历)"
    r"|(?:不要求|不看|不限|不论|不问|无论|不管|不唯)(?:(?:你|您)的?|是否|有没有|有无|工作|行业|销售|从业|相关|的|性别|学历|专业|年龄|户籍|男女|[和与、]){0,6}(?:经验|年限|经历)"
    r"|对?(?:经验|年限|经历)(?:、[^,、;:]{2,4}){0,3}(?:要求)?[: ]*(?:均|都|皆)?(?:不限|不拘|不作?做?(?:硬性)?要求|没有?(?:任何|硬性)?(?:要求|限制)|无(?:任何|硬性)?(?:要求|限制)|不要求|不是必须|不重要|不是问题|无所谓|可有可无|有无)"
    r"|(?:有无|有没有|有或无|无论有无)[^,;:]{0,10}?(?:经验|经历|基础)"
)
_WITHOUT = r"(?<!有)(?:暂无|无|没有?|零|(?<!\d)0(?=经验)|缺乏|缺少)(?:过|任何|相关|此行业)?[^,;:()有无]{0,8}?经验"
_YOUNG = r"应往?届[^,;:、()]{0,6}?(?:生|者)|(?:优秀|广大|大学|高校|大中专|院校)毕业生|(?<![志])实习生|在校(?:大)?学?生|(?:接受|接收|可收?|招收|招)学徒|学徒(?=[也亦均皆]?可|[也亦]行)"
_NOUN = r"经验|检验(?=者优|者?$)|(?<![已曾])经历(?![过了这着数各大一])|从业(?!资格|证|记录|[^,;:]{0,6}(?:经验|经历|年限))(?:者|人员)?|驾龄|(?:工作|从业|行业|公司|企业|项目|大厂|海外)背景|资历|(?<!社会)(?<!教育)工作者"
_VERB = (
    r"从事(?:过|于)?|(?<!没)(?:做|干)过|担任过?|曾任|当过|任职过?|(?:带领|带|管理|领导)过(?=[^,]{0,8}(?:团队|人|队|班))"
    r"|参加工作"
)

# Characters that a cue may begin with; the others are passed over quickly.
_FIRST = (
    r"(?=[\d无毋不对经年有暂没零缺应优广大高院实在接可招学一二两三四五六七八九十半壹贰叁俩多数若几好检从驾工行公企项海资做干担曾当任带管领参])"
)
_EVENT = Lazy(
    rf"{_FIRST}(?:(?P<none>{_NONE_NEEDED})|(?P<without>{_WITHOUT})|(?P<young>{_YOUNG})|(?P<years>{YEARS})|(?P<cut>{CUT})"
    rf"|(?P<noun>{_NOUN})|(?P<verb>{_VERB}))"
)

_REFUSED = Lazy(r"勿|慎|绕|不要投|请不|免(?!费)|不考虑|不予")
_WELCOME = Lazy(
    r"(?:者|的|人员|人士|的?人|也|亦|均|皆|都|,| )*(?:$|可|能|行|欢迎|培训|没关系|不要紧|不怕|免费|优先|公司|师傅|我们|带|教|提供|但|接收|接受|即可|有师傅|有老师|会得到|会有|均|应届|或者?应届|有老师|带薪|要|学习)|[^,;:]{0,12}(?:[也亦]可|均可|[也亦]行)"
)
_YOUNG_BEFORE = Lazy(
    r"(?:接受|接收|可接|欢迎|可招|招收|招聘|诚招|诚聘|招|面向|优先|可|热爱|仅限|限|特别是|尤其是|适合|可以是|允许|考虑)[^,;:]{0,20}$"
)
_YOUNG_BEHIND = Lazy(r"(?:[^,;:]{0,8}?(?:亦|也|均|皆|都|可|优先|欢迎|报名|即可|从优)|[ ,)、]*(?:$|[,)、]))")
_YOUNG_QUALITY = Lazy(r"(?:\d{0,4}[年届]|优秀|广大|大学|大专|中专|本科|大中专|及以上|以上|学历|或者?|的|各专业|统招|全日制)+$")
_YOUNG_REFUSED = Lazy(r"(?:不|非|勿|除外|免|指导|培养|管理|辅导|带领|带教|负责)[^,;:]{0,6}$")

_NOT_ASKED_BEFORE = Lazy(
    r"(?:总结|分享|积累|交流|传授|传递|共享|沉淀|汲取|借鉴|贡献|提升|提高|增长|吸取|累积|增加|收获)(?:的|和|与|及|并|[^,;:有]{0,4})?$"
    r"|(?:学习|根据|按照?|依据|结合|视|凭借|考核|丰富自己|一次|人生|成长|指导|帮助|为您|给你|拥有一支|技能和|知识和|知识与|技能与|技能及|知识及|先进的技术|上述|心得|失败|成功案例和|主要|创业)(?:的|个人|自身|其|你的?|您的?|工作)?$"
)
_LONG_BEFORE = Lazy(r"(?:上述|总结|分享|积累|传授|共享|根据|按照?|依据|凭借|沉淀)[^,;:有]{0,10}$")
_NOT_ASKED_BEHIND = Lazy(
    r"(?:值|交流|分享|总结|教训|不足|会(?!议)|主义|和能力(?:定|而)|及能力(?:定|而)|定薪|面议|来调|而定|来定|定(?!位)|决定|高低|多少|深浅|让|等条|丰富的?(?:讲师|导师|老师|团队|师|专家|培训|教练|管理团队)|的(?:讲师|导师|老师|团队|师傅|领导|专家|分享|总结|交流|积累|基础上))"
)
_OFFICE_USE = Lazy(r"(?:办公|office|word|excel|ppt|wps|外语|计算机|电脑|工具|软件)[^,;:]{0,10}(?:使用|操作|应用|技巧)$")
_EMPLOYER = Lazy(
    r"(?:公司|集团|我们|本店|我司|品牌|导师|讲师|老师|师傅|本院|总部|企业|专家|团队成员|成员)[^,;:]{0,8}(?:拥有|具有|有|具备|已有|凭借|历经|专注|深耕|成立|由)[^,;:]{0,16}$"
)
_NOT_ASKED_YEARS_BEFORE = Lazy(
    r"(?:成立|创立|创办|历史|近|入职|入司|满|连续工作|工龄|质保|保修|陈酿|合同|租|居住|有效|每|未来|第|至今|经过|创建|设厂|最近|签订?|实习期|试用期|转正|之后|后|服务|社保|缴纳)"
    r"(?:至少|了|已|的|已有|期|达|约)*$"
)
_NOT_ASKED_YEARS_BEHIND = Lazy(
    r" ?(?:[^,;:]{0,4}(?:历史|陈酿|沉淀|积淀|发展|享受|品牌|老店|质保|保修|合同|晋升|调薪|旅游|带薪|以下|以内|老牌|悠久|买车|买房|考评|\d+元|毕业生|应届|往届|一次|两次|以下|以内)|(?<!上)(?:内(?!部|勤|外|销)|后(?!台|端|勤|期|厨|续)|前(?!台|端|厅|列|期)|来(?!料))|[月日/]|底|初|里|就)"
)
_NOUN_BEHIND = Lazy(r"经验|经历|从业")
_AT_MOST = Lazy(r"(?:以下|以内|及以下)[^,;:]{0,10}(?:经验|经历)")
_MONTHS = Lazy(r" ?\d{1,2} ?月")
_WISH = Lazy(
    r"(?:志于?|愿意?|想要?|望|热爱|欢|有意|立志|致力于?|打算|准备|长期|专业|适合|能够?|可以|主要|乐于|意向|兴趣|决心|公司|我们|不|是一家|继续|独立|负责|专门|集团|单位)(?:在[^,]{0,8})?[^,;:]{0,3}$"
)
_WISHING = Lazy(r"愿意?|有志|立志|热爱|希望|想|喜欢|乐于|感兴趣|有意")
_CUE = Lazy(r"经验|经历|从业|年限|驾龄|资历|工作(?!满|制)|任职|从事")

_BETWEEN = Lazy(r"[^有具,;]{0,6}?(?:要求|至少|不少于|不低于|须|约|大约|在|为|[: (,，]|达到|需|已有|有|满)*$")
_MANAGE = Lazy(r"管理|带团队|带领|带队|领导|主管|团队")
_NOT_PEOPLE = Lazy(r"(?:资产|数据库|仓库|仓储|库房|项目|系统|客户|质量|档案|文件|服务器|网站|网络|物业|店铺|库存|物料|账号|内容|产品|版本|知识|供应链|信息|设备|安全|合同|运维)(?:的)?管理")
_OWN_STATEMENT = Lazy(r" *(?:其中)?(?:有|具|拥|能|熟|精|需|须|要求|至少|从事|无|相关|工作|丰富)")
_FILLER = Lazy(
    r"以上|左右|及以|相关|相应|类似|工作|岗位|本岗|从业|经验|经历|一定|丰富|实际|实践|实战|具有|具备|拥有|过硬|较|从事过?|做过|担任过?|同等|职位|职务|领域|方面|至少|要求|须有?|需有?|同类|同行业?|的|有|过|本|等|或|及|者|年|:| "
)
_OPENING = Lazy(r".*(?:有过?|具有|具备|拥有|要求|:|,|或|、|从事过?|做过|担任过?|熟悉|优先)(?=.)")


@dataclass(slots=True)
class _Group:
    """Cues that make one statement: number, noun, verb; places in the sentence."""

    start: int
    end: int
    clause: int
    years: float | None = None
    is_range_up: bool = False
    number_end: int = -1
    number_start: int = -1
    noun_start: int = -1
    noun: str = ""
    verb: str = ""
    certainty: float = 0.85


def _statements(sentence: Sentence) -> Iterator[Requirement]:
    """Yield what each statement of a sentence asks for."""
    group: _Group | None = None
    text = sentence.text
    for count, match in enumerate(_EVENT.re.finditer(text)):
        if count == _MAX_EVENTS:
            break
        kind = next(name for name in ("none", "without", "young", "years", "cut", "noun", "verb") if match[name])
        if kind in ("none", "without", "young"):
            if group:
                yield from _requirement(sentence, group)
                group = None
            yield from _no_years(sentence, kind, *match.span())
            continue
        event = _event(sentence, kind, match)
        if event is None:
            continue
        if group and _join(sentence, group, event):
            continue
        if group:
            yield from _requirement(sentence, group)
        group = event
    if group:
        yield from _requirement(sentence, group)


def read_years(sentence: Sentence) -> Iterator[Requirement]:
    """Yield what experience a sentence asks for; 0 years, once, where none is needed."""
    needs_none = False
    for requirement in _statements(sentence):
        if requirement.value == 0:
            if needs_none:
                continue
            needs_none = True
        yield requirement


def _no_years(sentence: Sentence, kind: str, start: int, end: int) -> Iterator[Requirement]:
    """Yield 'no experience needed' if the words say so."""
    text = sentence.text
    behind, before = text[end : end + 16], text[max(start - 14, 0) : start]
    if kind == "without":
        if _REFUSED.re.search(behind[:12]):
            yield Requirement("years", NO_NUMBER, True, 0.7, start, end, SAME_WORK)
            return
        if not _WELCOME.re.match(behind):
            return
    elif kind == "young":
        if _YOUNG_REFUSED.re.search(before) or _REFUSED.re.search(sentence.after(end, 6)):
            return
        before = _YOUNG_QUALITY.re.sub("", before).rstrip(" ")
        is_alone = not before or before[-1] in ",:(、"
        is_open = _YOUNG_BEFORE.re.search(before) or (
            _YOUNG_BEHIND.re.match(behind) and (is_alone or behind.strip(" ,)") != "")
        )
        if not is_open or (text[start:end] == "实习生" and behind.startswith(("工资", "待遇", "底薪", "薪"))):
            return
    certainty = {"none": 0.97, "without": 0.85, "young": 0.75}[kind]
    yield Requirement("years", 0.0, False, certainty, start, end, SAME_WORK)


def _event(sentence: Sentence, kind: str, match: re.Match[str]) -> _Group | None:
    """Return one cue as a statement of its own, None if it asks for nothing."""
    start, end = match.span()
    text = sentence.text
    group = _Group(start, end, sentence.clause_number(start))
    if kind == "cut":
        group.years, group.is_range_up, group.certainty = NO_NUMBER, True, 0.6
        group.number_start, group.number_end = start, end
        return group
    if kind == "years":
        word = match["low"]
        years = NO_NUMBER if match["many"] else number_of(word)
        if years is None or years > MAX_YEARS or (years == 0 and not match["high"]):
            return None
        if word and is_decimal_part(text, start):
            years = NO_NUMBER + float(text[start - 2])
        if _EMPLOYER.re.search(text, max(start - 30, 0), start):
            return None
        has_noun = _NOUN_BEHIND.re.search(sentence.after(end))
        if not has_noun and _NOT_ASKED_YEARS_BEFORE.re.search(text, max(start - 12, 0), start):
            return None
        if _AT_MOST.re.match(text, end):
            years = 0.0
        elif (not has_noun and _NOT_ASKED_YEARS_BEHIND.re.match(text, end)) or _MONTHS.re.match(text, end):
            return None
        group.years, group.is_range_up = years, bool(match["up"])
        group.number_start, group.number_end = start, end
        return group
    if kind == "noun":
        if not _asks(sentence, match.group(), start, end):
            return None
        group.noun, group.noun_start = match.group(), start
        return group
    before = text[max(start - 12, 0) : start]
    if match.group() != "参加工作" and not match.group().endswith("过") and _WISH.re.search(before):
        return None
    group.verb = match.group()
    return group


def _asks(sentence: Sentence, noun: str, start: int, end: int) -> bool:
    """Return whether a noun such as 经验 may be one that is asked for."""
    text = sentence.text
    before, behind = text[max(start - 30, 0) : start], text[end : end + 10]
    if _NOT_ASKED_BEHIND.re.match(behind) or _LONG_BEFORE.re.search(before):
        return False
    if noun == "经历" and before.endswith(("培训", "教育", "面试", "学习")):
        return False
    if noun in ("经验", "经历") and (_NOT_ASKED_BEFORE.re.search(before) or _OFFICE_USE.re.search(before)):
        return False
    return not _EMPLOYER.re.search(before)


def _join(sentence: Sentence, group: _Group, event: _Group) -> bool:
    """Add a cue to the statement before it if both make one; return whether they do."""
    text = sentence.text
    near = event.clause == group.clause
    gap = text[group.end : event.start]
    if event.noun:
        opens_clause = not _FILLER.re.sub("", sentence.before(event.start))
        continues = event.clause == group.clause + 1 and group.number_end >= 0 and group.is_range_up and _is_bare(sentence, event)
        if group.noun or not (near or continues or (opens_clause and len(gap) < 24)):
            return False
        if group.years is None and not group.verb:
            return False
        group.noun, group.noun_start, group.end = event.noun, event.start, event.end
        return True
    if event.years is not None and group.years is None and (group.noun or group.verb):
        if group.verb and not group.noun and near:
            group.end = event.end
        elif group.noun and _BETWEEN.re.fullmatch(gap) and not _followed_by_noun(sentence, event, gap):
            group.end = max(group.end, event.end)
        else:
            return False
        group.years, group.is_range_up = event.years, event.is_range_up
        group.number_start, group.number_end, group.certainty = event.start, event.end, event.certainty
        return True
    if event.verb and near and group.years is not None and not group.noun and not group.verb:
        group.verb, group.end = event.verb, event.end
        return True
    return bool(event.verb and near and group.verb and not group.noun and group.years is None)


def _is_bare(sentence: Sentence, event: _Group) -> bool:
    """Return whether the clause of a noun goes on with the one before: 3年以上零售，批发行业经验."""
    clause = sentence.clauses[event.clause]
    return clause.opener in ", " and not _OWN_STATEMENT.re.match(sentence.text, clause.start)


def _followed_by_noun(sentence: Sentence, event: _Group, gap: str) -> bool:
    """Return whether a number has a noun of its own behind it: 有经验者优先，2年以上管理经验."""
    if gap.strip(" (") == "" and len(gap) <= 2:
        return False
    return "经验" in sentence.after(event.end) or "经历" in sentence.after(event.end)


def _requirement(sentence: Sentence, group: _Group) -> Iterator[Requirement]:
    """Yield the fact that a statement makes, if it asks for anything."""
    text = sentence.text
    behind = text[group.end : group.end + 24]
    if group.years is None:
        if not _bare_asks(sentence, group, behind):
            return
        years, certainty = NO_NUMBER, 0.85 if group.noun == "经验" else 0.75
    else:
        has_cue = bool(group.noun or group.verb) or _CUE.re.search(
            text, max(group.start - 12, 0), min(group.end + 24, len(text))
        )
        if not has_cue and not group.is_range_up:
            return
        years, certainty = group.years, min(0.97 if group.noun else 0.8, group.certainty + 0.1)
    strict = years > 0 and is_strict(sentence, "years", group.start, group.end, is_numbered=group.years is not None)
    yield Requirement("years", years, strict, certainty, group.start, group.end, _field(sentence, group))


def _bare_asks(sentence: Sentence, group: _Group, behind: str) -> bool:
    """Return whether a statement without a number asks for experience."""
    is_heading = text_follows_colon(sentence, group.end)
    if group.noun in ("经验", "经历", "检验"):
        return not is_heading
    clause_end = sentence.clause(group.end - 1).end
    has_preference = bool(PREFERENCE.re.search(sentence.text, group.end, clause_end)) or sentence.is_optional
    if group.noun == "驾龄" or is_heading:
        return False
    if group.noun:
        clause = sentence.clause(group.start)
        return has_preference and not _WISHING.re.search(sentence.text, clause.start, group.start)
    if group.verb == "参加工作":
        return False
    return has_preference or group.verb.endswith("过")


def text_follows_colon(sentence: Sentence, end: int) -> bool:
    """Return whether a word is the heading of what follows: '工作经验：'."""
    behind = sentence.text[end : end + 6]
    return behind.lstrip("要求/及 年限")[:1] == ":"


def _field(sentence: Sentence, group: _Group) -> str:
    """Return of what the experience is: SAME_WORK, MANAGEMENT, or the field as written."""
    text = sentence.text
    clause = sentence.clause(group.start)
    if group.number_end >= 0 and group.noun_start > group.number_end:
        phrase = text[group.number_end : group.noun_start]
    elif group.noun_start >= 0:
        phrase = text[max(clause.start, group.noun_start - 24) : group.noun_start]
        opening = _OPENING.re.match(phrase)
        phrase = phrase[opening.end() :] if opening else phrase
    elif group.verb:
        phrase = sentence.after(group.start + len(group.verb), 24)
        phrase = PREFERENCE.re.split(phrase)[0]
    else:
        phrase = sentence.after(group.number_end, 24)
    if _MANAGE.re.search(phrase) and not _NOT_PEOPLE.re.search(phrase):
        return MANAGEMENT
    phrase = _FILLER.re.sub("", phrase)[:20]
    pairs = [phrase[i : i + 2] for i in range(len(phrase) - 1)]
    if 2 * sum(pair in sentence.title for pair in pairs) >= len(pairs):
        return SAME_WORK
    return phrase
