"""Documents of an employer for its verification: one current document of each kind."""

from typing import TYPE_CHECKING

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from portal.accounts.models import User
from portal.accounts.roles import Permission
from portal.core import audit
from portal.core.locking import locked
from portal.documents.actions import (
    create_document,
    delete_content_on_commit,
    delete_document,
    read_content,
    save_judgement,
)
from portal.documents.enums import DocumentKind, DocumentState, OwnerType
from portal.documents.models import Document, DocumentQuerySet
from portal.documents.upload_validation import Upload, validate_upload
from portal.employers.models import Employer
from portal.employers.notifications import notify_document_refused
from portal.employers.permissions import acts_for, can_review
from portal.stations.models import in_subtrees

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

# Identity documents (face, address, number): their content is deleted after the review.
KINDS_DELETED_AFTER_REVIEW = frozenset({DocumentKind.AGENT_ID})


def documents_of(employer: Employer) -> DocumentQuerySet:
    return Document.objects.owned_by(OwnerType.EMPLOYER, [employer.pk])


def visible_documents(user: "User | AnonymousUser") -> DocumentQuerySet:
    """Return the documents of the employers that the user acts for or reviews."""
    if not isinstance(user, User) or not user.is_active:
        return Document.objects.none()
    own = Q(pk__in=Employer.objects.with_member(user).values("pk"))
    employers = Employer.objects.filter(
        own | in_subtrees("station", user.station_paths(Permission.REVIEW_EMPLOYERS))
    )
    return Document.objects.owned_by(OwnerType.EMPLOYER, employers.values("pk"))


def owner_of(document: Document) -> Employer:
    """Return the employer that a document belongs to, with its station."""
    return Employer.objects.select_related("station").get(pk=document.owner_id)


def add_document(*, employer: Employer, by: User, kind: DocumentKind, content: bytes) -> Document:
    """Add a document; it replaces the current one of the same kind.

    Raises:
        PermissionDenied: `by` does not act for the employer.
        ValidationError: wrong type, too large, or the same content as the current document.
    """
    if not acts_for(by, employer):
        raise PermissionDenied("not a member of this employer")
    return _add_upload(employer=employer, by=by, kind=kind, upload=validate_upload(content))


@transaction.atomic
def _add_upload(*, employer: Employer, by: User, kind: DocumentKind, upload: Upload) -> Document:
    employer = locked(employer)  # concurrent uploads come one after the other
    if not acts_for(by, employer):
        raise PermissionDenied("not a member of this employer")
    current = documents_of(employer).current().filter(kind=kind).first()
    if current is not None:
        if current.sha256 == upload.sha256 and current.state != DocumentState.REFUSED:
            raise ValidationError({"file": "这份材料已经上传过了。"})
        _retire(current)
    with create_document(
        owner_type=OwnerType.EMPLOYER, owner_id=employer.pk, kind=kind, upload=upload, by=by
    ) as document:
        audit.record(by=by, verb="employers.paper_added", target=employer, kind=kind, piece=document.pk)
    return document


def _retire(document: Document) -> None:
    """Mark a document as replaced where a decision is based on it, delete it otherwise."""
    if document.verification_bases.exists():
        document.replaced_at = timezone.now()
        document.save(update_fields=["replaced_at"])
    else:
        delete_document(document)


@transaction.atomic
def remove_document(*, document: Document, by: User) -> None:
    """Remove a document that no decision is based on yet.

    Raises:
        PermissionDenied: `by` does not act for the employer.
        ValidationError: a decision is based on it; it can only be replaced.
    """
    employer, number = locked(owner_of(document)), document.pk
    document = locked(document)
    if not acts_for(by, employer):
        raise PermissionDenied("not a member of this employer")
    if document.replaced_at is not None or document.verification_bases.exists():
        raise ValidationError("核验已经依据这份材料，不能删除，可以上传新的替换。")
    delete_document(document)
    audit.record(by=by, verb="employers.paper_removed", target=employer, piece=number)


@transaction.atomic
def judge_document(*, document: Document, by: User, accepted: bool, reason: str = "") -> Document:
    """Record that a document is in order, or why it is refused; members read the reason.

    Raises:
        PermissionDenied: `by` reviews another station's employers.
        ValidationError: refused without a reason, or replaced meanwhile.
    """
    employer = locked(owner_of(document), "station")
    document = locked(document)
    if not can_review(by, employer):
        raise PermissionDenied("not a reviewer of this employer's station")
    if document.replaced_at is not None:
        raise ValidationError("这份材料已被更换，请看新的一份。")
    if not accepted and not reason.strip():
        raise ValidationError({"reason": "请写明原因，单位会看到。"})
    state = DocumentState.CHECKED if accepted else DocumentState.REFUSED
    record_judgement(document, by=by, state=state, reason=reason.strip())
    audit.record(
        by=by, verb="employers.paper_judged", target=employer, piece=document.pk, after=document.state
    )
    if not accepted:
        notify_document_refused(employer, document)
    return document


def record_judgement(document: Document, *, by: User, state: DocumentState, reason: str = "") -> None:
    """Save the result of a review in the caller's transaction; delete the content of identity documents."""
    if document.kind in KINDS_DELETED_AFTER_REVIEW:
        delete_content_on_commit(document)
        document.file = ""
    save_judgement(document, by=by, state=state, reason="" if state == DocumentState.CHECKED else reason)


def open_document(*, document: Document, by: User) -> bytes:
    """Return the content to a user who may see the document; a look by staff is audited.

    Raises:
        FileNotFoundError: the content was deleted after the review.
    """
    content = read_content(document)
    employer = owner_of(document)
    if not acts_for(by, employer):
        audit.record(by=by, verb="employers.paper_seen", target=employer, piece=document.pk)
    return content
