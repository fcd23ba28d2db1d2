"""Mutants: one small fault each, drawn from the syntax trees of the domain code by a seed."""

import ast
import hashlib
import random
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.house.source import ROOT, python_files

PACKAGES = ("portal", "search", "matching")
# What is no domain code: pages and the API have tests of their own kind, the demo and settings are data.
# Mutants are judged on SQLite, where nothing of the backend for PostgreSQL runs.
LEFT_OUT = (
    "portal/web/", "portal/api/", "portal/demo/", "portal/settings/", "matching/examples/",
    "search/backends/postgres.py",
)  # fmt: skip

COMPARISONS: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt, ast.Eq: ast.NotEq, ast.NotEq: ast.Eq,
    ast.In: ast.NotIn, ast.NotIn: ast.In, ast.Is: ast.IsNot, ast.IsNot: ast.Is,
}  # fmt: skip
ARITHMETIC: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Add, ast.Div: ast.Mult, ast.FloorDiv: ast.Mult,
    ast.BitOr: ast.BitAnd, ast.BitAnd: ast.BitOr,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Mutant:
    """One fault: `before` stands at `line` of `path`, in `function`; the file would read `source`.

    Attributes:
        column: of the node, in bytes, as the syntax tree counts.
        function_sha256: hash of the function as it is today; a report is stale where it changed.
    """

    path: str
    line: int
    column: int
    function: str
    function_sha256: str
    kind: str
    before: str
    after: str
    source: str

    @property
    def key(self) -> str:
        """Return a name that stays the same while the function does, wherever in its file it moves."""
        parts = (self.path, self.function, self.function_sha256, self.kind, self.before, self.after)
        return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:16]


def domain_files() -> list[Path]:
    """Return the files that mutants are drawn from, in the order of their names."""
    paths = [
        path
        for path in python_files(*PACKAGES)
        if not str(path.relative_to(ROOT)).startswith(LEFT_OUT)
        and path.name not in {"apps.py", "__init__.py"}
    ]
    return sorted(paths)


def function_hashes(path: str) -> dict[str, set[str]]:
    """Return the hashes of each function of a file; a property and its setter share a name."""
    text = (ROOT / path).read_text(encoding="utf-8")
    hashes: dict[str, set[str]] = defaultdict(set)
    for function, node in _functions(ast.parse(text)):
        hashes[function].add(_source_hash(text, node))
    return hashes


def _source_hash(text: str, node: ast.AST) -> str:
    return hashlib.sha256((ast.get_source_segment(text, node) or "").encode()).hexdigest()[:16]


def draw(seed: int, count: int) -> list[Mutant]:
    """Draw mutants: a function, each with the same chance, then a kind of fault, then a place.

    The dice of a function are its own, so that a change of the code elsewhere leaves its mutant as it was.
    A value that is not returned is noticed by nearly every test: drawn only where no other kind fits.
    """
    functions = []
    for path in domain_files():
        for function, node in _functions(ast.parse(path.read_text(encoding="utf-8"))):
            dice = random.Random(f"{seed} {path.relative_to(ROOT)} {function}")
            functions.append((dice.random(), path, function, node, dice))
    mutants: list[Mutant] = []
    for _, path, function, node, dice in sorted(functions, key=lambda row: row[:3]):
        if len(mutants) == count:
            break
        if options := list(_places(node)):
            kinds = sorted({kind for _, kind in options} - {"return"}) or ["return"]
            kind = dice.choice(kinds)
            place = dice.choice([place for place, its_kind in options if its_kind == kind])
            mutants.append(_mutate(path, (function, node), place, kind, dice))
    return mutants


def _functions(module: ast.Module) -> Iterator[tuple[str, ast.AST]]:
    """Yield the outermost functions and methods with their dotted names."""
    for node in module.body:
        if isinstance(node, ast.FunctionDef):
            yield node.name, node
        elif isinstance(node, ast.ClassDef):
            for inner in node.body:
                if isinstance(inner, ast.FunctionDef):
                    yield f"{node.name}.{inner.name}", inner


