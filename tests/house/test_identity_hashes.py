"""A number of a person is hashed by the functions that fold it; `lookup_hash` is for tokens with a prefix."""

import ast

from tests.house.source import name, python_files, tree

HOME = "portal/core/encryption.py"


def test_lookup_hash_of_a_number_folds_it() -> None:
    calls = [
        f"{name(path)}:{node.lineno}: {ast.unparse(node)}: hash_phone or hash_id_number"
        for path in python_files("portal", "cms", "search")
        if name(path) != HOME
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Call)
        and ast.unparse(node.func).endswith("lookup_hash")
        and not isinstance(node.args[0], ast.JoinedStr)
    ]
    assert calls == []
