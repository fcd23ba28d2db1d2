"""Words that say how a wish is meant: denial, wish, acceptance, past, exception.

Trades and preferences of the text are masked before markers are looked for, so that '不锈钢' holds no denial
and the '做' of '做饭' no verb of wishing.
"""

import re
from dataclasses import dataclass
from functools import cache

TRADE, PREFERENCE = "\x01", "\x02"
"""Characters that mask the trades and the preferences of a text."""

_ITEM = f"[{TRADE}{PREFERENCE}]"

# Verbs and adverbs that may stand between a denial and what is denied: '不想再去做'.
_VERBS = (
    "(?:想着|想|要|愿意?|考虑|接受|喜欢|打算|希望|准备|能|会(?=考虑|接受"
    "|去|再|选|做|干)|可以?|肯|敢|适合|爱|感兴趣|"
    "再|做|当|干|搞|去|进|上|跑|开|打|找|学|选|投|碰|招|安排|推荐|介绍|给"
    "|让|叫|我|用|需要?|须|必|得(?!不)|参加|从事|"
    "回|到处|到|经常|长期|频繁|总|老|天天|一直|继续|返|揸|在|太|怎么|是|那么"
    "|多|好|行(?![\u4e00-\u9fff])|了(?![\u4e00-\u9fff])|"
    "任何|什么|所有|一切|的)*"
)

_PATTERNS = (
    # Not a denial, though it looks like one.
    (
        "none",
        (
            "不[仅但光只单止一过知清确少够同断满足算高低用妨然错论管]|要不然|是不是|能不能|可不可以|行不行|好不好"
            "|不好意思|从不|不迟到|不早退|不抽烟|没日没夜|无论|[特分区个级类性辞告]别"
            "|别人|别处|别的|不如意|唔该|没有?什么要求"
        ),
    ),
    ("double", "(?:并)?[不唔非]是(?:说)?不(?:想|愿意|肯|能|要)?|不得不|不能不|并非不(?:想|愿意)?"),
    ("rather", "倒?不如(?!意)|宁愿|宁可|宁肯"),
    ("instead", "与其|比起|相比"),
    (
        "accept",
        (
            "[不唔无][怕嫌惧]|不(?:介意|在乎|计较|排斥|反对|拒绝|讨厌|抗拒|在意"
            "|害怕)|[没冇无](?:有)?(?:问题|意见|所谓|关系)"
            "|不成问题|不要紧"
        ),
    ),
    ("except", f"除(?:了|开|去|却)?(?={_ITEM}|[做干当搞去进开跑上不想])|除了"),
    ("outside", "(?:之外|以外)|外(?=[都均的其任还也全可什]|[,，]|$)"),
    (
        "lack",
        (
            "[不唔](?:会|懂|识|熟)(?!考虑|接受|去|再|选)|[没未](?:有)?(?:做|干"
            "|学|当|开|接触|搞)过|[没无](?:有)?(?:证|资格|经验)(?:书)?"
        ),
    ),
    ("deny", "(?:没有?|冇|无)(?:兴趣|意愿|意向)|[不唔]感兴趣"),
    ("deny_condition", f"(?:没有?|无|免|零|冇)(?={_ITEM}|[上加出长常倒]{_ITEM})[上加出长常倒]?"),
    (
        "deny",
        (
            "[做干当上跑熬接受适应扛吃顶加开值]+不(?:了|来|动|下去|住|起|惯|消"
            "|到)|(?:干|做)(?:腻|够|厌|怕|烦)|腻|受够|厌倦|厌烦"
        ),
    ),
    (
        "after",
        (
            "除外|免谈|勿扰|(?<![\u4e00-\u9fff])不行|[不唔](?:得|行|可以)(?![\u4e00-\u9fff])"
            "|就?算了|拉倒|就?免了|pass"
        ),
    ),
    (
        "deny",
        (
            f"(?:打死|坚决|绝对?|尽量|千万|再也|一律|统统)?(?:[不唔]|别(?!{TRADE}?墅)"
            f"|勿|莫|拒绝|谢绝|拒|排除|避开|避免|讨厌|反感|害怕|怕)"
            f"{_VERBS}"
        ),
    ),
    (
        "past",
        (
            "以前|之前|从前|曾经?|原来|原先|过去|当兵(?:时|的时候|期间)?|在?部队里?|服役|入伍|退伍前|经验|经历"
            "|[做干当开学跑搞养修卖管带送看烧打](?:过|了)|从事过|[一二两三四五六七八九十几多半0-9]+多?年"
        ),
    ),
    ("learn", "[想肯愿能可]意?以?(?:去)?(?:学|试)|学(?:一?下|习)?|培训"),
    (
        "accept",
        (
            "(?:[都也就才均])(?:可以?|行|得|能|ok|好|肯|愿意|考虑|接受)|可以?(?:接受"
            "|考虑|适应|承受)?|接受|适应|服从|能(?![力干源])|行(?![\u4e00-\u9fff])"
            "|ok"
            "|愿意|肯"
        ),
    ),
    (
        "want",
        (
            "现在|目前|如今|继续|接着|而是|想|(?<![主需重必紧首])要(?![求是么点紧])"
            "|希望|打算|准备|喜欢|倾向|更|最好|优先|首选|只|就(?!近)|改|转行?"
            "|换|但是?|可是|还是"
            "|找|揾|寻|求职|求|应聘|从事|会(?!议)|考虑|识|懂|擅长|熟悉"
        ),
    ),
)

_ANYTHING = re.compile(
    "什么(?:工作|工种|岗位|活儿?|都|样)|啥(?:都|活)|(?:干|做)(?:什么|啥)都"
    "|任何(?:工作|岗位|工种)|其[他它余]的?(?:工作|岗位|工种|方面|行业)?(?:都"
    "|均|也|随便|可)"
    "|别的(?:都|也)|随便|不挑|不限(?:岗位|工种|行业|职位|工作|专业)?|听从?(?:安排"
    "|分配)|服从(?:安排|分配|调剂|调配)|(?:工种|岗位|职位|行业)不限|无所谓"
    "|有活就|肯做就|哪[样个]都"
)
_ALL = re.compile("都|均|全|什么|任何|随便|其[他它余]|别的|一切|可$")
_ALSO = re.compile("(?:还|也|同时|另外|更|又会|并且)(?![不唔别没])")


@dataclass(frozen=True, slots=True)
class Marker:
    """One marker at [start, end) of a masked clause."""

    kind: str
    start: int
    end: int


@cache
def _pattern() -> re.Pattern[str]:
    """Compiled at first use; a group's name is its kind and its place among the alternatives."""
    return re.compile("|".join(f"(?P<{kind}_{at}>{body})" for at, (kind, body) in enumerate(_PATTERNS)))


def markers(clause: str) -> list[Marker]:
    """Return the markers of a masked clause, in order."""
    matches = []
    for match in _pattern().finditer(clause):
        kind = (match.lastgroup or "").rpartition("_")[0]
        if kind != "none":
            matches.append(Marker(kind, match.start(), match.end()))
    return matches


def accepts_anything(clause: str) -> bool:
    return _ANYTHING.search(clause) is not None


def excludes(rest: str) -> bool:
    """Return whether '除了' excludes, by what follows it: '除了开车，还会修车' includes."""
    also, everything = _ALSO.search(rest), _ALL.search(rest)
    if also is None:
        return True
    return everything is not None and everything.start() < also.start()
