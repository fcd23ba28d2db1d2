"""Primary keys and page numbers as texts of a query string or form."""

import uuid
from collections.abc import Iterable

from django.core.exceptions import ValidationError

from portal.core.text_folding import parse_integer

MAX_PAGE = 100_000


def parse_key(text: str) -> int | None:
    """Return the primary key that `text` spells, or None where it is no key."""
    return _parse(text)


def parse_keys(texts: Iterable[str]) -> list[int]:
    """Return the primary keys among `texts`; other texts are dropped."""
    return [key for key in map(parse_key, texts) if key is not None]


def parse_page_number(text: str, *, last: int = MAX_PAGE) -> int:
    """Return the page number that `text` spells, at most `last`; 1 where it is no page number."""
    return min(max(_parse(text) or 1, 1), last)


def _parse(text: str) -> int | None:
    try:
        return parse_integer(text)
    except ValidationError:
        return None


def parse_uuid(text: str) -> uuid.UUID | None:
    """Return the UUID that `text` spells, or None where it is none."""
    try:
        return uuid.UUID(text)
    except ValueError:
        return None
