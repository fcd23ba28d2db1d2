"""Who gets in at all, and what the description of the API says."""

import pytest

from tests.factories import make_position, make_staff, make_stations, make_user

pytestmark = pytest.mark.django_db
ENDPOINTS = [
    "veterans",
    "veterans/1",
    "placements",
    "placements/1",
    "follow-ups",
    "positions",
    "positions/1",
    "fairs",
    "search",
]


@pytest.mark.parametrize("path", ENDPOINTS)
def test_nobody_unknown_gets_in(client, path: str) -> None:
    answer = client.get(f"/api/v1/{path}")
    assert (answer.status_code, answer.json()) == (401, {"detail": "请先登录。"})


@pytest.mark.parametrize("path", ENDPOINTS)
def test_staff_need_the_second_factor(client_for, path: str) -> None:
    clerk = client_for(make_staff(make_stations()["睦洲镇"]), second_factor=False)
    assert clerk.get(f"/api/v1/{path}").status_code == 403


def test_a_blocked_account_is_shut_out(client_for) -> None:
    user = make_user()
    caller = client_for(user)
    user.is_active = False
    user.save()
    assert caller.get("/api/v1/positions").status_code == 401


@pytest.mark.parametrize("path", ENDPOINTS)
@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
def test_nothing_can_be_written(client_for, path: str, method: str) -> None:
    position = make_position()
    caller = client_for(make_user())
    assert getattr(caller, method)(f"/api/v1/{path}").status_code == 405
    position.refresh_from_db()
    assert position.title == "货车司机"


def test_every_endpoint_is_described(client) -> None:
    described = client.get("/api/v1/openapi.json").json()
    operations = [operation for path in described["paths"].values() for operation in path.values()]
    assert len(operations) == len(ENDPOINTS)
    assert all(operation["summary"] and operation["tags"] for operation in operations)
    assert {tag["name"] for operation in operations for tag in [{"name": operation["tags"][0]}]} == {
        tag["name"] for tag in described["tags"]
    }


def test_the_description_can_be_read_in_a_browser(client) -> None:
    page = client.get("/api/v1/docs")
    assert page.status_code == 200
    assert "https://" not in page.content.decode()


HUGE = "9" * 30


@pytest.mark.parametrize(
    ("path", "status"),
    [
        (f"veterans?page={HUGE}", 422),
        (f"positions?page={HUGE}", 422),
        ("positions?page_size=101", 422),
        (f"search?page={HUGE}", 422),
        (f"veterans/{HUGE}", 404),
        (f"placements/{HUGE}", 404),
        (f"positions/{HUGE}", 404),
        (f"positions?employer={HUGE}", 422),
        (f"placements?fair={HUGE}", 422),
        ("positions?employer=-1", 422),
    ],
)
def test_numbers_beyond_reason_break_nothing(client_for, path: str, status: int) -> None:
    caller = client_for(make_staff(make_stations()["睦洲镇"]))
    assert caller.get(f"/api/v1/{path}").status_code == status
