"""Fields of study that an advertisement names."""

from collections.abc import Iterator
from functools import cache

from matching.requirements.scope import is_strict
from matching.requirements.text import MAX_CUES, Lazy, Sentence
from matching.requirements.types import Requirement
from matching.tokens import DATA

_MAX_HEAD = 72
_WORD = Lazy(r"专业|科系")
# What may follow when a field of study is meant, and what never does.
_BEHIND_FIELD = Lazy(
    r"(?:类|系)?(?:$|[,:;()\[\]、/+。 -]|优先|者|毕业|大学|本科|大专|专科|中专|硕士|博士|高中|技校|中技"
    r"|及以上|以上|学历|文凭|背景|人员(?:优先|\W|$)"
    r"|人[士才](?:优先|\W|$)|出身|均可|[为最更尤]佳|佳|或|及|和|与|全日制|统招|应届|学生|的?(?:优先|学生"
    r"|毕业)|的$|相关"
    r"|方面|方向|领域|[一二两三四五0-9]|优|[皆亦也]?可"
    r"|学校|院校|有|男|女|年龄|工作经验|经验)"
)
_NO_FIELD_BEHIND = Lazy(
    r"(?:相关)?(?:的?(?:知识|技能|培训|课程|理论|证书|资格|资质|术语|咨询|英语|服务|软件|书籍|素养|能力"
    r"|技术|基础|指导|工具|水平|态度|设备|经验)|化|性|度|市场|团队|从业|从事|经营)"
)
_NOT_LIMITED = Lazy(
    r" ?(?:及学历|、学历|学历|(?:[、和及][^,、]{2,4}){1,3})?(?:要求)?[:为 ]*(?:均|都)?(?:不限|不拘|不作要求"
    r"|不做要求|无要求|没有?要求|无限制)"
)
_LINK = (
    r"(?:等|及|或|和|与|或者|以及|的|类|其|其他|其它|相关|相近|相似|类似|对口|方面|方向|领域|(?<!理)工科"
    r"|(?<!文)理科|之类"
    r"|本科|大专|任一|任意|一种|之一|/|、| )*"
)
_TRAILING = Lazy(_LINK + "$")
_RELATED = Lazy(r"相关|相近|相似|类似")
# A name of one field that contains a joining word: '国际经济与贸易', '计算机科学与技术'.
_ONE_FIELD = Lazy(
    r"和(?=技术)|(?:与|及其?)(?=技术|工程|贸易|应用|工艺|制造|管理|自动化|信息系统|设备|控制|通信工程|装备"
    r"|施工"
    r"|维修|造价)"
)
_JOINT = Lazy(r"(?<!中)(?<!高)等(?!级)(?:的)?|[、/,+]|和|与|以及|或者?|及其?(?!他)| +|\(|\)")
# What comes before the first field in the same clause.
_LEAD = Lazy(
    r".*(?:以上学?历?|学历|文凭|毕业[于生]?|要求为?|全日制|统招|具有|具备|[优限]|有(?!色|机)|为|(?<!可)是"
    r"|主修"
    r"|[男女]性?|岁|优先|[-:*·>;!.】]|院校|大学(?!物理|数学|英语)|高校"
    r"|本科|大专|专科|中专|硕士|博士|高中|技校|不限|良好|应往届|应届|往届|的|须|需|得|其中|一般|高等院校"
    r"|正规|国内|重点|海外|知名|相关|[0-9]+名?|经验|最好|一流)(?=.)"
)
_FIELD_SHAPE = Lazy(r"[\u4e00-\u9fffa-z+#.]{2,16}$")
_NO_FIELD = Lazy(
    r"(?:.*(?:本|所学|各|任何|非|跨|公司|团队|提供|拥有|从事|熟悉|掌握|负责|工作|精神|以|更|最|很|较|其他"
    r"|其它|不(?!动产)|能(?!源)|会(?!计|展|务)|学习|客户|我们|行业|职业|岗位|技能|态度|资深|高度|优秀|良好"
    r"|一定|热爱|服务|培训"
    r"|技术人才|经验|经历|院校|学校|姓名|建立|做到|发展|进行|要求|学历|年龄|文化|证书|打造|形成|成为|不限"
    r"|背景)"
    r"|相关|同等|[一二两三四五六七八九十0-9]+年)"
)
_NEVER_FIELD = Lazy(r"公司|招聘|如下|以下|下列|户籍|性别|经验|经历|工作|能力|证书|优先|以上|知识(?!产权)")
_SIGNS = ("-", "--", "*", "·")
_LIKE = Lazy(r"类似|相近|相似|其他|其它")
_SUFFIX = Lazy(r"(?:类|等|相关|方面|方向|系|工程技术|之|的|及)+$")
_BARE_LEVEL = Lazy(
    r"(?:等)?(?:的)?(?:相关|类)*(?:专业)?(?:大学)?(?:全日制)?(?:本科|大专|专科|中专|硕士|博士)(?:及|或|以上"
    r"|学历|毕业|\()"
)
_BACKGROUND = Lazy(
    r"(?:等)?(?:相关|类)*(?:(?:教育|学科|学历|学术)背景|背景(?=[^,;:]{0,6}优先))|(?:系|学院)毕业"
    r"|(?<!专业)毕业(?!生|设计|于|证|后|[一二两三四五0-9])"
)
_ALTERNATIVE = Lazy(r"(?:学历|经验|以上|经历)(?:者|的|或)*或者?[^,]{0,10}$")
_EXAMPLES = Lazy(r"[^,;()]{0,8}\((?:包含|包括|含|如|比如|例如|限|仅限)?(?P<list>[^()]{2,60})\)")
_BEHIND_HEADING = Lazy(r"(?:要求|背景|方向)?[:为是]{1,2} ?(?P<list>[^;()]{2,60})")


