"""How a text sounds: toneless pinyin, a syllable for each character.

Polyphonic characters are read by the word they stand in (长沙 chang, 长辈 zhang). Beside that reading
stand the other main ones of characters that people do mix up, so that 'hangzheng' leads to 行政 as well.
"""

import re
from functools import lru_cache
from itertools import islice, product
from typing import Any

MAX_READINGS = 4  # of one text
_CHINESE = re.compile(r"[\u3400-\u9fff]")
_SPOKEN = re.compile(r"[0-9a-z\u3400-\u9fff]")

# Characters with two readings in everyday words of work and places; the rarer ones of a dictionary are noise.
_HETERONYMS = {
    "长": ("chang", "zhang"),
    "行": ("xing", "hang"),
    "重": ("zhong", "chong"),
    "调": ("diao", "tiao"),
    "会": ("hui", "kuai"),
    "厦": ("sha", "xia"),
    "传": ("chuan", "zhuan"),
    "校": ("xiao", "jiao"),
    "差": ("chai", "cha"),
    "乐": ("le", "yue"),
    "都": ("du", "dou"),
    "率": ("lv", "shuai"),
    "盛": ("sheng", "cheng"),
    "朝": ("chao", "zhao"),
    "便": ("bian", "pian"),
    "降": ("jiang", "xiang"),
    "弹": ("dan", "tan"),
    "曾": ("zeng", "ceng"),
    "单": ("dan", "shan"),
    "参": ("can", "shen"),
    "绿": ("lv", "lu"),
    "壳": ("ke", "qiao"),
    "塞": ("sai", "se"),
}


def has_chinese(text: str) -> bool:
    return bool(_CHINESE.search(text))


def spoken_characters(text: str) -> str:
    """What of a normalised text is spoken: without brackets, dashes and spaces."""
    return "".join(_SPOKEN.findall(text))


def _letters(run: str) -> Any:
    """What is no Chinese character, one by one; pypinyin takes a list as well as the text it declares."""
    return list(run)


@lru_cache(maxsize=1 << 15)
def syllables(text: str) -> tuple[str, ...]:
    """One syllable for each character of `said(text)`; a letter or digit stands for itself."""
    from pypinyin import Style, lazy_pinyin  # noqa: PLC0415 - 0.3 s, not needed by the first page

    syllable_list = lazy_pinyin(spoken_characters(text), style=Style.NORMAL, errors=_letters, v_to_u=False)
    return tuple(syllable.replace("ü", "v") for syllable in syllable_list)


def readings(text: str) -> list[tuple[str, ...]]:
    """The main ways to say a text, the likeliest first: at most MOST_READINGS."""
    likely = syllables(text)
    choices = [
        dict.fromkeys((syllable, *_HETERONYMS.get(character, ())))
        for character, syllable in zip(spoken_characters(text), likely, strict=True)
    ]
    return list(islice(product(*choices), MAX_READINGS))


def sound(text: str) -> str:
    """The likeliest reading in one piece: '电工' and '电公' give 'diangong'."""
    return "".join(syllables(text))


def initials(reading: tuple[str, ...]) -> str:
    """The first letter of each syllable: 'dgsj' for 电工司机."""
    return "".join(syllable[0] for syllable in reading)
