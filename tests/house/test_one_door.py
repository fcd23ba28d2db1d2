"""Only one view signs people in: every route is tried with right credentials, and the code is read."""

import ast
from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib.auth import SESSION_KEY
from django.contrib.auth.views import LoginView
from django.db import transaction
from django.test import Client
from django.urls import Resolver404, URLPattern, URLResolver, get_resolver, resolve, reverse

from portal.accounts.models import User
from portal.core.encryption import lookup_hash
from portal.web.public.accounts.views import sign_in
from tests.factories import make_staff, make_stations
from tests.harness.must import Figure
from tests.house.addresses import address, looked_up
from tests.house.matrix import MATRIX, World
from tests.house.source import name, python_files, tree

PASSWORD = "door-password-2026"
# Functions that put a user or a second factor into a session.
ENTRANCES = {
    "django.contrib.auth": {"login", "alogin"},
    "django_otp": {"login"},
}
SIGN_IN = "portal/web/public/accounts/views.py"


def routes(
    patterns: list[URLPattern | URLResolver] | None = None, before: str = ""
) -> Iterator[tuple[str, URLPattern]]:
    for pattern in get_resolver().url_patterns if patterns is None else patterns:
        route = before + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from routes(pattern.url_patterns, route)
        else:
            yield route, pattern


def _credentials(user: User) -> list[dict[str, str]]:
    """The right phone and password, under the names that sign-in forms use."""
    return [
        {"phone": user.phone, "password": PASSWORD},
        {"username": user.phone, "password": PASSWORD},
        {"username": user.phone_hash, "password": PASSWORD},
        {"username": lookup_hash(user.phone), "password": PASSWORD, "next": "/"},
    ]


def _sample_path(route: str, world: World) -> str:
    row = MATRIX.get(route)
    if row is not None:
        return address(route, looked_up(row.sample, world))
    values: dict[str, Any] = {str(n): "1" for n in range(route.count("<") + route.count("("))}
    return address(route, values).replace(".*", "x").replace("\\.", ".")


@pytest.mark.must("hold.5")
@pytest.mark.django_db
def test_right_password_opens_a_session_at_one_route_only(
    figure: Figure, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("CRITICAL", "django.request")
    user = make_staff(make_stations()["睦洲镇"], password=PASSWORD)
    world = World()
    doors, requests, route_count = set(), 0, 0
    for route, _ in routes():
        if route == "cms/failwhale/":  # Wagtail's own rehearsal of an error
            continue
        route_count += 1
        for data in _credentials(user):
            with transaction.atomic():
                client = Client(raise_request_exception=False)
                client.post(_sample_path(route, world), data, follow=True)
                requests += 1
                if SESSION_KEY in client.session:
                    doors.add(route)
                transaction.set_rollback(True)
    assert doors == {reverse("public:sign-in-staff").lstrip("/")}
    words = f"{route_count} routes x 4 forms of a right password, {requests} requests, doors: {len(doors)}"
    figure(words, len(doors), at_least=1, at_most=1)


@pytest.mark.must("hold.5")
def test_no_reachable_view_of_a_library_signs_in() -> None:
    reachable = []
    for route, pattern in routes():
        if issubclass(getattr(pattern.callback, "view_class", object), LoginView):
            try:
                match = resolve("/" + route)
            except Resolver404:
                continue
            if match.func is pattern.callback:
                reachable.append(route)
    assert reachable == []


@pytest.mark.parametrize("path", ["/cms/login/", "/_util/login/"])
def test_other_doors_lead_to_the_one_and_keep_the_destination(path: str, client: Client) -> None:
    for method in (client.get, client.post):
        response = method(f"{path}?next=/desk/")
        assert response.status_code == 302
        match = resolve(response.headers["Location"].partition("?")[0])
        assert match.func is sign_in
        assert response.headers["Location"].endswith("?next=/desk/")


def _calls_of_entrances(path: Any) -> Iterator[int]:
    """Yield the lines of a module that call an entrance under whichever name it was imported."""
    module = tree(path)
    names, modules = set(), set()
    for node in ast.walk(module):
        if isinstance(node, ast.ImportFrom) and node.module in ENTRANCES:
            names |= {a.asname or a.name for a in node.names if a.name in ENTRANCES[node.module]}
        elif isinstance(node, ast.ImportFrom) and node.module == "django.contrib":
            modules |= {a.asname or a.name for a in node.names if a.name == "auth"}
        elif isinstance(node, ast.Import):
            modules |= {a.asname or a.name for a in node.names if a.name in ENTRANCES}
    for node in ast.walk(module):
        if not isinstance(node, ast.Call):
            continue
        function = node.func
        if (isinstance(function, ast.Name) and function.id in names) or (
            isinstance(function, ast.Attribute)
            and function.attr in {"login", "alogin"}
            and ast.unparse(function.value) in modules
        ):
            yield node.lineno


@pytest.mark.must("hold.5")
def test_only_the_sign_in_view_calls_what_signs_in(figure: Figure) -> None:
    read = 0
    calls: dict[str, list[int]] = {}
    for path in python_files("portal", "cms", "search"):
        read += 1
        if lines := list(_calls_of_entrances(path)):
            calls[name(path)] = lines
    assert set(calls) == {SIGN_IN}
    functions = [
        node.name
        for node in ast.walk(tree(next(p for p in python_files("portal") if name(p) == SIGN_IN)))
        if isinstance(node, ast.FunctionDef)
        and any(node.lineno <= line <= (node.end_lineno or 0) for line in calls[SIGN_IN])
    ]
    assert functions == ["sign_in"]
    views = {pattern.callback for route, pattern in routes() if route.startswith("sign-in/")}
    assert views == {sign_in}
    figure(
        f"{read} modules read, {len(calls[SIGN_IN])} calls, all in {len(calls)} view", len(calls), at_most=1
    )
