"""Checker of fair wording in a position's texts: text in, findings out. Independent of Django.

    check("限男性，35岁以下") -> [Finding(text="限男性", category="sex", severity="block", …), …]

The rules are data (rules/*.toml): the label of each category, the law that forbids it, advice, lawful phrases
that look alike, and the patterns. Only age limits need arithmetic (age_limits.py).
"""

from portal.positions.wording.checker import check, check_fields
from portal.positions.wording.finding import Category, Finding, Severity, relax, relax_all
from portal.positions.wording.rule_loader import category_labels

__all__ = [
    "Category",
    "Finding",
    "Severity",
    "category_labels",
    "check",
    "check_fields",
    "relax",
    "relax_all",
]
