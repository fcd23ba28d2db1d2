"""Where a page ended, so that the next one begins behind it whatever came or went before.

An offset counts from the top: a post published while somebody reads pushes one that was read already onto the
next page. A cursor keeps the keys that the last hit was sorted by. Those keys belong to the engine that made
them; to another (the fallback, or after a change of settings) the cursor is worth its number of hits read.
"""

import base64
import binascii
import json
from dataclasses import dataclass
from datetime import datetime
from math import isfinite

_LONGEST = 400  # characters


@dataclass(frozen=True, slots=True)
class Cursor:
    """Keys of the last hit, and how many hits have been read with it.

    `first` is what the sort orders by (score, pay, distance; 0 where it is the date itself), then come the
    date and the number of the entry. All of it came through a browser: of the right shape, and no more.
    """

    engine: str
    sort: str
    first: float
    sort_at: datetime
    entry: int
    read_so_far: int

    def __post_init__(self) -> None:
        good = (
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
        if not good:
            raise ValueError("a cursor must be one of ours")

    def __str__(self) -> str:
        keys = [self.first, self.sort_at.isoformat(), self.entry]
        text = json.dumps([self.engine, self.sort, *keys, self.read_so_far], separators=(",", ":"))
        return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")

    @classmethod
    def read(cls, text: str) -> "Cursor":
        """The cursor that was written like this. Raises ValueError for anything else."""
        try:
            if len(text) > _LONGEST:
                raise ValueError("too long")
            raw = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
            engine, sort, first, sort_at, entry, read = json.loads(raw)
            return cls(engine, sort, first, datetime.fromisoformat(sort_at), entry, read)
        except (binascii.Error, UnicodeError, TypeError, ValueError, OverflowError, RecursionError) as error:
            raise ValueError(f"a cursor must be one of ours, not {text[:40]!r}") from error
