"""Authentication of the API, and its OpenAPI description."""

from typing import Any

import pytest
from django.test import Client

from tests.factories import make_position, make_staff, make_stations, make_user

pytestmark = pytest.mark.django_db
PROTECTED_PATHS = ["veterans", "veterans/1", "placements", "placements/1", "follow-ups"]
OPEN = ["positions", "fairs", "search", "statistics"]
ENDPOINTS = [*PROTECTED_PATHS, *OPEN, "positions/1"]


@pytest.mark.parametrize("path", PROTECTED_PATHS)
def test_protected_paths_need_authentication(client: Client, path: str) -> None:
    answer = client.get(f"/api/v1/{path}")
    assert (answer.status_code, answer.json()) == (401, {"detail": "请先登录。"})


@pytest.mark.parametrize("path", OPEN)
def test_open_data_needs_no_authentication(client: Client, path: str) -> None:
    assert client.get(f"/api/v1/{path}").status_code == 200


@pytest.mark.parametrize("path", ["positions/", "positions/x", "nothing", "nothing/at/all/"])
def test_unknown_path_answers_in_error_format(client: Client, path: str) -> None:
    answer = client.get(f"/api/v1/{path}")
    assert (answer.status_code, answer.json()) == (404, {"detail": "没有找到。"})


@pytest.mark.parametrize("path", ENDPOINTS)
def test_staff_need_the_second_factor(client_for: Any, path: str) -> None:
    clerk = client_for(make_staff(make_stations()["睦洲镇"]), second_factor=False)
    assert clerk.get(f"/api/v1/{path}").status_code == 403


def test_blocked_account_is_refused(client_for: Any) -> None:
    user = make_user()
    caller = client_for(user)
    user.is_active = False
    user.save()
    assert caller.get("/api/v1/veterans").status_code == 401


@pytest.mark.parametrize("path", ENDPOINTS)
@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
def test_session_cannot_write(client_for: Any, path: str, method: str) -> None:
    position = make_position()
    caller = client_for(make_user())
    writes = (path, method) == ("positions", "post")  # for tokens alone
    assert getattr(caller, method)(f"/api/v1/{path}").status_code == (401 if writes else 405)
    position.refresh_from_db()
    assert position.title == "货车司机"


def test_every_operation_is_described(client: Client) -> None:
    schema = client.get("/api/v1/openapi.json").json()
    operations = [operation for path in schema["paths"].values() for operation in path.values()]
    assert len(operations) == len(ENDPOINTS) + len(("post", "batch", "get", "put", "patch", "step"))
    assert all(operation["summary"] and operation["tags"] for operation in operations)
    assert {tag["name"] for operation in operations for tag in [{"name": operation["tags"][0]}]} == {
        tag["name"] for tag in schema["tags"]
    }


def test_description_is_served_to_browsers(client: Client) -> None:
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
def test_huge_numbers_are_refused(client_for: Any, path: str, status: int) -> None:
    caller = client_for(make_staff(make_stations()["睦洲镇"]))
    assert caller.get(f"/api/v1/{path}").status_code == status
