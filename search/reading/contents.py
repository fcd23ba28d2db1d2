"""Pages of the CMS that a query speaks of: fairs, policies, bases, training, news."""

import re
from collections.abc import Iterator
from enum import StrEnum
from functools import cache

from matching.tokens import dictionary
from search.reading.tables import table


class Content(StrEnum):
    """Kind of page that a query is about, beside positions."""

    FAIR = "fair"
    POLICY = "policy"
    BASE = "base"
    TRAINING = "training"
    NEWS = "news"


_OF_POSITIONS = frozenset({"福利", "优先词"})  # categories of the dictionary: '高温补贴' is no policy


@cache
def _patterns() -> tuple[tuple[Content, re.Pattern[str]], ...]:
    patterns = table("query_words")["contents"]
    return tuple((content, re.compile(patterns[content.value])) for content in Content)


def find_contents(text: str) -> Iterator[tuple[Content, int, int]]:
    """Yield (content, start, end) of each word for a kind of page in a folded text."""
    for content, pattern in _patterns():
        for match in pattern.finditer(text):
            if not _is_of_position(text, match.start(), match.end()):
                yield content, match.start(), match.end()


def _is_of_position(text: str, start: int, end: int) -> bool:
    """Return whether the word is part of one that positions offer: '岗前培训', '住房补贴'."""
    words = (
        text[one:other]
        for one in range(max(0, start - 4), start + 1)
        for other in range(end, min(len(text), end + 3) + 1)
    )
    return any((entry := dictionary().get(word)) and entry.category in _OF_POSITIONS for word in words)
