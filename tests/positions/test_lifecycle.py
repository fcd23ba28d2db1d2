"""The later life of a post: pause, renewal, what time does, copies, doubles and its occupation."""

from datetime import timedelta
from typing import Any

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
from tests.harness.optional import require

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture
def member() -> Any:
    return make_user("吴晓彤")


@pytest.fixture
def employer(member: Any) -> Any:
    return make_employer(member=member)


@pytest.fixture
def reviewer(employer: Any) -> Any:
    return make_staff(employer.station, StationRole.REVIEWER)


def _ending(employer: Any, ahead: timedelta, **fields: Any) -> Position:
    """An open post that ends so far ahead of now."""
    now = timezone.now()
    return make_position(employer=employer, published_at=now - 60 * DAY, expires_at=now + ahead, **fields)


def test_paused_position_is_hidden_and_resumes_unchanged(employer: Any, member: Any) -> None:
    position = make_position(employer=employer)
    actions.pause(position=position, by=member)
    assert not Position.objects.open_at().exists()
    lifecycle.resume(position=position, by=member)
    assert list(Position.objects.open_at()) == [position]


def test_expired_or_unverified_position_is_not_resumed(employer: Any, member: Any) -> None:
    late = _ending(employer, -DAY, state=PositionState.PAUSED)
    with pytest.raises(ValidationError, match="已过截止日期"):
        lifecycle.resume(position=late, by=member)
    filled_position = _ending(employer, -DAY, state=PositionState.FILLED)
    with pytest.raises(ValidationError, match="已过截止日期"):
        lifecycle.reopen(position=filled_position, by=member)
    paused = make_position(employer=employer, state=PositionState.PAUSED)
    Employer.objects.update(verified_until=timezone.localdate() - DAY)
    for verb in (lifecycle.resume, lifecycle.renew):
        with pytest.raises(ValidationError, match="核验"):
            verb(position=paused, by=member)


def test_other_employer_takes_no_step(employer: Any) -> None:
    rival = make_user()
    make_employer(member=rival)
    position = _ending(employer, DAY)
    for verb in (lifecycle.resume, lifecycle.reopen, lifecycle.renew, lifecycle.copy_position):
        with pytest.raises(PermissionDenied):
            verb(position=position, by=rival)
    with pytest.raises(PermissionDenied):
        lifecycle.raise_headcount(position=position, by=rival, headcount=9)
    with pytest.raises(PermissionDenied):
        lifecycle.set_occupation(position=position, by=rival, occupation=make_occupation())


@pytest.mark.parametrize("state", [PositionState.OPEN, PositionState.EXPIRED])
def test_position_near_its_end_is_renewed_without_review(employer: Any, member: Any, state: Any) -> None:
    position = _ending(employer, 3 * DAY if state == PositionState.OPEN else -3 * DAY, state=state)
    renewed = lifecycle.renew(position=position, by=member)
    assert (renewed.state, renewed.renewals) == (PositionState.OPEN, 1)
    assert require(renewed.expires_at) > timezone.now() + 59 * DAY
    assert Position.objects.open_at().exists()


@pytest.mark.parametrize(
    ("ahead", "fields", "expected_value"),
    [
        (30 * DAY, {}, "到期前 14 天内"),
        (-40 * DAY, {"state": PositionState.EXPIRED}, "到期后 30 天内"),
        (3 * DAY, {"renewals": lifecycle.MAX_RENEWALS}, "重新提交审核"),
    ],
)
def test_renewal_is_limited_in_time_and_number(
    employer: Any, member: Any, ahead: Any, fields: Any, expected_value: Any
) -> None:
    with pytest.raises(ValidationError, match=expected_value):
        lifecycle.renew(position=_ending(employer, ahead, **fields), by=member)


def test_review_resets_renewals(employer: Any, member: Any, reviewer: Any) -> None:
    with pytest.raises(TransitionRefused):
        lifecycle.renew(position=make_position(employer=employer, is_open=False), by=member)
    position = _ending(employer, -DAY, state=PositionState.EXPIRED, renewals=3)
    actions.submit(position=position, by=member)
    actions.approve(position=position, by=reviewer)
    assert (position.state, position.renewals) == (PositionState.OPEN, 0)


def test_closing_date_limits_expiry(employer: Any, member: Any, reviewer: Any) -> None:
    last = timezone.localdate() + 5 * DAY
    position = make_position(employer=employer, is_open=False, closes_on=last)
    actions.submit(position=position, by=member)
    actions.approve(position=position, by=reviewer)
    assert timezone.localtime(position.expires_at).date() == last + DAY
    stale = make_position(employer=employer, is_open=False, closes_on=timezone.localdate() - DAY)
    with pytest.raises(ValidationError, match="截止日期已过"):
        actions.submit(position=stale, by=member)


def test_expired_position_notifies_its_employer(employer: Any, member: Any) -> None:
    late = [_ending(employer, -DAY), _ending(employer, -DAY, state=PositionState.PAUSED)]
    _ending(employer, 2 * DAY)
    assert expire_due() == 2
    assert expire_due() == 0
    assert set(Position.objects.filter(state=PositionState.EXPIRED)) == set(late)
    notifications = Notification.objects.filter(user=member)
    assert notifications.count() == 2
    assert "招到人了吗" in require(notifications.first()).text


def test_expiry_reminder_is_sent_once(employer: Any, member: Any) -> None:
    position = _ending(employer, 3 * DAY)
    _ending(employer, 20 * DAY)
    assert remind_of_expiry() == 1
    assert remind_of_expiry() == 0
    notification = Notification.objects.get(user=member)
    assert notification_url(notification) == f"/company/positions/{position.pk}/manage/"
    lifecycle.renew(position=position, by=member)
    Position.objects.filter(pk=position.pk).update(expires_at=timezone.now() + 5 * DAY)
    assert remind_of_expiry() == 1  # another end


