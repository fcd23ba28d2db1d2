"""Conditions of the work: shifts, travel, and pay by the day, the hour or the item."""

import re
from collections.abc import Iterator
from itertools import islice

from matching.requirements.text import MAX_CUES, Lazy, Sentence
from matching.requirements.types import Requirement

_NIGHT_WORD = r"(?:大夜|小夜|长夜|夜|晚)班|通宵|夜间(?:值守|工作|作业|上班|巡)|上夜|夜勤|午夜班"
_NO = r"(?:无需|无须|不需要?|不用|不必|不须|没有|无|不|免|拒绝|杜绝|从不|谢绝|非)"
_SHIFT = Lazy(
    rf"(?P<no>{_NO}(?:值|上|倒|轮|做|熬|安排|任何|存在)*(?:{_NIGHT_WORD}|倒班|轮班|熬夜))"
    r"|(?P<both>早(?:班)?[、,/和及与]?(?:中(?:班)?)?[、,/和及与]?晚(?:班)?(?=班|轮|倒|两班)|早晚班"
    r"|早中晚班?|(?:分|有)?早班[^;]{0,24}?(?:晚|中|夜)班|(?:白|日)[、/]?(?:夜|晚)班|白班[^;]{0,6}?(?:夜"
    r"|晚)班|中夜班|早二班)"
    r"|(?P<rotating>(?:[两二三四2-4]|早晚|昼夜|四班三|三班两|三班二)班(?:制|[倒运]|[两二三四]?[倒运]转?|轮)"
    r"|[两二三2-3]班[^,]{0,2}倒|[两二三四2-4]班[两二三四2-4]?(?:运转|倒|轮)|倒班|倒夜班|[轮翻换]班"
    r"|倒[两二三2-3]班|[早晚]轮班|[做上]一休一|[做上]二休二|[上做]一天休一天|24小时轮)"
    r"|(?P<day>(?:长|常|正常|全|纯|固定|只上|都是|全部)(?:日|白)班|(?<![夜晚中早、和或/个])白班(?![和、或/]"
    r"|[^,;]{0,4}[夜晚]班)|日班|行政班"
    r"|正常班|长白|常白|白天班|(?:上|工作|作息|班)[^,]{0,4}(?:正常)?白班)"
    rf"|(?P<night>{_NIGHT_WORD})"
)
_FEARED = Lazy(r"(?:怕|厌|恨|告别|摆脱|远离|拒绝|上海|公交|末)[^,]{0,5}$")
_NIGHT_NOT_WORK = Lazy(r"车(?!间)|公交|线")
_CLOCK = Lazy(
    r"(?<![0-9])(?<![0-9][:.])(?P<h1>[0-9]{1,2}) ?(?:[:.点时](?P<m1>[0-5][0-9]|半)?(?:分)?"
    r"|点)? ?(?:半)?(?:上班)? ?(?:-"
    r"|~|—|–|一|至|到)+ ?(?P<next>次日|第二天|凌晨|零晨|翌日|晚上?|下午|上午|中午"
    r"|早上?)? ?(?P<h2>[0-9]{1,2}) ?(?P<sign>[:.点时])? ?(?P<m2>[0-5][0-9]|半)?"
)
_TIME_HEADING = Lazy(r"时间|上班|作息|班次|班制|双休|单休|工作制|月休|休息|坐班|(?:上午|早).*(?:下午|晚)")
_OTHER_TIME = Lazy(r"面试|报名|联系|咨询|来电|营业|应聘|接待|拨打|预约|兼职|直播")
_AFTERNOON = Lazy(r"下午|晚|中午")
_PAUSE = Lazy(r"[^,;:0-9]{0,3}(?:休息|午休|吃饭|用餐)")
_MAX_RANGES = 6
_LAST_DAY_HOUR = 18
_NINE_TO_FIVE = Lazy(
    r"[朝早]上?[八九89](?:点半?|:[03]0)?[、, ]?(?:(?:到|至|-|~)(?:晚|下午)?|晚|下午)上?(?:五|六|[56](?![0-9])"
    r"|17|18)"
)
_REFUSED_ROUTINE = Lazy(r"(?:拒绝|不想|厌倦|告别|不再|不是|无需|不用|不要)[^,]{0,6}$")


def _hours(sentence: Sentence) -> Requirement | None:
    """Return the shift that stated hours of work mean, if they mean one."""
    text = sentence.text
    routine = _NINE_TO_FIVE.re.search(text)
    if routine and not _REFUSED_ROUTINE.re.search(text, max(routine.start() - 12, 0), routine.start()):
        return Requirement("shift", "none", True, 0.85, *routine.span())
    matches = [m for m in islice(_CLOCK.re.finditer(text), _MAX_RANGES) if _is_time(text, m)]
    if not matches or not _TIME_HEADING.re.search(text) or _OTHER_TIME.re.search(text):
        return None
    ranges: list[tuple[int, int]] = []
    for match in matches:
        ranges.append(_range(text, match, is_later=bool(ranges)))
    earliest, latest = min(first for first, _ in ranges), max(last for _, last in ranges)
    place = matches[0].start(), matches[-1].end()
    if latest > 24 or earliest >= 18:
        return Requirement("shift", "night", True, 0.8, *place)
    if 5 <= earliest <= 10 and latest - earliest >= 5 and 12 <= latest <= _LAST_DAY_HOUR:
        return Requirement("shift", "none", True, 0.75, *place)
    return None


