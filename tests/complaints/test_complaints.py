"""Reports of bad posts: who may, by when, what is done, and that the firm never learns who."""

from datetime import date, timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone

from portal.accounts.roles import StationRole
from portal.complaints import actions
from portal.complaints.deadlines import working_days_after
from portal.complaints.enums import ComplaintKind, ComplaintState, Outcome
from portal.complaints.models import Complaint
from portal.core.models import AuditEvent
from portal.notifications.models import Notification
from portal.positions.enums import PositionState
from portal.web.shared.notification_links import notification_url
from tests.factories import make_employer, make_position, make_staff, make_stations, make_user

pytestmark = pytest.mark.django_db

REPORTER = "诸葛举报人"
TEXT = "面试时要交八百元押金，不给收据。"


@pytest.fixture
def member():
    return make_user("单位经办")


@pytest.fixture
def employer(member):
    return make_employer(member=member)


@pytest.fixture
def position(employer):
    return make_position(employer=employer)


@pytest.fixture
def reporter():
    return make_user(REPORTER)


@pytest.fixture
def reviewer(employer):
    return make_staff(employer.station, StationRole.REVIEWER)


@pytest.fixture
def complaint(position, reporter):
    return actions.report(position=position, by=reporter, kind=ComplaintKind.FEE, text=TEXT)


def _answer(complaint, by, outcome=Outcome.NO_FAULT, **words):
    return actions.answer(
        complaint=complaint, by=by, outcome=outcome, **{"words": "已核实。", "told": "请停止收费。", **words}
    )


@pytest.mark.parametrize(
    ("day", "count", "due"),
    [
        (date(2026, 11, 23), 5, date(2026, 11, 30)),  # a Monday
        (date(2026, 11, 27), 1, date(2026, 11, 30)),  # a Friday
        (date(2026, 11, 28), 1, date(2026, 11, 30)),  # a Saturday
        (date(2026, 11, 25), 0, date(2026, 11, 25)),
    ],
)
def test_deadlines_count_working_days(day, count, due) -> None:
    assert working_days_after(day, count) == due


def test_the_deadline_is_a_setting(position, reporter, settings) -> None:
    settings.COMPLAINT_WORKING_DAYS = 2
    made = actions.report(position=position, by=reporter, kind=ComplaintKind.FAKE, text=TEXT)
    assert made.due_on == working_days_after(timezone.localdate(), 2)


def test_a_post_is_reported_once_at_a_time(complaint, position, reporter, reviewer) -> None:
    with pytest.raises(ValidationError, match="已经举报过"):
        actions.report(position=position, by=reporter, kind=ComplaintKind.PAY, text=TEXT)
    _answer(complaint, reviewer)
    actions.report(position=position, by=reporter, kind=ComplaintKind.PAY, text=TEXT)


def test_nobody_floods_the_desk(employer, reporter) -> None:
    for _ in range(actions.MAX_OPEN_COMPLAINTS):
        actions.report(position=make_position(employer=employer), by=reporter, kind="pay", text=TEXT)
    with pytest.raises(ValidationError, match="还在处理"):
        actions.report(position=make_position(employer=employer), by=reporter, kind="pay", text=TEXT)


@pytest.mark.parametrize(
    ("change", "field"),
    [({"text": " "}, "text"), ({"kind": "rumour"}, "kind"), ({"text": "在73211部队"}, "text")],
)
def test_bad_input_names_its_field(position, reporter, change, field) -> None:
    with pytest.raises(ValidationError) as refused:
        actions.report(position=position, by=reporter, **{"kind": ComplaintKind.FEE, "text": TEXT, **change})
    assert field in refused.value.message_dict


def test_the_own_firm_and_a_hidden_post_are_not_reported(position, member, reporter, employer) -> None:
    hidden = make_position(employer=employer, is_open=False)
    for who, what in ((member, position), (reporter, hidden)):
        with pytest.raises(PermissionDenied):
            actions.report(position=what, by=who, kind=ComplaintKind.FEE, text=TEXT)