def test_expiry_jobs_are_scheduled() -> None:
    assert {"positions.expire_due", "positions.remind_of_expiry"} <= {
        job.name for job in scheduled_jobs.jobs()
    }


def test_headcount_is_raised_without_review(employer: Any, member: Any) -> None:
    position = make_position(employer=employer, headcount=3)
    raised_position = lifecycle.raise_headcount(position=position, by=member, headcount=5)
    assert (raised_position.state, raised_position.headcount) == (PositionState.OPEN, 5)
    with pytest.raises(ValidationError) as error:
        lifecycle.raise_headcount(position=position, by=member, headcount=4)
    assert "headcount" in error.value.message_dict
    with pytest.raises(ValidationError):
        lifecycle.raise_headcount(position=position, by=member, headcount=9000)
    draft = make_position(employer=employer, is_open=False)
    with pytest.raises(ValidationError, match="修改岗位"):
        lifecycle.raise_headcount(position=draft, by=member, headcount=9)


def test_copy_omits_external_id(employer: Any, member: Any) -> None:
    position = make_position(
        employer=employer, state=PositionState.FILLED, external_id="A1", certificates=["driving_a2"]
    )
    copy = lifecycle.copy_position(position=position, by=member)
    assert (copy.state, copy.external_id, copy.published_at) == (PositionState.DRAFT, None, None)
    assert (copy.title, copy.certificates, copy.pay_to) == (position.title, ["driving_a2"], position.pay_to)


def test_guessed_occupation_can_be_corrected(employer: Any, member: Any, reviewer: Any) -> None:
    truck = make_occupation()
    forklift = make_occupation("6-30-05-01", "起重装卸机械操作工")
    fields = {"headcount": 1, "pay_from": 6000, "region": employer.region, "duties": "驾驶货车。"}
    position = actions.draft(employer=employer, by=member, title="货车司机", **fields)
    assert position.occupation == truck
    assert 0 < require(position.occupation_certainty) <= 1
    actions.edit(position=position, by=member, title="叉车司机")
    assert position.occupation == forklift
    lifecycle.set_occupation(position=position, by=reviewer, occupation=truck)
    assert (position.occupation, position.occupation_certainty) == (truck, None)
    actions.edit(position=position, by=member, title="叉车工")
    assert position.occupation == truck  # what a person chose stays
    stranger = make_staff(make_stations()["蓬江区"], StationRole.REVIEWER)
    with pytest.raises(PermissionDenied):
        lifecycle.set_occupation(position=position, by=stranger, occupation=truck)


def test_vague_title_requires_occupation(employer: Any, member: Any) -> None:
    fields = {"headcount": 1, "pay_from": 6000, "region": employer.region, "duties": "面谈。"}
    with pytest.raises(ValidationError) as error:
        actions.draft(employer=employer, by=member, title="x", **fields)
    assert "occupation" in error.value.message_dict


def test_duplicate_is_submitted_only_when_marked_distinct(employer: Any, member: Any) -> None:
    live_position = make_position(employer=employer, title="货车司机")
    make_position(employer=make_employer(), title="货车司机")
    double = make_position(employer=employer, title="货车 司机（）", is_open=False)
    with pytest.raises(DuplicatePosition) as refusal:
        submit_unless_duplicate(position=double, by=member)
    assert refusal.value.similar == [live_position]
    double.refresh_from_db()
    assert double.state == PositionState.DRAFT
    assert submit_unless_duplicate(position=double, by=member, distinct=True).state == PositionState.IN_REVIEW
    other_pay = make_position(employer=employer, title="货车司机", is_open=False, pay_to=9000)
    assert submit_unless_duplicate(position=other_pay, by=member).state == PositionState.IN_REVIEW


@pytest.mark.parametrize("state", [PositionState.OPEN, PositionState.IN_REVIEW, PositionState.PAUSED])
def test_position_in_any_live_state_is_a_duplicate(employer: Any, member: Any, state: str) -> None:
    first = make_position(employer=employer, state=state)
    double = make_position(employer=employer, is_open=False)
    with pytest.raises(DuplicatePosition) as refusal:
        submit_unless_duplicate(position=double, by=member)
    assert refusal.value.similar == [first]


@pytest.mark.parametrize(
    ("ahead", "renewals", "is_renewable"),
    [
        (14 * DAY, 0, True),
        (14 * DAY + timedelta(seconds=1), 0, False),
        (-30 * DAY, 0, True),
        (-30 * DAY - timedelta(seconds=1), 0, False),
        (5 * DAY, 2, True),
        (5 * DAY, 3, False),
    ],
)
def test_renewal_at_the_very_limits(
    employer: Any, ahead: timedelta, renewals: int, is_renewable: bool
) -> None:
    now = timezone.now()
    position = make_position(employer=employer, expires_at=now + ahead, renewals=renewals)
    assert lifecycle.can_be_renewed(position, now) is is_renewable


def test_position_is_open_from_the_moment_of_its_publication(
    employer: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = timezone.now()
    position = make_position(employer=employer, published_at=now, expires_at=now + DAY)
    assert Position.objects.open_at(now).exists()
    assert not Position.objects.open_at(now - timedelta(microseconds=1)).exists()
    assert not Position.objects.open_at(now + DAY).exists()
    monkeypatch.setattr(timezone, "now", lambda: now)
    assert position.is_open
