"""One post's page: what can be done with it in each state, and what each button does."""

from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from portal.accounts.roles import StationRole
from portal.fairs.enums import BoothState
from portal.fairs.models import Booth
from portal.placements import actions as placements
from portal.placements.enums import HiringResult
from portal.placements.models import HiringOutcome
from portal.positions.enums import PositionState
from portal.positions.models import Position
from tests.factories import (
    make_booth,
    make_employer,
    make_fair,
    make_occupation,
    make_position,
    make_staff,
    make_stations,
    make_user,
    make_veteran,
)
from tests.harness.optional import require
from tests.web.employer.test_employer_page_states import position_fields

pytestmark = pytest.mark.django_db


@pytest.fixture
def member() -> Any:
    return make_user("吴晓彤")


@pytest.fixture
def employer(member: Any) -> Any:
    return make_employer(name="江门市远航物流有限公司", member=member)


@pytest.fixture
def member_client(member: Any, employer: Any, client_for: Any) -> Any:
    return client_for(member)


def _page(client: Any, position: Any) -> str:
    answer = client.get(reverse("employer:position-life", args=[position.pk]))
    assert answer.status_code == 200
    return answer.content.decode()


def _press(client: Any, position: Any, step: str) -> Any:
    return client.post(reverse("employer:position-step", args=[position.pk, step]), follow=True)


def test_each_state_offers_its_steps(member_client: Any, employer: Any) -> None:
    choices_shown = {}
    ends = timezone.now() + timedelta(days=3)
    for at, state in enumerate(PositionState):
        position = make_position(
            employer=employer, title=f"{at}号线司机", state=state, refused_reason="缺少内容", expires_at=ends
        )
        page = _page(member_client, position)
        names = ("pause", "resume", "fill", "reopen", "renew", "copy")
        urls = {step: reverse("employer:position-step", args=[position.pk, step]) for step in names}
        choices_shown[state.value] = [step for step, url in urls.items() if url in page]
    assert choices_shown == {
        "draft": ["copy"],
        "in_review": ["copy"],
        "open": ["pause", "fill", "renew", "copy"],
        "paused": ["resume", "fill", "copy"],
        "filled": ["reopen", "copy"],
        "expired": ["renew", "copy"],
        "withdrawn": ["copy"],
        "refused": ["copy"],
    }


def test_position_is_paused_resumed_filled_and_reopened(member_client: Any, employer: Any) -> None:
    position = make_position(employer=employer)
    for step, state in (
        ("pause", PositionState.PAUSED),
        ("resume", PositionState.OPEN),
        ("fill", PositionState.FILLED),
        ("reopen", PositionState.OPEN),
    ):
        _press(member_client, position, step)
        position.refresh_from_db()
        assert position.state == state
    assert "不能这样操作" in _press(member_client, position, "resume").content.decode()
    assert "14 天内" in _press(member_client, position, "renew").content.decode()
    assert (
        member_client.post(reverse("employer:position-step", args=[position.pk, "dance"])).status_code == 404
    )


def test_position_is_renewed(member_client: Any, employer: Any) -> None:
    position = make_position(employer=employer, expires_at=timezone.now() + timedelta(days=2))
    assert "已续期" in _press(member_client, position, "renew").content.decode()
    position.refresh_from_db()
    assert require(position.expires_at) > timezone.now() + timedelta(days=59)


def test_position_is_copied_as_a_draft(member_client: Any, employer: Any) -> None:
    position = make_position(employer=employer, state=PositionState.WITHDRAWN)
    answer = _press(member_client, position, "copy")
    copy = Position.objects.latest("pk")
    assert answer.redirect_chain[0][0] == reverse("employer:position-edit", args=[copy.pk])
    assert copy.state == PositionState.DRAFT


def test_similar_position_is_shown_and_can_be_submitted_anyway(member_client: Any, employer: Any) -> None:
    other = make_position(
        employer=employer, title="叉车司机", pay_from=5000, pay_to=7000,
        occupation=make_occupation("6-30-05-01", "起重装卸机械操作工"),
    )  # fmt: skip
    answer = member_client.post(
        reverse("employer:position-new"), {**position_fields(employer), "submit": "1"}, follow=True
    )
    page = answer.content.decode()
    assert "和下面的岗位很像" in page
    assert reverse("employer:position-life", args=[other.pk]) in page
    position = Position.objects.latest("pk")
    assert position.state == PositionState.DRAFT
    member_client.post(reverse("employer:position-submit", args=[position.pk]))
    position.refresh_from_db()
    assert position.state == PositionState.DRAFT
    assert "已提交审核" in _press(member_client, position, "submit").content.decode()
    position.refresh_from_db()
    assert position.state == PositionState.IN_REVIEW


