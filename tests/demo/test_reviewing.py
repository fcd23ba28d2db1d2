"""The demo gives reviewers something to do."""

import random

import pytest

from portal.complaints.models import Complaint
from portal.core.enums import Education
from portal.demo.loading.review_queue import load_review_queue
from portal.positions.enums import PositionState
from portal.positions.models import Position, WordingException
from tests.factories import make_employer, make_position, make_staff, make_user, make_veteran

pytestmark = pytest.mark.django_db


def test_posts_wait_with_findings_a_first_look_and_reports() -> None:
    from portal.accounts.roles import StationRole

    employer = make_employer()
    make_staff(employer.station, StationRole.REVIEWER)
    for _ in range(15):
        make_position(employer=employer, is_open=False, state=PositionState.IN_REVIEW)
        make_position(employer=employer, education_min=Education.JUNIOR)
    for _ in range(5):
        make_veteran(account=make_user())
    load_review_queue(random.randint(1, 99))
    waiting = Position.objects.filter(state=PositionState.IN_REVIEW)
    assert not waiting.filter(submitted_at=None).exists()
    assert waiting.with_finding("block").exists()
    assert waiting.with_finding("warn").exists()
    assert waiting.with_finding("clean").exists()
    assert WordingException.objects.filter(confirmed_at=None).count() == 1
    assert Complaint.objects.count() == 5
    assert Complaint.objects.exclude(answer="").count() == 2
    assert Complaint.objects.overdue().count() == 1
