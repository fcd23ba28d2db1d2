"""Personal numbers, recognised by their shape."""

import re
from collections.abc import Iterator

from portal.core.text_patterns import passes_luhn

# Separators with which people disguise a number.
_GAP = r"[\s\-—.·/_*]{0,2}"
_MOBILE = re.compile(rf"(?<![\d.])(?:\+?86{_GAP})?1{_GAP}[3-9](?:{_GAP}\d){{9}}(?!\d)")
_NUMERALS = "零〇○幺一壹二贰三叁四肆五伍六陆七柒八捌九玖"
_NUMERAL_PHONE = re.compile(rf"[{_NUMERALS}0-9](?:[ \-]?[{_NUMERALS}0-9]){{10}}")
_NUMERAL_DIGITS = str.maketrans(_NUMERALS, "0001112233445566778899")
_IDENTITY_NUMBER = re.compile(
    r"(?<!\d)[1-8]\d{5}(?:18|19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3}[\dXx](?![\dA-Za-z])"
)
_BANK_CARD = re.compile(r"(?<!\d)\d{4}(?:[ -]?\d{4}){3}(?:[ -]?\d{1,3})?(?!\d)")


def find_identity_numbers(text: str) -> Iterator[tuple[int, int]]:
    """Yield (start, end) of ID numbers and bank card numbers."""
    for match in _IDENTITY_NUMBER.finditer(text):
        yield match.span()
    for match in _BANK_CARD.finditer(text):
        if not _IDENTITY_NUMBER.match(text, match.start()) and passes_luhn(re.sub(r"\D", "", match[0])):
            yield match.span()


def find_phone_numbers(text: str) -> Iterator[tuple[int, int]]:
    """Yield (start, end) of mobile numbers, also in Chinese numerals. Landlines (0750-…) are allowed."""
    identity_spans = list(find_identity_numbers(text))
    for match in _MOBILE.finditer(text):
        if all(match.end() <= start or end <= match.start() for start, end in identity_spans):
            yield match.span()
    for match in _NUMERAL_PHONE.finditer(text):
        digits = re.sub(r"[ \-]", "", match[0]).translate(_NUMERAL_DIGITS)
        if re.search(r"[^\d \-]", match[0]) and re.fullmatch(r"1[3-9]\d{9}", digits):
            yield match.span()