def _is_time(text: str, match: re.Match[str]) -> bool:
    """Return whether two numbers are hours of work, neither other numbers nor those of a break."""
    has_sign = bool(match["sign"] or match["m1"]) or "点" in match.group()
    return has_sign and not _PAUSE.re.match(text, match.end())


def _range(text: str, match: re.Match[str], *, is_later: bool) -> tuple[int, int]:
    """Return the hours of a stated range, the second over 24 if it is of the next day.

    Args:
        text: the sentence.
        match: a match of _CLOCK.
        is_later: whether another range stands before, so that 1:30-5:00 is in the afternoon.
    """
    before, word = text[max(match.start() - 4, 0) : match.start()], match["next"] or ""
    first, last = int(match["h1"]), int(match["h2"])
    is_afternoon = bool(_AFTERNOON.re.search(before)) and not ("中" in before and first >= 11)
    if is_afternoon and first < 12:
        first += 12
    if word in ("次日", "第二天", "凌晨", "零晨", "翌日"):
        return first, last + 24
    if first >= 18 and last < first and not word:
        return first, last + 24
    if last < 12 and (word in ("下午", "晚", "晚上", "中午") or (not word and last < first)):
        return first, last + 12
    if not word and first <= 8 and last <= 8 and (is_afternoon or is_later):
        return first + 12, last + 12
    return first, last


def read_shift(sentence: Sentence) -> Iterator[Requirement]:
    """Yield whether the work has nights, rotates, or is by day only."""
    text = sentence.text
    values: dict[str, Requirement] = {}
    has_rotation = False
    for count, match in enumerate(_SHIFT.re.finditer(text)):
        if count == MAX_CUES:
            break
        start, end = match.span()
        group = match.lastgroup
        if group == "no":
            values.setdefault("none", Requirement("shift", "none", True, 0.9, start, end))
            continue
        if _FEARED.re.search(text[max(start - 8, 0) : start]) or _NIGHT_NOT_WORK.re.match(text, end):
            continue
        if group in ("rotating", "both"):
            values.setdefault("rotating", Requirement("shift", "rotating", True, 0.9, start, end))
            has_rotation = True
        elif group == "day" and has_rotation and match.group() == "白班":
            continue
        elif group == "day":
            values.setdefault("none", Requirement("shift", "none", True, 0.9, start, end))
        elif not (has_rotation and match.group() == "晚班"):
            values.setdefault("night", Requirement("shift", "night", True, 0.85, start, end))
    if not values:
        hours = _hours(sentence)
        if hours:
            values[str(hours.value)] = hours
    yield from values.values()


_TRAVEL = Lazy(
    rf"(?P<no>(?:{_NO}|极少|少)(?:任何|存在|经常|安排|要求)*(?:出差|外出|跑外|驻外))|(?P<yes>出差"
    rf"|外派(?!培训|学习)|差旅(?:费)?(?:补|津|实报|另|全额|由|均由)|驻外|外驻|长差|短差)"
)
_OTHER_TRAVEL = Lazy(
    r"的?(?:组织|申请|报销单|报销流程|审批|订|机票|行程|准备|费用[^,]{0,4}(?:审|报|管|申请)|票务|管理"
    r"|安排等|手续|预定"
    r"|人员的|组织安排|培训|事宜|计划|报告|住宿预|销售业务|\)?总经理|旅游|[、,]会务|、酒店|及会议|、会议"
    r"|总结|机会)"
)
_OTHER_TRAVEL_BEFORE = Lazy(
    r"(?:商务|领导|总经理|董事长|经理|老板|员工|个人旅游|安排|负责|协助|人员|办理|处理|会务|管理|行程|机票"
    r"|申请|客户|晋升[^,]{0,20})(?:的|日常|各项|及|和)*$"
)
_LEISURE = Lazy(r"(?:(?:旅游|旅行|休闲)、?|是否|有无)$")
_WILLING = Lazy(
    r"能|适应|接受|需|须|经常|可|配合|服从|长期|短期|频繁|愿|偶尔|有时|定期|胜任|随|要求|适合|全国|省内|补"
    r"|不反感"
)


