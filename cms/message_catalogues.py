"""Compiler from .po to .mo catalogues that needs no GNU gettext.

The .mo files are committed; a test compares them with the .po files. Supported is what our catalogues use:
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
    """Read a catalogue.

    Returns:
        msgid -> translation; a plural follows its msgid after a NUL, as in .mo files; '' maps to the header.

    Raises:
        ValueError: a msgid occurs twice.
    """
    messages: dict[str, str] = {}
    for entry in _ENTRY.finditer(path.read_text(encoding="utf-8")):
        key = _text(entry["id"])
        if entry["plural"]:
            key += "\0" + _text(entry["plural"])
        if key in messages:
            raise ValueError(f"{path.name}: twice: {key!r}")
        messages[key] = _text(entry["str"])
    return messages


def to_mo(messages: dict[str, str]) -> bytes:
    """Return the GNU .mo format: header, two tables of (length, offset), NUL-terminated strings."""
    rows = sorted((key.encode(), value.encode()) for key, value in messages.items())
    header_size = 7 * 4
    strings_offset = header_size + 2 * 8 * len(rows)
    tables: list[bytes] = []
    strings = b""
    for column in (0, 1):
        for row in rows:
            tables.append(struct.pack("<II", len(row[column]), strings_offset + len(strings)))
            strings += row[column] + b"\0"
    header = struct.pack(
        "<7I", 0x950412DE, 0, len(rows), header_size, header_size + 8 * len(rows), 0, header_size
    )
    return header + b"".join(tables) + strings


def catalogues() -> list[Path]:
    return sorted(LOCALE_DIR.glob("*/LC_MESSAGES/*.po"))
