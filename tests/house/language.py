"""Rules of the project's language, as a check of names and of docstring first lines.

`python -m tests.house.language [path ...]` prints each breach as `path:line: rule: name`. The rules are those
of docs/contributing.md: a name says what the thing is, one term stands for one concept, a docstring begins
with a noun phrase or an imperative sentence.
"""

import ast
import re
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

from tests.house.source import ROOT, name, python_files, tree

# Participles and gerunds that say what was done and not what the thing is.
VERB_FORMS = frozenset(
    """
    added aged answered applied arranged asked assembled assigned averaged barred begun believed bound
    broken brought built called carried caught changed chosen claimed cleaned cleared closed coded collected
    coming compared confirmed counted covered cut dated dead decided declared deferred denied described
    divided done drawn dropped edited emptied ended entered expected failing felt filed filled filtered
    finished fixed folded forbidden forgotten found freed gained gathered given going gone got granted grown
    guessed handed heard held hidden identified invited joined judged kept killed knocked known laid learnt
    leaving lent living loaded locked looked lost made making marked masked matched meant measured merged
    met missed moved named narrowed needed noted offered opened ordered owed owned paid paired parted passed
    passing picked placed planned played posted prepared printed promised proved published put raised ranked
    reached received refused registered remaining remembered removed renamed repeated replaced reported
    required rested restored returned revealed reviewed revoked ruled said sampled saved scored seen sent
    served settled shared shortened shown shut spelled spelt spoken stacked standing started stayed stolen
    stood stopped stored struck stuck suggested summed swapped swept taken talked telling tested thought
    thrown tied timed told took tried turned typed unfinished united unseen untied used visited waited
    waiting walked wanted warned weighed went withdrawn won worded worked working worn written wrote yielded
    """.split()  # noqa: SIM905 (a word list reads better than 200 literals)
)
# Words that meant several things, and words of everyday speech where the field has a term.
OLD_TERMS = {
    "post": "position (offer), appointment (role at a station), article",
    "posts": "positions or appointments",
    "duty": "follow_up, or door_shift",
    "duties_": "follow_ups",
    "dossier": "document", "dossiers": "documents", "paper": "document", "papers": "documents",
    "piece": "document, or fragment", "pieces": "documents, or fragments",
    "evidence": "document",
    "sheet": "import, import_file, worksheet or spreadsheet", "sheets": "imports, worksheets or spreadsheets",
    "filling": "hiring_outcome", "fillings": "hiring_outcomes",
    "beat": "heartbeat", "beats": "heartbeats", "beating": "heartbeat",
    "tie": "state_log_trigger", "ties": "state_log_triggers", "untie": "drop_state_log_triggers",
    "firm": "employer", "firms": "employers",
    "unsent": "pending", "reschedule_for_absences": "reschedule",
    "notice": "notification", "notices": "notifications",
    "insight": "report", "insights": "reports",
}  # fmt: skip
# `duties` is also 岗位职责, the duties of a position: a field of that name is right.
PRONOUNS = re.compile(
    r"^(what|who|whom|whose|which|where|when|how|whether|why|it|its|he|she|they|we|you|i|there|this|these|those"
    r"|somebody|someone|anybody|anyone|nobody|no one|everybody|everyone|whoever|whatever|nothing|something"
    r"|of|on|in|from|for|beside|only if|as)\b",
    re.IGNORECASE,
)


class Breach(NamedTuple):
    path: str
    line: int
    rule: str
    text: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.rule}: {self.text}"


def words(identifier: str) -> list[str]:
    """Split `snake_case` or `CamelCase` into lower-case words."""
    return [part.lower() for part in re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z0-9]+", identifier)]


def _base_names(node: ast.ClassDef) -> list[str]:
    """Return the last part of each base's name: `forms.Form` -> 'Form'."""
    bases = (base.value if isinstance(base, ast.Subscript) else base for base in node.bases)
    return [ast.unparse(base).rsplit(".", 1)[-1] for base in bases]


