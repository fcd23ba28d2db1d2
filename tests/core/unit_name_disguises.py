"""Generator of disguised names of military units: transformation x phrase. All numbers are invented.

The detector was developed on DEVELOPED. HELD_OUT was written before its first measurement and looked at once:
791 of 821 were refused (0.963); stars and hearts between figures were not, which are separators since then.
A transformation that does not change a phrase is not counted for it.
"""

from collections.abc import Callable, Iterator

CODES = (
    "曾在73121部队服役",
    "原94259部队",
    "61786部队汽车兵",
    "部队代号73905",
    "部队31667",
    "8623部队炊事班",
    "PLA 72465",
    "解放军第54集团军",
    "武警8721部队",
)
UNITS = (
    "第54军",
    "第82集团军某旅",
    "某集团军163旅",
    "38军112师",
    "121师361团服役",
    "三营七连炊事员",
    "2营4连班长",
    "第一二一师",
    "东部战区某旅",
    "南部战区某基地",
    "第3支队服役",
)
EQUIPMENT = (
    "歼-20",
    "歼20维护",
    "轰-6K",
    "99A坦克驾驶",
    "96式坦克",
    "168舰",
    "372潜艇",
    "东风-41",
    "东风41导弹",
    "055型驱逐舰",
    "052D驱逐舰",
    "运-20机务",
    "空警-500",
    "巨浪-2",
    "辽宁舰",
)
PHRASES = (*CODES, *UNITS, *EQUIPMENT)

_ASCII = "0123456789"
Transformation = Callable[[str], str]


def _digits(figures: str) -> Transformation:
    table = str.maketrans(_ASCII, figures)
    return lambda text: text.translate(table)


def _between_all(mark: str) -> Transformation:
    return lambda text: mark.join(text.replace(mark, "")) if mark not in text else mark.join(text)


def _inside_numbers(mark: str) -> Transformation:
    def transform(text: str) -> str:
        result = ""
        for index, character in enumerate(text):
            result += character
            if character in _ASCII and text[index + 1 : index + 2] in [*_ASCII]:
                result += mark
        return result

    return transform


def _after_each(mark: str) -> Transformation:
    return lambda text: "".join(character + mark for character in text)


def _full_width(text: str) -> str:
    return "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in text)


def _traditional(text: str) -> str:
    table = "队隊军軍团團师師营營连連舰艦战戰区區号號车車东東风風轰轟驱驅运運长長红紅飞飛"
    return text.translate(str.maketrans(table[::2], table[1::2]))


def _leet(text: str) -> str:
    return text.replace("1", "l").replace("0", "O") if any(word in text for word in ("部队",)) else text


def _mixed(text: str) -> str:
    """Take each digit from another script."""
    scripts = (
        "0123456789",
        "〇一二三四五六七八九",
        "０１２３４５６７８９",
        "零壹贰叁肆伍陆柒捌玖",
        "⓪①②③④⑤⑥⑦⑧⑨",
    )
    return "".join(
        scripts[index % len(scripts)][int(character)] if character in _ASCII else character
        for index, character in enumerate(text)
    )


def _chain(*transformations: Transformation) -> Transformation:
    def transform(text: str) -> str:
        for transformation in transformations:
            text = transformation(text)
        return text

    return transform


def _reversed_display(text: str) -> str:
    return f"\u202e{text[::-1]}\u202c"


_CHINESE = _digits("〇一二三四五六七八九")

DEVELOPED: dict[str, Transformation] = {
    "plain": lambda text: text + "。",
    "spaces between all": _between_all(" "),
    "full width": _full_width,
    "Chinese numerals": _CHINESE,
    "formal numerals": _digits("零壹贰叁肆伍陆柒捌玖"),
    "spoken numerals": _digits("洞幺两三四五六拐八勾"),
    "circled digits": _digits("⓪①②③④⑤⑥⑦⑧⑨"),
    "traditional": _traditional,
    "zero width": _between_all("\u200b"),
    "left-to-right marks": _between_all("\u200e"),
    "shown right to left": _reversed_display,
    "hyphens in numbers": _inside_numbers("-"),
    "dots in numbers": _inside_numbers("."),
    "slashes in numbers": _inside_numbers("/"),
    "letters as figures": _leet,
}

HELD_OUT: dict[str, Transformation] = {
    "keycaps": lambda text: "".join(f"{c}\ufe0f\u20e3" if c in _ASCII else c for c in text),
    "negative circles": _digits("⓿❶❷❸❹❺❻❼❽❾"),
    "bold mathematical figures": _digits("𝟎𝟏𝟐𝟑𝟒𝟓𝟔𝟕𝟖𝟗"),
    "Arabic-Indic figures": _digits("٠١٢٣٤٥٦٧٨٩"),
    "Devanagari figures": _digits("०१२३४५६७८९"),
    "superscripts": _digits("⁰¹²³⁴⁵⁶⁷⁸⁹"),
    "combining strokes": _after_each("\u0336"),
    "soft hyphens": _between_all("\u00ad"),
    "word joiners": _between_all("\u2060"),
    "tag characters": _after_each("\U000e0041"),
    "middle dots between all": _between_all("·"),
    "underscores between all": _between_all("_"),
    "asterisks between all": _between_all("*"),
    "two hyphens in numbers": _inside_numbers("--"),
    "wide spaces between all": _between_all("\u3000"),
    "stars in numbers": _inside_numbers("★"),
    "hearts in numbers": _inside_numbers("❤"),
    "a script for each digit": _mixed,
    "brackets": lambda text: "".join(f"（{c}）" if c in _ASCII else c for c in text),
    "corner brackets around numbers": lambda text: text.replace("73121", "【73121】").replace(
        "94259", "[94259]"
    ),
    "traditional, Chinese numerals": _chain(_traditional, _CHINESE),
    "Chinese numerals, spaces": _chain(_CHINESE, _between_all(" ")),
    "full width, zero width": _chain(_full_width, _between_all("\u200d")),
    "formal numerals, hyphens": _chain(_inside_numbers("-"), _digits("零壹贰叁肆伍陆柒捌玖")),
    "pinyin of the unit": lambda text: text.replace("部队", "budui"),
    "half pinyin": lambda text: text.replace("部队", "bu队"),
    "number last": lambda text: text.replace("73121部队", "部队号73121").replace("94259部队", "部队：94259"),
    "variant selectors": _between_all("\ufe0e"),
    "within a sentence": lambda text: f"本人2008年入伍，{text}，2013年退役，会修车",
}


def disguises(transformations: dict[str, Transformation]) -> Iterator[tuple[str, str, str]]:
    """Yield (transformation, phrase, disguise) wherever the transformation changes the phrase."""
    for name, transform in transformations.items():
        for phrase in PHRASES:
            if (text := transform(phrase)) != phrase:
                yield name, phrase, text
