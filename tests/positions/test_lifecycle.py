"""The later life of a post: pause, renewal, what time does, copies, doubles and its occupation."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.utils import timezone

from portal.accounts.roles import StationRole
from portal.core import scheduled_jobs
from portal.core.state_machine import TransitionRefused
from portal.employers.models import Employer
from portal.notifications.models import Notification
from portal.positions import actions, lifecycle
from portal.positions.duplicates import DuplicatePosition, submit_unless_duplicate
from portal.positions.enums import PositionState
from portal.positions.expiry import expire_due, remind_of_expiry
from portal.positions.models import Position
from portal.web.shared.notification_links import notification_url
from tests.factories import (
    make_employer,
    make_occupation,
    make_position,
    make_staff,
    make_stations,
    make_user,
)

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture
def member():
    return make_user("吴晓彤")


@pytest.fixture
def employer(member):
    return make_employer(member=member)


@pytest.fixture
def reviewer(employer):
    return make_staff(employer.station, StationRole.REVIEWER)


def _ending(employer, ahead: timedelta, **fields) -> Position:
    """An open post that ends so far ahead of now."""
    now = timezone.now()
    return make_position(employer=employer, published_at=now - 60 * DAY, expires_at=now + ahead, **fields)


def test_a_paused_post_is_gone_at_once_and_comes_back_as_it_was(employer, member) -> None:
    post = make_position(employer=employer)
    actions.pause(position=post, by=member)
    assert not Position.objects.open_at().exists()
    lifecycle.resume(position=post, by=member)
    assert list(Position.objects.open_at()) == [post]


def test_nothing_comes_back_past_its_day_or_without_verification(employer, member) -> None:
    late = _ending(employer, -DAY, state=PositionState.PAUSED)
    with pytest.raises(ValidationError, match="已过截止日期"):
        lifecycle.resume(position=late, by=member)
    filled = _ending(employer, -DAY, state=PositionState.FILLED)
    with pytest.raises(ValidationError, match="已过截止日期"):
        lifecycle.reopen(position=filled, by=member)
    paused = make_position(employer=employer, state=PositionState.PAUSED)
    Employer.objects.update(verified_until=timezone.localdate() - DAY)
    for verb in (lifecycle.resume, lifecycle.renew):
        with pytest.raises(ValidationError, match="核验"):
            verb(position=paused, by=member)


def test_a_rival_goes_no_step(employer) -> None:
    rival = make_user()
    make_employer(member=rival)
    post = _ending(employer, DAY)
    for verb in (lifecycle.resume, lifecycle.reopen, lifecycle.renew, lifecycle.copy_position):
        with pytest.raises(PermissionDenied):
            verb(position=post, by=rival)
    with pytest.raises(PermissionDenied):
        lifecycle.raise_headcount(position=post, by=rival, headcount=9)
    with pytest.raises(PermissionDenied):
        lifecycle.set_occupation(position=post, by=rival, occupation=make_occupation())


@pytest.mark.parametrize("state", [PositionState.OPEN, PositionState.EXPIRED])
def test_a_post_near_its_end_is_renewed_as_it_is(employer, member, state) -> None:
    post = _ending(employer, 3 * DAY if state == PositionState.OPEN else -3 * DAY, state=state)
    renewed = lifecycle.renew(position=post, by=member)
    assert (renewed.state, renewed.renewals) == (PositionState.OPEN, 1)
    assert renewed.expires_at > timezone.now() + 59 * DAY
    assert Position.objects.open_at().exists()


@pytest.mark.parametrize(
    ("ahead", "fields", "said"),
    [
        (30 * DAY, {}, "到期前 14 天内"),
        (-40 * DAY, {"state": PositionState.EXPIRED}, "到期后 30 天内"),
        (3 * DAY, {"renewals": lifecycle.MAX_RENEWALS}, "重新提交审核"),
    ],
)
def test_a_renewal_has_its_time_and_its_limit(employer, member, ahead, fields, said) -> None:
    with pytest.raises(ValidationError, match=said):
        lifecycle.renew(position=_ending(employer, ahead, **fields), by=member)


def test_a_draft_is_not_renewed_and_a_review_counts_anew(employer, member, reviewer) -> None:
    with pytest.raises(TransitionRefused):
        lifecycle.renew(position=make_position(employer=employer, is_open=False), by=member)
    post = _ending(employer, -DAY, state=PositionState.EXPIRED, renewals=3)
    actions.submit(position=post, by=member)
    actions.approve(position=post, by=reviewer)
    assert (post.state, post.renewals) == (PositionState.OPEN, 0)


def test_the_wished_last_day_bounds_the_approval(employer, member, reviewer) -> None:
    last = timezone.localdate() + 5 * DAY
    post = make_position(employer=employer, is_open=False, closes_on=last)
    actions.submit(position=post, by=member)
    actions.approve(position=post, by=reviewer)
    assert timezone.localtime(post.expires_at).date() == last + DAY
    stale = make_position(employer=employer, is_open=False, closes_on=timezone.localdate() - DAY)
    with pytest.raises(ValidationError, match="截止日期已过"):
        actions.submit(position=stale, by=member)


def test_what_is_past_its_day_is_put_down_and_its_employer_asked(employer, member) -> None:
    late = [_ending(employer, -DAY), _ending(employer, -DAY, state=PositionState.PAUSED)]
    _ending(employer, 2 * DAY)
    assert expire_due() == 2
    assert expire_due() == 0
    assert set(Position.objects.filter(state=PositionState.EXPIRED)) == set(late)
    told = Notification.objects.filter(user=member)
    assert told.count() == 2
    assert "招到人了吗" in told.first().text


def test_an_end_within_a_week_is_told_once(employer, member) -> None:
    post = _ending(employer, 3 * DAY)
    _ending(employer, 20 * DAY)
    assert remind_of_expiry() == 1
    assert remind_of_expiry() == 0
    notification = Notification.objects.get(user=member)
    assert notification_url(notification) == f"/company/positions/{post.pk}/manage/"
    lifecycle.renew(position=post, by=member)
    Position.objects.filter(pk=post.pk).update(expires_at=timezone.now() + 5 * DAY)
    assert remind_of_expiry() == 1  # another end


def test_both_come_round() -> None:
    assert {"positions.expire_due", "positions.remind_of_expiry"} <= {
        job.name for job in scheduled_jobs.jobs()
    }


def test_more_people_are_asked_for_without_a_review(employer, member) -> None:
    post = make_position(employer=employer, headcount=3)
    grown = lifecycle.raise_headcount(position=post, by=member, headcount=5)
    assert (grown.state, grown.headcount) == (PositionState.OPEN, 5)
    with pytest.raises(ValidationError) as refused:
        lifecycle.raise_headcount(position=post, by=member, headcount=4)
    assert "headcount" in refused.value.message_dict
    with pytest.raises(ValidationError):
        lifecycle.raise_headcount(position=post, by=member, headcount=9000)
    draft = make_position(employer=employer, is_open=False)
    with pytest.raises(ValidationError, match="修改岗位"):
        lifecycle.raise_headcount(position=draft, by=member, headcount=9)


def test_a_copy_says_the_same_under_no_number(employer, member) -> None:
    post = make_position(
        employer=employer, state=PositionState.FILLED, external_id="A1", certificates=["driving_a2"]
    )
    copy = lifecycle.copy_position(position=post, by=member)
    assert (copy.state, copy.external_id, copy.published_at) == (PositionState.DRAFT, None, None)
    assert (copy.title, copy.certificates, copy.pay_to) == (post.title, ["driving_a2"], post.pay_to)


def test_a_title_is_coded_and_put_right_by_one_click(employer, member, reviewer) -> None:
    truck = make_occupation()
    forklift = make_occupation("6-30-05-01", "起重装卸机械操作工")
    fields = {"pay_from": 6000, "pay_to": 8000, "region": employer.region, "duties": "驾驶货车。"}
    post = actions.draft(employer=employer, by=member, title="货车司机", **fields)
    assert post.occupation == truck
    assert 0 < post.occupation_certainty <= 1
    actions.edit(position=post, by=member, title="叉车司机")
    assert post.occupation == forklift
    lifecycle.set_occupation(position=post, by=reviewer, occupation=truck)
    assert (post.occupation, post.occupation_certainty) == (truck, None)
    actions.edit(position=post, by=member, title="叉车工")
    assert post.occupation == truck  # what a person chose stays
    stranger = make_staff(make_stations()["蓬江区"], StationRole.REVIEWER)
    with pytest.raises(PermissionDenied):
        lifecycle.set_occupation(position=post, by=stranger, occupation=truck)


def test_a_title_that_says_nothing_asks_for_an_occupation(employer, member) -> None:
    fields = {"pay_from": 6000, "pay_to": 8000, "region": employer.region, "duties": "面谈。"}
    with pytest.raises(ValidationError) as refused:
        actions.draft(employer=employer, by=member, title="x", **fields)
    assert "occupation" in refused.value.message_dict


def test_a_double_is_held_back_until_somebody_says_it_is_none(employer, member) -> None:
    shown = make_position(employer=employer, title="货车司机")
    make_position(employer=make_employer(), title="货车司机")
    double = make_position(employer=employer, title="货车 司机（）", is_open=False)
    with pytest.raises(DuplicatePosition) as found:
        submit_unless_duplicate(position=double, by=member)
    assert found.value.similar == [shown]
    double.refresh_from_db()
    assert double.state == PositionState.DRAFT
    assert submit_unless_duplicate(position=double, by=member, distinct=True).state == PositionState.IN_REVIEW
    other_pay = make_position(employer=employer, title="货车司机", is_open=False, pay_to=9000)
    assert submit_unless_duplicate(position=other_pay, by=member).state == PositionState.IN_REVIEW
