"""Detector of names, code numbers and equipment of military units, disguised or plain.

    list(find_unit_names("原７-3-①二1部 隊")) -> [(1, 12)]

Model fields, forms, imports and the wording checker all use it. No Django here.
"""

import re
from collections.abc import Iterator

from portal.core.disguises import FoldedText, delete, undisguise

# A number in figures or characters, also as soldiers say it (洞幺两拐勾).
_NUMERALS = "0-9零〇○一二三四五六七八九幺两兩洞拐勾壹贰叁肆伍陆柒捌玖"
_CHINESE_DIGITS = str.maketrans(
    "零〇○一二三四五六七八九幺两兩洞拐勾壹贰叁肆伍陆柒捌玖", "000123456789122079123456789"
)
_DIGITS = str.maketrans(
    "零〇○一二三四五六七八九幺两洞拐勾壹贰叁肆伍陆柒捌玖lIoOzZsSB", "00012345678912079123456789110022558"
)
# What may stand inside a name without ending a clause.
_GAP = (
    r"[^\S\n]|[-–—―_.·•・/\\*~|+=#&^%$@!'\"“”‘’,()\[\]{}<>（）【】「」『』〔〕《》:：、`′…★☆⭐♥♦●■◆✦✧✨※☞→]"
)
_SEPARATORS = rf"(?:{_GAP}){{0,3}}"
_NUMBER = (
    rf"(?<![{_NUMERALS}])(?<![{_NUMERALS}][-./ ])[{_NUMERALS}]"
    rf"(?:{_SEPARATORS}[{_NUMERALS}]){{3,5}}(?![{_NUMERALS}])"
)
_TROOPS = rf"(?:[部步布补]{_SEPARATORS}[队对]|军队|\btroops?\b|\bBD\b|\bb ?u ?d ?u ?i\b)"

_CODE_NUMBERS = (
    # 73121部队, 七三一二一 部队
    re.compile(rf"(?P<number>{_NUMBER}){_SEPARATORS}(?:号|的)?{_SEPARATORS}{_TROOPS}", re.IGNORECASE),
    # 部队73121, 部队番号：73121
    re.compile(
        rf"{_TROOPS}{_SEPARATORS}(?:番号|代号|代码|编号|号码|是|为|第|号){{0,2}}{_SEPARATORS}(?P<number>{_NUMBER})"
        r"(?!\s*(?:年|元|人|名|万|块|多|余|平|公里|米|户|家|[.:：]?\d))",
        re.IGNORECASE,
    ),
    # 队部12137: shown from right to left by a mark that the field has dropped
    re.compile(rf"队{_SEPARATORS}部{_SEPARATORS}(?P<number>{_NUMBER})(?!\s*(?:年|元|人|名|万|室|楼|号))"),
    # PLA 73121, Unit 73121, 解放军73121, 73121 unit
    re.compile(
        rf"(?:(?<![A-Za-z])C?PLA(?![A-Za-z])|people.?s\s+liberation\s+army|\bunit\b|\bMUCD\b|解放军|武警|番号|部队代号)[^，。；\n0-9]{{0,12}}?"
        rf"(?P<number>{_NUMBER})(?!\s*(?:年|元|人|名|万))",
        re.IGNORECASE,
    ),
    re.compile(
        r"(?P<number>(?<![\d.])[3-9]\d{4})\s*(?:unit\b|分队|部(?=[，。；\s、）)]|$|服|退|当|入))",
        re.IGNORECASE,
    ),
    re.compile(rf"(?P<number>{_NUMBER})(?:的)?(?:战友|老兵|退役军?|退伍军?|服役|当兵|入伍)"),
    # 731Z1部队: letters that look like figures
    re.compile(
        rf"(?P<number>(?<![0-9A-Za-z])(?=[0-9lIoOzZsSB]*[0-9][lIoOzZsSB]?[0-9])[0-9lIoOzZsSB]{{5}}){_SEPARATORS}{_TROOPS}"
    ),
    re.compile(
        rf"(?:{_TROOPS}|武警|解放军){_SEPARATORS}(?:番号|代号|代码|编号|号|是|为){{0,2}}{_SEPARATORS}"
        r"(?P<number>(?=[0-9lIoOzZsSB]*[0-9][lIoOzZsSB]?[0-9])(?=[0-9]*[lIoOzZsSB])[0-9lIoOzZsSB]{4,5})(?![0-9A-Za-z])"
    ),
    re.compile(rf"[{_NUMERALS}](?:[，。；、]\s?[{_NUMERALS}]){{4}}{_SEPARATORS}{_TROOPS}"),
    re.compile(rf"[一二三四五六七八九两]万[零一二三四五六七八九两千百十]{{1,8}}{_SEPARATORS}{_TROOPS}"),
)
_YEAR = re.compile(r"(?:19|20)\d\d")