def test_who_sees_and_who_answers(complaint, position, member, reporter, reviewer) -> None:
    neighbour = make_staff(make_stations()["蓬江区"], StationRole.REVIEWER)
    rival = make_user("对手经办")
    make_employer(member=rival)
    clerk = make_staff(position.employer.station, StationRole.CLERK)
    for user in (member, rival, neighbour, clerk, make_user()):
        assert not Complaint.objects.visible_to(user).exists()
        with pytest.raises(PermissionDenied):
            _answer(complaint, user)
    assert Complaint.objects.visible_to(reporter).get() == complaint
    assert not Complaint.objects.reviewable_by(reporter).exists()
    assert Complaint.objects.reviewable_by(reviewer).get() == complaint


def test_a_reviewer_who_is_a_party_stands_aside(complaint, position, reviewer, employer) -> None:
    own = actions.report(position=position, by=reviewer, kind=ComplaintKind.PAY, text=TEXT)
    with pytest.raises(PermissionDenied):
        _answer(own, reviewer)
    employer.memberships.create(user=reviewer)
    assert not Complaint.objects.reviewable_by(reviewer).exists()
    with pytest.raises(PermissionDenied):
        _answer(complaint, reviewer)


@pytest.mark.parametrize(
    ("outcome", "state", "is_told"),
    [
        (Outcome.TAKEN_DOWN, PositionState.REFUSED, True),
        (Outcome.REMOVED, PositionState.WITHDRAWN, True),
        (Outcome.WARNED, PositionState.OPEN, True),
        (Outcome.NO_FAULT, PositionState.OPEN, False),
    ],
)
def test_the_answer_reaches_the_reporter_and_the_firm_learns_no_name(
    complaint, position, member, reporter, reviewer, outcome, state, is_told
) -> None:
    _answer(complaint, reviewer, outcome)
    position.refresh_from_db()
    assert position.state == state
    answered = Notification.objects.get(user=reporter)
    assert "已有答复" in answered.text
    assert notification_url(answered) == "/me/reports/"
    told = Notification.objects.filter(user=member)
    assert told.exists() is is_told
    for notice in told:
        assert "请停止收费" in notice.text
        assert REPORTER not in notice.text
        assert TEXT not in notice.text
    verbs = set(AuditEvent.objects.values_list("verb", flat=True))
    assert {"complaints.reported", "complaints.answered"} <= verbs


def test_an_answer_is_complete_and_given_once(complaint, reviewer) -> None:
    for words, field in (({"words": " "}, "words"), ({"told": ""}, "told")):
        with pytest.raises(ValidationError) as refused:
            _answer(complaint, reviewer, Outcome.WARNED, **words)
        assert field in refused.value.message_dict
    _answer(complaint, reviewer, told="")
    with pytest.raises(ValidationError, match="已经答复"):
        _answer(complaint, reviewer)


def test_a_post_that_is_gone_is_not_taken_down_again(complaint, position, member, reviewer) -> None:
    from portal.positions.actions import withdraw

    withdraw(position=position, by=member)
    with pytest.raises(ValidationError, match="没有公开"):
        _answer(complaint, reviewer, Outcome.REMOVED)
    complaint.refresh_from_db()
    assert complaint.state == ComplaintState.OPEN
    _answer(complaint, reviewer, Outcome.WARNED)


def test_overdue_is_past_the_last_day_and_open(complaint, reviewer) -> None:
    rows = Complaint.objects
    assert not rows.overdue(complaint.due_on).exists()
    assert rows.overdue(complaint.due_on + timedelta(days=1)).exists()
    _answer(complaint, reviewer)
    assert not rows.overdue(complaint.due_on + timedelta(days=1)).exists()


@pytest.mark.parametrize(
    "change",
    [{"state": "answered"}, {"answer": "已核实"}, {"outcome": "warned"}, {"answered_at": timezone.now}],
)
def test_the_database_wants_an_answer_in_full(complaint, change) -> None:
    change = {name: value() if callable(value) else value for name, value in change.items()}
    with pytest.raises(IntegrityError), transaction.atomic():
        Complaint.objects.filter(pk=complaint.pk).update(**change)


def test_the_database_keeps_one_open_each(complaint) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Complaint.objects.create(
            position=complaint.position,
            reporter=complaint.reporter,
            kind="pay",
            text="x",
            due_on=date(2026, 1, 1),
        )
