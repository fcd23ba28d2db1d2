"""Certificates, licences and examinations that an advertisement asks for."""

import re
from collections.abc import Iterator
from functools import cache
from itertools import islice

from matching.knowledge import certificates
from matching.requirements.scope import PREFERENCE, is_strict
from matching.requirements.text import MAX_CUES, Lazy, Sentence
from matching.requirements.types import Requirement

_DRIVING = (
    r"(?:准驾车型 ?)?(?<![a-z0-9])[abc][123]?(?:[、/,或][abc][123]?)*(?: ?(?:及|或)?其?(?:以上"
    r"|\+))?(?: ?(?:类|型|牌|级|本))?(?:的)?(?: ?(?:机动车|汽车|大车|货车|小车))?"
    r"(?:驾照|驾驶证|驾驶执照|驾驶照|驾驶本|驾证|证|照|本)(?: ?(?:或|及|含|以及)?以上)?"
    r"|(?:驾驶证|驾照|驾驶执照|驾证)"
)
_GRADE = r"(?:[一二三四五六七八1-8] ?级|[46](?![0-9年月%]))(?:[甲乙]等?)?"
_EXAMINATION = (
    rf"(?:大学|国家|公共|专业|通过|过|cet)?(?:英语|英文|日语|日文|普通话|韩语|计算机|德语|法语|俄语)(?:国家"
    rf"|大学|全国|等级|考试|能力|水平|口语|通过|证书|过|达到?|达|要求|考级|:|,|\(| |-|cet|n"
    rf"|水平){{0,4}}(?:{_GRADE}|n[1-3])"
    rf"|大学(?:英语)?{_GRADE}|cet ?-? ?(?:[46]|[四六]级)|(?<![a-z])tem ?-? ?[48]|专业?[四八](?:级)?(?=证"
    rf"|以上|及以上|优先|水平|者)|(?<![a-z0-9])n[12](?=级|证|以上|及以上|水平)"
    r"|(?:雅思|托福|托业|toefl|ielts|toeic)(?= ?[0-9]|成绩|证)"
)
# Names that are a certificate by themselves; the short ones need a word of holding near.
_NAMES = (
    r"(?:注册|执业)(?:会计师|税务师|安全工程师|建造师|造价工程师|监理工程师|消防工程师|药师|中药师|西药师"
    r"|医师|律师|护士|资产评估师|城市规划师|结构工程师|电气工程师)(?:(?:资格|执业|职业)*(?:证书?|资格))?"
    r"|(?:通过)?(?:国家)?(?:统一)?(?:司法|法律职业资格)考试|[一二]级建造师(?:证书?)?|建造师证|造价师证"
    r"|信息系统项目管理师|系统集成项目管理工程师|软件设计师|系统架构设计师|内审员(?:证书?)?"
    r"|(?:三级|二级|一级)?(?:理财规划师|心理咨询师|健康管理师|营养师|人力资源管理师|消防设施操作员"
    r"|建构筑物消防员)(?:证书?)?"
)
_SHORT_NAMES = (
    r"(?<![a-z])(?:cpa|cfa|acca|cfp|afp|pmp|frm|ccna|ccnp|ccie|hcna|hcnp|hcia|hcip|hcie|cisp|cissp|cisa"
    r"|cism|ocp|ocm|oca|rhce|rhca|rhcsa|vcp|mcse|mcp|itil|软考|istqb|cka|ceh|oscp|cisd|prince2)(?![a-z])"
    r"|(?<![a-z])[a-z]{3,10}(?= ?认证(?:者|优先|证书|工程师))"
)
_TITLE = (
    r"(?:(?:初|中|高|副高|正高|助理)级?[及或]?(?:以上)?(?:专业)?(?:技术)?|(?:专业)?技术"
    r"|相关(?:专业)?(?:技术)?|(?:初级|中级|高级|助理)?(?:工程师|会计师|经济师|统计师|审计师|教师)(?:类|系列"
    r"|及以上|以上)?)职称"
)
# Characters that a cue may begin with; the others are passed over quickly.
_FIRST = (
    r"(?=[a-z准驾大国公专通过英日普韩计德法俄雅托注执统司一"
    r"二建造信系软内三理心健营人消初中高副正助工会经审教技相])"
)
_VEHICLE = Lazy(r"(?:机动车|汽车|叉车|铲车|[\u4e00-\u9fff]{2}机)$")
_CUE = Lazy(
    rf"{_FIRST}(?:(?P<driving>{_DRIVING})|(?P<exam>{_EXAMINATION})|(?P<name>{_NAMES})"
    rf"|(?P<short>{_SHORT_NAMES})|(?P<title>{_TITLE}))"
)
_GENERIC_END = Lazy(
    r"证书|执照"
    r"|(?<![保认验论签查见印求考公佐旁例凭单实确担质指辩取反用制])证(?![本券劵明实据件照监言人候婚书伪])"
    r"|(?:执业|从业|职业|教师|护士|药师|医师|律师)资格(?![审条要证:])"
)
# Where a name begins: behind a word of holding, of asking, or of joining.
_NAME_LEAD = Lazy(
    r".*(?:持有?|具有|具备|拥有|(?<![所没])有(?!害|色|机|限)|须|需要?|要求|获得?|取得|考取|得|凭|带有"
    r"|相关的?|及以上|以上|或者?|和|及|与|、|/|的|《|可|通过|为|是|若|无|年|等(?!级)|者|且|并|同时|个|必须"
    r"|其中|各|懂|会(?!计)|国家(?!职)|熟悉|证书?(?![券劵明])|优先)(?=.)"
)
_HOLDING = Lazy(
    r"持|有|具|须|需|取得|获得|考取|拥|凭|要求|通过|具备|优先|必须|至少|上岗|:|者|以上|佳|考过|达到"
)
_NO_CERTIFICATE = Lazy(
    r"学历|学位|毕业|身份|居住|暂住|退伍|退役|工作证|户口|结婚|房产|登记|荣誉|获奖|双证|一证|两证|三证|ca证"
    r"|ssl|数字|https|(?:权威|生产|经营|卫生)许可|产品|质保|签证|认证证书$|转正|股权|信用|报关单|凭|专利"
    r"|著作|软著|原|该|此|体检"
)
_NOT_ASKED_NEAR = Lazy(
    r"颁发(?!的)|办理|携带|复印|原件|代办|申请|年检|照片|审核|检查|开具|请带|带好|提供[^,]{0,6}培训|免费|考证"
    r"|可获|获国家|登记|证照|证书管理|管理证|备案|整理|收集|扫描|第二|报名时|带上|出示|准备|申报|投标|查询"
    r"|学信网|协助|审查|挂靠|参加[^,]{0,10}培训|荣获|公司(?:拥有|具有|已)|发放|报销|补贴|津贴"
)
_SHORT_NEAR = Lazy(r"证|资格|持有|考试|优先|通过")
_SUMMARY_BEFORE = Lazy(r"等(?:相关|类|专业|计算机|行业|国家)*(?:的)?$")
_CONTINUES = Lazy(r"[、,/和及或与 ]{1,3}")
_WITHOUT = Lazy(r"(?:无|没有?|无需|不需要?|不要求|不限)[^,]{0,4}$")

