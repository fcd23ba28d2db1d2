"""Invented employers of the region, with codes whose check characters are right."""

import random
from dataclasses import dataclass

_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_BRANDS = [
    "远",
    "恒",
    "金",
    "鸿",
    "华",
    "粤",
    "侨",
    "汇",
    "盛",
    "嘉",
    "永",
    "顺",
    "德",
    "泰",
    "宏",
    "安",
    "信",
    "达",
    "明",
    "丰",
    "新",
    "海",
    "富",
    "瑞",
    "凯",
    "万",
    "联",
    "中",
    "立",
    "广",
    "南",
    "东",
    "兴",
    "隆",
    "荣",
    "骏",
    "诚",
    "冠",
    "银",
    "潮",
    "岭",
    "葵",
]
_BRAND_TAILS = [
    "航",
    "达",
    "丰",
    "盛",
    "发",
    "隆",
    "泰",
    "源",
    "业",
    "通",
    "利",
    "信",
    "腾",
    "辉",
    "成",
    "和",
    "润",
    "康",
    "邦",
    "益",
    "旺",
    "祥",
    "程",
    "洲",
    "森",
    "创",
    "维",
    "捷",
    "峰",
    "宇",
]
# Industry section -> trade words, how the name ends, share among employers.
_TRADES: dict[str, tuple[tuple[str, ...], tuple[str, ...], int]] = {
    "C": (
        (
            "五金制品",
            "不锈钢制品",
            "摩托车配件",
            "塑胶",
            "电子科技",
            "卫浴",
            "食品",
            "服装",
            "纸业包装",
            "印刷",
            "化工涂料",
            "机械设备",
            "灯饰照明",
            "陈皮食品",
            "家具",
            "金属表面处理",
        ),
        ("有限公司", "厂", "实业有限公司", "制造有限公司"),
        52,
    ),
    "G": (("物流", "运输", "供应链", "快递服务", "港口服务"), ("有限公司", "服务部"), 8),
    "F": (("商贸", "百货", "建材", "汽车销售服务", "农产品贸易"), ("有限公司", "商行"), 9),
    "E": (("建筑工程", "装饰工程", "市政工程", "机电安装"), ("有限公司",), 6),
    "H": (("酒店", "餐饮管理", "茶餐厅", "农家乐"), ("有限公司", "店"), 6),
    "K": (("物业服务", "物业管理"), ("有限公司",), 4),
    "L": (("保安服务", "人力资源服务", "商务服务", "会展服务"), ("有限公司",), 4),
    "A": (("水产养殖", "农业发展", "柑橘种植", "生态农业"), ("有限公司", "专业合作社"), 3),
    "Q": (("护理院", "医院", "养老服务中心", "门诊部"), ("", "有限公司"), 2),
    "P": (("职业培训学校", "教育咨询", "幼儿园", "驾驶培训"), ("", "有限公司"), 2),
    "N": (("环境服务", "园林绿化", "环保科技"), ("有限公司",), 2),
    "I": (("信息科技", "软件", "网络技术"), ("有限公司",), 2),
    "D": (("电力服务", "水务", "燃气"), ("有限公司",), 1),
    "O": (("汽车维修", "家政服务", "机电维修"), ("有限公司", "中心"), 3),
    "M": (("检测技术", "测绘地理信息", "工程咨询"), ("有限公司",), 1),
}
_SIZES = (("micro", 30), ("small", 48), ("medium", 16), ("large", 6))
_SURNAMES = "陈李黄梁林张吴刘谭余周何冯伍关区邓赵叶"
_CALLED = ("经理", "主管", "小姐", "先生", "主任")
_INTRODUCTIONS = (
    "公司位于{place}，主要从事{trade}，现有员工{staff}余人，生产经营稳定，按时发放工资。",
    "本单位扎根{place}多年，专注{trade}，设有员工饭堂和宿舍，欢迎踏实肯干的退役军人加入。",
    "{place}本地企业，业务为{trade}，管理规范，入职签订劳动合同并购买社保。",
    "主营{trade}，厂区位于{place}，近年新增产线，长期招聘一线技工和管理储备。",
)


@dataclass(frozen=True, slots=True)
class Firm:
    """One invented employer; codes as the database has them."""

    name: str
    uscc: str
    industry: str
    size_band: str
    nature: str
    place: str
    region_code: str
    address: str
    introduction: str
    contact_person: str
    contact_phone: str
    veteran_founded: bool


def uscc(serial: int, county: str) -> str:
    body = f"91{county}MA{serial:07d}"
    total = sum(_ALPHABET.index(c) * pow(3, i, 31) for i, c in enumerate(body))
    return body + _ALPHABET[(31 - total % 31) % 31]


def firms(count: int, towns: list[dict[str, str]], rng: random.Random) -> list[Firm]:
    """`count` employers with names and codes of their own, spread over `towns` (rows of places.places())."""
    counties = {"440703": "江门市蓬江区", "440704": "江门市江海区", "440705": "江门市新会区"}
    others = {"440781": "台山市", "440783": "开平市", "440784": "鹤山市", "440785": "恩平市"}
    prefix = counties | others
    industries = list(_TRADES)
    shares = [_TRADES[i][2] for i in industries]
    xinhui = next(town for town in towns if town["name"] == "会城街道")
    made = [_named("江门市远航物流有限公司", "G", "物流", 1, xinhui, rng)]
    names = {made[0].name}
    while len(made) < count:
        town = rng.choice(towns)
        industry = rng.choices(industries, shares)[0]
        trades, endings, _ = _TRADES[industry]
        trade = rng.choice(trades)
        brand = rng.choice(_BRANDS) + rng.choice(_BRAND_TAILS)
        county = prefix[town["parent"]]
        place = rng.choice((county, "江门市", county + town["name"].removesuffix("镇").removesuffix("街道")))
        name = f"{place}{brand}{trade}{rng.choice(endings)}"
        if name in names:
            continue
        names.add(name)
        made.append(_named(name, industry, trade, len(made) + 1, town, rng))
    return made


def _named(
    name: str, industry: str, trade: str, serial: int, town: dict[str, str], rng: random.Random
) -> Firm:
    size = rng.choices([s for s, _ in _SIZES], [w for _, w in _SIZES])[0]
    staff = {"micro": 12, "small": 80, "medium": 450, "large": 1500}[size] + rng.randrange(8)
    nature = "private" if "有限" in name else rng.choice(("individual", "private"))
    if industry in {"Q", "P"} and not name.endswith("公司"):
        nature = rng.choice(("public_institution", "private"))
    elif rng.random() < 0.08:
        nature = rng.choice(("foreign", "joint", "state"))
    return Firm(
        name=name,
        uscc=uscc(serial, town["parent"]),
        industry=industry,
        size_band=size,
        nature=nature,
        place=town["name"],
        region_code=town["code"],
        address=f"{town['name']}{rng.choice(('工业大道', '科技路', '迎宾路', '临港路', '银洲大道', '中心路'))}{rng.randint(1, 260)}号",
        introduction=rng.choice(_INTRODUCTIONS).format(place=town["name"], trade=trade, staff=staff),
        contact_person=rng.choice(_SURNAMES) + rng.choice(_CALLED),
        contact_phone=str(19_920_000_000 + serial),
        veteran_founded=rng.random() < 0.07,
    )
