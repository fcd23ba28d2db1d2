"""Typed access to optional values."""

from typing import TypeVar

T = TypeVar("T")


def require(value: T | None) -> T:
    """Return a value that the test expects to exist; fail when it is None."""
    assert value is not None
    return value