_ORDINAL = r"[0-9一二三四五六七八九十百零〇幺两洞拐勾]"
_CIVIL = (
    r"(?:交警|交通|城管|刑侦|消防|救援|执法|特警|公安|地质|勘[查探测]|高速|路政|航道|海事|缉私|稽查|生产|监察|巡防|应急|保安|护卫"
    r"|工程|施工|勘察|水文|农垦|兵团|建设|销售|营销|业务|客服|学员|志愿)"
)
_ARMED = "(?:武警|海警|飞行|导弹|舰艇?|快艇|特战|侦察|航空|陆航|防空|雷达|警卫|通信|部队|军区|战区|解放军)"
_NAMES = (
    re.compile(r"解放军第"),
    re.compile(
        r"\b\d{1,3}(?:st|nd|rd|th)\s+(?:group\s+army|army|division|brigade|regiment|battalion|corps)\b",
        re.IGNORECASE,
    ),
    re.compile(rf"第?{_ORDINAL}{{1,4}}\s*(?:集团军|军团(?!体)|合成旅|野战军)"),
    re.compile(
        rf"(?<![{_NUMERALS}.,])(?<!兵团)第?(?<!兵团第){_ORDINAL}{{1,4}}(?:师|旅)"
        r"(?!一优)(?![队员长结购体建傅生范资游店徒糟父兄姐哥弟妹社行馆客程费途次居拍法])"
    ),
    re.compile(
        rf"(?<![{_NUMERALS}.,个多团])第?{_ORDINAL}{{1,4}}团(?![队员长结购体建圆年聚餐子块火宠委课圈单期人战游费拓])"
        r"(?=.{0,8}(?:服役|退役|退伍|当兵|战友|部|营|连|参军|入伍|卫生队|炊事|汽车|通信|侦察|炮|机关)|[，。；、\s]|$)"
    ),
    re.compile(
        rf"(?<!{_CIVIL})(?<!{_CIVIL}第)第?(?<![{_NUMERALS}]){_ORDINAL}{{1,4}}支队(?![体建]|和气)"
        rf"(?!.{{0,12}}{_CIVIL})"
    ),
    # A village may still be called 五大队.
    re.compile(
        rf"{_ARMED}[^，。；\n]{{0,8}}?{_ORDINAL}{{1,4}}大队"
        rf"|(?<!{_CIVIL})第?{_ORDINAL}{{1,4}}大队(?=[^，。；\n]{{0,6}}(?:服役|退役|退伍|当兵|参军|战友|入伍))"
    ),
    re.compile(
        rf"(?:第{_ORDINAL}{{1,3}}|(?<![{_NUMERALS}.,年月日])(?:[1-9]\d|[二三四五六七八九]?十[一二三四五六七八九]?|[一二三四五六七八九]{{2}}))军"
        r"(?![人事民工训队衔装医校区用犬属嫂港地绿功号师种垦迷营备需品粮马团旗礼运]|\d)"
    ),
    re.compile(r"(?:战区|军区|集团军)[^,，。;；\s]{0,8}(?:师|旅|团|营|连|基地)(?![队员结购体建])"),
    re.compile(rf"(?:旅|团|营)?{_ORDINAL}{{1,4}}(?:旅|团|营)第?{_ORDINAL}{{1,4}}(?:营|连)(?![锁续接贯带])"),
    re.compile(
        rf"(?<![{_NUMERALS}])第?{_ORDINAL}{{1,4}}连(?=(?:退伍|退役|服役|当兵|炊事|通信|班长|排长|战士|战友|连长|指导员|一班|[一二三四五六]排))"
    ),
)

