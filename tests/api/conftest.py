"""A town with its clerk, its neighbour with its own, and one file in each."""

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from django.test import Client

from portal.accounts.roles import StationRole
from portal.api_tokens.actions import issue
from portal.api_tokens.enums import TokenScope
from portal.api_tokens.models import ApiToken
from tests.factories import make_employer, make_occupation, make_staff, make_stations, make_user, make_veteran


@pytest.fixture
def towns() -> SimpleNamespace:
    stations = make_stations()
    return SimpleNamespace(
        clerk=make_staff(stations["睦洲镇"], name="李秀珍"),
        head=make_staff(stations["睦洲镇"], StationRole.HEAD, name="梁秋"),
        neighbour=make_staff(stations["司前镇"], name="黄丽华"),
        neighbour_head=make_staff(stations["司前镇"], StationRole.HEAD, name="谭伟"),
        county=make_staff(stations["新会区"], StationRole.OPERATOR, name="何永强"),
        reviewer=make_staff(stations["新会区"], StationRole.REVIEWER, name="吴敏"),
        ours=make_veteran(station=stations["睦洲镇"], name="陈建国", account=make_user("陈建国")),
        below=make_veteran(station=stations["南安村"], name="梁伟明"),
        theirs=make_veteran(station=stations["司前镇"], name="黄志明"),
    )


@pytest.fixture
def ask(client_for: Any) -> Callable:
    """`ask(user, "veterans", name="陈")` -> the response of that endpoint for that user."""

    def get(user: Any, path: str, **query: Any) -> Any:
        return client_for(user).get(f"/api/v1/{path}", query)

    return get


@pytest.fixture
def integrator() -> SimpleNamespace:
    """An employer with its owner, and a client that shows a token that writes; and an occupation to name."""
    make_occupation()
    owner = make_user("单位管理员")
    employer = make_employer(member=owner)
    token, text = issue(by=owner, employer=employer, name="招聘系统", scope=TokenScope.WRITE, days=30)
    return SimpleNamespace(owner=owner, employer=employer, token=token, text=text, client=program(text))


def program(text: str) -> Client:
    """A client that shows this token."""
    return Client(headers={"Authorization": f"Bearer {text}"})


@pytest.fixture
def token_for() -> Callable:
    """`token_for(employer, owner)` -> (token, a client that shows it)."""

    def make(
        employer: Any, owner: Any, scope: Any = TokenScope.WRITE, name: Any = "另一个"
    ) -> tuple[ApiToken, Client]:
        token, text = issue(by=owner, employer=employer, name=name, scope=scope, days=30)
        return token, program(text)

    return make
