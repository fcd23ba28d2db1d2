"""Copies of the project in which mutants and probes stand, so that the working tree is never wrong."""

import ast
import compileall
import shutil
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path
from py_compile import PycInvalidationMode

from tests.house.source import ROOT, files
from tests.mutation.mutants import Mutant

PROBED = "from tests.mutation.probe import hit as _mutation_hit"
# Child processes that read untrusted files get no environment; in a probed copy they learn of the test.
CHILDREN = "portal/core/child_process.py"
CHILDREN_TOO = """
_plain_environment = environment
def environment() -> dict[str, str]:
    names = ("PYTEST_CURRENT_TEST", "MUTATION_HITS")
    return _plain_environment() | {name: os.environ[name] for name in names if name in os.environ}
"""
KERNELS = "matching/kernels/"  # numba compiles them: no probe can stand there
# Made by earlier runs, expensive to make again, and named by a hash of what they were made from.
CACHES = (".pytest_cache/migrated-*.sqlite3", "matching/__pycache__/kernels-*.o")


def copy_project(target: Path) -> Path:
    """Copy the project's own files, and lead to the packages and the data that it reads from outside."""
    for path in [*files(), *(path for pattern in CACHES for path in ROOT.glob(pattern))]:
        copied = target / path.relative_to(ROOT)
        copied.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(path, copied)
    (target / ".venv").symlink_to(ROOT / ".venv")
    if (ROOT.parent / "shared").exists() and not (target.parent / "shared").exists():
        (target.parent / "shared").symlink_to(ROOT.parent / "shared")
    # By hash, as a mutant may have the size and the second of the file that it stands for.
    compileall.compile_dir(target, quiet=2, invalidation_mode=PycInvalidationMode.CHECKED_HASH)
    return target


def write_probes(copy: Path, mutants: Iterable[Mutant]) -> list[str]:
    """Put a probe before the statement of each mutant; return the files."""
    by_path: dict[str, list[Mutant]] = defaultdict(list)
    for mutant in mutants:
        if not mutant.path.startswith(KERNELS):
            by_path[mutant.path].append(mutant)
    for path, here in by_path.items():
        module = ast.parse((ROOT / path).read_text(encoding="utf-8"))
        places = [(*_innermost_statement(module.body, mutant), mutant.key) for mutant in here]
        for statements, statement, key in places:
            statements.insert(statements.index(statement), ast.parse(f"_mutation_hit({key!r})").body[0])
        first = next(i for i, statement in enumerate(module.body) if not _stays_first(statement))
        module.body.insert(first, ast.parse(PROBED).body[0])
        (copy / path).write_text(ast.unparse(ast.fix_missing_locations(module)) + "\n", encoding="utf-8")
    with (copy / CHILDREN).open("a", encoding="utf-8") as file:
        file.write(f"import os\n{CHILDREN_TOO}")
    return sorted({*by_path, CHILDREN})


def restore(copy: Path, paths: Iterable[str]) -> None:
    for path in paths:
        shutil.copy2(ROOT / path, copy / path)


def _stays_first(statement: ast.stmt) -> bool:
    is_docstring = isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)
    return is_docstring or (isinstance(statement, ast.ImportFrom) and statement.module == "__future__")


def _innermost_statement(statements: list[ast.stmt], mutant: Mutant) -> tuple[list[ast.stmt], ast.stmt]:
    """Return the innermost statement around a mutant, and the list that it stands in."""
    place = (mutant.line, mutant.column)
    for statement in statements:
        end = (statement.end_lineno or 0, statement.end_col_offset or 0)
        if not (statement.lineno, statement.col_offset) <= place < end:
            continue
        for inner in _statement_lists(statement):
            if inner and _is_around(inner, place):
                return _innermost_statement(inner, mutant)
        return statements, statement
    raise LookupError(f"{mutant.path}:{mutant.line}")


def _is_around(statements: list[ast.stmt], place: tuple[int, int]) -> bool:
    return any(
        (one.lineno, one.col_offset) <= place < (one.end_lineno or 0, one.end_col_offset or 0)
        for one in statements
    )


def _statement_lists(statement: ast.stmt) -> list[list[ast.stmt]]:
    holders: list[ast.AST] = [
        statement,
        *getattr(statement, "handlers", []),
        *getattr(statement, "cases", []),
    ]
    return [
        value
        for holder in holders
        for name in ("body", "orelse", "finalbody")
        if isinstance(value := getattr(holder, name, None), list)
    ]
