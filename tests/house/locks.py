"""Finds actions that write a row they were handed without locking it first.

Whoever calls an action may have read the row before somebody else wrote it. So every action begins with
`portal.core.locking.locked`, or with a helper named `lock_…` that calls it, before it sets an attribute of
the row, saves or deletes it, or hands it to a function that does. `python -m tests.house.locks` lists the
others.
"""

import ast
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from tests.house.source import ROOT, name, python_files, tree

_WRITES = frozenset({"save", "delete", "set", "add", "remove", "clear", "set_password"})
_NOT_DOMAIN = frozenset({"web", "demo", "management", "settings"})
_LOCKS = frozenset({"portal.core.locking.locked", "portal.core.locking.locked_with_parent"})
# The acting user is no row that the action is about.
_ACTOR = "by"


@dataclass
class Function:
    """One module-level function: what it is called and where its arguments go."""

    module: str
    node: ast.FunctionDef
    locks: dict[str, int] = field(default_factory=dict)  # argument -> first line that locks it
    writes: dict[str, int] = field(default_factory=dict)  # argument -> first line that writes it
    calls: list[tuple[int, str, str, str]] = field(
        default_factory=list
    )  # line, function, its parameter, ours
    callees: set[str] = field(default_factory=set)
    opens_transaction: bool = False

    @property
    def key(self) -> str:
        return f"{self.module}.{self.node.name}"

    @property
    def is_locker(self) -> bool:
        return self.node.name.lstrip("_").startswith("lock") and self.node.name != "lock"

    @property
    def is_action(self) -> bool:
        """Return whether it is public and atomic, or has an actor and somewhere a transaction."""
        has_actor = _ACTOR in {argument.arg for argument in self.node.args.kwonlyargs}
        return not self.is_private and (self.is_atomic or (has_actor and self.opens_transaction))

    @property
    def is_atomic(self) -> bool:
        return any("atomic" in ast.unparse(decorator) for decorator in self.node.decorator_list)

    @property
    def is_private(self) -> bool:
        return self.node.name.startswith("_")

    def unlocked_writes(self) -> dict[str, int]:
        """Return argument -> line of a write before which the row was not locked."""
        return {arg: line for arg, line in self.writes.items() if self.locks.get(arg, line + 1) > line}


def _parameters(node: ast.FunctionDef) -> list[str]:
    names = [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]
    return [argument.arg for argument in names]


def _root(node: ast.expr) -> str:
    """Return the name at the beginning of `a.b().c`."""
    while isinstance(node, ast.Attribute | ast.Call | ast.Subscript):
        node = node.func if isinstance(node, ast.Call) else node.value
    return node.id if isinstance(node, ast.Name) else ""


def _targets(node: ast.stmt) -> Iterator[ast.expr]:
    if isinstance(node, ast.Assign):
        for target in node.targets:
            yield from target.elts if isinstance(target, ast.Tuple) else [target]
    elif isinstance(node, ast.AugAssign | ast.AnnAssign):
        yield node.target


def _imports(module: ast.Module) -> dict[str, str]:
    """Return local name -> dotted name of what a module imports from the portal."""
    names: dict[str, str] = {}
    for node in module.body:
        if isinstance(node, ast.ImportFrom) and node.module:
            names |= {alias.asname or alias.name: f"{node.module}.{alias.name}" for alias in node.names}
    return names


def _callee(node: ast.Call, module: str, imports: dict[str, str]) -> str:
    if isinstance(node.func, ast.Name):
        return imports.get(node.func.id, f"{module}.{node.func.id}")
    if isinstance(node.func, ast.Attribute) and isinstance(node.func.value, ast.Name):
        return f"{imports.get(node.func.value.id, '')}.{node.func.attr}"
    return ""


def _domain_files() -> list[Path]:
    return [
        path
        for path in python_files("portal", "search")
        if not _NOT_DOMAIN & set(path.relative_to(ROOT).parts) and "locking.py" not in path.parts
    ]


