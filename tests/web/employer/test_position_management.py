"""One post's page: what can be done with it in each state, and what each button does."""

from datetime import timedelta

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
from tests.web.employer.test_employer_page_states import post

pytestmark = pytest.mark.django_db


@pytest.fixture
def member():
    return make_user("吴晓彤")


@pytest.fixture
def employer(member):
    return make_employer(name="江门市远航物流有限公司", member=member)


@pytest.fixture
def of_member(member, employer, client_for):
    return client_for(member)


def _page(client, position) -> str:
    answer = client.get(reverse("employer:position-life", args=[position.pk]))
    assert answer.status_code == 200
    return answer.content.decode()


def _press(client, position, step: str):
    return client.post(reverse("employer:position-step", args=[position.pk, step]), follow=True)


def test_each_state_offers_its_steps(of_member, employer) -> None:
    offered = {}
    ends = timezone.now() + timedelta(days=3)
    for at, state in enumerate(PositionState):
        made = make_position(
            employer=employer, title=f"{at}号线司机", state=state, refused_reason="缺少内容", expires_at=ends
        )
        page = _page(of_member, made)
        names = ("pause", "resume", "fill", "reopen", "renew", "copy")
        urls = {step: reverse("employer:position-step", args=[made.pk, step]) for step in names}
        offered[state.value] = [step for step, url in urls.items() if url in page]
    assert offered == {
        "draft": ["copy"],
        "in_review": ["copy"],
        "open": ["pause", "fill", "renew", "copy"],
        "paused": ["resume", "fill", "copy"],
        "filled": ["reopen", "copy"],
        "expired": ["renew", "copy"],
        "withdrawn": ["copy"],
        "refused": ["copy"],
    }


def test_position_is_paused_resumed_filled_and_reopened(of_member, employer) -> None:
    made = make_position(employer=employer)
    for step, state in (
        ("pause", PositionState.PAUSED),
        ("resume", PositionState.OPEN),
        ("fill", PositionState.FILLED),
        ("reopen", PositionState.OPEN),
    ):
        _press(of_member, made, step)
        made.refresh_from_db()
        assert made.state == state
    assert "不能这样操作" in _press(of_member, made, "resume").content.decode()
    assert "14 天内" in _press(of_member, made, "renew").content.decode()
    assert of_member.post(reverse("employer:position-step", args=[made.pk, "dance"])).status_code == 404


def test_position_is_renewed(of_member, employer) -> None:
    made = make_position(employer=employer, expires_at=timezone.now() + timedelta(days=2))
    assert "已续期" in _press(of_member, made, "renew").content.decode()
    made.refresh_from_db()
    assert made.expires_at > timezone.now() + timedelta(days=59)


def test_position_is_copied_as_a_draft(of_member, employer) -> None:
    made = make_position(employer=employer, state=PositionState.WITHDRAWN)
    answer = _press(of_member, made, "copy")
    copy = Position.objects.latest("pk")
    assert answer.redirect_chain[0][0] == reverse("employer:position-edit", args=[copy.pk])
    assert copy.state == PositionState.DRAFT


def test_similar_position_is_shown_and_can_be_submitted_anyway(of_member, employer) -> None:
    other = make_position(
        employer=employer, title="叉车司机", pay_from=5000, pay_to=7000,
        occupation=make_occupation("6-30-05-01", "起重装卸机械操作工"),
    )  # fmt: skip
    answer = of_member.post(reverse("employer:position-new"), {**post(employer), "submit": "1"}, follow=True)
    page = answer.content.decode()
    assert "和下面的岗位很像" in page
    assert reverse("employer:position-life", args=[other.pk]) in page
    made = Position.objects.latest("pk")
    assert made.state == PositionState.DRAFT
    of_member.post(reverse("employer:position-submit", args=[made.pk]))
    made.refresh_from_db()
    assert made.state == PositionState.DRAFT
    assert "已提交审核" in _press(of_member, made, "submit").content.decode()
    made.refresh_from_db()
    assert made.state == PositionState.IN_REVIEW


def test_headcount_is_raised(of_member, employer) -> None:
    made = make_position(employer=employer, headcount=3)
    url = reverse("employer:position-grow", args=[made.pk])
    assert "应多于现在的 3 人" in of_member.post(url, {"headcount": 2}).content.decode()
    of_member.post(url, {"headcount": 5})
    made.refresh_from_db()
    assert made.headcount == 5


