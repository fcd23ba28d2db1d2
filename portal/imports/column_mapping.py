"""Which column of a sheet means what: guessed by the headers, remembered once somebody said so."""

import hashlib
import re
import unicodedata
from collections.abc import Sequence
from typing import Any

from portal.imports.import_kinds import ImportKind
from portal.imports.workbook_reader import HEADER_WITHIN, Table

_NOTE = re.compile(r"[（(\[【].*?[)）\]】]")
_NOISE = re.compile(r"[\s*＊:：/／、.·\-_]+")


def plain(header: Any) -> str:
    """A header without width, spaces, marks and what stands in brackets: '*姓 名（必填）' -> '姓名'."""
    text = unicodedata.normalize("NFKC", str(header or "")).casefold()
    return _NOISE.sub("", _NOTE.sub("", text))


def guess(kind: ImportKind, headers: Sequence[Any]) -> dict[str, int]:
    """Column key -> position, by label and synonyms; each position is used once."""
    known = {plain(word): column.key for column in kind.columns for word in (column.label, *column.synonyms)}
    found: dict[str, int] = {}
    for position, header in enumerate(headers):
        key = known.get(plain(header))
        if key is not None and key not in found:
            found[key] = position
    return found


def find_headers(kind: ImportKind, table: Table) -> int:
    """Index of the row with the most known headers among the first ones; the first of equals."""
    head = range(min(HEADER_WITHIN, len(table.rows)))
    return max(head, key=lambda index: (len(guess(kind, table.rows[index])), -index))


def signature(headers: Sequence[Any]) -> str:
    """The same for the same headers in the same order: what a remembered mapping is found by."""
    return hashlib.sha256("\x1f".join(plain(header) for header in headers).encode()).hexdigest()


def missing(kind: ImportKind, columns: dict[str, int]) -> list[str]:
    """Labels of required columns that nothing is mapped to."""
    return [
        column.label
        for column in kind.columns
        if column.required and column.key not in columns and column.instead not in columns
    ]
