"""Files over the API: one's own subtree and nothing beside it, masked, and every look noted."""

from collections.abc import Callable
from datetime import date, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.utils import timezone

from portal.accounts.enums import AccessKind
from portal.accounts.models import AccessLog, Appointment
from portal.core.models import AuditEvent
from portal.veterans.models import Veteran
from tests.factories import make_employer, make_stations, make_user, make_veteran

pytestmark = pytest.mark.django_db


PURPOSE = "核对帮扶名单"


def names(response: Any) -> set[str]:
    assert response.status_code == 200
    return {row["name"] for row in response.json()["items"]}


@pytest.mark.must("walks.3")
def test_head_lists_only_own_subtree(ask: Callable, towns: SimpleNamespace) -> None:
    assert names(ask(towns.head, "veterans", purpose=PURPOSE)) == {"陈建国", "梁伟明"}
    assert names(ask(towns.neighbour_head, "veterans", purpose=PURPOSE)) == {"黄志明"}
    assert names(ask(towns.county, "veterans", purpose=PURPOSE)) == {"陈建国", "梁伟明", "黄志明"}


@pytest.mark.must("hold.5")
def test_list_needs_the_right_to_export_and_a_purpose(ask: Callable, towns: SimpleNamespace) -> None:
    answer = ask(towns.clerk, "veterans", purpose=PURPOSE)
    assert answer.status_code == 403
    assert "导出权限" in answer.json()["detail"]
    for purpose in ("", " ", "\u3000"):
        missing = ask(towns.head, "veterans", purpose=purpose)
        assert (missing.status_code, missing.json()["errors"][0]["field"]) == (422, "purpose")
    assert not AccessLog.objects.exists()
    assert not AuditEvent.objects.filter(verb="veterans.exported").exists()


@pytest.mark.must("hold.5")
def test_each_page_of_a_list_is_an_event_and_an_access_to_each_person(
    ask: Callable, towns: SimpleNamespace
) -> None:
    body = ask(towns.head, "veterans", purpose=PURPOSE, page_size=1).json()
    (listed,) = body["items"]
    event = AuditEvent.objects.get(verb="veterans.exported")
    assert (event.actor_id, event.data["rows"], event.data["reason"]) == (towns.head.pk, 1, PURPOSE)
    entry = AccessLog.objects.get()
    assert (entry.actor, entry.file_id, entry.kind) == (towns.head, listed["id"], AccessKind.VIEW)
    assert PURPOSE in entry.reason


@pytest.mark.must("hold.5")
def test_searched_name_stays_out_of_the_event(ask: Callable, towns: SimpleNamespace) -> None:
    ask(towns.head, "veterans", purpose=PURPOSE, name="陈建国", employment_status="unemployed")
    data = AuditEvent.objects.get(verb="veterans.exported").data
    assert "陈建国" not in str(data)
    assert "employment_status=unemployed" in data["filter"]


@pytest.mark.must("walks.3")
def test_records_of_other_towns_are_hidden(ask: Callable, towns: SimpleNamespace) -> None:
    answer = ask(towns.head, "veterans", name="黄志明", purpose=PURPOSE)
    assert answer.json() == {"items": [], "count": 0}
    assert ask(towns.head, "veterans", page_size=100, purpose=PURPOSE).json()["count"] == 2
    assert ask(towns.clerk, "search", q="黄志明").json()["count"] == 0
    answer = ask(towns.clerk, f"veterans/{towns.theirs.pk}")
    assert (answer.status_code, answer.json()) == (404, {"detail": "没有找到。"})


@pytest.mark.must("walks.3")
def test_refused_access_is_logged(ask: Callable, towns: SimpleNamespace) -> None:
    ask(towns.clerk, f"veterans/{towns.theirs.pk}")
    row = AccessLog.objects.get()
    assert (row.actor, row.file_id, row.kind) == (towns.clerk, towns.theirs.pk, AccessKind.REFUSED)


def test_missing_record_is_not_logged(ask: Callable, towns: SimpleNamespace) -> None:
    missing = ask(towns.clerk, "veterans/999999")
    assert missing.json() == ask(towns.clerk, f"veterans/{towns.theirs.pk}").json()
    assert AccessLog.objects.count() == 1


def test_former_clerk_is_refused_and_logged(ask: Callable, towns: SimpleNamespace) -> None:
    yesterday = timezone.localdate() - timedelta(days=1)
    Appointment.objects.filter(user=towns.clerk).update(ends_on=yesterday)
    Appointment.objects.create(
        user=towns.clerk, station=make_stations()["司前镇"], role="clerk", starts_on=yesterday
    )
    assert ask(towns.clerk, f"veterans/{towns.ours.pk}").status_code == 404
    assert AccessLog.objects.get().kind == AccessKind.REFUSED
    head_appointment = Appointment.objects.filter(user=towns.head)
    head_appointment.update(ends_on=yesterday)
    Appointment.objects.create(
        user=towns.head, station=make_stations()["司前镇"], role="head", starts_on=yesterday
    )
    assert names(ask(towns.head, "veterans", purpose=PURPOSE)) == {"黄志明"}