@cache
def _stems() -> Lazy:
    """Return a pattern of the stems of data/majors.txt, the fields of study."""
    lines = (DATA / "majors.txt").read_text(encoding="utf-8").splitlines()
    words = sorted(
        {word for line in lines if not line.startswith("#") for word in line.split()}, key=len, reverse=True
    )
    return Lazy("|".join(words))


def _field(part: str) -> tuple[str, bool]:
    """Return the name of the field in a part of a list, and whether words before it begin the list."""
    lead = _LEAD.re.match(part)
    name = part[lead.end() :] if lead else part
    name = _SUFFIX.re.sub("", name.strip(" ·.-"))
    return name, bool(lead)


def _parts(head: str) -> list[tuple[int, int, str]]:
    """Return the parts of a list, last first, as (start, end, sign before it)."""
    parts, end = [], len(head)
    protected = _ONE_FIELD.re.sub(lambda match: "\0" * len(match.group()), head)
    joints = list(_JOINT.re.finditer(protected))
    for joint in reversed(joints):
        parts.append((joint.end(), end, joint.group()))
        end = joint.start()
    parts.append((0, end, ""))
    return parts


def _fields(head: str, *, is_sure: bool) -> list[tuple[str, int, int]]:
    """Return the fields of study at the end of `head` as (name, start, end), in order.

    Args:
        head: what stands before the word 专业.
        is_sure: whether the words around make any noun a field of study; else its stem must be known.
    """
    fields: list[tuple[str, int, int]] = []
    stems = _stems().re
    previous_sign, depth = "", 0
    for start, end, sign in _parts(head):
        part = head[start:end]
        if part.strip() in _SIGNS:
            break
        name, begins = _field(part)
        if not name:
            if begins or (part.strip() == "" and previous_sign == ","):
                break
            previous_sign = sign
            continue
        is_known = bool(stems.search(name))
        is_last = not fields
        crosses = previous_sign == "," or (previous_sign.isspace() and previous_sign != "")
        if sign.startswith("等"):  # 'A、B等C相关专业' names A and B
            previous_sign = sign
            continue
        if _LIKE.re.match(name):
            previous_sign = sign
            continue
        if _NEVER_FIELD.re.search(name) or len(name) > 16 or not _FIELD_SHAPE.re.match(name):
            break
        is_odd = bool(_NO_FIELD.re.match(name))
        if not is_known and is_odd and not crosses:
            return [field for field in reversed(fields) if stems.search(field[0])]
        if not is_known and (crosses or not (is_sure or not is_last)):
            break
        if crosses and is_odd:
            break
        if crosses and ((begins and len(part) > 14) or len(name) > 9):
            break
        at = start + part.rfind(name)
        fields.append((name, at, at + len(name)))
        depth += (previous_sign == ")") - (sign == "(")
        if begins or depth < 0:
            break
        previous_sign = sign
    return fields[::-1]


def read_majors(sentence: Sentence) -> Iterator[Requirement]:
    """Yield each field of study that a sentence names."""
    text = sentence.text
    names_so_far: set[str] = set()
    last_end = 0
    for count, match in enumerate(_WORD.re.finditer(text)):
        if count == MAX_CUES:
            break
        start, end = match.span()
        behind = text[end : end + 16]
        if _NO_FIELD_BEHIND.re.match(behind) or _NOT_LIMITED.re.match(behind):
            continue
        floor = max(last_end, start - _MAX_HEAD)
        head = text[floor:start]
        trailing = _TRAILING.re.search(head)
        link = trailing.group() if trailing else ""
        is_related = bool(_RELATED.re.search(link))
        if is_related or _BEHIND_FIELD.re.match(behind):
            last_end = end
            yield from _requirements(sentence, floor, start - len(link), end, names_so_far, is_sure=True)
        examples = _EXAMPLES.re.match(text, end)
        if examples:
            first, last = examples.span("list")
            yield from _requirements(sentence, first, last, last, names_so_far, is_sure=False)
        heading = _BEHIND_HEADING.re.match(text, end)
        if heading and not head.strip(" -*0123456789.、所学"):
            first, last = heading.span("list")
            yield from _requirements(sentence, first, last, last, names_so_far, is_sure=False)
    for pattern in (_BARE_LEVEL, _BACKGROUND):
        bare = pattern.re.search(text)
        if bare:
            start, end = bare.span()
            floor = max(last_end if last_end <= start else 0, start - _MAX_HEAD)
            yield from _requirements(sentence, floor, start, end, names_so_far, is_sure=False)


def _requirements(
    sentence: Sentence, floor: int, stop: int, end: int, names_so_far: set[str], *, is_sure: bool
) -> Iterator[Requirement]:
    """Yield the fields of study in the text from `floor` to `stop`; their statement ends at `end`."""
    fields = _fields(sentence.text[floor:stop], is_sure=is_sure)
    stems = _stems().re
    if not fields or (len(fields) > 1 and not any(stems.search(name) for name, _, _ in fields)):
        return
    strict = is_strict(sentence, "major", floor + fields[-1][1], end)
    strict = strict and not _ALTERNATIVE.re.search(sentence.before(floor + fields[0][1], 24))
    for name, start, finish in fields:
        if name not in names_so_far:
            names_so_far.add(name)
            certainty = (0.95 if is_sure else 0.85) if stems.search(name) else 0.65
            yield Requirement("major", name, strict, certainty, floor + start, floor + finish)
