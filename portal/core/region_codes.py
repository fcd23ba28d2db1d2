"""Codes of administrative divisions (GB/T 2260 and its extension to towns and villages)."""

# Digits of a code: province, city, county, town, village. A code begins with the code of its parent.
REGION_CODE_LENGTHS = (2, 4, 6, 9, 12)


def region_code_chain(code: str) -> list[str]:
    """Return the codes from the province down to `code` itself, e.g. ['44', '4407', '440705']."""
    return [code[:length] for length in REGION_CODE_LENGTHS if length <= len(code)]
