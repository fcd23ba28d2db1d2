"""A form whose hidden choice is none, or is another's, is refused by the name of the parameter."""

from typing import Any

import pytest
from django.urls import reverse

from portal.accounts.enums import ConsentPurpose
from portal.accounts.roles import StationRole
from portal.core.models import AuditEvent
from portal.fairs.models import Registration
from portal.imports.enums import ImportState
from portal.placements.models import Placement
from portal.positions.enums import PositionState
from tests.factories import make_employer, make_position, make_staff, make_user, make_veteran
from tests.imports.record_imports import person, take_in, workbook_of

pytestmark = [pytest.mark.django_db, pytest.mark.must("hold.5")]
TOO_LARGE = str(2**63)


def _refused_name(answer: Any) -> tuple[int, str]:
    """Return the status and the parameter in quotation marks."""
    return answer.status_code, answer.content.decode().partition("“")[2].partition("”")[0]


@pytest.mark.parametrize("key", ["", "x", "²", "-1", TOO_LARGE])
def test_intention_for_no_position_is_refused_by_name(towns: Any, client_for: Any, key: str) -> None:
    url = reverse("staff:veteran-declare", args=[towns.ours.pk])
    before = Placement.objects.count()
    assert _refused_name(client_for(towns.clerk).post(url, {"position": key})) == (400, "position")
    assert Placement.objects.count() == before


def test_intention_for_a_hidden_position_is_refused_by_name_and_logged(towns: Any, client_for: Any) -> None:
    draft = make_position(is_open=False, state=PositionState.DRAFT)
    url = reverse("staff:veteran-declare", args=[towns.ours.pk])
    before = Placement.objects.count()
    assert _refused_name(client_for(towns.clerk).post(url, {"position": draft.pk})) == (404, "position")
    assert Placement.objects.count() == before
    assert AuditEvent.objects.filter(verb="web.refused", actor_id=towns.clerk.pk).count() == 1


@pytest.mark.parametrize("key", ["", "x", "²", "-1", TOO_LARGE, "999999"])
def test_registration_for_no_fair_is_refused(towns: Any, client_for: Any, key: str) -> None:
    url = reverse("staff:veteran-register", args=[towns.ours.pk])
    page = client_for(towns.clerk).post(url, {"fair": key}, follow=True)
    assert "请选择一场招聘会" in page.content.decode()
    assert not Registration.objects.exists()


@pytest.mark.parametrize("code", ["", "²", "1-01-01-99", "x" * 3_000])
def test_occupation_that_is_none_is_refused_by_name(towns: Any, client_for: Any, code: str) -> None:
    member = make_user()
    position = make_position(employer=make_employer(member=member, station=towns.stations["睦洲镇"]))
    reviewer = make_staff(towns.stations["睦洲镇"], StationRole.REVIEWER)
    before = position.occupation_id
    for user, url in (
        (member, reverse("employer:position-occupation", args=[position.pk])),
        (reviewer, reverse("staff:position-occupation", args=[position.pk])),
    ):
        assert _refused_name(client_for(user).post(url, {"occupation": code})) == (400, "occupation")
    position.refresh_from_db()
    assert position.occupation_id == before


def test_follow_up_rule_of_no_kind_is_refused_by_name(towns: Any, client_for: Any) -> None:
    operator = client_for(make_staff(towns.stations["江门市"], StationRole.OPERATOR))
    answer = operator.post(reverse("staff:follow-up-rules"), {"kind": "²"})
    assert _refused_name(answer) == (400, "kind")


def test_withdrawal_from_no_employer_is_refused_by_name(towns: Any, client_for: Any) -> None:
    account = make_user()
    make_veteran(account=account, station=towns.stations["睦洲镇"])
    url = reverse("veteran:consent", args=[ConsentPurpose.EMPLOYER_CONTACT])
    assert _refused_name(client_for(account).post(url, {"subject": "²"})) == (404, "subject")


def test_station_of_others_is_refused_by_name(towns: Any, client_for: Any) -> None:
    reader, beside = client_for(towns.clerk), towns.stations["司前镇"].pk
    answer = reader.get(f"/desk/insights/rows/?figure=sheets&station={beside}")
    assert _refused_name(answer) == (404, "station")


@pytest.mark.parametrize("state", [ImportState.DONE, ImportState.CANCELLED, ImportState.CHECKED])
def test_columns_that_are_none_are_refused_in_every_state(towns: Any, client_for: Any, state: str) -> None:
    run = take_in(towns.clerk, workbook_of(person()))
    run.state = state
    run.save()
    columns = {**{key: str(index) for key, index in run.columns.items()}, "name": TOO_LARGE}
    answer = client_for(towns.clerk).post(reverse("staff:import-columns", args=[run.pk]), columns)
    assert "不在可用的选项中" in answer.content.decode() or "选择一个有效的选项" in answer.content.decode()
    assert "姓名" in answer.content.decode()
    run.refresh_from_db()
    assert run.state == state
