"""Verification of employers by staff: verify, refuse, suspend, lift, renew; each decision is logged."""

from collections.abc import Collection, Iterable

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone

from portal.accounts.models import User
from portal.core import audit
from portal.core.locking import locked
from portal.core.seen_values import require_unchanged
from portal.core.state_machine import TransitionRefused, TransitionTable
from portal.core.validators import uscc_check_passes
from portal.documents.enums import DocumentKind, DocumentState
from portal.employers.employer_documents import documents_of, record_judgement
from portal.employers.enums import StepKind, VerificationState
from portal.employers.events import announce_employer_change
from portal.employers.models import (
    Employer,
    VerificationBasis,
    VerificationStep,
)
from portal.employers.notifications import notify_decision
from portal.employers.permissions import can_review, owns
from portal.employers.verification_periods import VERIFICATION_LASTS

TRANSITIONS = TransitionTable(
    (
        StepKind.VERIFY,
        {VerificationState.PENDING, VerificationState.VERIFIED, VerificationState.SUSPENDED},
        VerificationState.VERIFIED,
    ),
    (StepKind.REFUSE, {VerificationState.PENDING}, VerificationState.REFUSED),
    (StepKind.SUSPEND, {VerificationState.VERIFIED}, VerificationState.SUSPENDED),
    (StepKind.LIFT, {VerificationState.SUSPENDED}, VerificationState.VERIFIED),
    (StepKind.RETURN_RENEWAL, {VerificationState.VERIFIED}, VerificationState.VERIFIED),
    ("resubmit", {VerificationState.REFUSED}, VerificationState.PENDING),
)


# Facts that a reviewer compares with the documents.
VERIFIED_FIELDS = ("name", "uscc", "nature", "region", "is_agency", "agency_permit", "address")


def lock_for_review(employer: Employer, by: User) -> Employer:
    """Lock the employer's row for one decision at a time, refresh the employer and return it.

    Raises:
        PermissionDenied: `by` reviews another station's employers.
    """
    employer = locked(employer, "station")
    if not can_review(by, employer):
        raise PermissionDenied("not a reviewer of this employer's station")
    return employer


def log_step(
    employer: Employer, by: User, kind: StepKind, *, before: str, reason: str = ""
) -> VerificationStep:
    """Log a decision, audit it, send employer_changed and notify the employer.

    Call it in the transaction of the decision.
    """
    step = VerificationStep.objects.create(
        employer=employer,
        kind=kind,
        from_state=before,
        to_state=employer.state,
        reason=reason,
        until=employer.verified_until,
        by=by,
    )
    audit.record(by=by, verb=f"employers.{kind}", target=employer, before=before, reason=reason)
    announce_employer_change(employer)
    notify_decision(step)
    return step


def _decide(employer: Employer, by: User, kind: StepKind, reason: str = "") -> VerificationStep:
    before = employer.state
    employer.state = TRANSITIONS.target(kind, before)
    employer.state_reason = "" if kind in {StepKind.VERIFY, StepKind.LIFT} else reason
    if employer.state != VerificationState.VERIFIED or kind == StepKind.RETURN_RENEWAL:
        employer.renewal_asked_at = None
    employer.save()
    return log_step(employer, by, kind, before=before, reason=reason)


@transaction.atomic
def verify(
    *,
    employer: Employer,
    by: User,
    checked_kinds: Iterable[DocumentKind],
    shown_document_ids: Collection[int] | None = None,
    uscc_override_reason: str = "",
    seen_token: str = "",
) -> Employer:
    """Verify an employer for `VERIFICATION_LASTS`; a verified employer gets a new period.

    Args:
        checked_kinds: the documents that the reviewer checked, as uploads or as originals at the counter.
        shown_document_ids: primary keys of the uploaded documents on the reviewer's page; None where there
            was no page. A document uploaded since then does not count as checked.
        seen_token: token of VERIFIED_FIELDS on the reviewer's page; '' where there was none.

    Raises:
        PermissionDenied: `by` reviews another station's employers.
        ValidationError: the profile was changed since it was seen, no licence (for an agency: no permit)
            among `checked_kinds`, a document that was replaced meanwhile, or a credit code whose check
            character fails without a reason.
        TransitionRefused: not in a state that can be verified.
    """
    employer = lock_for_review(employer, by)
    require_unchanged(seen_token, employer, VERIFIED_FIELDS, "单位刚刚改过登记信息，请看过现在的信息再决定。")
    checked_kinds = list(checked_kinds)
    required_kinds = [DocumentKind.LICENCE, *([DocumentKind.PERMIT] if employer.is_agency else [])]
    missing = [kind.label for kind in required_kinds if kind not in checked_kinds]
    if missing:
        raise ValidationError({"evidence": f"请核对{'和'.join(missing)}并勾选。"})
    if not uscc_check_passes(employer.uscc) and not uscc_override_reason.strip():
        raise ValidationError(
            {"uscc_override_reason": "该信用代码校验位不符。如已与营业执照核对无误，请写明理由后通过。"}
        )
    now = timezone.now()
    employer.uscc_override_reason = uscc_override_reason.strip()
    employer.verified_at = now
    employer.verified_until = timezone.localdate(now) + VERIFICATION_LASTS
    employer.verified_by = by
    employer.renewal_asked_at = None
    step = _decide(employer, by, StepKind.VERIFY)
    save_verification_bases(step, checked_kinds, shown_document_ids)
    return employer


