"""Parts of docs/ made from the code: the architecture diagram, the tables of events and of permissions.

`python -m tests.house.generated_docs` writes them; tests/house/test_docs.py fails when one is stale.
"""

import inspect
import os
import re
import sys
from collections.abc import Callable
from html import escape
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any

from tests.house.source import ROOT, floors

ROW_HEIGHT, BOX_HEIGHT, WIDTH, LEFT = 46, 32, 900, 60
FONT = 'font-family="sans-serif" font-size="14"'
ARROW = 'fill="none" stroke="#5f6b7a" stroke-width="2"'


def architecture_diagram() -> str:
    """Return the layers of the import contract as an SVG, uppermost first, each box a package."""
    layers = [[package for package in layer if _exists(package)] for layer in floors()]
    layers = [layer for layer in layers if layer]
    height = len(layers) * ROW_HEIGHT + 60
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" role="img" {FONT}>',
        "<title>Layers of the portal: a package imports only from layers below its own</title>",
        f'<rect width="{WIDTH}" height="{height}" fill="#ffffff"/>',
        f'<path d="M30 20 V{height - 40} m-6 -10 l6 10 l6 -10" {ARROW}/>',
        f'<text x="14" y="{height - 14}" fill="#5f6b7a">imports run down</text>',
    ]
    for row, layer in enumerate(layers):
        width = (WIDTH - LEFT - 20 - 12 * (len(layer) - 1)) / len(layer)
        for column, package in enumerate(layer):
            x, y = LEFT + column * (width + 12), 14 + row * ROW_HEIGHT
            fill = "#e8f0fe" if package.startswith("portal.") else "#e6f4ea"
            parts.append(
                f'<rect x="{x:.0f}" y="{y}" width="{width:.0f}" height="{BOX_HEIGHT}" rx="5" fill="{fill}"'
                ' stroke="#9aa5b1"/>'
                f'<text x="{x + width / 2:.0f}" y="{y + 21}" text-anchor="middle">{escape(package)}</text>'
            )
    return "\n".join([*parts, "</svg>", ""])


def _exists(package: str) -> bool:
    path = ROOT.joinpath(*package.split("."))
    return path.is_dir() or path.with_suffix(".py").exists()


def event_modules() -> list[ModuleType]:
    """Return every `events.py` of the portal, in the order of their names."""
    paths = sorted(ROOT.glob("portal/*/events.py"))
    return [import_module(".".join(path.relative_to(ROOT).with_suffix("").parts)) for path in paths]


def signals_of(module: ModuleType) -> dict[str, str]:
    """Return {name of a signal: the comment above it}, in the order of the module."""
    pattern = re.compile(r"((?:^#[^\n]*\n)+)^(\w+) = Signal\(\)", re.MULTILINE)
    source = inspect.getsource(module)
    comments = {
        name: " ".join(line.lstrip("# ").strip() for line in comment.splitlines())
        for comment, name in pattern.findall(source)
    }
    names = re.findall(r"^(\w+) = Signal\(\)", source, re.MULTILINE)
    return {name: comments.get(name, "") for name in names}


def listeners_of(module: ModuleType, name: str) -> list[str]:
    """Return the packages whose receivers are connected to a signal."""
    packages = set()
    for entry in getattr(module, name).receivers:
        receiver = entry[1]() if not inspect.isfunction(entry[1]) else entry[1]
        if receiver is not None and receiver.__module__.startswith(("portal.", "search", "cms")):
            parts = receiver.__module__.split(".")
            packages.add(".".join(parts[:2]) if parts[0] == "portal" else parts[0])
    return sorted(packages)


def events_table() -> str:
    """Return docs/events.md: each event with what it says, who sends it and who listens."""
    lines = [
        "# Events",
        "",
        "Django signals, sent by a package inside the transaction of the write, for packages above it.",
        "Made by `python -m tests.house.generated_docs` from each `events.py` and the connected receivers.",
        "",
        "| event | sent by | meaning and arguments | listeners |",
        "| --- | --- | --- | --- |",
    ]
    for module in event_modules():
        package = module.__name__.removesuffix(".events")
        for name, meaning in signals_of(module).items():
            listeners = ", ".join(f"`{listener}`" for listener in listeners_of(module, name))
            lines.append(f"| `{name}` | `{package}` | {meaning} | {listeners} |")
    return "\n".join([*lines, ""])


def permissions_table() -> str:
    """Return docs/permissions.md: the permissions of each role."""
    roles = import_module("portal.accounts.roles")
    lines = [
        "# Roles and permissions",
        "",
        "The permissions of each role in its part of the station tree; city: only with an appointment at the",
        "city's station. Made by `python -m tests.house.generated_docs` from `portal/accounts/roles.py`; the",
        "page `/desk/permissions/` draws the same table in Chinese.",
        "",
        "| role | meaning |",
        "| --- | --- |",
        *(f"| `{role.value}` {role.label} | {row.description} |" for role, row in roles.ROLES.items()),
        "",
        "| permission | meaning | " + " | ".join(f"`{role.value}`" for role in roles.ROLES) + " |",
        "| --- | --- | " + " | ".join("---" for _ in roles.ROLES) + " |",
    ]
    for permission in roles.Permission:
        cells = " | ".join(_grant(permission, row) for row in roles.ROLES.values())
        lines.append(f"| `{permission.name}` | {permission.value} | {cells} |")
    return "\n".join([*lines, ""])


def _grant(permission: Any, row: Any) -> str:
    if permission in row.permissions:
        return "yes"
    return "city" if permission in row.city_permissions else ""


GENERATED: dict[str, Callable[[], str]] = {
    "docs/architecture.svg": architecture_diagram,
    "docs/events.md": events_table,
    "docs/permissions.md": permissions_table,
}


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings.test")
    import_module("django").setup()
    for name, make in GENERATED.items():
        Path(ROOT / name).write_text(make(), encoding="utf-8")
        sys.stdout.write(f"{name}\n")


if __name__ == "__main__":
    main()
