"""Mutants: one small fault each, drawn from the syntax trees of the domain code by a seed."""

import ast
import hashlib
import random
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.house.source import ROOT, python_files

PACKAGES = ("portal", "search", "matching")
# What is no domain code: pages and the API have tests of their own kind, the demo and settings are data.
LEFT_OUT = ("portal/web/", "portal/api/", "portal/demo/", "portal/settings/", "matching/examples/")

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
    """One fault: `before` stands at `line` of `path`, in `function`; the file would read `source`."""

    path: str
    line: int
    function: str
    kind: str
    before: str
    after: str
    source: str

    @property
    def function_sha256(self) -> str:
        """Return a hash of the function (or module) as it is today; the report is stale when it changes."""
        text = function_source(self.path, self.function)
        return hashlib.sha256(text.encode()).hexdigest()[:16]


def domain_files() -> list[Path]:
    """Return the files that mutants are drawn from, in the order of their names."""
    paths = [
        path
        for path in python_files(*PACKAGES)
        if not str(path.relative_to(ROOT)).startswith(LEFT_OUT)
        and path.name not in {"apps.py", "__init__.py"}
    ]
    return sorted(paths)


def function_source(path: str, function: str) -> str:
    """Return the source of a function by its dotted name; of the whole file for '<module>'."""
    text = (ROOT / path).read_text(encoding="utf-8")
    for name, node in _functions(ast.parse(text)):
        if name == function:
            return ast.get_source_segment(text, node) or ""
    return text


def draw(seed: int, count: int) -> list[Mutant]:
    """Draw mutants: a function, each with the same chance, then a kind of fault, then a place.

    A value that is not returned is noticed by nearly every test: drawn only where no other kind fits.
    """
    places: list[tuple[Path, str, list[tuple[ast.AST, str]]]] = []
    for path in domain_files():
        module = ast.parse(path.read_text(encoding="utf-8"))
        for function, node in _functions(module):
            if options := list(_places(node)):
                places.append((path, function, options))
    dice = random.Random(seed)
    mutants: list[Mutant] = []
    for path, function, options in dice.sample(places, min(count, len(places))):
        kinds = sorted({kind for _, kind in options} - {"return"}) or ["return"]
        kind = dice.choice(kinds)
        node = dice.choice([node for node, its_kind in options if its_kind == kind])
        mutants.append(_mutate(path, function, node, kind, dice))
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
        for node in ast.walk(statement):
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
            elif isinstance(node, ast.Tuple | ast.List | ast.Set) and len(node.elts) > 1:
                if isinstance(node, ast.Set) or isinstance(node.ctx, ast.Load):
                    yield node, "element left out"
            elif isinstance(node, ast.Raise):
                yield node, "raise left out"


def _is_none(node: ast.expr | None) -> bool:
    return node is None or (isinstance(node, ast.Constant) and node.value is None)


def _mutate(path: Path, function: str, node: ast.AST, kind: str, dice: random.Random) -> Mutant:
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
        function=function,
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
