"""Papers for the verification: who sees them, what is kept of them, and what is not."""

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone

from portal.accounts.enums import StationRole
from portal.core.models import AuditEvent
from portal.core.private_files import names, read_private
from portal.employers import papers, verification
from portal.employers.enums import EmployerRole, EvidenceKind, PaperState
from portal.employers.models import EmployerMembership, EmployerPaper
from tests.factories import make_employer, make_picture, make_staff, make_stations, make_user

pytestmark = pytest.mark.django_db
LICENCE = EvidenceKind.LICENCE


@pytest.fixture(autouse=True)
def data_folder(settings, tmp_path):
    settings.DATA_DIR = tmp_path


@pytest.fixture
def owner():
    return make_user("王经理")


@pytest.fixture
def employer(owner):
    return make_employer(member=owner, verified=False)


@pytest.fixture
def reviewer(employer):
    return make_staff(employer.station, StationRole.REVIEWER)


def _hand_in(employer, by, kind=LICENCE, content=None):
    return papers.hand_in(employer=employer, by=by, kind=kind, content=content or make_picture())


def test_a_paper_is_kept_encrypted_and_seen_by_both_sides(employer, owner, reviewer) -> None:
    paper = _hand_in(employer, owner)
    assert paper.stored in set(names())
    recruiter = EmployerMembership.objects.create(
        user=make_user(), employer=employer, role=EmployerRole.RECRUITER
    )
    for user in (owner, recruiter.user, reviewer):
        assert EmployerPaper.objects.visible_to(user).get() == paper
        assert papers.look(paper=paper, by=user) == read_private(paper.stored)
    looks = AuditEvent.objects.filter(verb="employers.paper_seen")
    assert [event.actor_id for event in looks] == [reviewer.pk]


def test_nobody_else_sees_a_paper(employer, owner) -> None:
    _hand_in(employer, owner)
    stations, rival = make_stations(), make_user()
    make_employer(member=rival)
    for user in (
        rival,
        make_user(),
        make_staff(stations["蓬江区"], StationRole.REVIEWER),
        make_staff(stations["新会区"], StationRole.CLERK),
    ):
        assert not EmployerPaper.objects.visible_to(user).exists()
        with pytest.raises(PermissionDenied):
            _hand_in(employer, user)


def test_one_of_a_kind_a_newer_one_takes_its_place(employer, owner) -> None:
    first, second = _hand_in(employer, owner), _hand_in(employer, owner)
    assert list(EmployerPaper.objects.current()) == [second]
    assert not EmployerPaper.objects.filter(pk=first.pk).exists()  # no decision rested on it
    content = read_private(second.stored)
    with pytest.raises(ValidationError, match="已经上传过"):
        _hand_in(employer, owner, content=content)


def test_replaced_and_taken_back_bytes_go(employer, owner, django_capture_on_commit_callbacks) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        _hand_in(employer, owner)
        kept = _hand_in(employer, owner)
    assert list(names()) == [kept.stored]
    with django_capture_on_commit_callbacks(execute=True):
        papers.take_back(paper=kept, by=owner)
    assert list(names()) == []


def test_what_a_verification_was_given_on_stays(employer, owner, reviewer) -> None:
    seen = _hand_in(employer, owner)
    verification.verify(employer=employer, by=reviewer, evidence=[LICENCE], shown=[seen.pk])
    evidence = employer.evidence.get()
    assert (evidence.paper, evidence.seen_by, evidence.seen_on) == (seen, reviewer, timezone.localdate())
    seen.refresh_from_db()
    assert seen.state == PaperState.CHECKED
    with pytest.raises(ValidationError, match="不能删除"):
        papers.take_back(paper=seen, by=owner)
    _hand_in(employer, owner)
    seen.refresh_from_db()
    assert seen.replaced_at is not None
    assert papers.look(paper=seen, by=reviewer)
    with pytest.raises(ValidationError, match="已被更换"):
        papers.judge(paper=seen, by=reviewer, accepted=True)


def test_a_paper_replaced_after_the_page_was_read_is_not_taken_as_seen(employer, owner, reviewer) -> None:
    read = _hand_in(employer, owner)
    _hand_in(employer, owner)
    with pytest.raises(ValidationError, match="刚刚被单位更换"):
        verification.verify(employer=employer, by=reviewer, evidence=[LICENCE], shown=[read.pk])
    employer.refresh_from_db()
    assert not employer.is_verified
    assert not employer.steps.exists()


def test_an_identity_paper_is_deleted_once_it_was_seen(
    employer, owner, reviewer, django_capture_on_commit_callbacks
) -> None:
    paper = _hand_in(employer, owner, EvidenceKind.AGENT_ID)
    with django_capture_on_commit_callbacks(execute=True):
        verification.verify(employer=employer, by=reviewer, evidence=[LICENCE, EvidenceKind.AGENT_ID])
    paper.refresh_from_db()
    assert (paper.stored, paper.state, list(names())) == ("", PaperState.CHECKED, [])
    with pytest.raises(FileNotFoundError):
        papers.look(paper=paper, by=reviewer)
    assert employer.evidence.get(kind=EvidenceKind.AGENT_ID).paper == paper


def test_a_reviewer_says_what_is_wrong_with_a_paper(employer, owner, reviewer) -> None:
    paper = _hand_in(employer, owner)
    with pytest.raises(ValidationError) as refused:
        papers.judge(paper=paper, by=reviewer, accepted=False)
    assert "reason" in refused.value.message_dict
    with pytest.raises(PermissionDenied):
        papers.judge(paper=paper, by=owner, accepted=True)
    papers.judge(paper=paper, by=reviewer, accepted=False, reason="照片不清晰")
    paper.refresh_from_db()
    assert (paper.state, paper.reason, paper.judged_by) == (PaperState.REFUSED, "照片不清晰", reviewer)


@pytest.mark.parametrize("content", [b"", b"MZ" + b"\0" * 200, b"<html>" * 20])
def test_only_pictures_and_pdfs_by_their_bytes(employer, owner, content) -> None:
    with pytest.raises(ValidationError):
        papers.hand_in(employer=employer, by=owner, kind=LICENCE, content=content)
    assert not list(names())


@pytest.mark.parametrize(
    "change",
    [
        {"state": PaperState.REFUSED, "judged_at": timezone.now()},
        {"state": PaperState.CHECKED},
        {"judged_at": timezone.now()},
    ],
)
def test_the_database_keeps_state_and_reviewer_together(employer, owner, change) -> None:
    paper = _hand_in(employer, owner)
    with pytest.raises(IntegrityError), transaction.atomic():
        EmployerPaper.objects.filter(pk=paper.pk).update(**change)


def test_the_database_keeps_one_current_paper_a_kind_and_one_a_file(employer, owner) -> None:
    paper = _hand_in(employer, owner)
    fields = {"media": "image/png", "size": 1, "sha256": "0", "uploaded_by": owner, "employer": employer}
    with pytest.raises(IntegrityError), transaction.atomic():
        EmployerPaper.objects.create(kind=LICENCE, stored="a" * 32, **fields)
    with pytest.raises(IntegrityError), transaction.atomic():
        EmployerPaper.objects.create(kind=EvidenceKind.NOTICE, stored=paper.stored, **fields)
