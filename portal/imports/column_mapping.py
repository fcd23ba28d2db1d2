"""Mapping of worksheet columns to the columns of an import kind."""

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any

from portal.imports.import_kinds import ImportKind
from portal.imports.worksheets.known_headers import normalize_header


def known_headers(kind: ImportKind) -> dict[str, str]:
    """Return normalised label or synonym -> column key."""
    return {
        normalize_header(word): column.key
        for column in kind.columns
        for word in (*column.synonyms, column.label)
    }


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