def read_functions() -> dict[str, Function]:
    """Return the module-level functions of the domain by dotted name."""
    functions: dict[str, Function] = {}
    for path in _domain_files():
        module = name(path).removesuffix(".py").replace("/", ".")
        for node in tree(path).body:
            if isinstance(node, ast.FunctionDef):
                functions[f"{module}.{node.name}"] = Function(module, node)
    for function in functions.values():
        _read_body(function, functions)
    for function in functions.values():
        parts = [functions[key] for key in function.callees if key in functions]
        function.opens_transaction |= any(
            part.opens_transaction and part.is_private and part.module == function.module for part in parts
        )
    return functions


def _has_atomic_block(node: ast.FunctionDef) -> bool:
    return any(
        ast.unparse(part.context_expr).startswith("transaction.atomic")
        for part in ast.walk(node)
        if isinstance(part, ast.withitem)
    )


def _read_body(function: Function, functions: dict[str, Function]) -> None:
    path = ROOT / f"{function.module.replace('.', '/')}.py"
    imports, parameters = _imports(tree(path)), set(_parameters(function.node)) - {_ACTOR}
    function.opens_transaction = function.is_atomic or _has_atomic_block(function.node)
    for node in ast.walk(function.node):
        if isinstance(node, ast.stmt):
            for target in _targets(node):
                if isinstance(target, ast.Attribute) and _root(target) in parameters:
                    _note(function.writes, _root(target), node.lineno)
        if not isinstance(node, ast.Call):
            continue
        if (
            isinstance(node.func, ast.Attribute)
            and node.func.attr in _WRITES
            and _root(node.func) in parameters
        ):
            _note(function.writes, _root(node.func), node.lineno)
        if (
            isinstance(node.func, ast.Name)
            and node.func.id == "setattr"
            and _root(node.args[0]) in parameters
        ):
            _note(function.writes, _root(node.args[0]), node.lineno)
        callee = _callee(node, function.module, imports)
        function.callees.add(callee)
        _read_call(function, node, callee, functions, parameters)


def _read_call(
    function: Function, node: ast.Call, callee: str, functions: dict[str, Function], parameters: set[str]
) -> None:
    other = functions.get(callee)
    is_locker = callee in _LOCKS or (other is not None and other.is_locker)
    positional = list(enumerate(node.args))
    names = _parameters(other.node) if other is not None else []
    pairs = [(names[place] if place < len(names) else "", argument) for place, argument in positional]
    pairs += [(keyword.arg or "", keyword.value) for keyword in node.keywords]
    for parameter, argument in pairs:
        # `locked(change.employer)` locks another row than `change`.
        if not isinstance(argument, ast.Name) or argument.id not in parameters:
            continue
        if is_locker:
            _note(function.locks, argument.id, node.lineno)
        elif other is not None:
            function.calls.append((node.lineno, callee, parameter, argument.id))


def _note(lines: dict[str, int], argument: str, line: int) -> None:
    lines[argument] = min(line, lines.get(argument, line))


def unlocked_actions(functions: dict[str, Function]) -> list[str]:
    """Return 'function: argument (line)' of each action that writes a row it did not lock."""
    _follow_calls(functions)
    return sorted(
        f"{function.key}: {argument} (line {line})"
        for function in functions.values()
        if function.is_action
        for argument, line in function.unlocked_writes().items()
    )


def _follow_calls(functions: dict[str, Function]) -> None:
    """Count a row as written where it is handed to a function that writes it without a lock."""
    has_changed = True
    while has_changed:
        has_changed = False
        for function in functions.values():
            for line, callee, parameter, argument in function.calls:
                if parameter in functions[callee].unlocked_writes() and line < function.writes.get(
                    argument, line + 1
                ):
                    function.writes[argument] = line
                    has_changed = True


def idle_lockers(functions: dict[str, Function]) -> list[str]:
    """Return functions named `lock_…` that call neither `locked` nor another of them."""
    return sorted(
        function.key
        for function in functions.values()
        if function.is_locker
        and not any(
            isinstance(node, ast.Call) and ast.unparse(node.func).lstrip("_").startswith("lock")
            for node in ast.walk(function.node)
        )
    )


if __name__ == "__main__":
    print("\n".join(unlocked_actions(read_functions())))