_DRIVING_CLASS = Lazy(r"[abc][123]?")
_DRIVING_CODES = {"a": "driving_a2", "b": "driving_b2", "c": "driving_c1"}
_DRIVING_NAME = Lazy(
    r"(?<!机)(?<!叉车)(?<!铲车)驾(?:照|证|驶证|驶执照|驶本|驶照)|准驾|^[abc][123]?[^a-z]*[证照本]"
)
_ANY_CAR = "driving_c2"
# Stem of a name, as the name of a group: the code of data/certificates.csv. The first that fits counts.
_STEMS = Lazy(
    r"(?P<electrician_high>高压)|(?P<welder>焊)|(?P<elevator>电梯)|(?P<electrician_low>电工|低压|进网)"
    r"|(?P<forklift_n1>叉车)"
    r"|(?P<dangerous_goods>危险(?:货|品)|危货|危化|押运)|(?P<road_transport>货运|客运|道路|营运)"
    r"|(?P<crane_q2>起重|吊车|行车|天车|(?<![a-z])q2)"
    r"|(?P<excavator>挖掘机|挖机|装载机|转载机|铲车|工程机械)|(?P<working_at_height>登高|高空|高处)"
    r"|(?P<boiler>锅炉|司炉)|(?P<refrigeration>制冷|空调)"
    r"|(?P<security_guard>保安|安保)|(?P<fire_facility>消防设施|消防员|消控|消防|建构筑物)"
    r"|(?P<food_health>健康证)|(?P<chef>厨师|烹调|烹饪)"
    r"|(?P<nurse>护士)|(?P<doctor>执业医师|医师资格|医师证)|(?P<emergency_rescuer>救护员|急救)"
    r"|(?P<safety_engineer>注册安全工程师|注安)"
    r"|(?P<accountant>会计|会记)|(?P<teacher>教师|教资)|(?P<social_worker>社工|社会工作)|(?P<hr>人力资源)"
    r"|(?P<computer>计算机)|(?P<uav>无人机)"
    r"|(?P<seafarer>海员|船员|适任)|(?P<aviation_maintenance>航空器维修)|(?P<surveyor>测绘)"
    r"|(?P<auto_repair>汽修|汽车维修)|(?P<fitter>钳工)"
    r"|(?P<pressure_vessel>压力容器)|(?P<blaster>爆破)|(?P<psychologist>心理咨询)|(?P<lifeguard>救生)"
    r"|(?P<coach>社会体育指导|健身教练)"
    r"|(?P<logistics>物流师)|(?P<translator>翻译)|(?P<property_manager>物业管理师|物业经理)"
)


