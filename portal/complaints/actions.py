"""Write actions on a complaint. Messages to the employer hold neither the reporter nor the text."""

from django.conf import settings
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone

from portal.accounts.models import User
from portal.complaints.deadlines import working_days_after
from portal.complaints.enums import ComplaintKind, ComplaintState, Outcome
from portal.complaints.models import Complaint
from portal.complaints.permissions import can_answer, can_report
from portal.core import audit
from portal.core.locking import locked
from portal.core.state_machine import TransitionRefused
from portal.notifications.actions import notify
from portal.notifications.enums import NotificationKind, NotificationTarget
from portal.positions import actions as positions
from portal.positions.models import Position
from portal.positions.notifications import notify_employer

# Open complaints of one reporter at the same time.
MAX_OPEN_COMPLAINTS = 10


@transaction.atomic
def report(*, position: Position, by: User, kind: ComplaintKind, text: str) -> Complaint:
    """Report a position; the period for the answer begins today.

    Raises:
        PermissionDenied: `by` cannot see the position, or acts for its employer.
        ValidationError: by field; reported already; or too many open complaints.
    """
    locked(by)  # the complaints of one reporter are counted one after the other
    if not can_report(by, position):
        raise PermissionDenied("cannot see this position, or acts for its employer")
    open_complaints = Complaint.objects.reported_by(by).filter(state=ComplaintState.OPEN)
    if open_complaints.filter(position=position).exists():
        raise ValidationError("您已经举报过这个岗位，正在处理，结果会通知您。")
    if open_complaints.count() >= MAX_OPEN_COMPLAINTS:
        raise ValidationError(f"您有 {MAX_OPEN_COMPLAINTS} 条举报还在处理，请等答复后再提交。")
    complaint = Complaint(
        position=position,
        reporter=by,
        kind=kind,
        text=text.strip(),
        due_on=working_days_after(timezone.localdate(), settings.COMPLAINT_WORKING_DAYS),
    )
    complaint.full_clean(validate_constraints=False)
    complaint.save()
    audit.record(by=by, verb="complaints.reported", target=complaint, kind=complaint.get_kind_display())
    return complaint


@transaction.atomic
def answer(*, complaint: Complaint, by: User, outcome: Outcome, words: str, told: str = "") -> Complaint:
    """Answer a complaint and carry out its outcome.

    Args:
        words: message to the reporter.
        told: message to the employer; required unless no fault was found.

    Raises:
        PermissionDenied: `by` does not review the employer, acts for it, or is the reporter.
        ValidationError: by field; answered already; or the position is not public any more.
    """
    complaint = locked(complaint, "position__employer__station", "reporter")
    if not can_answer(by, complaint):
        raise PermissionDenied("does not review this employer, or is a party")
    if complaint.state != ComplaintState.OPEN:
        raise ValidationError("这条举报已经答复过了。")
    if not words.strip():
        raise ValidationError({"words": "请写给举报人的答复。"})
    if outcome != Outcome.NO_FAULT and not told.strip():
        raise ValidationError({"told": "请写明单位需要知道的原因；不要写出举报人。"})
    complaint.state = ComplaintState.ANSWERED
    complaint.outcome, complaint.answer = outcome, words.strip()
    complaint.answered_by, complaint.answered_at = by, timezone.now()
    complaint.full_clean(validate_constraints=False)
    complaint.save()
    _carry_out(complaint, by, told.strip())
    audit.record(by=by, verb="complaints.answered", target=complaint, outcome=complaint.get_outcome_display())
    notify(
        user=complaint.reporter,
        kind=NotificationKind.REPORT,
        text=f"您举报的岗位“{complaint.position.title}”已有答复：{complaint.get_outcome_display()}。",
        target=NotificationTarget.OWN_COMPLAINTS,
        key=f"complaint.{complaint.pk}.answered",
    )
    return complaint


def _carry_out(complaint: Complaint, by: User, employer_message: str) -> None:
    position, outcome = complaint.position, complaint.outcome
    if outcome == Outcome.NO_FAULT:
        return
    if outcome in {Outcome.TAKEN_DOWN, Outcome.REMOVED}:
        try:
            positions.take_down(
                position=position, by=by, reason=employer_message, for_good=outcome == Outcome.REMOVED
            )
        except TransitionRefused as refused:
            raise ValidationError(
                f"这个岗位现在是“{position.get_state_display()}”，没有公开，不用再处理岗位；可以选提醒单位或没有问题。"
            ) from refused
    notify_employer(
        position,
        text=f"岗位“{position.title}”：{complaint.get_outcome_display()}。{employer_message}",
        key=f"complaint.{complaint.pk}.employer",
        target=NotificationTarget.POSITION_TEXT,
    )
