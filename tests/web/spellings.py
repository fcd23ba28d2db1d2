"""Spellings of one number as people, phones and attackers send them, and spoiled ones that are no number."""

import random
import sys
import unicodedata
from dataclasses import dataclass

ZEROS = [chr(code) for code in range(sys.maxunicode) if unicodedata.decimal(chr(code), -1) == 0]
SPACES = (" ", "\u3000", "\xa0", "\u2009", "\u205f", "\t")
DASHES = ("-", "\uff0d", "\u2013", "\u2010")
INVISIBLE = (
    "\u200b",
    "\u200f",
    "\u202e",
    "\u2066",
    "\xad",
    "\ufeff",
    "\x00",
    "\uffff",
    "\u3164",
    "\ufe0f",
    "\U000e0031",
)
# What looks like a digit or becomes one in compatibility form, and stands in no number or code.
SIGNS = ("²", "①", "Ⅷ", "½", "〇", "一", "O", "I", "?", "'", "%", "é")


@dataclass(frozen=True, slots=True)
class Speller:
    """Spells a number in another way, decided by `seed`.

    Attributes:
        country: put the country code of a phone before it.
    """

    seed: int
    country: bool = False

    def __call__(self, plain: str) -> str:
        choose = random.Random(self.seed)
        script = choose.choice(ZEROS)
        gaps = (*SPACES, *DASHES, *INVISIBLE)
        parts = []
        for character in plain:
            zero = choose.choice((script, "0", choose.choice(ZEROS)))
            parts.append(
                chr(ord(zero) + int(character)) if character in "0123456789" else _letter(choose, character)
            )
            parts.append(choose.choice(gaps) if choose.random() < 0.25 else "")
        prefix = choose.choice(("+86", "86", "0086", "（+86）", "＋８６ ")) if self.country else ""
        around = choose.choice(("", *SPACES, *INVISIBLE))
        return f"{around}{prefix}{''.join(parts)}{around}"


def _letter(choose: random.Random, character: str) -> str:
    wide = chr(ord(character) + 0xFEE0)
    return choose.choice((character, character.lower(), wide, wide.lower()))


def spoil(spelling: str, seed: int) -> str:
    """Return the typing with a sign in place of one of its visible characters: no spelling of any number."""
    choose = random.Random(seed)
    places = [i for i, c in enumerate(spelling) if unicodedata.category(c) in {"Nd", "Lu", "Ll"}]
    at = choose.choice(places)
    return spelling[:at] + choose.choice(SIGNS) + spelling[at + 1 :]
