"""Folding of full-width letters, capitals and traditional characters, character for character.

A folded text is as long as the text, so that a place in one is the same place in the other. Phrases are not
converted: '計程車' becomes '计程车', and the word for it stands among the trade words.
"""

import csv
import unicodedata
from functools import cache, lru_cache

from matching.tokens import DATA


@cache
def _simplified() -> dict[str, str]:
    with (DATA / "traditional.csv").open(encoding="utf-8", newline="") as file:
        return {row["traditional"]: row["simplified"] for row in csv.DictReader(file)}


@lru_cache(maxsize=1 << 13)
def _fold_character(character: str) -> str:
    plain = unicodedata.normalize("NFKC", character).lower()
    plain = plain if len(plain) == 1 else character
    return _simplified().get(plain, plain)


def fold(text: str) -> str:
    """Return the text in half width, lower case and simplified characters, each in the place it had."""
    return text.lower() if text.isascii() else "".join(map(_fold_character, text))