def read_travel(sentence: Sentence) -> Iterator[Requirement]:
    """Yield whether the work involves travel."""
    text = sentence.text
    values: set[bool] = set()
    for count, match in enumerate(_TRAVEL.re.finditer(text)):
        if count == MAX_CUES:
            break
        start, end = match.span()
        is_travel = match.lastgroup == "yes"
        before, behind = text[max(start - 20, 0) : start], text[end : end + 10]
        certainty = 0.9
        if is_travel:
            near = sentence.before(start) + sentence.after(end, 12)
            if (
                _LEISURE.re.search(before)
                or _OTHER_TRAVEL.re.match(behind)
                or (_OTHER_TRAVEL_BEFORE.re.search(before) and not _WILLING.re.search(sentence.before(start)))
            ):
                continue
            certainty = 0.9 if _WILLING.re.search(near) else 0.6
        elif not text[start:end].startswith(("无", "不", "免", "没", "少", "极")):
            continue
        if is_travel and False in values and start - 12 < 0:
            continue
        if is_travel not in values:
            values.add(is_travel)
            yield Requirement("travel", is_travel, True, certainty, start, end)


_DAY_WAGE = Lazy(
    r"(?P<item>计件(?!奖|提成|补|任务|统计|员|产品)|按件计|记件)|(?P<day>日结|天结|当天结|当日结|(?:工资|薪"
    r"|款)[^,;]{0,4}现结"
    r"|/现结|时薪|(?<!当)日薪(?!酬)|小时工(?!作|资制)|钟点工|按(?:天|日|小时)(?:计|结|算|付|发)|计时工|按天"
    r"|日工资)"
    r"|(?P<rate>[0-9]+(?:\.[0-9]+)?(?:[-~—至到][0-9]+(?:\.[0-9]+)?)?(?:元|块)?(?:左右|以上|起)?(?:/|每|一"
    r"|\\)(?:人)?(?:/|每)?(?:每)?(?:天|日|小?时|工时|钟|h(?![a-z])|hour)|(?:每天|一天|每小时|一小时|每日"
    r"|一个小时)(?:工资)?[^,0-9]{0,4}[0-9]+(?:-[0-9]+)?(?:元|块))"
)
_NOT_WAGE_BEFORE = Lazy(
    r"(?:补助|补贴|餐补|津贴|加班费?|奖金?|饭补|餐费|生活费|住宿费?|交通费?|车补|房补|话补|全勤|伙食|高温"
    r"|夜班|罚|扣|培训|试用|实习期|见习|周[六日末]|节?假日|双休日?|平时|法定|约合|出差|超时|标准间|房租"
    r"|学习期|试岗|免费|带薪|试工|补|工龄)[^,;]{0,12}$"
)
_NOT_WAGE_BEHIND = Lazy(r"(?:的|左右|为)?(?:补|津贴|餐|饭|午餐|加班|奖|工作制|制度|伙食|罚)")
_NOT_ITEM = Lazy(r"(?:无|非|不)(?:是)?$")


def read_day_wage(sentence: Sentence) -> Iterator[Requirement]:
    """Yield whether pay is by the day, the hour or the item instead of the month."""
    text = sentence.text
    for count, match in enumerate(_DAY_WAGE.re.finditer(text)):
        if count == MAX_CUES:
            return
        start, end = match.span()
        before = text[max(start - 16, 0) : start]
        if match.lastgroup == "rate":
            if _NOT_WAGE_BEFORE.re.search(before) or _NOT_WAGE_BEHIND.re.match(text, end):
                continue
            if "元" not in match.group() and "块" not in match.group() and not _PAY.re.search(before):
                continue
        elif _NOT_ITEM.re.search(before) or (match.lastgroup == "day" and "加班" in before):
            continue
        yield Requirement("day_wage", True, True, 0.8 if match.lastgroup == "rate" else 0.9, start, end)
        return


_PAY = Lazy(r"薪|工资|待遇|收入|报酬|底薪|保底|兼职|价")

_COMMISSION = Lazy(
    r"(?<!责任)(?<!责)(?:无|没有|零|(?<![0-9.k-])0|不设|不含|不发)底薪(?!上限|限制|压力)"
    r"|底薪[:为 ]{0,2}(?:无(?!责)|0(?![0-9])|零)(?!责)|纯(?:提成|佣金)|(?:只有|全部?|全靠|仅|完全)(?:是|为|靠"
    r"|拿)?(?:业绩)?(?:提成|佣金)(?:制|,|$)|无(?:保底|基本)工资"
)
_REFUSED_COMMISSION = Lazy(r"(?:不是|绝非|非|拒绝|告别|并不是|不会|有)[^,]{0,4}$")


def read_commission(sentence: Sentence) -> Iterator[Requirement]:
    """Yield whether pay is commission only."""
    match = _COMMISSION.re.search(sentence.text)
    if match and not _REFUSED_COMMISSION.re.search(sentence.text[max(match.start() - 8, 0) : match.start()]):
        yield Requirement("commission_only", True, True, 0.85, *match.span())
