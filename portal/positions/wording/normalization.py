"""Normalization of text before matching: half width, no invisible characters, no spaces within words."""

import re
import unicodedata
from functools import lru_cache

_INVISIBLE = re.compile(r"[\u200b-\u200f\u2060\ufeff\u00ad]")
# '限 男 性' is one word; '本科 女 三年' are three.
_SPACED_WORD = re.compile(r"(?<![\u4e00-\u9fff])[\u4e00-\u9fff](?: [\u4e00-\u9fff]){2,}(?![\u4e00-\u9fff])")


@lru_cache(maxsize=4096)
def _narrow(character: str) -> str:
    """Map '３' to '3', '①' to '1', 'Ａ' to 'A'; keep a character that would become several."""
    if character in "，；：！？（）":  # rules match punctuation in both widths
        return character
    narrow = unicodedata.normalize("NFKC", character)
    return narrow if len(narrow) == 1 else character


def normalize_text(text: str) -> tuple[str, list[int] | None]:
    """Return the normalized text and the index of each of its characters in `text` (None: unchanged)."""
    narrow = text if text.isascii() else "".join(map(_narrow, text))
    gaps = {m.start() for m in _INVISIBLE.finditer(narrow)}
    for match in _SPACED_WORD.finditer(narrow):
        gaps.update(range(match.start() + 1, match.end(), 2))
    if not gaps:
        return narrow, None
    positions = [i for i in range(len(narrow)) if i not in gaps]
    return "".join(narrow[i] for i in positions), positions
