"""Pronunciation of a text: toneless pinyin, one syllable per character.

Heteronyms are read by their word (长沙 chang, 长辈 zhang). Other common readings of characters that people
mix up follow, so that 'hangzheng' also finds 行政.
"""

import re
from functools import lru_cache
from itertools import islice, product
from typing import Any

MAX_READINGS = 4  # of one text
_CHINESE = re.compile(r"[\u3400-\u9fff]")
_SPOKEN_CHARACTER = re.compile(r"[0-9a-z\u3400-\u9fff]")

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
    """Return the spoken part of a normalised text, without brackets, dashes and spaces."""
    return "".join(_SPOKEN_CHARACTER.findall(text))


def _letters(run: str) -> Any:
    """Return non-Chinese characters one by one; pypinyin accepts a list as well as the declared text."""
    return list(run)


@lru_cache(maxsize=1 << 15)
def syllables(text: str) -> tuple[str, ...]:
    """Return one syllable for each of `spoken_characters`; a letter or digit represents itself."""
    from pypinyin import Style, lazy_pinyin  # noqa: PLC0415 - 0.3 s, not needed by the first page

    syllable_list = lazy_pinyin(spoken_characters(text), style=Style.NORMAL, errors=_letters, v_to_u=False)
    return tuple(syllable.replace("ü", "v") for syllable in syllable_list)


def readings(text: str) -> list[tuple[str, ...]]:
    """Return the main readings of a text, the most likely first, at most MAX_READINGS."""
    likely = syllables(text)
    choices = [
        dict.fromkeys((syllable, *_HETERONYMS.get(character, ())))
        for character, syllable in zip(spoken_characters(text), likely, strict=True)
    ]
    return list(islice(product(*choices), MAX_READINGS))


def sound(text: str) -> str:
    """Return the most likely reading as one string: '电工' and '电公' give 'diangong'."""
    return "".join(syllables(text))


def initials(reading: tuple[str, ...]) -> str:
    """Return the first letter of each syllable: 'dgsj' for 电工司机."""
    return "".join(syllable[0] for syllable in reading)