def test_staff_access_is_logged_and_own_access_is_not(ask: Callable, towns: SimpleNamespace) -> None:
    assert ask(towns.clerk, f"veterans/{towns.ours.pk}").status_code == 200
    assert ask(towns.ours.account, f"veterans/{towns.ours.pk}").status_code == 200
    row = AccessLog.objects.get()
    assert (row.actor, row.file_id, row.kind) == (towns.clerk, towns.ours.pk, AccessKind.VIEW)


def test_veteran_sees_only_own_record(ask: Callable, towns: SimpleNamespace) -> None:
    assert names(ask(towns.ours.account, "veterans")) == {"陈建国"}
    assert ask(towns.ours.account, f"veterans/{towns.below.pk}").status_code == 404
    assert not AccessLog.objects.exists()


@pytest.mark.parametrize("who", ["member", "reviewer", "somebody"])
def test_roles_without_record_access_see_nothing(ask: Callable, towns: SimpleNamespace, who: str) -> None:
    user = towns.reviewer if who == "reviewer" else make_user()
    if who == "member":
        make_employer(member=user)
    assert ask(user, "veterans").json() == {"items": [], "count": 0}
    assert ask(user, f"veterans/{towns.ours.pk}").status_code == 404


def test_numbers_are_masked_and_sensitive_fields_absent(ask: Callable, towns: SimpleNamespace) -> None:
    towns.ours.difficulty, towns.ours.disability, towns.ours.address = "低收入", "四级", "南安村3号"
    towns.ours.save()
    answer = ask(towns.clerk, f"veterans/{towns.ours.pk}")
    text = answer.content.decode()
    for absent_fields in (
        towns.ours.phone,
        "低收入",
        "四级",
        "南安村3号",
        towns.ours.phone_hash,
        towns.ours.id_hash,
    ):
        assert absent_fields not in text
    body = answer.json()
    assert body["phone"] == f"{towns.ours.phone[:3]}****{towns.ours.phone[-4:]}"
    assert body["id_number"] == f"**************{towns.ours.id_last4}"


def test_record_shows_work_related_fields(ask: Callable, towns: SimpleNamespace) -> None:
    veteran = make_veteran(
        station=make_stations()["睦洲镇"],
        name="周海",
        specialties=("driver",),
        certificates=("driving_a2",),
        wish={"text": "开货车", "regions": [make_stations()["新会区"].region]},
    )
    body = ask(towns.clerk, f"veterans/{veteran.pk}").json()
    assert body["services"] == [{"specialty": {"code": "driver", "name": "汽车驾驶员"}, "years": 8}]
    assert body["certificates"][0]["kind"] == {"value": "driving_a2", "label": "机动车驾驶证A2"}
    assert body["wish"]["regions"] == [{"code": "440705", "name": "新会区"}]
    assert ask(towns.clerk, f"veterans/{towns.ours.pk}").json()["wish"] is None
    assert names(ask(towns.head, "veterans", certificate="driving_a2", purpose=PURPOSE)) == {"周海"}
    assert names(ask(towns.head, "veterans", employment_status="employed", purpose=PURPOSE)) == set()


def test_age_is_told_in_full_years(ask: Callable, towns: SimpleNamespace) -> None:
    today = timezone.localdate()
    Veteran.objects.filter(pk=towns.ours.pk).update(birth_date=date(today.year - 41, 1, 1))
    assert ask(towns.clerk, f"veterans/{towns.ours.pk}").json()["age"] == 41


def test_pages(ask: Callable, towns: SimpleNamespace) -> None:
    for _ in range(25):
        make_veteran(station=make_stations()["睦洲镇"])
    first = ask(towns.head, "veterans", purpose=PURPOSE).json()
    second = ask(towns.head, "veterans", page=2, purpose=PURPOSE).json()
    assert (first["count"], len(first["items"]), len(second["items"])) == (27, 20, 7)
    assert not {row["id"] for row in first["items"]} & {row["id"] for row in second["items"]}


@pytest.mark.parametrize(
    "query",
    [{"page": 0}, {"page": "x"}, {"employment_status": "x"}, {"certificate": "x"}, {"name": "长" * 41}],
)
def test_invalid_parameters_are_refused(ask: Callable, towns: SimpleNamespace, query: Any) -> None:
    assert ask(towns.head, "veterans", purpose=PURPOSE, **query).status_code == 422


def test_queries_do_not_grow(client_for: Any, towns: SimpleNamespace, same_queries: Any) -> None:
    caller = client_for(towns.head)
    station = make_stations()["睦洲镇"]
    full: dict[str, Any] = {
        "specialties": ("driver",),
        "certificates": ("driving_a2",),
        "wish": {"text": "开车"},
    }

    def grow() -> None:
        for _ in range(10):
            make_veteran(station=station, **{**full, "wish": {"text": "开车"}})

    assert same_queries(lambda: caller.get(f"/api/v1/veterans?purpose={PURPOSE}"), grow) <= 14
