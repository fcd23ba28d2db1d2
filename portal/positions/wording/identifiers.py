"""Numbers that belong to people, and names of military units: found by their shape."""

import re
from collections.abc import Iterator

from portal.core.text_patterns import UNIT_NAMES, passes_luhn

# Split by spaces, dashes, dots or slashes, as people write a number that a machine should not find.
_GAP = r"[\s\-—.·/_*]{0,2}"
_MOBILE = re.compile(rf"(?<![\d.])(?:\+?86{_GAP})?1{_GAP}[3-9](?:{_GAP}\d){{9}}(?!\d)")
_WORDS = "零〇○幺一壹二贰三叁四肆五伍六陆七柒八捌九玖"
_SPOKEN = re.compile(rf"[{_WORDS}0-9](?:[ \-]?[{_WORDS}0-9]){{10}}")
_SPOKEN_DIGITS = str.maketrans(_WORDS, "0001112233445566778899")
_ID = re.compile(
    r"(?<!\d)[1-8]\d{5}(?:18|19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3}[\dXx](?![\dA-Za-z])"
)
_CARD = re.compile(r"(?<!\d)\d{4}(?:[ -]?\d{4}){3}(?:[ -]?\d{1,3})?(?!\d)")


def identity_numbers(text: str) -> Iterator[tuple[int, int]]:
    """Where ID numbers and bank cards stand."""
    for found in _ID.finditer(text):
        yield found.span()
    for found in _CARD.finditer(text):
        if not _ID.match(text, found.start()) and passes_luhn(re.sub(r"\D", "", found[0])):
            yield found.span()


def phone_numbers(text: str) -> Iterator[tuple[int, int]]:
    """Where mobile numbers stand, spelled out ones too. A switchboard (0750-…) may be shown."""
    taken = list(identity_numbers(text))
    for found in _MOBILE.finditer(text):
        if all(found.end() <= start or end <= found.start() for start, end in taken):
            yield found.span()
    for found in _SPOKEN.finditer(text):
        digits = re.sub(r"[ \-]", "", found[0]).translate(_SPOKEN_DIGITS)
        if re.search(r"[^\d \-]", found[0]) and re.fullmatch(r"1[3-9]\d{9}", digits):
            yield found.span()


def unit_names(text: str) -> Iterator[tuple[int, int]]:
    """Where the name or code number of a military unit stands: what a model's field refuses too."""
    for pattern in UNIT_NAMES:
        for found in pattern.finditer(text):
            yield found.span()
