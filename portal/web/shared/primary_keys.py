"""Primary keys as texts of a query string or form."""

from collections.abc import Iterable

MAX_DIGITS = 15  # fits a 64-bit integer; a longer text is no key


def parse_key(text: str) -> int | None:
    """Return the primary key that `text` spells, or None where it is no key."""
    return int(text) if text.isdecimal() and len(text) <= MAX_DIGITS else None


def parse_keys(texts: Iterable[str]) -> list[int]:
    """Return the primary keys among `texts`; other texts are dropped."""
    return [key for key in map(parse_key, texts) if key is not None]
