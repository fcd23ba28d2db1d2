"""Only the packages that serve pages know their URLs: lower packages store what a notification is about."""

import ast

from tests.house.source import name, python_files, tree

PAGE_PREFIXES = ("/me/", "/company/", "/desk/", "/door/")
SERVING = ("portal/web/", "portal/api/", "portal/demo/")
AUDIENCES = ("public:", "veteran:", "employer:", "staff:", "door:")


def test_lower_packages_hold_no_url_of_a_page() -> None:
    literals = [
        f"{name(path)}:{node.lineno}: {node.value!r}"
        for path in python_files("portal", "cms", "search", "matching")
        if not name(path).startswith(SERVING)
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and node.value.startswith(PAGE_PREFIXES)
    ]
    assert literals == []


def test_lower_packages_reverse_no_url_of_a_page() -> None:
    calls = [
        f"{name(path)}:{node.lineno}"
        for path in python_files("portal", "search", "matching")
        if not name(path).startswith(SERVING)
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id in {"reverse", "reverse_lazy"}
        and any(isinstance(a, ast.Constant) and str(a.value).startswith(AUDIENCES) for a in node.args)
    ]
    assert calls == []
