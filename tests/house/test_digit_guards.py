r"""`\d` matches digits of every script, `isdigit` takes '²' too: neither guards a number."""

import ast
from collections.abc import Iterator

import pytest

from tests.house.source import name, python_files, tree

DIGIT_TESTS = {"isdigit", "isnumeric", "isdecimal"}
HOME = "portal/core/text_folding.py"
# File -> why a pattern of any script's digits is right there.
ANY_DIGITS = {
    "matching/tokens.py": "splits as jieba does, which is the definition; text, no number",
    "portal/core/unit_names.py": "finds words in text that was folded before",
    "portal/core/disguises.py": "as unit names",
    "portal/imports/number_masking.py": "hides digits of every script",
    "portal/positions/wording/": "as unit names",
}


def _breaches(source: ast.Module, file: str) -> Iterator[str]:
    guarded = {
        id(call)
        for node in ast.walk(source)
        if isinstance(node, ast.BoolOp) and isinstance(node.op, ast.And) and "isascii()" in ast.unparse(node)
        for call in ast.walk(node)
    }
    for node in ast.walk(source):
        if isinstance(node, ast.Attribute) and node.attr in DIGIT_TESTS and id(node) not in guarded:
            yield f"{file}:{node.lineno}: .{node.attr}(): use is_digits or parse_integer of {HOME}"
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and _is_digit_pattern(node.value):
            yield f"{file}:{node.lineno}: \\d: write [0-9]"


def _is_digit_pattern(text: str) -> bool:
    return ("\\d" in text or "\\D" in text) and "(?a" not in text


def test_no_number_is_guarded_by_digits_of_any_script() -> None:
    paths = python_files("portal", "cms", "search", "matching")
    breaches = [
        breach
        for path in paths
        if not name(path).startswith(tuple(ANY_DIGITS))
        for breach in _breaches(tree(path), name(path))
    ]
    assert breaches == []


@pytest.mark.parametrize(
    ("code", "is_breach"),
    [
        ("if text.isdigit(): int(text)", True),
        ("if text.isdecimal() and len(text) < 6: int(text)", True),
        ("if text.isascii() and text.isdigit(): int(text)", False),
        (r"re.compile(r'\d+')", True),
        (r"re.compile(rf'{x}\d')", True),
        (r"re.compile(r'(?a)\d+')", False),
        (r"re.compile(r'[0-9]+')", False),
    ],
)
def test_rule_finds_breaches(code: str, is_breach: bool) -> None:
    assert bool(list(_breaches(ast.parse(code), "sample.py"))) is is_breach
