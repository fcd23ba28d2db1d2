"""Notifications to members of an employer: decisions, invitations, and the end of the verification."""

from collections.abc import Iterable
from datetime import date

from django.utils import timezone

from portal.accounts.models import User
from portal.documents.models import Document
from portal.employers.enums import EmployerRole, StepKind
from portal.employers.models import Employer, EmployerInvitation, VerificationStep
from portal.notifications.actions import notify, notify_all
from portal.notifications.enums import NotificationKind, NotificationTarget

# Days before the end at which owners are reminded; one more reminder follows after the end.
REMINDER_DAYS = (30, 14, 3)
_DECISION_TEXTS = {
    StepKind.VERIFY: "核验通过，岗位可以公开",
    StepKind.REFUSE: "核验没有通过，请按说明修改",
    StepKind.SUSPEND: "单位已被暂停，岗位暂不公开",
    StepKind.LIFT: "暂停已解除，岗位恢复公开",
    StepKind.RETURN_RENEWAL: "续期申请被退回",
    StepKind.ACCEPT_CHANGE: "信息变更已同意",
    StepKind.REFUSE_CHANGE: "信息变更没有同意",
}


def _active_members(employer: Employer, *roles: EmployerRole) -> Iterable[User]:
    rows = User.objects.filter(employer_memberships__employer=employer, is_active=True)
    return rows.filter(employer_memberships__role__in=roles) if roles else rows


def notify_decision(step: VerificationStep) -> None:
    """Notify every member of a decision of staff."""
    reason = f"：{step.reason}" if step.reason else "。"
    notify_all(
        users=_active_members(step.employer),
        kind=NotificationKind.EMPLOYER,
        text=f"{step.employer.name}：{_DECISION_TEXTS[StepKind(step.kind)]}{reason}",
        key=f"employer.step.{step.pk}",
        target=NotificationTarget.EMPLOYER,
        target_id=step.employer_id,
    )


def notify_document_refused(employer: Employer, document: Document) -> None:
    """Notify every member that a document was refused, with the reason."""
    notify_all(
        users=_active_members(employer),
        kind=NotificationKind.EMPLOYER,
        text=f"{employer.name}：{document.get_kind_display()}不通过，{document.reason}",
        key=f"employer.paper.{document.pk}",
        target=NotificationTarget.EMPLOYER_DOCUMENTS,
        target_id=employer.pk,
    )


def notify_invited(invitation: EmployerInvitation) -> None:
    """Notify the invited person if the number has an account; others see the invitation at sign-in."""
    recipient = User.objects.filter(phone_hash=invitation.phone_hash, is_active=True).first()
    if recipient is not None:
        notify(
            user=recipient,
            kind=NotificationKind.EMPLOYER,
            text=f"{invitation.employer.name}邀请您担任{invitation.get_role_display()}。",
            key=f"employer.invitation.{invitation.pk}",
            target=NotificationTarget.EMPLOYER_INVITATIONS,
        )


def remind_of_renewal(today: date | None = None) -> int:
    """Remind owners, once per stage, that the verification ends or has ended.

    Employers that have requested a renewal are not reminded.

    Returns:
        The number of notifications sent.
    """
    today = today or timezone.localdate()
    count = 0
    ending = Employer.objects.verification_ending(today).filter(renewal_asked_at=None)
    for employer in ending.only("name", "verified_until", "state").iterator(chunk_size=500):
        assert employer.verified_until is not None  # CHECK constraint of verified employers
        left = (employer.verified_until - today).days
        stage = min(days for days in REMINDER_DAYS if days >= left) if left >= 0 else "over"
        message = (
            f"核验有效期至 {employer.verified_until:%Y-%m-%d}，请申请续期，否则到期后岗位自动暂停显示。"
            if left >= 0
            else "核验已过有效期，岗位暂停显示。申请续期并通过后自动恢复。"
        )
        count += notify_all(
            users=_active_members(employer, EmployerRole.OWNER),
            kind=NotificationKind.EMPLOYER,
            text=f"{employer.name}：{message}",
            key=f"employer.{employer.pk}.ends.{employer.verified_until}.{stage}",
            target=NotificationTarget.EMPLOYER_DOCUMENTS,
            target_id=employer.pk,
        )
    return count
