"""Compiles our .po catalogues to .mo without GNU gettext, which a fresh machine need not have.

The .mo files are committed, and a test says when they no longer match. Only what our catalogues use is read:
strings on one or several lines, plurals with a single form (Chinese has one), no contexts.
"""

import ast
import re
import struct
from pathlib import Path

LOCALE_DIR = Path(__file__).parent / "locale"

_ENTRY = re.compile(
    r'^msgid (?P<id>(?:".*"\n)+)'
    r'(?:msgid_plural (?P<plural>(?:".*"\n)+))?'
    r'msgstr(?:\[0\])? (?P<str>(?:".*"\n?)+)',
    re.MULTILINE,
)


def _text(quoted: str) -> str:
    """'"a"\\n"b"\\n' -> 'ab'."""
    return "".join(ast.literal_eval(line) for line in quoted.splitlines())


def read_po(path: Path) -> dict[str, str]:
    """msgid (with its plural after a NUL, as .mo files hold it) -> translation; '' holds the header."""
    found = {}
    for entry in _ENTRY.finditer(path.read_text(encoding="utf-8")):
        key = _text(entry["id"])
        if entry["plural"]:
            key += "\0" + _text(entry["plural"])
        if key in found:
            raise ValueError(f"{path.name}: twice: {key!r}")
        found[key] = _text(entry["str"])
    return found


def to_mo(messages: dict[str, str]) -> bytes:
    """The GNU .mo format: header, two tables of (length, offset), then the NUL-ended strings."""
    rows = sorted((key.encode(), value.encode()) for key, value in messages.items())
    head = 7 * 4
    at = head + 2 * 8 * len(rows)
    tables: list[bytes] = []
    strings = b""
    for column in (0, 1):
        for row in rows:
            tables.append(struct.pack("<II", len(row[column]), at + len(strings)))
            strings += row[column] + b"\0"
    header = struct.pack("<7I", 0x950412DE, 0, len(rows), head, head + 8 * len(rows), 0, head)
    return header + b"".join(tables) + strings


def catalogues() -> list[Path]:
    return sorted(LOCALE_DIR.glob("*/LC_MESSAGES/*.po"))
