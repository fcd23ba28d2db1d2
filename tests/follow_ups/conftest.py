"""Fixtures of placements serve follow-ups too."""

from tests.placements.conftest import clerk, operator, person, tree

__all__ = ["clerk", "operator", "person", "tree"]
