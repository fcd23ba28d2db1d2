"""Work of the reviewers: positions in review, wording findings and complaints."""

import random
from datetime import timedelta

from django.db.models import F
from django.utils import timezone

from portal.accounts.models import Appointment, User
from portal.accounts.roles import Permission
from portal.complaints import actions as complaints
from portal.complaints.enums import ComplaintKind, Outcome
from portal.complaints.models import Complaint
from portal.complaints.permissions import can_answer, can_report
from portal.employers.enums import VerificationState
from portal.positions.enums import PositionState
from portal.positions.models import Position
from portal.positions.permissions import can_review
from portal.positions.wording_checks import check_position, summarize_findings
from portal.positions.wording_exceptions import approve_exception
from portal.veterans.models import Veteran

# (text of an employer, legal basis or '').
_WORDING = (
    ("年龄18至40周岁，能适应倒班", ""),
    ("形象气质佳，有亲和力", ""),
    ("本地户口优先", ""),
    ("45岁以下，身高170以上", ""),
    ("限男性，能下井作业", "矿山井下作业，属于女职工禁忌从事的劳动范围"),
    ("高薪急聘，待遇从优", ""),
)
_COMPLAINTS = (
    (ComplaintKind.FEE, "面试时说入职要交三百元服装费，从工资里扣。", 2, None),
    (ComplaintKind.FAKE, "打电话过去说没有这个岗位，让我去做别的。", -1, None),
    (ComplaintKind.SILENT, "电话一直没人接，去了两次门口都说已经招满。", 4, None),
    (ComplaintKind.PAY, "写的六千到八千，去了说试用期只有三千五。", 3, Outcome.WARNED),
    (ComplaintKind.UNFAIR, "说只要三十岁以下的，可岗位上没有写。", 5, Outcome.NO_FAULT),
)
_MESSAGE_TO_EMPLOYER = "请核对岗位内容与实际是否一致，如实修改。"
_ANSWERS = {
    Outcome.WARNED: "已与单位核实，单位承诺按写明的工资执行，我们会再回访。",
    Outcome.NO_FAULT: "已到单位了解，岗位没有年龄限制，您可以再次联系应聘。",
}


def load_review_queue(seed: int) -> None:
    """Load submission times, wording findings and complaints, from a random source of its own."""
    rng = random.Random(f"reviewing {seed}")  # noqa: S311  (invented data, not secrets)
    Position.objects.filter(submitted_at=None, published_at__isnull=False).update(
        submitted_at=F("published_at") - timedelta(hours=20)
    )
    positions = list(Position.objects.filter(state=PositionState.IN_REVIEW).order_by("pk"))
    now = timezone.now()
    for position in positions:
        position.submitted_at = now - timedelta(minutes=rng.randint(20, 60 * 24 * 4))
    for sample, (text, basis) in zip(_sample_positions(rng), _WORDING * 2, strict=False):
        position = next(row for row in positions if row.pk == sample.pk)
        position.requirements = f"{position.requirements}\n{text}".strip()
        position.legal_basis = basis
        position.wording = summarize_findings(check_position(position))
    fields = ["submitted_at", "requirements", "legal_basis", "wording"]
    Position.objects.bulk_update(positions, fields, batch_size=500)
    staff = _reviewers()
    _approve_exception(staff)
    _load_complaints(staff, rng)


def _sample_positions(rng: random.Random) -> list[Position]:
    rows = Position.objects.filter(
        state=PositionState.IN_REVIEW, employer__state=VerificationState.VERIFIED
    ).order_by("pk")
    return rng.sample(list(rows), k=min(rows.count(), 2 * len(_WORDING)))


def _reviewers() -> list[User]:
    appointments = Appointment.objects.current().with_permission(Permission.REVIEW_EMPLOYERS).order_by("pk")
    return [appointment.user for appointment in appointments.select_related("user")]


def _approve_exception(staff: list[User]) -> None:
    """Approve one wording exception for the first time; it awaits the second approval."""
    position = Position.objects.filter(state=PositionState.IN_REVIEW).exclude(legal_basis="").first()
    if position is None:
        return
    by = next((user for user in staff if can_review(user, position)), None)
    if by is not None:
        approve_exception(position=position, by=by)


def _load_complaints(staff: list[User], rng: random.Random) -> None:
    today = timezone.localdate()
    veterans = (
        Veteran.objects.exclude(account=None).select_related("account").order_by("pk")[: len(_COMPLAINTS)]
    )
    rows = list(Position.objects.open_at().order_by("pk").select_related("employer")[:400])
    for veteran, (kind, text, days, outcome) in zip(veterans, _COMPLAINTS, strict=False):
        position = rng.choice(rows)
        assert veteran.account is not None
        if not can_report(veteran.account, position):
            continue
        complaint = complaints.report(position=position, by=veteran.account, kind=kind, text=text)
        Complaint.objects.filter(pk=complaint.pk).update(due_on=today + timedelta(days=days))
        by = next((user for user in staff if can_answer(user, complaint)), None)
        if outcome is not None and by is not None:
            complaints.answer(
                complaint=complaint,
                by=by,
                outcome=outcome,
                words=_ANSWERS[outcome],
                told=_MESSAGE_TO_EMPLOYER,
            )