@cache
def _known_codes() -> frozenset[str]:
    return frozenset(certificates())


def certificate_code(name: str) -> str:
    """Return the code of data/certificates.csv for a name as written; empty if the file has none.

    Of several classes of a driving licence the lowest counts, a licence without a class is that of any car.
    """
    if _DRIVING_NAME.re.search(name):
        classes = sorted(_DRIVING_CLASS.re.findall(name))
        if not classes:
            return _ANY_CAR
        code = _DRIVING_CODES.get(classes[-1]) or f"driving_{classes[-1]}"
    else:
        match = _STEMS.re.search(name)
        code = (match.lastgroup or "") if match else ""
    return code if code in _known_codes() else ""


def read_certificates(sentence: Sentence) -> Iterator[Requirement]:
    """Yield each certificate that a sentence asks for."""
    text = sentence.text
    floor = 0
    cues = [*islice(_CUE.re.finditer(text), MAX_CUES), *islice(_GENERIC_END.re.finditer(text), MAX_CUES)]
    for match in sorted(cues, key=re.Match.start):
        start, end = match.span()
        if start < floor:
            continue
        is_generic = match.re is _GENERIC_END.re
        certainty = 0.9
        if is_generic:
            name = _generic_name(sentence, floor, end)
            if not name:
                continue
            start, certainty = end - len(name), 0.85
            end += 2 if name[:-1] in ("", "持", "有") and text[end : end + 2] == "上岗" else 0
        elif match.lastgroup == "short" and not _SHORT_NEAR.re.search(text):
            continue
        elif match.lastgroup == "driving":
            vehicle = _VEHICLE.re.search(text, max(start - 3, floor), start)
            start = vehicle.start() if vehicle else start
        elif match.lastgroup == "exam" and text[end : end + 2] == "证书":
            end += 2
        is_sure = not is_generic and match.lastgroup in ("exam", "title")
        if not _is_asked(sentence, start, end, floor, is_sure=is_sure):
            continue
        name = text[start:end].strip()
        floor = end
        strict = is_strict(sentence, "certificate", start, end)
        code = certificate_code(name)
        yield Requirement(
            "certificate", name, strict, certainty if code else certainty - 0.1, start, end, code=code
        )


def _generic_name(sentence: Sentence, floor: int, end: int) -> str:
    """Return the name that ends with 证 at `end`, empty if no certificate is meant."""
    text = sentence.text
    begin = max(sentence.clause(end - 1).start, floor, end - 24)
    head = text[begin:end]
    lead = _NAME_LEAD.re.match(head[:-1])
    name = head[lead.end() :] if lead else head
    name = name.strip(" ")
    behind = text[end : end + 2]
    if (
        behind[:1] == ":"
        or behind == "要求"
        or (floor and _SUMMARY_BEFORE.re.search(text, begin, end - len(name)))
    ):
        return ""
    if name in ("证", "证书", "执照"):
        before = text[begin : end - len(name)]
        if (name == "证" and (behind == "上岗" or before.endswith(("持", "有")))) or (
            name == "证书" and before.endswith("相关")
        ):
            return name
        return ""
    if _NO_CERTIFICATE.re.search(name) or len(name) > 18:
        return ""
    return name


def _is_asked(sentence: Sentence, start: int, end: int, floor: int, *, is_sure: bool) -> bool:
    """Return whether the words around a certificate ask for it; `floor` is where the one before it ends."""
    text = sentence.text
    clause = sentence.clause(start)
    before, behind = text[clause.start : start], text[end : clause.end]
    if _NOT_ASKED_NEAR.re.search(text[max(start - 20, 0) : end + 12]) or _WITHOUT.re.search(before[-10:]):
        return False
    if (
        is_sure
        or _HOLDING.re.search(before[-16:])
        or _HOLDING.re.match(behind)
        or PREFERENCE.re.search(behind)
    ):
        return True
    if floor and _CONTINUES.re.fullmatch(text, floor, start):
        return True
    return not before.strip(" ,、") or not behind.strip(" ,、等")
