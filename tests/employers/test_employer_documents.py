"""Documents of an employer: permissions, replacement, reviews, and deletion of content."""

from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone
from pytest_django import DjangoCaptureOnCommitCallbacks, Settings

from portal.accounts.roles import StationRole
from portal.core.models import AuditEvent
from portal.documents.enums import DocumentKind, DocumentState, OwnerType
from portal.documents.models import Document, private_storage
from portal.documents.storage import EncryptedStorage
from portal.employers import employer_documents, verification
from portal.employers.enums import EmployerRole
from portal.employers.models import EmployerMembership
from tests.factories import make_employer, make_picture, make_staff, make_stations, make_user

pytestmark = pytest.mark.django_db
LICENCE = DocumentKind.LICENCE


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


def _add(employer: Any, by: Any, kind: Any = LICENCE, content: Any = None) -> Any:
    return employer_documents.add_document(
        employer=employer, by=by, kind=kind, content=content or make_picture()
    )


def _stored_names() -> list[str]:
    storage = private_storage()
    assert isinstance(storage, EncryptedStorage)
    return list(storage.names())


def _stored_content(document: Any) -> bytes:
    return private_storage().open(document.file.name).read()


def test_members_and_reviewers_read_a_document_and_access_by_staff_is_audited(
    employer: Any, owner: Any, reviewer: Any
) -> None:
    document = _add(employer, owner)
    assert document.file.name in _stored_names()
    recruiter = EmployerMembership.objects.create(
        user=make_user(), employer=employer, role=EmployerRole.RECRUITER
    )
    for user in (owner, recruiter.user, reviewer):
        assert employer_documents.visible_documents(user).get() == document
        assert employer_documents.open_document(document=document, by=user) == _stored_content(document)
    events = AuditEvent.objects.filter(verb="employers.paper_seen")
    assert [event.actor_id for event in events] == [reviewer.pk]


def test_others_neither_see_nor_add_documents(employer: Any, owner: Any) -> None:
    _add(employer, owner)
    stations, rival = make_stations(), make_user()
    make_employer(member=rival)
    for user in (
        rival,
        make_user(),
        make_staff(stations["蓬江区"], StationRole.REVIEWER),
        make_staff(stations["新会区"], StationRole.CLERK),
    ):
        assert not employer_documents.visible_documents(user).exists()
        with pytest.raises(PermissionDenied):
            _add(employer, user)


def test_file_of_an_outsider_is_refused_unread(employer: Any) -> None:
    """Drawing a picture takes up to a second of processor time; only a member may cause it."""
    with pytest.raises(PermissionDenied):
        _add(employer, make_user(), content=b"neither a picture nor a PDF")


def test_newer_document_of_a_kind_replaces_the_current_one(employer: Any, owner: Any) -> None:
    first, second = _add(employer, owner), _add(employer, owner)
    assert list(Document.objects.current()) == [second]
    assert not Document.objects.filter(pk=first.pk).exists()  # no decision is based on it
    content = _stored_content(second)
    with pytest.raises(ValidationError, match="已经上传过"):
        _add(employer, owner, content=content)


