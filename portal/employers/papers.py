"""Papers that an employer hands in for its verification: kept encrypted, one of each kind at a time."""

import hashlib

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone

from portal.accounts.models import User
from portal.core import audit
from portal.core.papers import cleaned
from portal.core.private_files import delete_private, read_private, write_private
from portal.employers.enums import EvidenceKind, PaperState
from portal.employers.models import Employer, EmployerPaper
from portal.employers.notifications import tell_refused_paper
from portal.employers.permissions import acts_for, can_review

# Shows a person's face, address and number: nothing that is kept longer than the look at it takes.
DELETED_ONCE_SEEN = frozenset({EvidenceKind.AGENT_ID})


@transaction.atomic
def hand_in(*, employer: Employer, by: User, kind: EvidenceKind, content: bytes) -> EmployerPaper:
    """Hand in a paper; one of the same kind that stood there is replaced.

    Raises:
        PermissionDenied: `by` does not act for the employer.
        ValidationError: wrong type, too large, or the very paper that is there already.
    """
    if not acts_for(by, employer):
        raise PermissionDenied("not a member of this employer")
    kept, media = cleaned(content)
    Employer.objects.select_for_update().get(pk=employer.pk)  # two uploads at once come one after the other
    digest = hashlib.sha256(kept).hexdigest()
    before = EmployerPaper.objects.current().filter(employer=employer, kind=kind).first()
    if before is not None and before.sha256 == digest and before.state != PaperState.REFUSED:
        raise ValidationError({"file": "这份材料已经上传过了。"})
    if before is not None:
        _retire(before)
    name = write_private(kept)
    try:
        paper = EmployerPaper.objects.create(
            employer=employer,
            kind=kind,
            stored=name,
            media=media,
            size=len(kept),
            sha256=digest,
            uploaded_by=by,
        )
        audit.record(by=by, verb="employers.paper_added", target=employer, kind=kind, piece=paper.pk)
    except BaseException:
        delete_private(name)
        raise
    return paper


def _retire(paper: EmployerPaper) -> None:
    """Put a paper out of its place. It is kept where a decision rests on it, else it goes."""
    if paper.evidence.exists():
        paper.replaced_at = timezone.now()
        paper.save(update_fields=["replaced_at"])
    else:
        stored = paper.stored
        paper.delete()
        _delete_on_commit(stored)


def _delete_on_commit(stored: str) -> None:
    if stored:
        transaction.on_commit(lambda: delete_private(stored))


@transaction.atomic
def take_back(*, paper: EmployerPaper, by: User) -> None:
    """Take a paper back that no decision rests on yet.

    Raises:
        PermissionDenied: `by` does not act for the employer.
        ValidationError: a decision rests on it; it can be replaced.
    """
    if not acts_for(by, paper.employer):
        raise PermissionDenied("not a member of this employer")
    if paper.replaced_at is not None or paper.evidence.exists():
        raise ValidationError("核验已经依据这份材料，不能删除，可以上传新的替换。")
    employer, number = paper.employer, paper.pk
    _retire(paper)
    audit.record(by=by, verb="employers.paper_removed", target=employer, piece=number)


@transaction.atomic
def judge(*, paper: EmployerPaper, by: User, accepted: bool, reason: str = "") -> EmployerPaper:
    """Say that a paper is as it should be, or what is wrong with it; members read the reason.

    Raises:
        PermissionDenied: `by` reviews another station's employers.
        ValidationError: refused without a reason, or replaced meanwhile.
    """
    if not can_review(by, paper.employer):
        raise PermissionDenied("not a reviewer of this employer's station")
    if paper.replaced_at is not None:
        raise ValidationError("这份材料已被更换，请看新的一份。")
    if not accepted and not reason.strip():
        raise ValidationError({"reason": "请写明原因，单位会看到。"})
    mark(paper, by=by, state=PaperState.CHECKED if accepted else PaperState.REFUSED, reason=reason.strip())
    audit.record(
        by=by, verb="employers.paper_judged", target=paper.employer, piece=paper.pk, after=paper.state
    )
    if not accepted:
        tell_refused_paper(paper)
    return paper


def mark(paper: EmployerPaper, *, by: User, state: PaperState, reason: str = "") -> None:
    """Write down what a look at a paper gave, in the caller's transaction. An identity paper's bytes go."""
    paper.state, paper.reason = state, "" if state == PaperState.CHECKED else reason
    paper.judged_by, paper.judged_at = by, timezone.now()
    if paper.kind in DELETED_ONCE_SEEN:
        _delete_on_commit(paper.stored)
        paper.stored = ""
    paper.full_clean(exclude=["employer", "uploaded_by"])
    paper.save()


def look(*, paper: EmployerPaper, by: User) -> bytes:
    """The bytes, for somebody who sees the paper; a look by staff stands in the event log.

    Raises:
        FileNotFoundError: they were deleted after they had been seen.
    """
    if not paper.stored:
        raise FileNotFoundError("deleted once seen")
    content = read_private(paper.stored)
    if not acts_for(by, paper.employer):
        audit.record(by=by, verb="employers.paper_seen", target=paper.employer, piece=paper.pk)
    return content
