"""Documents of a veteran (证明材料): added by the person or the record's station, judged by the station."""

from typing import TYPE_CHECKING

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction

from portal.accounts.models import User
from portal.core import audit
from portal.core.locking import ParentMoved, locked, retry_if_moved
from portal.documents.actions import create_document, delete_document, save_judgement
from portal.documents.enums import DocumentKind, DocumentState, OwnerType
from portal.documents.models import Document, DocumentQuerySet
from portal.documents.upload_validation import Upload, validate_upload
from portal.veterans.models import Veteran
from portal.veterans.permissions import can_edit, serves

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

MAX_DOCUMENTS = 12  # per record


def documents_of(veteran: Veteran) -> DocumentQuerySet:
    return Document.objects.owned_by(OwnerType.VETERAN, [veteran.pk])


def visible_documents(user: "User | AnonymousUser") -> DocumentQuerySet:
    """Return the documents of all records that the user may see."""
    return Document.objects.owned_by(OwnerType.VETERAN, Veteran.objects.visible_to(user).values("pk"))


def record_id_of(document_id: int) -> int | None:
    """Return the primary key of the record of a document; None when there is no such document."""
    documents = Document.objects.filter(owner_type=OwnerType.VETERAN, pk=document_id)
    return documents.values_list("owner_id", flat=True).first()


def _lock_with_owner(document: Document) -> tuple[Veteran, Document]:
    """Lock the record that has the document now, after a merge perhaps another, then the document."""

    def lock() -> tuple[Veteran, Document]:
        owners = Veteran.objects.filter(pk__in=Document.objects.filter(pk=document.pk).values("owner_id"))
        veteran = owners.first()
        if veteran is not None:
            veteran = locked(veteran, "station")
        row = locked(document)
        if veteran is None or row.owner_id != veteran.pk:
            raise ParentMoved
        return veteran, row

    return retry_if_moved(lock)


def add_document(*, veteran: Veteran, by: User, kind: DocumentKind, content: bytes) -> Document:
    """Add one document to a record.

    Raises:
        PermissionDenied: `by` is neither the person nor staff of the record's station.
        ValidationError: wrong type, too large, already in the record, or too many.
    """
    if not can_edit(by, veteran):
        raise PermissionDenied("neither the person nor their station")
    return _add_upload(veteran=veteran, by=by, kind=kind, upload=validate_upload(content))


@transaction.atomic
def _add_upload(*, veteran: Veteran, by: User, kind: DocumentKind, upload: Upload) -> Document:
    veteran = locked(veteran, "station")  # concurrent uploads count one after the other
    if not can_edit(by, veteran):
        raise PermissionDenied("neither the person nor their station")
    existing = documents_of(veteran)
    if existing.filter(sha256=upload.sha256).exists():
        raise ValidationError({"file": "这份材料已经上传过了。"})
    if existing.count() >= MAX_DOCUMENTS:
        raise ValidationError({"file": f"每份档案最多 {MAX_DOCUMENTS} 份材料，请先删除不用的。"})
    with create_document(
        owner_type=OwnerType.VETERAN, owner_id=veteran.pk, kind=kind, upload=upload, by=by
    ) as document:
        audit.record(by=by, verb="veterans.evidence_added", target=veteran, kind=kind, piece=document.pk)
    return document


@transaction.atomic
def judge_document(*, document: Document, by: User, accepted: bool, reason: str = "") -> Document:
    """Record that a document matches its original, or why it is refused; the person reads the reason.

    Raises:
        PermissionDenied: `by` is not staff of the record's station.
        ValidationError: refused without a reason.
    """
    veteran, document = _lock_with_owner(document)
    if not serves(by, veteran):
        raise PermissionDenied("not staff of this record's station")
    if not accepted and not reason.strip():
        raise ValidationError({"reason": "请填写不通过的原因，本人会看到。"})
    state = DocumentState.CHECKED if accepted else DocumentState.REFUSED
    save_judgement(document, by=by, state=state, reason=reason.strip())
    audit.record(
        by=by, verb="veterans.evidence_judged", target=veteran, piece=document.pk, after=document.state
    )
    return document


@transaction.atomic
def remove_document(*, document: Document, by: User) -> None:
    """Remove a document from the record; its content is deleted after the commit.

    Raises:
        PermissionDenied: `by` is neither the person nor staff of the record's station.
    """
    number = document.pk
    veteran, document = _lock_with_owner(document)
    if not can_edit(by, veteran):
        raise PermissionDenied("neither the person nor their station")
    delete_document(document)
    audit.record(by=by, verb="veterans.evidence_removed", target=veteran, piece=number)
