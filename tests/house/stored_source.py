"""Stored and published names that only the source text shows: audit verbs, cookies, session keys, settings.

Names are read from the arguments of calls, so that it does not matter which module or function holds them. An
f-string becomes a pattern: f"position.{pk}.freed" is 'position.{}.freed'.
"""

import ast
import importlib
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

SKIPPED = ("migrations", "demo", "tests")
SESSION_CALLS = ("get", "pop", "setdefault")


def list_packages(root: Path) -> list[str]:
    """The project's own top-level packages."""
    return sorted(path.parent.name for path in root.glob("*/__init__.py") if path.parent.name not in SKIPPED)


@dataclass
class Function:
    """A function, and where its calls pass their arguments."""

    node: ast.FunctionDef | None = None

    @cached_property
    def parameters(self) -> list[str]:
        if self.node is None:
            return []
        arguments = self.node.args
        return [each.arg for each in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs)]


@dataclass
class Source:
    """One module: its tree and every expression together with the function around it."""

    name: str
    tree: ast.Module
    nodes: list[tuple[ast.AST, Function]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._walk(self.tree, Function())

    def _walk(self, node: ast.AST, function: Function) -> None:
        for child in ast.iter_child_nodes(node):
            self.nodes.append((child, function))
            self._walk(child, Function(child) if isinstance(child, ast.FunctionDef) else function)

    @cached_property
    def namespace(self) -> dict[str, Any]:
        return vars(importlib.import_module(self.name))

    def calls(self) -> Iterator[tuple[ast.Call, Function]]:
        for node, function in self.nodes:
            if isinstance(node, ast.Call):
                yield node, function

    def resolve_object(self, node: ast.AST) -> Any:
        """The object behind a name or dotted name of the module, None for anything else."""
        if isinstance(node, ast.Name):
            return self.namespace.get(node.id)
        if isinstance(node, ast.Attribute):
            return getattr(self.resolve_object(node.value), node.attr, None)
        return None

    def list_values(self, node: ast.AST | None, function: Function, depth: int = 0) -> set[str]:
        """The texts that an expression may stand for: constants, patterns, both sides of a choice, what is
        assigned to a variable, and what the module's own calls pass for a parameter.
        """
        if node is None or depth > 4:
            return set()
        if isinstance(node, ast.Constant):
            return {node.value} if isinstance(node.value, str) else set()
        if isinstance(node, ast.JoinedStr):
            return {"".join(self._pattern_of(part) for part in node.values)}
        if isinstance(node, ast.IfExp):
            parts = (node.body, node.orelse)
            return {text for part in parts for text in self.list_values(part, function, depth + 1)}
        if isinstance(node, ast.Name) and function.node is not None:
            texts = {
                text
                for value in self._find_assignments(node.id, function.node)
                for text in self.list_values(value, function, depth + 1)
            }
            if node.id in function.parameters:
                texts |= self._find_arguments(node.id, function, depth)
            if texts:
                return texts
        value = self.resolve_object(node)
        if isinstance(value, str):
            return {str(value)}
        return {str(text) for text in value} if isinstance(value, tuple | list) and value else set()

    def _pattern_of(self, part: ast.AST) -> str:
        if isinstance(part, ast.Constant):
            return str(part.value)
        value = self.resolve_object(part.value) if isinstance(part, ast.FormattedValue) else None
        return value if isinstance(value, str) else "{}"

    @staticmethod
    def _find_assignments(name: str, function: ast.FunctionDef) -> Iterator[ast.AST]:
        for node in ast.walk(function):
            if isinstance(node, ast.Assign) and any(
                isinstance(target, ast.Name) and target.id == name for target in node.targets
            ):
                yield node.value

    def _find_arguments(self, name: str, function: Function, depth: int) -> set[str]:
        assert function.node is not None
        index = function.parameters.index(name)
        texts: set[str] = set()
        for call, around in self.calls():
            function_name = getattr(call.func, "id", getattr(call.func, "attr", None))
            if function_name == function.node.name:
                values = [word.value for word in call.keywords if word.arg == name]
                values += call.args[index : index + 1]
                texts |= {text for value in values for text in self.list_values(value, around, depth + 1)}
        return texts


def read_sources(root: Path) -> list[Source]:
    """Every module of the project but migrations, the demo and tests."""
    sources = []
    for package in list_packages(root):
        for path in sorted((root / package).rglob("*.py")):
            parts = path.relative_to(root).with_suffix("").parts
            if not set(parts) & set(SKIPPED):
                name = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
                sources.append(Source(name, ast.parse(path.read_text(encoding="utf-8"))))
    return sources


# --- what is read ----------------------------------------------------------------------------------------
def _keyword(call: ast.Call, name: str) -> ast.AST | None:
    return next((word.value for word in call.keywords if word.arg == name), None)


def _method(call: ast.Call) -> tuple[str, str]:
    """('session', 'get') of `request.session.get(…)`."""
    if not isinstance(call.func, ast.Attribute):
        return "", getattr(call.func, "id", "")
    owner = call.func.value
    return getattr(owner, "attr", getattr(owner, "id", "")), call.func.attr


def _names_of_targets(call: ast.Call) -> set[str]:
    """Return the names of data that stand beside each target of an event for many."""
    targets = _keyword(call, "targets")
    mappings = [node for node in ast.walk(targets) if isinstance(node, ast.Dict)] if targets else []
    keys: list[Any] = [key for mapping in mappings for key in mapping.keys]
    return {
        "**" if key is None else str(key.value)
        for key in keys
        if key is None or isinstance(key, ast.Constant)
    }


def list_audit_verbs(sources: list[Source]) -> dict[str, list[str]]:
    """Verb -> names of the data that its events hold ('**' where a mapping is handed on)."""
    verbs: dict[str, set[str]] = defaultdict(set)
    for source in sources:
        for call, function in source.calls():
            verb = _keyword(call, "verb")
            if verb is None or not {"target", "targets"} & {word.arg for word in call.keywords}:
                continue
            names = {word.arg or "**" for word in call.keywords} - {"by", "verb", "target", "targets"}
            names |= _names_of_targets(call)
            texts = source.list_values(verb, function)
            if not texts:
                raise LookupError(f"{source.name}, line {call.lineno}: which verb is this?")
            for text in texts:
                verbs[text] |= names
    return {verb: sorted(names) for verb, names in sorted(verbs.items())}


def _list_texts(sources: list[Source], pick: Any) -> list[str]:
    texts: set[str] = set()
    for source in sources:
        for node, function in source.nodes:
            value = pick(node)
            if value is not None:
                texts |= source.list_values(value, function)
    return sorted(texts)


def _notification_key(node: ast.AST) -> ast.AST | None:
    if isinstance(node, ast.Call) and "text" in {word.arg for word in node.keywords}:
        return _keyword(node, "key")
    return None


def _cookie(node: ast.AST) -> ast.AST | None:
    if isinstance(node, ast.Call) and _method(node)[1] in {"set_cookie", "delete_cookie"} and node.args:
        return node.args[0]
    return None


def _session_key(node: ast.AST) -> ast.AST | None:
    if isinstance(node, ast.Subscript) and getattr(node.value, "attr", "") == "session":
        return node.slice
    if isinstance(node, ast.Call) and _method(node)[0] == "session" and _method(node)[1] in SESSION_CALLS:
        return node.args[0]
    return None


def _token_prefix(node: ast.AST) -> ast.AST | None:
    if isinstance(node, ast.BinOp) and isinstance(node.right, ast.Call):
        return node.left if _method(node.right)[1].startswith("token_") else None
    return None


def _calendar_uid(node: ast.AST) -> ast.AST | None:
    if isinstance(node, ast.Call) and _method(node)[1] == "add" and len(node.args) == 2:
        return node.args[1] if getattr(node.args[0], "value", "") == "uid" else None
    return None


def _data_file(node: ast.AST) -> ast.AST | None:
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div):
        names = {getattr(each, "attr", getattr(each, "id", "")) for each in ast.walk(node.left)}
        return node.right if "DATA_DIR" in names else None
    return None


def _environment_variable(node: ast.AST) -> ast.AST | None:
    if isinstance(node, ast.Call) and node.args and _method(node)[0] in {"env", "environ"}:
        return node.args[0]
    if isinstance(node, ast.Subscript) and getattr(node.value, "attr", "") == "environ":
        return node.slice
    return None


def _export_headers(node: ast.AST) -> ast.AST | None:
    return _keyword(node, "headers") if isinstance(node, ast.Call) else None


def list_source_names(sources: list[Source]) -> dict[str, list[str]]:
    """Each kind of name that stands in the source text only."""
    settings = [source for source in sources if "settings" in source.name.split(".")]
    return {
        "notification_keys": _list_texts(sources, _notification_key),
        "cookies": _list_texts(sources, _cookie),
        "session_keys": _list_texts(sources, _session_key),
        "token_prefixes": _list_texts(sources, _token_prefix),
        "calendar_uids": _list_texts(sources, _calendar_uid),
        "data_files": _list_texts(sources, _data_file),
        "environment_variables": _list_texts(settings, _environment_variable),
        "export_headers": _list_texts(sources, _export_headers),
    }
