"""Writes shared by the documents of all owners; permissions and audit events are left to the owner's app."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.core.files.base import ContentFile
from django.db import transaction
from django.utils import timezone

from portal.accounts.models import User
from portal.documents.enums import DocumentKind, DocumentState, OwnerType
from portal.documents.models import Document, private_storage
from portal.documents.upload_validation import Upload


@contextmanager
def create_document(
    *, owner_type: OwnerType, owner_id: int, kind: DocumentKind, upload: Upload, by: User
) -> Iterator[Document]:
    """Store an upload and its row; the stored file is deleted again when the block raises.

    To be used inside the caller's transaction, which then takes the row back.
    """
    storage = private_storage()
    name = storage.save("document", ContentFile(upload.content))
    try:
        yield Document.objects.create(
            owner_type=owner_type,
            owner_id=owner_id,
            kind=kind,
            file=name,
            media_type=upload.media_type,
            size=len(upload.content),
            sha256=upload.sha256,
            uploaded_by=by,
        )
    except BaseException:
        storage.delete(name)
        raise


def save_judgement(document: Document, *, by: User, state: DocumentState, reason: str) -> None:
    """Save the result of a review, in the caller's transaction.

    Raises:
        ValidationError: the reason is too long or names a military unit.
    """
    document.state, document.reason = state, reason
    document.judged_by, document.judged_at = by, timezone.now()
    document.full_clean(exclude=["uploaded_by", "file"])
    document.save()


def delete_document(document: Document) -> None:
    """Delete the row now and its content once the transaction is committed."""
    delete_content_on_commit(document)
    document.delete()


def delete_content_on_commit(document: Document) -> None:
    """Delete the stored content once the transaction is committed; nothing happens where there is none."""
    name, storage = document.file.name, document.file.storage
    if name:
        transaction.on_commit(lambda: storage.delete(name))


def read_content(document: Document) -> bytes:
    """Return the decrypted content; the caller has checked the permission.

    Raises:
        FileNotFoundError: it was deleted after the review, or no key in force decrypts it.
    """
    if not document.file:
        raise FileNotFoundError("deleted after the review")
    with document.file.storage.open(document.file.name or "") as file:
        content: bytes = file.read()
    return content
