"""Numbers of years as they are written: digits, Chinese numerals, ranges, '半'."""

from matching.requirements.text import Lazy

_DIGIT = dict(zip("零一二三四五六七八九", range(10), strict=True)) | {
    "两": 2,
    "壹": 1,
    "贰": 2,
    "叁": 3,
    "俩": 2,
}
_NUMERAL = "[一二两三四五六七八九十半壹贰叁俩]"
_MANY = "(?:多|数|若干|几|好几)"
_NUMBER = rf"(?:[0-9]{{1,2}}|{_NUMERAL}{{1,3}})"
_DASH = r"(?:-|~|—|–|一(?=[0-9])|至|到|或|/)"
_UP = (
    r"(?: ?\((?:含|包含)[0-9]?(?:年)?\))? ?(?:(?:及|或|或者|和|含|即)? ?(?:[0-9]{1,2}"
    r"|[一二三四五六七八九十])?年? ?(?:以上|之上|上以上|已上|往上|或更多|及更多)|\+)(?:的)?(?:\((?:含"
    r"|包含).{0,4}?\))?"
)
YEARS = (
    rf"(?:(?P<low>(?<![0-9.]){_NUMBER}|(?<=[0-9][.])[0-9]{{1,2}}"
    rf"|(?<=[0-9]、)[0-9]{{1,2}})(?:年)? ?(?:{_DASH}{{1,2}} ?(?P<high>{_NUMBER}))?"
    rf" ?(?P<plus>\+|多|来)? ?(?:个)?(?:周年|年(?!龄|薪(?!酬)|假|底|终(?!端)|会(?!计|务|所|展|员)|级"
    rf"|代(?!理|码|维|工|驾)|度|轻|限|审(?!计|核|单)|检(?!验|测|修)|货节|满|金|报))|(?P<many>{_MANY})年)"
    rf"(?P<up>{_UP})?"
)
"""Source of a pattern with the groups low, high, plus, many and up ('以上')."""

CUT_NUMBER = r"(?<![0-9一二两三四五六七八九十半几多数每全当去今明后前近壹贰叁上])年(?:\(含\))?(?:及|或)?以上"
"""Source of a pattern for '年以上' whose number was cut off."""

_ITEM_BEFORE = Lazy(r"(?:要求|资格|描述|职责|条件|标准|我们|说明)[:]?$|[,;]$")
_DECIMAL = Lazy(r"(?<![0-9.])[0-9]\.$")


def number_of(word: str) -> float | None:
    """Return the number that a word means, 0.5 for 半, the lower one of '两三'; None if it means none."""
    if word.isascii() and word.isdecimal():
        return float(word)
    if word.startswith("半"):
        return 0.5
    if "半" in word:
        word = word.replace("半", "")
    if "十" in word:
        tens, _, units = word.partition("十")
        if (tens and tens not in _DIGIT) or (units and units not in _DIGIT):
            return None
        return float(_DIGIT.get(tens, 1) * 10 + _DIGIT.get(units, 0))
    return float(_DIGIT[word[0]]) if word and word[0] in _DIGIT else None


def is_decimal_part(text: str, start: int) -> bool:
    """Return whether the number at `start` is the part of '1.5' behind the point, not the text of item 1."""
    match = _DECIMAL.re.search(text, max(start - 3, 0), start)
    if not match or text[start : start + 1] != "5":
        return False
    before = text[max(match.start() - 8, 0) : match.start()].rstrip(" -")
    return bool(before) and not _ITEM_BEFORE.re.search(before)