_MARK = r"[-–—－_ ·./]{0,2}"
_SMALL = r"(?:\d{1,3}|[一二三四五六七八九]?十[一二三四五六七八九]?|[一二三四五六七八九幺洞拐勾零〇两]{1,3})"
_FIGHTERS = r"(?:7|8|10|11|15|16|20|31|35|七|八|十|十一|十五|十六|二十|二零|三十一|三十五)"
_MISSILES = (
    r"(?:3|4|5|11|15|16|17|21|26|27|31|41|三十一|四十一|四一|十一|十五|十六|十七|二十一|二一|二十六|三一)"
)
_EQUIPMENT = (
    # aircraft
    re.compile(rf"(?:歼轰|歼|轰油|轰){_MARK}{_SMALL}(?![年月日号班米吨\d])[A-Za-z]?"),
    re.compile(rf"(?:空警|武直|运油|轰油|攻击|无侦|高新){_MARK}{_SMALL}(?![年月日个名人次\d])"),
    re.compile(r"(?:运|直|强|教)[-–—－·](?:\d{1,2}|[五六八九]|二?十[八九]?)(?![\d.%年月日天元小])[A-Z]?"),
    re.compile(r"(?<![一-龥])(?:运20|直(?:8|9|10|18|19|20)[A-Z]?)(?=[，。；、\s（(]|型|机|飞|$)"),
    re.compile(
        rf"(?<![A-Za-z0-9\-])(?:[Jj][-–—]?{_FIGHTERS}|H[-–—]6|Y[-–—](?:8|9|20)|KJ[-–—]?(?:200|500|2000))[A-Z]?(?![\w\-])",
        re.ASCII,
    ),
    # missiles
    re.compile(
        rf"(?<![A-Za-z])(?:东风|DF){_MARK}{_MISSILES}[A-Z]{{0,2}}(?![\dA-Za-z一二三四五六七八九十]|座|吨|平|米|年|月|日|路|号)"
    ),
    re.compile(
        rf"(?:巨浪|鹰击|长剑|霹雳|红箭){_MARK}{_SMALL}|红旗(?:{_MARK}(?:12|16|17|19|22|26)|[-–—－·]{_SMALL}|[九二][A-C]?导弹)(?![座辆台年])"
    ),
    re.compile(
        r"(?<![A-Za-z])(?:JL|HQ|YJ|CJ|PL)[-–—](?:2|3|9|10|12|15|16|17|18|19|20|21|22|62|83|100)[A-Z]?(?![\w\-])",
        re.ASCII,
    ),
    # vehicles and guns: 坦克300 is a car
    re.compile(
        rf"(?:\d{{2}}|[一二三四五六七八九零〇]{{2}})[A-Za-z]?(?:式|型)?{_MARK}(?:主战|轻型|水陆|重型)?(?:坦克|步战车|自行火?炮|榴弹炮|装甲车)|坦克{_MARK}(?:59|69|79|80|85|88|96|98|99)[A-Z]?(?!\d)"
    ),
    re.compile(r"(?<![A-Za-z])(?:ZT[ZQL]|ZB[DL]|PL[ZL]|PH[LZ]|PGZ|PCL)[-–— ]?\d{2,3}[A-Z]?", re.ASCII),
    # ships
    re.compile(
        rf"(?:舷号{_MARK}(?:为|是|:|：)?\s*{_SMALL}"
        rf"|(?<![{_NUMERALS}.])(?:\d{{2,3}}[A-Z]?|[{_NUMERALS}]{{3}})\s*(?:号|型|级)?(?:导弹|核动力|常规|大型|综合)?"
        r"(?:驱逐|护卫|登陆|补给|扫雷|猎潜|巡防|两栖攻击|潜|核潜|战|军)?(?:舰(?![队载船])|潜艇|猎潜艇|导弹艇|航母)|核潜艇)"
    ),
    re.compile(
        r"0(?:0[1-4]|22|3[3-9]|5[1-9]|7[1-6]|8[12]|9[0-9])[A-Z]{0,2}\s*(?:型|级|大驱|驱逐|护卫|核|潜|登陆|舰)"
    ),
    re.compile(
        r"(?:辽宁|山东|福建|南昌|拉萨|大连|鞍山|无锡|延安|遵义|咸阳|昆明|长沙|贵阳|西宁|厦门|乌鲁木齐|银川|太原|成都|海口|兰州|长春|郑州"
        r"|西安|合肥|南京|济南|武汉|广州|深圳|海南|广西|安徽|四川|井冈山|昆仑山|沂蒙山|长白山|五指山|徐州|黄山|衡阳|玉林|运城|舟山)(?:号)?(?:舰|航母)(?![队载船娘])"
    ),
)
# Marks that show the text after them from right to left.
_REVERSAL = re.compile("[\u202b\u202e\u2067]")
_NOISE = re.compile(rf"(?:{_GAP})+")
_WORDS = re.compile(rf"[{_NUMERALS}\u4e00-\u9fffA-Z]")


