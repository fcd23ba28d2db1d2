"""Masking of phone and ID numbers wherever cells of an upload are shown."""

import re

from portal.core.encryption import mask_phone

# Digits of any script with single separators between them; a name of a file or a sheet may hold them too.
_LONG_NUMBER = re.compile(r"(?<!\d)\d(?:[\s\-\u2010-\u2015·]?\d){9,24}(?:[\s\-]?[xXｘＸ])?")
_PHONE_DIGITS, _LEAST_ID_DIGITS = 11, 15


def mask_numbers(text: str) -> str:
    """Return the text with the numbers masked that may be phones or ID numbers.

    '440705198503072119' becomes '**************2119', '13812345678' becomes '138****5678'.
    """
    return _LONG_NUMBER.sub(_mask, text) if len(text) > 9 else text


def _mask(match: "re.Match[str]") -> str:
    number = "".join(character for character in match[0] if character.isalnum())
    if len(number) >= _LEAST_ID_DIGITS:
        return "*" * (len(number) - 4) + number[-4:]
    return mask_phone(number) if len(number) >= _PHONE_DIGITS else match[0]
