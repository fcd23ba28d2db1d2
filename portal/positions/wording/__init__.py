"""Fair wording of a position: text in, findings out. Knows no Django.

    check("限男性，35岁以下") -> [Finding(text="限男性", category="sex", severity="block", …), …]

The rules are data (rules/*.toml): what a category is called, which law forbids it, what to write instead,
which words are lawful though they look alike, and the patterns. Only ages need arithmetic (ages.py).
"""

from portal.positions.wording.checker import check, check_fields
from portal.positions.wording.finding import Category, Finding, Severity, relax, relax_all
from portal.positions.wording.rule_loader import LABELS

__all__ = [
    "LABELS",
    "Category",
    "Finding",
    "Severity",
    "check",
    "check_fields",
    "relax",
    "relax_all",
]
