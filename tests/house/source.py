"""The project's own files, as the house tests read them."""

import ast
import subprocess
import tomllib
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
ROOMS = ("portal", "cms", "search", "matching", "tests")


@cache
def files() -> tuple[Path, ...]:
    """Every file of the project that git knows or would take in."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT, capture_output=True, text=True, check=True,
    ).stdout  # fmt: skip
    return tuple(path for name in listed.split("\0") if name and (path := ROOT / name).is_file())


def python_files(*rooms: str) -> list[Path]:
    """Python files of these rooms, migrations left out: Django writes those."""
    return [
        path
        for path in files()
        if path.suffix == ".py"
        and path.relative_to(ROOT).parts[0] in (rooms or ROOMS)
        and "migrations" not in path.parts
    ]


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), filename=str(path))


def name(path: Path) -> str:
    return str(path.relative_to(ROOT))


@cache
def project() -> dict:
    """pyproject.toml."""
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def contracts() -> dict[str, dict]:
    return {contract["id"]: contract for contract in project()["tool"]["importlinter"]["contracts"]}


def floors() -> list[list[str]]:
    """The house's floors, top to bottom, each with its rooms, as the layers contract has them."""
    return [[room.strip(" ()") for room in floor.split("|")] for floor in contracts()["floors"]["layers"]]
