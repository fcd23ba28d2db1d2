"""Text as the rules read it: one width, no invisible characters, spaced-out words closed up."""

import re
import unicodedata
from functools import lru_cache

_INVISIBLE = re.compile(r"[\u200b-\u200f\u2060\ufeff\u00ad]")
# '限 男 性' is one word; '本科 女 三年' are three.
_SPACED_OUT = re.compile(r"(?<![\u4e00-\u9fff])[\u4e00-\u9fff](?: [\u4e00-\u9fff]){2,}(?![\u4e00-\u9fff])")


@lru_cache(maxsize=4096)
def _narrow(character: str) -> str:
    """'３' -> '3', '①' -> '1', 'Ａ' -> 'A'. What would become several characters stays as it is."""
    if character in "，；：！？（）":  # the marks keep their width: rules name both
        return character
    narrow = unicodedata.normalize("NFKC", character)
    return narrow if len(narrow) == 1 else character


def plain(text: str) -> tuple[str, list[int] | None]:
    """The text to match, and where each of its characters stood (None: where it stands)."""
    narrow = text if text.isascii() else "".join(map(_narrow, text))
    gaps = {m.start() for m in _INVISIBLE.finditer(narrow)}
    for found in _SPACED_OUT.finditer(narrow):
        gaps.update(range(found.start() + 1, found.end(), 2))
    if not gaps:
        return narrow, None
    places = [i for i in range(len(narrow)) if i not in gaps]
    return "".join(narrow[i] for i in places), places