def test_guessed_occupation_is_corrected(of_member, employer, client_for) -> None:
    forklift = make_occupation("6-30-05-01", "起重装卸机械操作工")
    truck = make_occupation()
    of_member.post(reverse("employer:position-new"), post(employer, occupation=""))
    made = Position.objects.get()
    assert (made.occupation, made.occupation_certainty is None) == (forklift, False)
    assert "把握" in _page(of_member, made)
    edit = reverse("employer:position-edit", args=[made.pk])
    of_member.post(edit, post(employer, duties="换了说法。"))
    made.refresh_from_db()
    assert made.occupation_certainty is not None  # what nobody chose stays a guess
    url = reverse("employer:position-occupation", args=[made.pk])
    assert of_member.post(url, {"occupation": "0-00-00-00"}).status_code == 404
    of_member.post(url, {"occupation": truck.pk})
    made.refresh_from_db()
    assert (made.occupation, made.occupation_certainty) == (truck, None)
    reviewer = make_staff(make_stations()["新会区"], StationRole.REVIEWER)
    url = reverse("staff:position-occupation", args=[made.pk])
    assert client_for(reviewer).post(url, {"occupation": forklift.pk}).status_code == 302
    made.refresh_from_db()
    assert made.occupation == forklift
    outsider = make_staff(make_stations()["蓬江区"], StationRole.REVIEWER)
    assert client_for(outsider).post(url, {"occupation": truck.pk}).status_code == 404


def test_position_is_brought_to_another_fair(of_member, employer) -> None:
    made, other = make_position(employer=employer), make_position(employer=employer, title="保安员")
    first, second = make_fair(title="第一场"), make_fair(title="第二场")
    booth = make_booth(first, other)
    page = _page(of_member, made)
    for fair in (first, second):
        url = reverse("employer:position-bring", args=[made.pk, fair.pk])
        assert url in page
        of_member.post(url)
    assert set(booth.positions.all()) == {made, other}
    asked = Booth.objects.get(fair=second, employer=employer)
    assert (asked.state, list(asked.positions.all())) == (BoothState.REQUESTED, [made])
    assert reverse("employer:position-bring", args=[made.pk, first.pk]) not in _page(of_member, made)
    paused = make_position(employer=employer, state=PositionState.PAUSED)
    answer = of_member.post(reverse("employer:position-bring", args=[paused.pk, second.pk]), follow=True)
    assert "不能带到招聘会" in answer.content.decode()


def test_hiring_outcome_is_recorded_after_the_end(of_member, employer) -> None:
    made = make_position(employer=employer)
    hired = make_veteran(name="陈建国", account=make_user())
    shy = make_veteran(name="黄志明", account=make_user())
    clerk = make_staff(make_stations()["睦洲镇"])
    found = placements.declare(veteran=hired, position=made, by=hired.account)
    placements.declare(veteran=shy, position=make_position(employer=employer), by=clerk)
    url = reverse("employer:position-closing", args=[made.pk])
    assert of_member.get(url).status_code == 302
    _press(of_member, made, "fill")
    assert "招到人了吗" in _page(of_member, made)
    page = of_member.get(url).content.decode()
    assert "陈建国" in page
    assert "黄志明" not in page
    assert "请选择一项" in of_member.post(url).content.decode()
    said = of_member.post(url, {"result": "not_filled"}).content.decode()
    assert "请写明没有招到的原因" in said
    assert "请选择招到的人" in of_member.post(url, {"result": "through_portal"}).content.decode()
    of_member.post(url, {"result": "through_portal", "placements": [found.pk]})
    filling = HiringOutcome.objects.get()
    assert (filling.result, list(filling.placements.all())) == (HiringResult.THROUGH_PORTAL, [found])
    assert "通过本平台招到" in _page(of_member, made)


@pytest.mark.parametrize("name", ["life", "closing"])
def test_other_employer_sees_nothing(client_for, employer, name) -> None:
    made = make_position(employer=employer, state=PositionState.FILLED)
    rival = make_user()
    make_employer(member=rival)
    url = reverse(f"employer:position-{name}", args=[made.pk])
    assert client_for(rival).get(url).status_code == 404


def test_management_page_uses_constant_number_of_queries(same_queries, of_member, employer) -> None:
    made = make_position(employer=employer)

    def more() -> None:
        for _ in range(4):
            make_booth(make_fair(), made)
            make_position(employer=employer)

    more()
    same_queries(lambda: of_member.get(reverse("employer:position-life", args=[made.pk])), more)
