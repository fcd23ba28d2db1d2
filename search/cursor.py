"""Where a page ended, so that the next one begins behind it whatever came or went before.

An offset counts from the top: a post published while somebody reads pushes one that was read already onto the
next page. A cursor keeps the keys that the last hit was sorted by. Those keys belong to the engine that made
them; to another (the fallback, or after a change of settings) the cursor is worth its number of hits read.
"""

import base64
import binascii
import json
from dataclasses import dataclass

_LONGEST = 400  # characters


@dataclass(frozen=True, slots=True)
class Cursor:
    """Keys of the last hit in the order of the sort, and how many hits have been read with it."""

    engine: str
    sort: str
    keys: tuple[str | int | float, ...]
    read_so_far: int

    def __str__(self) -> str:
        text = json.dumps([self.engine, self.sort, self.keys, self.read_so_far], separators=(",", ":"))
        return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")

    @classmethod
    def read(cls, text: str) -> "Cursor":
        """The cursor that was written like this. Raises ValueError for anything else."""
        try:
            if len(text) > _LONGEST:
                raise ValueError("too long")
            raw = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
            engine, sort, keys, read = json.loads(raw)
            good = isinstance(engine, str) and isinstance(sort, str) and isinstance(keys, list)
            good = good and all(type(key) in {str, int, float} for key in keys)
            if not good or type(read) is not int or not 0 <= read < 2**31:
                raise ValueError("of another shape")
        except (binascii.Error, UnicodeError, TypeError, ValueError, RecursionError) as error:
            raise ValueError(f"a cursor must be one of ours, not {text[:40]!r}") from error
        return cls(engine, sort, tuple(keys), read)
