"""Sizes, furniture and promises that stand in files."""

import ast
import re
from pathlib import Path

import pytest
from django.core import checks

from tests.harness.must import requirements
from tests.house.source import ROOT, files, name, project, python_files, tree

LIMIT = 400
WRITTEN_BY_HAND = {".py", ".html", ".js", ".css", ".sh", ".yml", ".svg"}
# Written so, because naming a host here would be naming it in a tracked file.
REGISTRIES = tuple(
    words.replace(" ", ".")
    for words in (
        "pypi org", "pythonhosted org", "npmjs org", "npmjs com", "yarnpkg com", "jsdelivr net", "unpkg com",
        "cdnjs cloudflare com", "googleapis com", "debian org", "ghcr io", "docker io", "quay io",
        "elastic co", "crates io", "golang org",
    )
)  # fmt: skip
# Files whose place in a room already says what they hold.
FURNITURE = {"__init__.py", "apps.py", "enums.py", "urls.py"}
# Acts of somebody who is nobody yet: no actor can be named.
WITHOUT_ACTOR = {"send_code", "redeem_code"}


def _excused() -> set[str]:
    """Return the files that the decision on long files lists with a reason."""
    text = (ROOT / "docs/adr/0018-long-files.md").read_text(encoding="utf-8")
    return set(re.findall(r"^\| `([^`]+)` \| \S", text, re.MULTILINE))


@pytest.mark.must("walks.4", "house.2")
def test_no_file_is_long_without_a_decision() -> None:
    lengths = {
        name(path): path.read_text(encoding="utf-8").count("\n")
        for path in files()
        if path.suffix in WRITTEN_BY_HAND and "migrations" not in path.parts
    }
    long = {path for path, lines in lengths.items() if lines > LIMIT}
    assert long == _excused(), "split the file, or list it with its reason in docs/adr/0018-long-files.md"


def test_every_module_says_what_it_is() -> None:
    silent = [
        name(path)
        for path in python_files("portal", "cms", "search", "matching")
        if path.stat().st_size
        and path.name not in FURNITURE
        and path.parent.name != "commands"  # a command says it in its help
        and not ast.get_docstring(tree(path))
    ]
    assert not silent, "no docstring:\n" + "\n".join(silent)


def test_every_dependency_has_its_reason() -> None:
    lines = (ROOT / "pyproject.toml").read_text(encoding="utf-8").splitlines()
    requirements_listed = [*project()["project"]["dependencies"], *project()["dependency-groups"]["dev"]]
    for requirement in requirements_listed:
        line = next(line for line in lines if line.strip().startswith(f'"{requirement}"'))
        assert re.search(r'",\s+# \S', line) or requirement.startswith("playwright"), (
            f"no reason: {requirement}"
        )


def _pins(lock: str) -> dict[str, str]:
    text = (ROOT / lock).read_text(encoding="utf-8")
    return dict(re.findall(r"^([A-Za-z0-9._-]+(?:\[[a-z,]+\])?)==([^\s;\\]+)", text, flags=re.MULTILINE))


def test_what_is_tested_is_what_runs() -> None:
    run, test = _pins("requirements.lock"), _pins("requirements-dev.lock")
    assert len(run) > 30
    assert {package: test.get(package) for package in run} == run


def test_every_pin_has_a_hash() -> None:
    for lock in ("requirements.lock", "requirements-dev.lock"):
        for block in re.split(r"\n(?=[a-z])", (ROOT / lock).read_text(encoding="utf-8").strip()):
            assert "--hash=sha256:" in block, f"{lock}: {block.splitlines()[0]}"


def test_no_tracked_file_names_a_registry() -> None:
    hosts = []
    for path in files():
        try:
            text = path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue
        hosts += [
            f"{name(path)}: {host}" for host in REGISTRIES if re.search(rf"\b{re.escape(host)}\b", text)
        ]
    assert not hosts, "\n".join(hosts)


def test_system_checks_have_nothing_to_say() -> None:
    assert checks.run_checks(include_deployment_checks=False) == []


def _marked_numbers() -> set[str]:
    return {
        str(argument.value)
        for path in python_files("tests")
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "must"
        for argument in node.args
        if isinstance(argument, ast.Constant)
    }


# Lines of the part that is being built; whoever writes a line's test takes it out.
WITHOUT_A_TEST_YET: frozenset[str] = frozenset(f"ranking.{number}" for number in (1, 2, 3, 5, 6, 7, 8))


def test_every_requirement_has_a_test() -> None:
    numbers = {f"{part}.{i}" for part, texts in requirements().items() for i in range(1, len(texts) + 1)}
    assert numbers - _marked_numbers() == WITHOUT_A_TEST_YET


def _is_atomic(function: ast.FunctionDef) -> bool:
    return any(ast.unparse(decorator) == "transaction.atomic" for decorator in function.decorator_list)


def test_every_write_is_keyword_only_and_has_an_actor() -> None:
    wrong = []
    for path in python_files("portal"):
        if path.name not in {"actions.py", "follow_ups.py"}:
            continue
        for node in tree(path).body:
            if not isinstance(node, ast.FunctionDef) or node.name.startswith("_") or not _is_atomic(node):
                continue
            if node.args.args or node.args.posonlyargs:
                wrong.append(f"{name(path)}:{node.lineno} {node.name}: takes arguments without their names")
            if node.name not in WITHOUT_ACTOR and "by" not in {a.arg for a in node.args.kwonlyargs}:
                wrong.append(f"{name(path)}:{node.lineno} {node.name}: has no `by`")
    assert not wrong, "\n".join(wrong)


def _templates() -> list[tuple[Path, str]]:
    """Our templates, with what stands in template comments blanked."""
    comment = re.compile(r"{#.*?#}|{%\s*comment.*?endcomment\s*%}", re.DOTALL)
    return [
        (path, comment.sub(lambda hosts: "\n" * hosts[0].count("\n"), path.read_text(encoding="utf-8")))
        for path in files()
        if path.suffix == ".html"
    ]


def test_no_template_carries_inline_code_or_style() -> None:
    # The Content-Security-Policy would drop it in the browser; here the line is named.
    banned = re.compile(
        r"<script(?![^>]*\bsrc=)[^>]*>|<style\b|\sstyle=\"|\son[a-z]+=\"|href=\"javascript:", re.IGNORECASE
    )
    wrong = [
        f"{name(path)}:{number} {line.strip()[:80]}"
        for path, text in _templates()
        for number, line in enumerate(text.splitlines(), start=1)
        if banned.search(line) and 'type="application/json"' not in line
    ]
    assert not wrong, "\n".join(wrong)


def test_includes_pass_only_what_they_name() -> None:
    # The frame's own pieces (templates/layout/_*.html) are the frame: they see what it sees.
    include = re.compile(r"{%\s*include\s+(?![\"']layout/_)[^%]*%}")
    wrong = [
        f"{name(path)}: {tag}"
        for path, text in _templates()
        if not name(path).startswith("templates/bootstrap5/")  # pieces of the package that they replace
        for tag in include.findall(text)
        if not re.search(r"\sonly\s*%}$", tag)
    ]
    assert not wrong, "\n".join(wrong)