def _is_code(number: str) -> bool:
    digits = "".join(c for c in number.translate(_DIGITS) if c.isdigit())
    return 4 <= len(digits) <= 6 and not _YEAR.fullmatch(digits)


def _find_codes(text: str) -> Iterator[tuple[int, int]]:
    for pattern in _CODE_NUMBERS:
        for match in pattern.finditer(text):
            if "number" not in match.re.groupindex or _is_code(match["number"]):
                yield match.span()


def _find_names(text: str) -> Iterator[tuple[int, int]]:
    for pattern in (*_NAMES, *_EQUIPMENT):
        for match in pattern.finditer(text):
            yield match.span()


def _tighten(reading: FoldedText) -> FoldedText:
    """Delete the noise between two numerals, characters or capitals; clause ends stay."""
    text = reading.text
    return delete(
        reading,
        [
            match.span()
            for match in _NOISE.finditer(text)
            if match.start() > 0
            and match.end() < len(text)
            and len(match[0]) <= 3
            and _WORDS.match(text[match.start() - 1])
            and _WORDS.match(text[match.end()])
        ],
    )


# One of these alone may be a word or a name; not beside a capital, a dash or another numeral.
_NUMERAL_RUN = re.compile(
    rf"[{_NUMERALS}]{{2,}}|(?<=[-–—])[{_NUMERALS}]|[{_NUMERALS}](?=[A-Z])|[壹贰叁肆柒捌玖]"
)


def _in_figures(text: str) -> str:
    """Return the text with numerals of every kind as figures, character for character."""
    return _NUMERAL_RUN.sub(lambda match: match[0].translate(_CHINESE_DIGITS), text)


def _find_in(text: str) -> Iterator[tuple[int, int]]:
    reading = undisguise(text)
    tight = _tighten(reading)
    for variant in (reading,) if tight is reading else (reading, tight):
        figures = _in_figures(variant.text)
        for start, end in (*_find_codes(variant.text), *_find_names(variant.text)):
            yield variant.original_span(start, end)
        if figures != variant.text:
            for start, end in _find_names(figures):
                yield variant.original_span(start, end)


def find_unit_names(text: str) -> Iterator[tuple[int, int]]:
    """Yield (start, end) of each name, code number or piece of equipment of a military unit in `text`.

    The spans come in the order of the text and do not overlap.
    """
    spans = set(_find_in(text))
    if _REVERSAL.search(text):
        spans |= {(len(text) - end, len(text) - start) for start, end in _find_in(text[::-1])}
    last = 0
    for start, end in sorted(spans, key=lambda span: (span[0], -span[1])):
        if start >= last:
            yield start, end
            last = end
