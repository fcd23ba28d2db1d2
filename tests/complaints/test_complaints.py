"""Reports of bad posts: who may, by when, what is done, and that the firm never learns who."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone
from pytest_django import Settings

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
def member() -> Any:
    return make_user("单位经办")


@pytest.fixture
def employer(member: Any) -> Any:
    return make_employer(member=member)


@pytest.fixture
def position(employer: Any) -> Any:
    return make_position(employer=employer)


@pytest.fixture
def reporter() -> Any:
    return make_user(REPORTER)


@pytest.fixture
def reviewer(employer: Any) -> Any:
    return make_staff(employer.station, StationRole.REVIEWER)


@pytest.fixture
def complaint(position: Any, reporter: Any) -> Any:
    return actions.report(position=position, by=reporter, kind=ComplaintKind.FEE, text=TEXT)


def _answer(complaint: Any, by: Any, outcome: Any = Outcome.NO_FAULT, **words: Any) -> Any:
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
def test_deadlines_count_working_days(day: Any, count: Any, due: Any) -> None:
    assert working_days_after(day, count) == due


def test_deadline_follows_setting(position: Any, reporter: Any, settings: Settings) -> None:
    settings.COMPLAINT_WORKING_DAYS = 2
    complaint = actions.report(position=position, by=reporter, kind=ComplaintKind.FAKE, text=TEXT)
    assert complaint.due_on == working_days_after(timezone.localdate(), 2)


def test_position_has_one_open_complaint_per_reporter(
    complaint: Any, position: Any, reporter: Any, reviewer: Any
) -> None:
    with pytest.raises(ValidationError, match="已经举报过"):
        actions.report(position=position, by=reporter, kind=ComplaintKind.PAY, text=TEXT)
    _answer(complaint, reviewer)
    actions.report(position=position, by=reporter, kind=ComplaintKind.PAY, text=TEXT)


def test_open_complaints_of_a_reporter_are_limited(employer: Any, reporter: Any) -> None:
    for _ in range(actions.MAX_OPEN_COMPLAINTS):
        actions.report(
            position=make_position(employer=employer), by=reporter, kind=ComplaintKind.PAY, text=TEXT
        )
    with pytest.raises(ValidationError, match="还在处理"):
        actions.report(
            position=make_position(employer=employer), by=reporter, kind=ComplaintKind.PAY, text=TEXT
        )


@pytest.mark.parametrize(
    ("change", "field"),
    [({"text": " "}, "text"), ({"kind": "rumour"}, "kind"), ({"text": "在73211部队"}, "text")],
)
def test_bad_input_names_its_field(position: Any, reporter: Any, change: Any, field: Any) -> None:
    with pytest.raises(ValidationError) as error:
        actions.report(position=position, by=reporter, **{"kind": ComplaintKind.FEE, "text": TEXT, **change})
    assert field in error.value.message_dict


def test_own_or_hidden_position_cannot_be_reported(
    position: Any, member: Any, reporter: Any, employer: Any
) -> None:
    draft = make_position(employer=employer, is_open=False)
    for who, what in ((member, position), (reporter, draft)):
        with pytest.raises(PermissionDenied):
            actions.report(position=what, by=who, kind=ComplaintKind.FEE, text=TEXT)


def test_complaint_is_visible_to_reporter_and_reviewers(
    complaint: Any, position: Any, member: Any, reporter: Any, reviewer: Any
) -> None:
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


def test_user_with_a_closed_account_sees_no_complaint(complaint: Any, reporter: Any, reviewer: Any) -> None:
    for user in (reporter, reviewer):
        user.is_active = False
        assert not Complaint.objects.visible_to(user).exists()


def test_reviewer_who_is_a_party_cannot_answer(
    complaint: Any, position: Any, reviewer: Any, employer: Any
) -> None:
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
def test_answer_notifies_reporter_and_hides_name_from_employer(
    complaint: Any,
    position: Any,
    member: Any,
    reporter: Any,
    reviewer: Any,
    outcome: Any,
    state: Any,
    is_told: Any,
) -> None:
    _answer(complaint, reviewer, outcome)
    position.refresh_from_db()
    assert position.state == state
    answered_complaint = Notification.objects.get(user=reporter)
    assert "已有答复" in answered_complaint.text
    assert notification_url(answered_complaint) == "/me/reports/"
    messages = Notification.objects.filter(user=member)
    assert messages.exists() is is_told
    for notification in messages:
        assert "请停止收费" in notification.text
        assert REPORTER not in notification.text
        assert TEXT not in notification.text
    verbs = set(AuditEvent.objects.values_list("verb", flat=True))
    assert {"complaints.reported", "complaints.answered"} <= verbs


def test_answer_is_complete_and_final(complaint: Any, reviewer: Any) -> None:
    for words, field in (({"words": " "}, "words"), ({"told": ""}, "told")):
        with pytest.raises(ValidationError) as error:
            _answer(complaint, reviewer, Outcome.WARNED, **words)
        assert field in error.value.message_dict
    _answer(complaint, reviewer, told="")
    with pytest.raises(ValidationError, match="已经答复"):
        _answer(complaint, reviewer)


def test_complaint_and_answer_are_stored_without_blanks_around(
    position: Any, reporter: Any, reviewer: Any
) -> None:
    complaint = actions.report(position=position, by=reporter, kind=ComplaintKind.FEE, text=f" {TEXT}\n")
    assert complaint.text == TEXT
    assert _answer(complaint, reviewer, words=" 已核实。\n").answer == "已核实。"


def test_blank_message_to_the_employer_is_refused(complaint: Any, reviewer: Any) -> None:
    with pytest.raises(ValidationError) as error:
        _answer(complaint, reviewer, Outcome.WARNED, told=" \n")
    assert "told" in error.value.message_dict
    complaint.refresh_from_db()
    assert complaint.state == ComplaintState.OPEN


def test_answer_names_no_military_unit(complaint: Any, reviewer: Any) -> None:
    with pytest.raises(ValidationError) as error:
        _answer(complaint, reviewer, words="已请73211部队核实。")
    assert "answer" in error.value.message_dict
    complaint.refresh_from_db()
    assert (complaint.state, complaint.answer) == (ComplaintState.OPEN, "")


def test_each_answer_is_notified(
    complaint: Any, position: Any, member: Any, reporter: Any, reviewer: Any
) -> None:
    _answer(complaint, reviewer, Outcome.WARNED)
    again = actions.report(position=position, by=reporter, kind=ComplaintKind.PAY, text=TEXT)
    _answer(again, reviewer, Outcome.WARNED)
    assert Notification.objects.filter(user=reporter).count() == 2
    messages = Notification.objects.filter(user=member)
    assert messages.count() == 2
    assert {notification_url(row) for row in messages} == {f"/company/positions/{position.pk}/"}


def test_audit_log_tells_the_kind_and_the_outcome(complaint: Any, reviewer: Any) -> None:
    _answer(complaint, reviewer)
    events = AuditEvent.objects
    assert events.get(verb="complaints.reported").data == {"kind": ComplaintKind.FEE.label}
    assert events.get(verb="complaints.answered").data == {"outcome": Outcome.NO_FAULT.label}


def test_closed_position_is_not_taken_down_again(
    complaint: Any, position: Any, member: Any, reviewer: Any
) -> None:
    from portal.positions.actions import withdraw

    withdraw(position=position, by=member)
    with pytest.raises(ValidationError, match="没有公开"):
        _answer(complaint, reviewer, Outcome.REMOVED)
    complaint.refresh_from_db()
    assert complaint.state == ComplaintState.OPEN
    _answer(complaint, reviewer, Outcome.WARNED)


def test_open_complaint_is_overdue_after_its_last_day(complaint: Any, reviewer: Any) -> None:
    rows = Complaint.objects
    assert not rows.overdue(complaint.due_on).exists()
    assert rows.overdue(complaint.due_on + timedelta(days=1)).exists()
    _answer(complaint, reviewer)
    assert not rows.overdue(complaint.due_on + timedelta(days=1)).exists()


@pytest.mark.parametrize(
    "change",
    [{"state": "answered"}, {"answer": "已核实"}, {"outcome": "warned"}, {"answered_at": timezone.now}],
)
def test_database_requires_complete_answer(complaint: Any, change: Any) -> None:
    change = {name: value() if callable(value) else value for name, value in change.items()}
    with pytest.raises(IntegrityError), transaction.atomic():
        Complaint.objects.filter(pk=complaint.pk).update(**change)


def test_database_allows_one_open_complaint_per_reporter(complaint: Any) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Complaint.objects.create(
            position=complaint.position,
            reporter=complaint.reporter,
            kind="pay",
            text="x",
            due_on=date(2026, 1, 1),
        )
