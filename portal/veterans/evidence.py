"""Evidence (证明材料) that a person or a station puts into a file: looked at by content, kept encrypted,
handed out only after a permission check.
"""

import hashlib

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone

from portal.accounts.models import User
from portal.core import audit
from portal.core.papers import cleaned
from portal.core.private_files import delete_private, read_private, write_private
from portal.veterans.enums import EvidenceKind, EvidenceState
from portal.veterans.models import Evidence, Veteran
from portal.veterans.permissions import can_edit, serves

MAX_PIECES = 12


@transaction.atomic
def add_evidence(*, veteran: Veteran, by: User, kind: EvidenceKind, content: bytes) -> Evidence:
    """Put one piece into a file.

    Raises:
        PermissionDenied: neither the person nor staff of the file's station.
        ValidationError: wrong type, too large, there already, or too many.
    """
    if not can_edit(by, veteran):
        raise PermissionDenied("neither the person nor their station")
    kept, media = cleaned(content)
    Veteran.objects.select_for_update().get(pk=veteran.pk)  # two uploads at once count one after the other
    there = Evidence.objects.filter(veteran=veteran)
    digest = hashlib.sha256(kept).hexdigest()
    if there.filter(sha256=digest).exists():
        raise ValidationError({"file": "这份材料已经上传过了。"})
    if there.count() >= MAX_PIECES:
        raise ValidationError({"file": f"每份档案最多 {MAX_PIECES} 份材料，请先删除不用的。"})
    name = write_private(kept)
    try:
        piece = Evidence.objects.create(
            veteran=veteran,
            kind=kind,
            stored=name,
            media=media,
            size=len(kept),
            sha256=digest,
            uploaded_by=by,
        )
        audit.record(by=by, verb="veterans.evidence_added", target=veteran, kind=kind, piece=piece.pk)
    except BaseException:
        delete_private(name)
        raise
    return piece


@transaction.atomic
def judge_evidence(*, piece: Evidence, by: User, accepted: bool, reason: str = "") -> Evidence:
    """Say that a piece was held against the original, or why it is of no use.

    Raises:
        PermissionDenied: not staff of the file's station.
        ValidationError: refused without a reason.
    """
    if not serves(by, piece.veteran):
        raise PermissionDenied("not staff of this file's station")
    if not accepted and not reason.strip():
        raise ValidationError({"reason": "请填写不通过的原因，本人会看到。"})
    piece.state = EvidenceState.CHECKED if accepted else EvidenceState.REFUSED
    piece.reason, piece.judged_by, piece.judged_at = reason.strip(), by, timezone.now()
    piece.full_clean(exclude=["veteran", "uploaded_by"])
    piece.save()
    audit.record(
        by=by, verb="veterans.evidence_judged", target=piece.veteran, piece=piece.pk, after=piece.state
    )
    return piece


@transaction.atomic
def remove_evidence(*, piece: Evidence, by: User) -> None:
    """Take a piece out of the file; its bytes go when that is certain.

    Raises:
        PermissionDenied: neither the person nor staff of the file's station.
    """
    veteran, name, number = piece.veteran, piece.stored, piece.pk
    if not can_edit(by, veteran):
        raise PermissionDenied("neither the person nor their station")
    piece.delete()
    audit.record(by=by, verb="veterans.evidence_removed", target=veteran, piece=number)
    transaction.on_commit(lambda: delete_private(name))


def content_of(piece: Evidence) -> bytes:
    """The bytes, decrypted. Whoever calls this has asked for permission."""
    return read_private(piece.stored)
