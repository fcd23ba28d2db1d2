"""Cursors for stable pagination.

With an offset, a position published meanwhile would repeat a hit on the next page. A cursor keeps the sort
keys of the last hit. The keys belong to the engine that made them; another engine uses only the number of
hits read so far.
"""

import base64
import binascii
import json
from dataclasses import dataclass
from datetime import datetime
from math import isfinite

_MAX_LENGTH = 400  # characters


@dataclass(frozen=True, slots=True)
class Cursor:
    """Sort keys of the last hit, and the number of hits read so far.

    `first` is the first sort key (score, pay, distance; 0 when sorted by date), followed by the date and the
    number of the entry. All values come from a browser and are checked.
    """

    engine: str
    sort: str
    first: float
    sort_at: datetime
    entry: int
    read_so_far: int

    def __post_init__(self) -> None:
        is_valid = (
            isinstance(self.engine, str)
            and isinstance(self.sort, str)
            and type(self.first) in {int, float}
            and isfinite(self.first)
            and self.sort_at.tzinfo is not None
            and 1970 <= self.sort_at.year < 9999
            and type(self.entry) is int
            and abs(self.entry) < 2**63
            and type(self.read_so_far) is int
            and 0 <= self.read_so_far < 2**31
        )
        if not is_valid:
            raise ValueError("a cursor must be one of ours")

    def __str__(self) -> str:
        keys = [self.first, self.sort_at.isoformat(), self.entry]
        text = json.dumps([self.engine, self.sort, *keys, self.read_so_far], separators=(",", ":"))
        return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")

    @classmethod
    def read(cls, text: str) -> "Cursor":
        """Parse a cursor.

        Raises:
            ValueError: not a cursor of this module.
        """
        try:
            if len(text) > _MAX_LENGTH:
                raise ValueError("too long")
            raw = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
            engine, sort, first, sort_at, entry, read = json.loads(raw)
            return cls(engine, sort, first, datetime.fromisoformat(sort_at), entry, read)
        except (binascii.Error, UnicodeError, TypeError, ValueError, OverflowError, RecursionError) as error:
            raise ValueError(f"a cursor must be one of ours, not {text[:40]!r}") from error
