"""Scopes: rows are read through a scope, and areas for staff answer no stranger."""

import ast
from collections.abc import Iterator
from uuid import UUID

import pytest
from django.apps import apps
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from tests.house.source import ROOT, name, python_files, tree

# Verbs of a QuerySet that take the reader, or that name what is public.
SCOPES = {
    "visible_to",
    "managed_by",
    "with_member",
    "reviewable_by",
    "manageable_by",
    "followed_by",
    "open_at",
    "shown_to_employers",
    "for_upcoming_fairs_of",
    "verified",
    "none",
}
STAFF_AREAS = ("me/", "company/", "desk/", "door/", "api/v1/")
# The description of the API holds no data; the others are open data.
OPEN = {
    "api/v1/docs",
    "api/v1/openapi.json",
    "api/v1/positions",
    "api/v1/fairs",
    "api/v1/search",
    "api/v1/statistics",
}


def scoped_models() -> set[str]:
    """Names of our models that have `visible_to`."""
    return {
        model.__name__
        for model in apps.get_models()
        if hasattr(model._default_manager.get_queryset(), "visible_to")
    }


def _chain(node: ast.AST, parents: dict[ast.AST, ast.AST]) -> Iterator[ast.AST]:
    """Yield, from `Model.objects` outwards, every attribute and call that is applied to it."""
    while isinstance(parent := parents.get(node), ast.Attribute) or (
        isinstance(parent, ast.Call) and parent.func is node
    ):
        yield parent
        node = parent


def _about_the_reader(call: ast.Call) -> bool:
    return any(
        "user" in ast.unparse(keyword.value) or (keyword.arg or "").endswith("account")
        for keyword in call.keywords
    )


def unscoped(module: ast.Module, models: set[str]) -> list[tuple[int, str]]:
    """Line and text of each query over a scoped model that names no scope."""
    parents = {child: node for node in ast.walk(module) for child in ast.iter_child_nodes(node)}
    queries = []
    for node in ast.walk(module):
        if isinstance(node, ast.Attribute) and node.attr in {"objects", "_default_manager"}:
            if not (isinstance(node.value, ast.Name) and node.value.id in models):
                continue
            chain = list(_chain(node, parents))
            verbs = {link.attr for link in chain if isinstance(link, ast.Attribute)}
            calls = [link for link in chain if isinstance(link, ast.Call)]
            if not verbs & SCOPES and not any(_about_the_reader(call) for call in calls):
                queries.append((node.lineno, ast.unparse(chain[-1] if chain else node)))
        elif isinstance(node, ast.Call) and ast.unparse(node.func).endswith(
            ("get_object_or_404", "get_list_or_404")
        ):
            argument = node.args[0]
            if isinstance(argument, ast.Name) and argument.id in models:
                queries.append((node.lineno, ast.unparse(node)))
    return queries


def test_models_of_people_and_employers_have_a_scope() -> None:
    assert scoped_models() >= {
        "Veteran",
        "Employer",
        "Position",
        "Booth",
        "Registration",
        "Placement",
        "FollowUp",
    }


def test_every_query_of_a_page_names_its_scope() -> None:
    models = scoped_models()
    wrong = [
        f"{name(path)}:{line} {text}"
        for path in python_files("portal")
        if {"web", "api"} & set(path.relative_to(ROOT).parts)
        for line, text in unscoped(tree(path), models)
    ]
    assert not wrong, "begin with visible_to(user):\n" + "\n".join(wrong)


@pytest.mark.parametrize(
    ("code", "is_refused"),
    [
        ("Veteran.objects.all()", True),
        ("Veteran.objects.filter(pk=pk).first()", True),
        ("get_object_or_404(Veteran, pk=pk)", True),
        ("Veteran.objects", True),
        ("Veteran.objects.visible_to(request.user).filter(pk=pk)", False),
        ("Veteran.objects.with_details().visible_to(user)", False),
        ("get_object_or_404(Veteran.objects.visible_to(user), pk=pk)", False),
        ("Veteran.objects.filter(user=request.user)", False),
        ("Region.objects.all()", False),
    ],
)
def test_a_query_without_a_scope_is_caught(code: str, is_refused: bool) -> None:
    assert bool(unscoped(ast.parse(code), {"Veteran"})) is is_refused


def _paths(patterns: list[URLPattern | URLResolver], before: str = "") -> Iterator[str]:
    """Every path of the project, with something in the place of its arguments."""
    for pattern in patterns:
        route = before + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from _paths(pattern.url_patterns, route)
        else:
            for key, converter in pattern.pattern.converters.items():
                sample = {"UUIDConverter": UUID(int=1), "StringConverter": "x", "SlugConverter": "x"}.get(
                    type(converter).__name__, 1
                )
                kind = type(converter).__name__.removesuffix("Converter").lower()
                for placeholder in (f"<{kind}:{key}>", f"<{key}>"):
                    route = route.replace(placeholder, str(sample))
            yield route


@pytest.mark.django_db
def test_closed_floors_answer_nobody_unknown(client: Client) -> None:
    paths = [
        path
        for path in _paths(get_resolver().url_patterns)
        if path.startswith(STAFF_AREAS) and path not in OPEN
    ]
    answers = {path: client.get(f"/{path}").status_code for path in paths}
    assert {path: code for path, code in answers.items() if code not in {301, 302, 401, 403, 404, 405}} == {}
    assert {path: code for path, code in answers.items() if "<" in path} == {}
