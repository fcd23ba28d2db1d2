"""Documents of an employer: who changes them, what is stored of a review, and what the audit log names."""

from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied, ValidationError
from django.utils import timezone
from pytest_django import Settings

from portal.accounts.roles import StationRole
from portal.core.models import AuditEvent
from portal.documents.enums import DocumentKind, DocumentState
from portal.documents.models import Document
from portal.documents.upload_validation import Upload
from portal.employers import employer_documents, verification
from portal.employers.models import EmployerInvitation, EmployerMembership
from portal.notifications.models import Notification
from tests.factories import make_employer, make_staff, make_stations, make_user

pytestmark = pytest.mark.django_db
LICENCE = DocumentKind.LICENCE
PDF = b"%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n"


@pytest.fixture(autouse=True)
def data_folder(settings: Settings, tmp_path: Path) -> None:
    settings.DATA_DIR = tmp_path


@pytest.fixture
def owner() -> Any:
    return make_user("王经理")


@pytest.fixture
def employer(owner: Any) -> Any:
    return make_employer(member=owner, verified=False)


@pytest.fixture
def reviewer(employer: Any) -> Any:
    return make_staff(employer.station, StationRole.REVIEWER)


@pytest.fixture
def document(employer: Any, owner: Any) -> Document:
    return _add(employer, owner)


def _add(employer: Any, by: Any, kind: Any = LICENCE, content: bytes = PDF) -> Document:
    return employer_documents.add_document(employer=employer, by=by, kind=kind, content=content)


def _events(verb: str) -> list[tuple[Any, Any, Any]]:
    events = AuditEvent.objects.filter(verb=f"employers.{verb}").order_by("pk")
    return [(event.actor_id, event.target_id, event.data) for event in events]


def test_member_who_is_removed_while_the_file_is_read_adds_nothing(
    employer: Any, owner: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def remove_membership(content: bytes) -> Upload:
        EmployerMembership.objects.filter(user=owner).delete()
        return Upload(content, "application/pdf")

    monkeypatch.setattr(employer_documents, "validate_upload", remove_membership)
    with pytest.raises(PermissionDenied):
        _add(employer, owner)
    assert not Document.objects.exists()


def test_outsiders_and_reviewers_remove_no_document(document: Document, reviewer: Any) -> None:
    rival = make_user()
    make_employer(member=rival)
    for user in (rival, make_user(), reviewer):
        with pytest.raises(PermissionDenied):
            employer_documents.remove_document(document=document, by=user)
    assert Document.objects.get() == document


def test_replaced_document_is_not_removed(
    employer: Any, owner: Any, reviewer: Any, document: Document
) -> None:
    """A decision is based on it; the newer one, which no decision is based on, may be removed."""
    verification.verify(
        employer=employer, by=reviewer, checked_kinds=[LICENCE], shown_document_ids=[document.pk]
    )
    newer = _add(employer, owner, content=PDF + b"\n")
    with pytest.raises(ValidationError, match="不能删除"):
        employer_documents.remove_document(document=document, by=owner)
    employer_documents.remove_document(document=newer, by=owner)
    assert Document.objects.get() == document


def test_refused_document_may_be_uploaded_again_unchanged(
    employer: Any, owner: Any, reviewer: Any, document: Document
) -> None:
    with pytest.raises(ValidationError, match="已经上传过"):
        _add(employer, owner)
    employer_documents.judge_document(document=document, by=reviewer, accepted=False, reason="看不清")
    again = _add(employer, owner)
    assert (again.state, again.sha256) == (DocumentState.WAITING, document.sha256)


def test_same_file_counts_for_each_kind(employer: Any, owner: Any, document: Document) -> None:
    other = _add(employer, owner, DocumentKind.RECRUITMENT_BROCHURE)
    assert set(employer_documents.documents_of(employer).current()) == {document, other}


def test_reviewer_of_another_station_judges_no_document(document: Document) -> None:
    stranger = make_staff(make_stations()["蓬江区"], StationRole.REVIEWER)
    for is_accepted in (True, False):
        with pytest.raises(PermissionDenied):
            employer_documents.judge_document(
                document=document, by=stranger, accepted=is_accepted, reason="看不清"
            )
    document.refresh_from_db()
    assert document.state == DocumentState.WAITING


def test_refusal_needs_a_written_reason_and_tells_the_members(
    owner: Any, reviewer: Any, document: Document
) -> None:
    with pytest.raises(ValidationError, match="请写明原因"):
        employer_documents.judge_document(document=document, by=reviewer, accepted=False, reason=" \n")
    employer_documents.judge_document(document=document, by=reviewer, accepted=False, reason=" 看不清 ")
    document.refresh_from_db()
    assert (document.state, document.reason) == (DocumentState.REFUSED, "看不清")
    assert Notification.objects.visible_to(owner).exists()


def test_accepted_document_keeps_no_reason_and_sends_no_notification(
    owner: Any, reviewer: Any, document: Document
) -> None:
    employer_documents.judge_document(document=document, by=reviewer, accepted=True, reason="备注")
    document.refresh_from_db()
    assert (document.state, document.reason, document.judged_by) == (DocumentState.CHECKED, "", reviewer)
    assert not Notification.objects.visible_to(owner).exists()


def test_audit_log_names_the_document_of_each_change(employer: Any, owner: Any, reviewer: Any) -> None:
    document = _add(employer, owner)
    key = document.pk
    employer_documents.judge_document(document=document, by=reviewer, accepted=True)
    employer_documents.open_document(document=document, by=reviewer)
    employer_documents.remove_document(document=document, by=owner)
    target = str(employer.pk)
    assert [
        (actor, str(target_id), data)
        for verb in ("paper_added", "paper_judged", "paper_seen", "paper_removed")
        for actor, target_id, data in _events(verb)
    ] == [
        (owner.pk, target, {"kind": "licence", "piece": key}),
        (reviewer.pk, target, {"piece": key, "after": "checked"}),
        (reviewer.pk, target, {"piece": key}),
        (owner.pk, target, {"piece": key}),
    ]


def test_blocked_account_and_visitor_see_no_document_and_no_invitation(
    employer: Any, owner: Any, document: Document
) -> None:
    EmployerInvitation.objects.create(
        employer=employer, phone=owner.phone, phone_hash=owner.phone_hash, role="owner", invited_by=owner,
        expires_at=timezone.now(),
    )  # fmt: skip
    assert employer_documents.visible_documents(owner).get() == document
    assert EmployerInvitation.objects.visible_to(owner).exists()
    owner.is_active = False
    for user in (owner, AnonymousUser()):
        assert not employer_documents.visible_documents(user).exists()
        assert not EmployerInvitation.objects.visible_to(user).exists()
