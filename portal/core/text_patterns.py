"""Patterns of text that several packages search for, without Django."""


def passes_luhn(digits: str) -> bool:
    """Return whether `digits` passes the Luhn check of bank card numbers."""
    doubled = (int(d) * 2 if place % 2 else int(d) for place, d in enumerate(reversed(digits)))
    return sum(n - 9 if n > 9 else n for n in doubled) % 10 == 0
