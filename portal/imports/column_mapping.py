"""Mapping of worksheet columns to the columns of an import kind, guessed from the headers."""

import hashlib
import re
import unicodedata
from collections.abc import Mapping, Sequence
from typing import Any

from portal.imports.import_kinds import ImportKind
from portal.imports.workbook_reader import Table

_BRACKETS = re.compile(r"[（(\[【].*?[)）\]】]")
_PUNCTUATION = re.compile(r"[\s*＊:：/／、.·\-_]+")


def normalize_header(header: Any) -> str:
    """Return a header without width, case, spaces, punctuation and brackets: '*姓 名（必填）' -> '姓名'."""
    text = unicodedata.normalize("NFKC", str(header or "")).casefold()
    return _PUNCTUATION.sub("", _BRACKETS.sub("", text))


def guess_columns(kind: ImportKind, headers: Sequence[Any]) -> dict[str, int]:
    """Return column key -> index of the first header that is its label or a synonym."""
    keys = {
        normalize_header(word): column.key
        for column in kind.columns
        for word in (column.label, *column.synonyms)
    }
    columns: dict[str, int] = {}
    for index, header in enumerate(headers):
        key = keys.get(normalize_header(header))
        if key is not None and key not in columns:
            columns[key] = index
    return columns


def find_header_row(kind: ImportKind, table: Table) -> int:
    """Return the index of the row with the most known headers among the first rows; the first of equals."""
    rows = table.first_rows
    return max(range(len(rows)), key=lambda index: (len(guess_columns(kind, rows[index])), -index))


def headers_signature(headers: Sequence[Any]) -> str:
    """Return a digest of the headers in their order: the key of a remembered mapping."""
    return hashlib.sha256("\x1f".join(normalize_header(header) for header in headers).encode()).hexdigest()


def missing_columns(kind: ImportKind, columns: Mapping[str, int]) -> list[str]:
    """Return the labels of required columns without a mapping."""
    return [
        column.label
        for column in kind.columns
        if column.required and column.key not in columns and column.alternative not in columns
    ]