def _places(function: ast.AST) -> Iterator[tuple[ast.AST, str]]:
    """Yield what can be spoiled below a function; its decorators, signature and docstring stay."""
    for statement in getattr(function, "body", []):
        for node in _walk(statement):
            if isinstance(node, ast.Compare) and type(node.ops[0]) in COMPARISONS:
                yield node, "comparison"
            elif isinstance(node, ast.BoolOp):
                yield node, "and/or"
            elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
                yield node, "not"
            elif isinstance(node, ast.If | ast.IfExp):
                yield node, "condition"
            elif isinstance(node, ast.BinOp) and type(node.op) in ARITHMETIC:
                yield node, "arithmetic"
            elif isinstance(node, ast.Constant) and type(node.value) in {int, bool}:
                yield node, "constant"
            elif isinstance(node, ast.Return) and not _is_none(node.value):
                yield node, "return"
            elif isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
                yield node, "call left out"
            elif isinstance(node, ast.Call) and any(keyword.arg for keyword in node.keywords):
                yield node, "argument left out"
            elif isinstance(node, ast.Tuple | ast.List | ast.Set) and _is_separable(node):
                if isinstance(node, ast.Set) or isinstance(node.ctx, ast.Load):
                    yield node, "element left out"
            elif isinstance(node, ast.Raise):
                yield node, "raise left out"


def _walk(node: ast.AST) -> Iterator[ast.AST]:
    """Yield a node and those below it whose value counts and whose place is known.

    Left out: annotations, which no local variable evaluates, and what stands inside f-strings, where Python
    3.11 gives wrong columns.
    """
    yield node
    for name, value in ast.iter_fields(node):
        if name in {"annotation", "returns"}:
            continue
        for child in value if isinstance(value, list) else [value]:
            if isinstance(child, ast.AST) and not isinstance(child, ast.JoinedStr):
                yield from _walk(child)


def _is_separable(node: ast.Tuple | ast.List | ast.Set) -> bool:
    return len(node.elts) > 1 and not any(isinstance(element, ast.Slice) for element in node.elts)


def _is_none(node: ast.expr | None) -> bool:
    return node is None or (isinstance(node, ast.Constant) and node.value is None)


def _mutate(path: Path, owner: tuple[str, ast.AST], node: ast.AST, kind: str, dice: random.Random) -> Mutant:
    text = path.read_text(encoding="utf-8")
    before = ast.get_source_segment(text, node) or ""
    after = _spoiled(ast.parse(ast.unparse(node)).body[0], kind, dice)
    assert isinstance(node, ast.expr | ast.stmt)
    start = _offset(text, node.lineno, node.col_offset)
    if kind in {"condition"} and isinstance(node, ast.If):
        before = ast.get_source_segment(text, node.test) or ""
        after = f"not ({ast.unparse(node.test)})"
        start = _offset(text, node.test.lineno, node.test.col_offset)
    elif isinstance(node, ast.expr):
        after = f"({after})"
    source = text[:start] + after + text[start + len(before) :]
    return Mutant(
        path=str(path.relative_to(ROOT)),
        line=node.lineno,
        column=node.col_offset,
        function=owner[0],
        function_sha256=_source_hash(text, owner[1]),
        kind=kind,
        before=before,
        after=after,
        source=source,
    )


def _offset(text: str, line: int, column: int) -> int:
    """Return the position of a line and a column in bytes, as the syntax tree counts them, in characters."""
    lines = text.splitlines(keepends=True)
    inside = lines[line - 1].encode()[:column].decode()
    return sum(len(one) for one in lines[: line - 1]) + len(inside)


def _spoiled(statement: ast.stmt, kind: str, dice: random.Random) -> str:
    """Return the source of a statement or expression with its fault."""
    node: ast.AST = (
        statement.value if isinstance(statement, ast.Expr) and kind != "call left out" else statement
    )
    if kind in {"call left out", "raise left out"}:
        return "pass"
    if kind == "return":
        return "return None"
    if isinstance(node, ast.Compare):
        node.ops[0] = COMPARISONS[type(node.ops[0])]()
    elif isinstance(node, ast.BoolOp):
        node.op = ast.Or() if isinstance(node.op, ast.And) else ast.And()
    elif isinstance(node, ast.UnaryOp):
        node = node.operand
    elif isinstance(node, ast.IfExp):
        node.test = ast.UnaryOp(ast.Not(), node.test)
    elif isinstance(node, ast.BinOp):
        node.op = ARITHMETIC[type(node.op)]()
    elif isinstance(node, ast.Constant):
        node.value = not node.value if isinstance(node.value, bool) else int(str(node.value)) + 1
    elif isinstance(node, ast.Call):
        node.keywords.remove(dice.choice([keyword for keyword in node.keywords if keyword.arg]))
    elif isinstance(node, ast.Tuple | ast.List | ast.Set):
        node.elts.pop(dice.randrange(len(node.elts)))
    return ast.unparse(ast.fix_missing_locations(node))
