"""Access of tokens, and its limits: people, positions of other employers, ended tokens."""

from collections.abc import Callable
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from portal.api_tokens.actions import revoke
from portal.api_tokens.enums import TokenScope
from portal.api_tokens.models import ApiToken
from portal.core.models import AuditEvent
from portal.employers import verification as employers
from tests.api.conftest import program
from tests.api.test_position_writes import BODY, URL, put_position, send
from tests.factories import make_employer, make_position, make_user
from tests.house.addresses import address, looked_up
from tests.house.matrix import MATRIX, World
from tests.house.test_matrix import OURS, is_in

pytestmark = pytest.mark.django_db
PEOPLE = ["veterans", "veterans/1", "placements", "placements/1", "follow-ups"]


@pytest.fixture
def rival(token_for: Callable) -> Any:
    owner = make_user("对手管理员")
    return token_for(make_employer(member=owner), owner)[1]


def ids(answer: Any) -> set[int]:
    assert answer.status_code == 200
    return {row["id"] for row in answer.json()["items"]}


def test_token_sees_open_and_own_positions(integrator: SimpleNamespace, rival: Any) -> None:
    open_position = make_position()
    mine = make_position(employer=integrator.employer, is_open=False, external_id="HR-9")
    assert ids(integrator.client.get(URL)) == {open_position.pk}
    assert ids(integrator.client.get(f"{URL}?open=false")) == {open_position.pk, mine.pk}
    assert ids(rival.get(f"{URL}?open=false")) == {open_position.pk}
    assert integrator.client.get(f"{URL}/{mine.pk}").json()["external_id"] == "HR-9"
    assert rival.get(f"{URL}/{mine.pk}").status_code == 404
    assert rival.get(f"{URL}/external/HR-9").status_code == 404


def test_external_id_is_scoped_to_the_token(integrator: SimpleNamespace, rival: Any) -> None:
    position = make_position(employer=integrator.employer, external_id="HR-9")
    for method, body in (("patch", {"headcount": 9}), ("post", {"step": "withdraw"})):
        assert send(rival, method, "/external/HR-9", body).status_code == 404
    assert put_position(rival, "HR-9").status_code == 201  # its own post of the same number
    position.refresh_from_db()
    assert (position.headcount, position.is_open) == (3, True)


def test_refusal_of_a_token_is_audited(integrator: SimpleNamespace, rival: Any) -> None:
    position = make_position(employer=integrator.employer, is_open=False)
    rival.get(f"{URL}/{position.pk}")
    event = AuditEvent.objects.get(verb="web.refused")
    assert (event.target_type, event.data["view"], event.data["status"]) == (
        "integrators.apitoken",
        "api:position",
        404,
    )
    assert event.data["asked"] == {"position_id": str(position.pk)}


def test_read_token_cannot_write(integrator: SimpleNamespace, token_for: Callable) -> None:
    _, reader = token_for(integrator.employer, integrator.owner, scope=TokenScope.READ)
    make_position(employer=integrator.employer, external_id="HR-1")
    tries = [
        send(reader, "post", "", {**BODY, "external_id": "HR-2"}),
        put_position(reader),
        send(reader, "patch", "/external/HR-1", {"headcount": 9}),
        send(reader, "post", "/external/HR-1", {"step": "withdraw"}),
        send(reader, "post", "/batch", {"items": [BODY]}),
    ]
    assert [answer.status_code for answer in tries] == [403] * 5
    assert "只能读取" in tries[0].json()["detail"]
    assert reader.get(f"{URL}/external/HR-1").status_code == 200


@pytest.mark.parametrize("end", ["revoked", "expired", "left", "invented", "cut"])
def test_ended_token_is_refused(integrator: SimpleNamespace, end: str) -> None:
    client = integrator.client
    if end == "revoked":
        revoke(token=integrator.token, by=integrator.owner)
    elif end == "expired":
        ApiToken.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    elif end == "left":
        integrator.owner.employer_memberships.all().delete()
    elif end == "invented":
        client = program("vep_" + "x" * 43)
    else:
        client = program(integrator.text[:-1])
    for answer in (client.get(URL), client.get("/api/v1/fairs"), send(client, "post", "", BODY)):
        assert answer.status_code == 401
        assert answer.json() == {"detail": "令牌无效、已过期或已吊销。"}
        assert answer.headers["WWW-Authenticate"] == "Bearer"


