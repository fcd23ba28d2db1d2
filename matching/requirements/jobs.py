"""Several different jobs in one advertisement."""

import re
from collections.abc import Iterator
from itertools import islice

from matching.requirements.text import Lazy, Sentence
from matching.requirements.types import Requirement

_MAX_NAMES = 24
# Groups of jobs, by the words in their names: jobs of one group count as one, 销售代表 and 业务员.
_GROUPS = Lazy(
    r"(?P<driver>司机|驾驶员|叉车|铲车)|(?P<cook>厨师?|炒锅|切配|面点|打荷|凉菜)|(?P<waiter>服务员|传菜"
    r"|迎宾|领位|楼面|包厢|水吧|酒水|吧员|礼仪)"
    r"|(?P<cashier>收银|柜员)|(?P<cleaner>保洁|清洁|洗碗|客房|阿姨|保姆)|(?P<guard>保安|安保|门卫|秩序|监控"
    r"|巡逻)"
    r"|(?P<warehouse>仓|理货|分拣|库管|装卸|搬运|打包|发货|配货|物料)|(?P<courier>快递|送餐|配送|送货|外卖)"
    r"|(?P<electrician>电工|水电|弱电|强电|电气)|(?P<welder>焊)|(?P<fitter>钳工|机修|维修|装配|修理)"
    r"|(?P<machinist>车工|铣|磨床|钻工|cnc|数控|冲压|注塑|车床|折弯|钣金|机台|调机)"
    r"|(?P<worker>普工|操作工|作业员|工人|包装|操作员|学徒|打磨|抛光|油漆|喷|缝纫|裁|印刷|组装|技工)"
    r"|(?P<inspector>质检|检验|品管|品质|qc|质量|测试)"
    r"|(?P<buyer>采购)|(?P<accountant>会计|出纳|财务|审计)|(?P<personnel>人事|人力|招聘)|(?P<clerk>文员"
    r"|前台|行政|助理|文秘|秘书|内勤|录入|统计员|跟单)"
    r"|(?P<service>客服|话务|坐席|接线)|(?P<seller>销售|业务|营销|导购|店员|营业员|促销|顾问|经纪|招商|市场"
    r"|推广|客户|理财|置业|店长|商务|拓展|代表)"
    r"|(?P<designer>设计|美工|策划|文案|编辑|平面)|(?P<programmer>开发|程序|java|php|前端|后端|运维|软件"
    r"|算法|\.net|ios|android|架构|c\+\+)|(?P<teacher>老师|教师|讲师|教练|培训师|幼教)"
    r"|(?P<nurse>护士|护理|医生|药师|护工)|(?P<beauty>美容|美发|按摩|美甲|理疗)|(?P<manager>厂长|总监|经理"
    r"|主管|主任|组长|班长|领班|队长|干部)|(?P<engineer>工程师|技术员|工艺)"
)
_JOB = (
    r"[\u4e00-\u9fffa-z+#.]{0,9}?(?:工|员|师|长|手|助理|司机|干部|专员|代表|顾问|主管|经理|客服|会计|出纳"
    r"|保安|保洁|教练|老师|前台|导购|主任|总监|领班|收银|店员|学徒|阿姨|门卫|厨|仓管|文秘|秘书|内勤|美工"
    r"|采购|人事|护士|工人|人员|普工)"
)
_HEADCOUNT = Lazy(
    rf"(?P<name>{_JOB})(?:\([^()]{{0,8}}\))?(?:[: 、]|若干|各|共|招|聘)*\(?(?:[0-9]{{1,3}}"
    rf"|[一二两三四五六七八九十]{{1,2}}|若干|数|多)(?:[-~][0-9]+)?(?:名|人(?!以|团|的|队|左|间)|位(?!数))"
)
_COUNTS = Lazy(r"(?:[0-9一二三四五六七八九十数多]|若干)\)?(?:名|人|位)")
_LISTED = Lazy(
    r"(?:招聘|急聘|诚聘|诚招|急招|高薪聘|招募|空缺|热招|现招)?(?:的)?(?:岗位|职位|工种|人员)(?:有|为|如下"
    r"|名称|包括)*[: ]+(?P<list>[^;]{4,90})|(?:急聘|诚聘|招聘|诚招|急招|招|聘)[: ](?P<other>[^;]{4,90})"
)
_JOINT = Lazy(r"[、,/ +和及|丨&]+")
_ITEM = Lazy(rf"(?P<name>{_JOB})(?:\(.{{0,10}}\))?(?:[0-9]+(?:名|人|位))?$")
_NOT_OFFERED = Lazy(
    r"晋升|发展|转岗|竞聘|内部|从.{2,8}到|可应聘|带领|管理.{0,6}$|团队.{0,4}$|其中|现有|在册|共有|成员"
    r"|共[0-9]"
)


def _group(name: str) -> str:
    match = _GROUPS.re.search(name)
    if not match:
        return name[-2:]
    return "engineer" if match.lastgroup == "programmer" else match.lastgroup or name


def _are_different(names: list[str]) -> bool:
    return len({_group(name) for name in names}) > 1


def read_jobs(sentence: Sentence) -> Iterator[Requirement]:
    """Yield that a sentence offers two or more different jobs."""
    text = sentence.text
    headcounts: list[re.Match[str]] = []
    if sum(1 for _ in _COUNTS.re.finditer(text)) > 1:
        headcounts = list(islice(_HEADCOUNT.re.finditer(text), _MAX_NAMES))
    if (
        len(headcounts) > 1
        and _are_different([m["name"] for m in headcounts])
        and not _NOT_OFFERED.re.search(text)
    ):
        yield Requirement("jobs", True, True, 0.9, headcounts[0].start(), headcounts[-1].end())
        return
    match = _LISTED.re.search(text)
    if match and not _NOT_OFFERED.re.search(text[: match.start() + 6]):
        group = "list" if match["list"] else "other"
        start, end = match.span(group)
        names = _names(match[group])
        if len(names) > 1 and _are_different(names):
            yield Requirement("jobs", True, True, 0.8, start, end)


def _names(words: str) -> list[str]:
    """Return the names of jobs in a list of them."""
    parts = _JOINT.re.split(words)[:_MAX_NAMES]
    items = [_ITEM.re.match(part.strip()) for part in parts]
    return [item["name"] for item in items if item]


def read_title_jobs(title: str) -> Iterator[Requirement]:
    """Yield that a folded title names two or more different jobs."""
    names = _names(title)
    if len(names) > 1 and _are_different(names):
        yield Requirement("jobs", True, True, 0.75, 0, len(title), in_title=True)


_HEADING = Lazy(
    rf"^[ 0-9.、)(一二三四五六七八九十]*(?:岗位"
    rf"|职位)?[一二三四五六1-9]?[: ]?(?P<name>{_JOB})(?:\(.{{0,12}}\))?(?:[0-9]+(?:名|人|位))?(?::|$"
    rf"|[0-9]+(?:名"
    rf"|人|位))"
)


_HEADING_SIGN = Lazy(r":|名|人|位")
_LONGEST_NAME = 12


def heading_job(sentence: Sentence) -> str:
    """Return the group of the job that a sentence has as its heading, '保安：' or '电工3名'; else empty."""
    text = sentence.text
    if len(text) > _LONGEST_NAME and not _HEADING_SIGN.re.search(text, 0, 24):
        return ""
    match = _HEADING.re.match(text, 0, 40)
    return _group(match["name"]) if match and _GROUPS.re.search(match["name"]) else ""