def test_content_of_replaced_and_removed_documents_is_deleted(
    employer: Any, owner: Any, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        _add(employer, owner)
        current = _add(employer, owner)
    assert _stored_names() == [current.file.name]
    with django_capture_on_commit_callbacks(execute=True):
        employer_documents.remove_document(document=current, by=owner)
    assert _stored_names() == []


def test_document_that_a_verification_is_based_on_is_kept(employer: Any, owner: Any, reviewer: Any) -> None:
    document = _add(employer, owner)
    verification.verify(
        employer=employer, by=reviewer, checked_kinds=[LICENCE], shown_document_ids=[document.pk]
    )
    basis = employer.bases.get()
    assert (basis.document, basis.seen_by, basis.seen_on) == (document, reviewer, timezone.localdate())
    document.refresh_from_db()
    assert document.state == DocumentState.CHECKED
    with pytest.raises(ValidationError, match="不能删除"):
        employer_documents.remove_document(document=document, by=owner)
    _add(employer, owner)
    document.refresh_from_db()
    assert document.replaced_at is not None
    assert employer_documents.open_document(document=document, by=reviewer)
    with pytest.raises(ValidationError, match="已被更换"):
        employer_documents.judge_document(document=document, by=reviewer, accepted=True)


def test_document_replaced_after_the_page_was_displayed_does_not_count_as_checked(
    employer: Any, owner: Any, reviewer: Any
) -> None:
    displayed = _add(employer, owner)
    _add(employer, owner)
    with pytest.raises(ValidationError, match="刚刚被单位更换"):
        verification.verify(
            employer=employer, by=reviewer, checked_kinds=[LICENCE], shown_document_ids=[displayed.pk]
        )
    employer.refresh_from_db()
    assert not employer.is_verified
    assert not employer.steps.exists()


def test_content_of_an_identity_document_is_deleted_after_the_review(
    employer: Any,
    owner: Any,
    reviewer: Any,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    document = _add(employer, owner, DocumentKind.AGENT_ID)
    with django_capture_on_commit_callbacks(execute=True):
        verification.verify(employer=employer, by=reviewer, checked_kinds=[LICENCE, DocumentKind.AGENT_ID])
    document.refresh_from_db()
    assert (document.file, document.state, _stored_names()) == ("", DocumentState.CHECKED, [])
    with pytest.raises(FileNotFoundError):
        employer_documents.open_document(document=document, by=reviewer)
    assert employer.bases.get(kind=DocumentKind.AGENT_ID).document == document


def test_reviewer_refuses_a_document_with_a_reason(employer: Any, owner: Any, reviewer: Any) -> None:
    document = _add(employer, owner)
    with pytest.raises(ValidationError) as error:
        employer_documents.judge_document(document=document, by=reviewer, accepted=False)
    assert "reason" in error.value.message_dict
    with pytest.raises(PermissionDenied):
        employer_documents.judge_document(document=document, by=owner, accepted=True)
    employer_documents.judge_document(document=document, by=reviewer, accepted=False, reason="照片不清晰")
    document.refresh_from_db()
    assert (document.state, document.reason, document.judged_by) == (
        DocumentState.REFUSED,
        "照片不清晰",
        reviewer,
    )


@pytest.mark.parametrize("content", [b"", b"MZ" + b"\0" * 200, b"<html>" * 20])
def test_other_content_than_pictures_and_pdfs_is_refused(employer: Any, owner: Any, content: Any) -> None:
    with pytest.raises(ValidationError):
        employer_documents.add_document(employer=employer, by=owner, kind=LICENCE, content=content)
    assert not _stored_names()


@pytest.mark.parametrize(
    "change",
    [
        {"state": DocumentState.REFUSED, "judged_at": timezone.now()},
        {"state": DocumentState.CHECKED},
        {"judged_at": timezone.now()},
    ],
)
def test_database_refuses_a_state_without_its_reviewer_or_reason(
    employer: Any, owner: Any, change: Any
) -> None:
    document = _add(employer, owner)
    with pytest.raises(IntegrityError), transaction.atomic():
        Document.objects.filter(pk=document.pk).update(**change)


def test_database_refuses_a_second_current_document_of_a_kind_and_a_file_used_twice(
    employer: Any, owner: Any
) -> None:
    document = _add(employer, owner)
    fields = {
        "owner_type": OwnerType.EMPLOYER,
        "owner_id": employer.pk,
        "media_type": "image/png",
        "size": 1,
        "sha256": "0",
        "uploaded_by": owner,
    }
    with pytest.raises(IntegrityError), transaction.atomic():
        Document.objects.create(kind=LICENCE, file="a" * 32, **fields)
    with pytest.raises(IntegrityError), transaction.atomic():
        Document.objects.create(kind=DocumentKind.RECRUITMENT_BROCHURE, file=document.file.name, **fields)


def test_database_refuses_a_kind_of_another_owner_type(employer: Any, owner: Any) -> None:
    document = _add(employer, owner)
    for change in ({"kind": DocumentKind.DISCHARGE}, {"owner_type": OwnerType.VETERAN}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Document.objects.filter(pk=document.pk).update(**change)
