"""Shape of a query before it is interpreted: width, case, traditional characters, words typed with spaces."""

import re
from functools import cache
from typing import NamedTuple

from portal.core.disguises import simplify
from portal.core.text_folding import fold_words

HAN = "\u3400-\u9fff"


class Shape(NamedTuple):
    """Two texts of equal length.

    Attributes:
        written: the characters as typed, in half width, words typed with spaces joined.
        folded: the same in lower case and simplified characters, as all patterns expect it.
    """

    written: str
    folded: str


@cache
def _joints() -> tuple[tuple[re.Pattern[str], str], ...]:
    return (
        # '焊 工', '货 车 司 机': characters that stand alone beside each other are one word
        (re.compile(rf"(?:(?<=\s[{HAN}])|(?<=\A[{HAN}]))\s(?=[{HAN}](?:\s|\Z))"), ""),
        (re.compile(rf"(?<=[{HAN}a-zA-Z0-9])\s(?=[证照](?:\s|\Z))"), ""),  # '电工 证'
        (re.compile(r"(?<![a-zA-Z0-9])([a-eA-EnN])\s([1-3])(?![0-9])"), r"\1\2"),  # 'C 1'
    )


def shape_query(text: str) -> Shape:
    """Return the shape of a query as typed."""
    written = fold_words(text)
    for pattern, joined in _joints():
        written = pattern.sub(joined, written)
    return Shape(written, fold(written))


def fold(text: str) -> str:
    """Return the text in lower case and simplified characters, one character for each."""
    lower = text.lower()
    if len(lower) != len(text):  # 'İ' has two characters in lower case
        lower = "".join(low if len(low := character.lower()) == 1 else character for character in text)
    return simplify(lower)