def test_headcount_is_raised(member_client: Any, employer: Any) -> None:
    position = make_position(employer=employer, headcount=3)
    url = reverse("employer:position-grow", args=[position.pk])
    assert "应多于现在的 3 人" in member_client.post(url, {"headcount": 2}).content.decode()
    member_client.post(url, {"headcount": 5})
    position.refresh_from_db()
    assert position.headcount == 5


def test_guessed_occupation_is_corrected(member_client: Any, employer: Any, client_for: Any) -> None:
    forklift = make_occupation("6-30-05-01", "起重装卸机械操作工")
    truck = make_occupation()
    member_client.post(reverse("employer:position-new"), position_fields(employer, occupation=""))
    position = Position.objects.get()
    assert (position.occupation, position.occupation_certainty is None) == (forklift, False)
    assert "把握" in _page(member_client, position)
    edit = reverse("employer:position-edit", args=[position.pk])
    member_client.post(edit, position_fields(employer, duties="换了说法。"))
    position.refresh_from_db()
    assert position.occupation_certainty is not None  # what nobody chose stays a guess
    url = reverse("employer:position-occupation", args=[position.pk])
    assert member_client.post(url, {"occupation": "0-00-00-00"}).status_code == 400
    member_client.post(url, {"occupation": truck.pk})
    position.refresh_from_db()
    assert (position.occupation, position.occupation_certainty) == (truck, None)
    reviewer = make_staff(make_stations()["新会区"], StationRole.REVIEWER)
    url = reverse("staff:position-occupation", args=[position.pk])
    assert client_for(reviewer).post(url, {"occupation": forklift.pk}).status_code == 302
    position.refresh_from_db()
    assert position.occupation == forklift
    outsider = make_staff(make_stations()["蓬江区"], StationRole.REVIEWER)
    assert client_for(outsider).post(url, {"occupation": truck.pk}).status_code == 404


def test_position_is_brought_to_another_fair(member_client: Any, employer: Any) -> None:
    position, other = make_position(employer=employer), make_position(employer=employer, title="保安员")
    first, second = make_fair(title="第一场"), make_fair(title="第二场")
    booth = make_booth(first, other)
    page = _page(member_client, position)
    for fair in (first, second):
        url = reverse("employer:position-bring", args=[position.pk, fair.pk])
        assert url in page
        member_client.post(url)
    assert set(booth.positions.all()) == {position, other}
    booth_request = Booth.objects.get(fair=second, employer=employer)
    assert (booth_request.state, list(booth_request.positions.all())) == (BoothState.REQUESTED, [position])
    assert reverse("employer:position-bring", args=[position.pk, first.pk]) not in _page(
        member_client, position
    )
    paused = make_position(employer=employer, state=PositionState.PAUSED)
    answer = member_client.post(reverse("employer:position-bring", args=[paused.pk, second.pk]), follow=True)
    assert "不能带到招聘会" in answer.content.decode()


def test_hiring_outcome_is_recorded_after_the_end(member_client: Any, employer: Any) -> None:
    position = make_position(employer=employer)
    hired = make_veteran(name="陈建国", account=make_user())
    shy = make_veteran(name="黄志明", account=make_user())
    clerk = make_staff(make_stations()["睦洲镇"])
    results = placements.declare(veteran=hired, position=position, by=require(hired.account))
    placements.declare(veteran=shy, position=make_position(employer=employer), by=clerk)
    url = reverse("employer:position-closing", args=[position.pk])
    assert member_client.get(url).status_code == 302
    _press(member_client, position, "fill")
    assert "招到人了吗" in _page(member_client, position)
    page = member_client.get(url).content.decode()
    assert "陈建国" in page
    assert "黄志明" not in page
    assert "请选择一项" in member_client.post(url).content.decode()
    texts = member_client.post(url, {"result": "not_filled"}).content.decode()
    assert "请写明没有招到的原因" in texts
    assert "请选择招到的人" in member_client.post(url, {"result": "through_portal"}).content.decode()
    member_client.post(url, {"result": "through_portal", "placements": [results.pk]})
    hiring_outcome = HiringOutcome.objects.get()
    assert (hiring_outcome.result, list(hiring_outcome.placements.all())) == (
        HiringResult.THROUGH_PORTAL,
        [results],
    )
    assert "通过本平台招到" in _page(member_client, position)


@pytest.mark.parametrize("name", ["life", "closing"])
def test_other_employer_sees_nothing(client_for: Any, employer: Any, name: Any) -> None:
    position = make_position(employer=employer, state=PositionState.FILLED)
    rival = make_user()
    make_employer(member=rival)
    url = reverse(f"employer:position-{name}", args=[position.pk])
    assert client_for(rival).get(url).status_code == 404


def test_management_page_uses_constant_number_of_queries(
    same_queries: Any, member_client: Any, employer: Any
) -> None:
    position = make_position(employer=employer)

    def more() -> None:
        for _ in range(4):
            make_booth(make_fair(), position)
            make_position(employer=employer)

    more()
    same_queries(lambda: member_client.get(reverse("employer:position-life", args=[position.pk])), more)
