"""The permission table is the only place that says what a role may do."""

import ast

from portal.accounts.roles import Permission, StationRole
from tests.house.source import name, python_files, tree

TABLE = "portal/accounts/roles.py"
# Files that name single roles without deciding a permission.
NAMES_ROLES = {
    "portal/accounts/permissions.py": "which role a head may appoint: a property of the appointment made;"
    " whose second factor may be on paper",
    "portal/demo/loading/staff_loading.py": "gives the invented staff their roles",
    "portal/demo/loading/network_changes.py": "gives the invented staff their roles",
}


def _attributes(class_name: str) -> dict[str, set[str]]:
    """Return member -> files that write `class_name.member`, outside the table itself."""
    files: dict[str, set[str]] = {}
    for path in python_files("portal", "cms", "search"):
        for node in ast.walk(tree(path)):
            if (
                isinstance(node, ast.Attribute)
                and isinstance(node.value, ast.Name)
                and node.value.id == class_name
                and name(path) != TABLE
            ):
                files.setdefault(node.attr, set()).add(name(path))
    return files


def test_every_permission_is_checked_somewhere() -> None:
    assert set(Permission.__members__) - set(_attributes("Permission")) == set()


def test_no_file_decides_by_role() -> None:
    roles = _attributes("StationRole")
    files = {path for member in StationRole.__members__ for path in roles.get(member, set())}
    assert files == set(NAMES_ROLES)


def test_no_role_set_stands_outside_the_table() -> None:
    sets = {
        f"{name(path)}: {node.id}"
        for path in python_files("portal", "cms", "search")
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store) and node.id.endswith("_ROLES")
    }
    assert sets == set()