def test_invalid_token_is_refused_despite_session(client_for: Any, integrator: SimpleNamespace) -> None:
    caller = client_for(integrator.owner)
    bad = {"Authorization": "Bearer vep_none"}
    assert caller.get(URL, headers=bad).status_code == 401
    assert caller.get(URL).status_code == 200


@pytest.mark.parametrize("path", PEOPLE)
def test_token_cannot_read_people(integrator: SimpleNamespace, path: str) -> None:
    assert integrator.client.get(f"/api/v1/{path}").status_code == 401


def test_token_of_suspended_employer_reads_only_its_own(
    integrator: SimpleNamespace, towns: SimpleNamespace, rival: Any
) -> None:
    position = make_position(employer=integrator.employer, external_id="HR-1")
    employers.suspend(employer=integrator.employer, by=towns.reviewer, reason="被举报收费")
    assert integrator.client.get(f"{URL}/external/HR-1").json()["open"] is False
    assert ids(integrator.client.get(URL)) == ids(rival.get(f"{URL}?open=false")) == set()
    assert rival.get(f"{URL}/{position.pk}").status_code == 404


def test_token_reaches_open_data_and_own_positions(db: None, caplog: pytest.LogCaptureFixture) -> None:
    """Every route of the URL configuration: nothing that is closed to an unknown reader opens to a token."""
    caplog.set_level("ERROR", "django.request")
    world = World()
    client = program(world.token_text)
    statuses = []
    for route in OURS:
        row = MATRIX[route]
        answer = getattr(client, row.method)(
            address(route, looked_up(row.sample, world)), looked_up(row.data, world) or None
        )
        # A batch without a body is told so: it was let in.
        if (answer.status_code == 400 or is_in(answer)) and "anonymous" not in row.opens:
            statuses.append(route)
    assert sorted(statuses) == ["api/v1/positions/<int:position_id>", "api/v1/positions/batch"]


# --- how often
def test_throttled_response_has_retry_after(
    settings: Settings, integrator: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("portal.api_tokens.request_counts.time.time", lambda: 60_017.0)
    settings.API_RATES = {"anonymous": 2, "person": 9, "token": 3, "address": 4}
    nobody = Client()
    assert [nobody.get(URL).status_code for _ in range(3)] == [200, 200, 429]
    answers = [integrator.client.get(URL) for _ in range(4)]
    assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
    assert answers[-1].headers["Retry-After"] == "43"
    assert answers[-1].json() == {"detail": "请求过于频繁，请 43 秒后再试。"}
    # Another minute, another count.
    monkeypatch.setattr("portal.api_tokens.request_counts.time.time", lambda: 60_061.0)
    assert integrator.client.get(URL).status_code == 200


def test_address_is_limited_over_all_tokens(
    settings: Settings,
    integrator: SimpleNamespace,
    token_for: Callable,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("portal.api_tokens.request_counts.time.time", lambda: 60_017.0)
    settings.API_RATES = {"anonymous": 9, "person": 9, "token": 3, "address": 4}
    _, second = token_for(integrator.employer, integrator.owner)
    statuses = [
        client.get(URL).status_code
        for client in (integrator.client, second, integrator.client, second, second)
    ]
    assert statuses == [200, 200, 200, 200, 429]
    elsewhere = {"REMOTE_ADDR": "192.0.2.7"}
    assert integrator.client.get(URL, **elsewhere).status_code == 200


def test_invalid_tokens_are_counted(settings: Settings, monkeypatch: pytest.MonkeyPatch, db: None) -> None:
    monkeypatch.setattr("portal.api_tokens.request_counts.time.time", lambda: 60_017.0)
    settings.API_RATES = {"anonymous": 2, "person": 9, "token": 9, "address": 9}
    guesser = program("vep_guess")
    answers = [guesser.get(URL) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [401, 401, 429]
    assert answers[-1].headers["Retry-After"] == "43"


def test_forwarded_address_is_counted_behind_a_proxy(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, db: None
) -> None:
    settings.NINJA_NUM_PROXIES = 1
    settings.API_RATES = {"anonymous": 1, "person": 9, "token": 9, "address": 9}
    monkeypatch.setattr("portal.api_tokens.request_counts.time.time", lambda: 60_017.0)
    statuses = [
        Client().get(URL, headers={"X-Forwarded-For": f"203.0.113.9, {last}"}).status_code
        for last in ("192.0.2.1", "192.0.2.2", "192.0.2.1")
    ]
    assert statuses == [200, 200, 429]
