"""Review queue of the demo."""

import random

import pytest

from portal.complaints.models import Complaint
from portal.core.enums import Education
from portal.demo.loading.review_queue import load_review_queue
from portal.positions.enums import PositionState
from portal.positions.models import Position, WordingException
from tests.factories import make_employer, make_position, make_staff, make_user, make_veteran

pytestmark = pytest.mark.django_db


def test_review_queue_has_findings_exception_and_complaints() -> None:
    from portal.accounts.roles import StationRole

    employer = make_employer()
    make_staff(employer.station, StationRole.REVIEWER)
    for _ in range(15):
        make_position(employer=employer, is_open=False, state=PositionState.IN_REVIEW)
        make_position(employer=employer, education_min=Education.JUNIOR)
    for _ in range(5):
        make_veteran(account=make_user())
    load_review_queue(random.randint(1, 99))
    in_review = Position.objects.filter(state=PositionState.IN_REVIEW)
    assert not in_review.filter(submitted_at=None).exists()
    assert in_review.with_finding("block").exists()
    assert in_review.with_finding("warn").exists()
    assert in_review.with_finding("clean").exists()
    assert WordingException.objects.filter(confirmed_at=None).count() == 1
    assert Complaint.objects.count() == 5
    assert Complaint.objects.exclude(answer="").count() == 2
    assert Complaint.objects.overdue().count() == 1