def save_verification_bases(
    step: VerificationStep,
    checked_kinds: Iterable[DocumentKind],
    shown_document_ids: Collection[int] | None,
) -> None:
    """Save what a decision is based on: the current document of each kind, or else its original.

    Raises:
        ValidationError: a document is not in `shown_document_ids`.
    """
    current = {document.kind: document for document in documents_of(step.employer).current()}
    bases = []
    for kind in checked_kinds:
        document = current.get(kind)
        if document is not None and shown_document_ids is not None and document.pk not in shown_document_ids:
            raise ValidationError({"evidence": f"{DocumentKind(kind).label}刚刚被单位更换，请重新查看。"})
        if document is not None and document.state != DocumentState.CHECKED:
            record_judgement(document, by=step.by, state=DocumentState.CHECKED)
        bases.append(
            VerificationBasis(
                employer=step.employer,
                step=step,
                document=document,
                kind=kind,
                seen_on=timezone.localdate(step.at),
                seen_by=step.by,
            )
        )
    VerificationBasis.objects.bulk_create(bases)


def require_reason(reason: str) -> str:
    if not reason.strip():
        raise ValidationError({"reason": "请写明原因，单位会看到。"})
    return reason.strip()


@transaction.atomic
def refuse(*, employer: Employer, by: User, reason: str) -> Employer:
    """Send a registration back with a reason."""
    employer = lock_for_review(employer, by)
    _decide(employer, by, StepKind.REFUSE, require_reason(reason))
    return employer


@transaction.atomic
def suspend(*, employer: Employer, by: User, reason: str) -> Employer:
    """Take a verified employer and its positions out of public view."""
    employer = lock_for_review(employer, by)
    _decide(employer, by, StepKind.SUSPEND, require_reason(reason))
    return employer


@transaction.atomic
def lift(*, employer: Employer, by: User, reason: str) -> Employer:
    """Lift a suspension: the verification keeps its end date, and the positions are visible again.

    Raises:
        ValidationError: no reason, or the verification has ended meanwhile; then verify again.
    """
    employer = lock_for_review(employer, by)
    reason = require_reason(reason)
    if employer.verified_until is None or employer.verified_until < timezone.localdate():
        raise ValidationError("暂停期间核验已到期，请重新核对材料后“核验通过”。")
    _decide(employer, by, StepKind.LIFT, reason)
    return employer


@transaction.atomic
def request_renewal(*, employer: Employer, by: User) -> Employer:
    """Request the renewal of the verification, before its end or after it.

    Raises:
        PermissionDenied: not an owner.
        TransitionRefused: not verified, too early, or a request is pending.
    """
    employer = locked(employer)
    if not owns(by, employer):
        raise PermissionDenied("not an owner of this employer")
    if not employer.can_request_renewal:
        raise TransitionRefused("request_renewal", employer.state)
    employer.renewal_asked_at, employer.state_reason = timezone.now(), ""
    employer.save()
    audit.record(by=by, verb="employers.renewal_asked", target=employer)
    return employer


@transaction.atomic
def return_renewal(*, employer: Employer, by: User, reason: str) -> Employer:
    """Refuse a requested renewal with a reason; the verification keeps its end date.

    Raises:
        TransitionRefused: no request is pending.
    """
    employer = lock_for_review(employer, by)
    reason = require_reason(reason)
    if employer.renewal_asked_at is None:
        raise TransitionRefused(StepKind.RETURN_RENEWAL, employer.state)
    _decide(employer, by, StepKind.RETURN_RENEWAL, reason)
    return employer