def _published_targets(module: ast.Module) -> set[int]:
    """Return the ids of target nodes that name a stored state or a published parameter.

    These are members of an enumeration (UPPER_CASE assignments in its body) and the fields of forms, API
    schemas and matching's public classes.
    """
    exported = matching_exports()
    targets: set[int] = set()
    for node in ast.walk(module):
        if not isinstance(node, ast.ClassDef):
            continue
        bases = _base_names(node)
        is_enum = any(base.endswith(("Choices", "Enum")) for base in bases)
        has_published_fields = node.name in exported or any(
            base.endswith(("Form", "Schema", "FilterSet")) for base in bases
        )
        for statement in node.body:
            match statement:
                case ast.Assign(targets=[ast.Name() as target]) | ast.AnnAssign(target=ast.Name() as target):
                    if has_published_fields or (is_enum and target.id.isupper()):
                        targets.add(id(target))
    return targets


@cache
def matching_exports() -> frozenset[str]:
    """Return the public names of the ranking library (`matching.__all__`)."""
    for node in tree(ROOT / "matching" / "__init__.py").body:
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "__all__":
            return frozenset(ast.literal_eval(node.value))
    raise LookupError("matching/__init__.py has no __all__")


def defined_names(module: ast.Module) -> Iterator[tuple[str, int, str]]:
    """Yield (name, line, kind) of every function, class, parameter and assigned name; a kind is a word."""
    published_ids = _published_targets(module)
    for node in ast.walk(module):
        if id(node) in published_ids:
            continue
        match node:
            case ast.FunctionDef() | ast.AsyncFunctionDef():
                yield node.name, node.lineno, "function"
                arguments = node.args
                for arg in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs):
                    yield arg.arg, arg.lineno, "parameter"
            case ast.Lambda():
                yield from ((arg.arg, arg.lineno, "parameter") for arg in node.args.args)
            case ast.ClassDef():
                yield node.name, node.lineno, "class"
            case ast.Name() if isinstance(node.ctx, ast.Store):
                yield node.id, node.lineno, "variable"
            case ast.Attribute(value=ast.Name(id="self" | "cls")) if isinstance(node.ctx, ast.Store):
                yield node.attr, node.lineno, "attribute"  # of others: the name is theirs


def name_breaches(path: Path) -> Iterator[Breach]:
    """Yield names that are a bare verb form or hold a settled-away term."""
    for identifier, line, kind in defined_names(tree(path)):
        if identifier.startswith("__"):
            continue  # Python's own names
        bare = identifier.strip("_")
        if bare.lower() in VERB_FORMS:
            yield Breach(name(path), line, f"verb form as {kind}", identifier)
        elif kind == "function" and bare.startswith(("of_", "with_what", "what_", "who_", "whose_")):
            yield Breach(name(path), line, "function without a verb", identifier)
        for word in words(bare):
            if word in OLD_TERMS and not (kind == "function" and bare in {"post", "do_POST"}):
                yield Breach(name(path), line, f"'{word}': say {OLD_TERMS[word]}", identifier)


def docstring_breaches(path: Path) -> Iterator[Breach]:
    """Yield docstrings whose first line begins with a pronoun or preposition, or is a question."""
    for node in ast.walk(tree(path)):
        if not isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            continue
        first = (ast.get_docstring(node) or "").split("\n", 1)[0]
        if PRONOUNS.match(first) or "?" in first:
            yield Breach(name(path), getattr(node, "lineno", 1), "docstring", first[:90])


def breaches(paths: list[Path]) -> list[Breach]:
    """Return every breach in these Python files, in their order."""
    return [breach for path in paths for breach in (*name_breaches(path), *docstring_breaches(path))]


if __name__ == "__main__":
    prefixes = [str((ROOT / argument).resolve()) for argument in sys.argv[1:]]
    paths = [path for path in python_files() if not prefixes or str(path).startswith(tuple(prefixes))]
    rows = breaches(paths)
    sys.stdout.write("".join(f"{row}\n" for row in rows) + f"{len(rows)} breaches\n")
