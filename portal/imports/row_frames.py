"""Frames of rows between the parser of spreadsheets in its child process and the portal."""

import json
import zlib
from datetime import date, datetime, time, timedelta
from typing import Any

from portal.imports.marked_cells import MarkedCell

# Titles, notes and watermarks may come before the headers.
MAX_HEADER_ROWS = 10
ROWS_PER_FRAME = 1000
# TABLE: facts about the worksheet, JSON. ROWS: up to ROWS_PER_FRAME rows, compressed.
TABLE, ROWS = b"T", b"R"

# Row number of a spreadsheet program, and the cells.
NumberedRow = tuple[int, list[Any]]


def pack_rows(rows: list[NumberedRow]) -> bytes:
    """Return the payload of a 'rows' frame."""
    text = json.dumps(rows, ensure_ascii=False, separators=(",", ":"), default=_to_json)
    return zlib.compress(text.encode("utf-8", "surrogatepass"), 1)


def unpack_rows(payload: bytes) -> list[NumberedRow]:
    """Return the rows of a 'rows' frame."""
    text = zlib.decompress(payload).decode("utf-8", "surrogatepass")
    rows: list[NumberedRow] = json.loads(text, object_hook=_from_json)
    return rows


def _to_json(value: Any) -> dict[str, Any]:
    if isinstance(value, MarkedCell):
        return {"mark": value.mark, "text": value.text, "value": value.value}
    if isinstance(value, datetime):
        return {"datetime": value.isoformat()}
    if isinstance(value, date):
        return {"date": value.isoformat()}
    if isinstance(value, time):
        return {"time": value.isoformat()}
    if isinstance(value, timedelta):
        return {"seconds": value.total_seconds()}
    raise TypeError(f"a cell of type {type(value).__name__}")


def _from_json(value: dict[str, Any]) -> Any:
    if "mark" in value:
        return MarkedCell(**value)
    [(kind, text)] = value.items()
    if kind == "datetime":
        return datetime.fromisoformat(text)
    if kind == "date":
        return date.fromisoformat(text)
    return time.fromisoformat(text) if kind == "time" else timedelta(seconds=text)
