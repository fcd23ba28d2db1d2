"""Comparison of both sides' answers: agreement records a step, a contradiction opens a follow-up.

Cautious on purpose: of two days the less favourable one counts (later onboarding, earlier leaving), a
retention step needs both answers from the day it was due, and a step that the workflow refuses is left to a
clerk.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Max, Subquery, Value
from django.db.models.functions import Coalesce
from django.utils import timezone

from portal.accounts.models import User
from portal.confirmations.enums import Reply, Side
from portal.confirmations.models import Answer, Contradiction
from portal.core import audit
from portal.core.state_machine import TransitionRefused
from portal.follow_ups.enums import AttemptOutcome, FollowUpKind, FollowUpState
from portal.follow_ups.models import FollowUp, FollowUpAttempt
from portal.follow_ups.scheduling import complete_follow_up, open_follow_up
from portal.placements import actions
from portal.placements.enums import PlacementState as S
from portal.placements.milestones import MILESTONE_BY_STEP, MILESTONES, required_days
from portal.placements.models import Placement
from portal.placements.workflow import TRANSITIONS

# Days by which two recollections of one event may differ.
TOLERANCE_DAYS = 7
# Replies about progress in their order, and the states that they correspond to.
_RANKS = {Reply.NOT_YET: 0, Reply.INTERVIEWED: 1, Reply.OFFERED: 2, Reply.ONBOARDED: 3}
_STATE_RANKS = {S.INTENDED: 0, S.INTERVIEWED: 1, S.OFFERED: 2}
# Kinds of follow-ups that answers open; any step completes them.
_CHECK_KINDS = frozenset({FollowUpKind.CONTRADICTION, FollowUpKind.SAID_LEFT})
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
# There may be several interviews, so their days are not compared.
_SINGLE_EVENTS = frozenset({Reply.OFFERED, Reply.ONBOARDED, Reply.LEFT})


@dataclass(frozen=True, slots=True)
class Step:
    """Step of the placement workflow with its day."""

    name: str
    on: date


def latest_answers(placement: Placement, question: str) -> dict[Side, Answer]:
    """Return each side's last answer to a question since the last correction of the log. One query."""
    corrections = placement.transitions.filter(step="correct").order_by().values("placement")
    last_correction = corrections.annotate(last=Max("at")).values("last")
    rows = Answer.objects.filter(placement=placement, question=question)
    rows = rows.filter(at__gt=Coalesce(Subquery(last_correction), Value(_EPOCH)))
    return {Side(row.side): row for row in rows.order_by("pk")}


def compare_answers(answer: Answer) -> None:
    """Compare a new answer with the other side's last one, inside the caller's transaction."""
    placement = answer.placement
    answers = latest_answers(placement, answer.question)
    if len(answers) == 2:
        own, employers = answers[Side.VETERAN], answers[Side.EMPLOYER]
        if are_contradictory(own, employers):
            _record_contradiction(own, employers)
            return
        steps = agreed_steps(placement, own, employers)
        if steps and _record_steps(placement, steps, own, employers):
            return
    if answer.reply == Reply.LEFT:  # the next scheduled call may be months away
        _open_check(placement, FollowUpKind.SAID_LEFT)


def are_contradictory(own: Answer, employers: Answer) -> bool:
    """Return whether the person's and the employer's answer exclude each other."""
    if own.reply == employers.reply and own.reply in _SINGLE_EVENTS:
        assert own.day is not None
        assert employers.day is not None
        return abs((own.day - employers.day).days) > TOLERANCE_DAYS
    return _is_denied_by(own, employers) or _is_denied_by(employers, own)


def _is_denied_by(claim: Answer, other: Answer) -> bool:
    """Return whether `other`, given on the day of the event or later, says that it has not happened."""
    denials = {
        Reply.LEFT: {Reply.STILL_EMPLOYED},
        Reply.ONBOARDED: {Reply.NOT_YET, Reply.GIVEN_UP, Reply.TURNED_DOWN},
    }
    excluded = denials.get(Reply(claim.reply), set())
    return other.reply in excluded and claim.day is not None and other.answered_on >= claim.day


def agreed_steps(placement: Placement, own: Answer, employers: Answer) -> list[Step]:
    """Return the steps that both answers confirm and that the log does not have yet."""
    replies = {own.reply, employers.reply}
    days = [row.day for row in (own, employers) if row.day is not None]
    if replies == {Reply.STILL_EMPLOYED}:
        return _retention_steps(placement, min(own.answered_on, employers.answered_on))
    if replies == {Reply.LEFT}:
        return [Step("leave", min(days))]
    last_answered_on = max(own.answered_on, employers.answered_on)
    if replies == {Reply.GIVEN_UP}:
        return [Step("decline_by_veteran", last_answered_on)]
    if replies == {Reply.TURNED_DOWN}:
        return [Step("decline_by_employer", last_answered_on)]
    if replies <= _RANKS.keys():
        return _progress_steps(placement, own, employers)
    return []


def _retention_steps(placement: Placement, confirmed_on: date) -> list[Step]:
    if placement.onboarded_on is None:
        return []
    available = TRANSITIONS.available(placement.state)
    days_employed = (confirmed_on - placement.onboarded_on).days
    due = [step for step, days in required_days().items() if step in available and days <= days_employed]
    return [Step(due[-1], confirmed_on)] if due else []


def _progress_steps(placement: Placement, own: Answer, employers: Answer) -> list[Step]:
    rank = min(_RANKS[Reply(own.reply)], _RANKS[Reply(employers.reply)])
    current_rank = _STATE_RANKS.get(S(placement.state))
    if current_rank is None or rank <= current_rank:
        return []
    # The day of a later stage belongs to another event.
    on = max(row.day for row in (own, employers) if _RANKS[Reply(row.reply)] == rank and row.day)
    if rank == _RANKS[Reply.INTERVIEWED]:
        return [Step("interview", on)]
    offer = [Step("offer", on)] if current_rank < _RANKS[Reply.OFFERED] else []
    return offer if rank == _RANKS[Reply.OFFERED] else [*offer, Step("onboard", on)]


def _describe_answers(own: Answer, employers: Answer) -> str:
    """Return e.g. '本人 2026-11-20 答：已到岗（2026-11-16）；单位 2026-11-21 答：已到岗（2026-11-16）'."""
    return "；".join(
        f"{row.get_side_display()} {row.answered_on:%Y-%m-%d} 答：{row.text}" for row in (own, employers)
    )


def _record_steps(placement: Placement, steps: list[Step], own: Answer, employers: Answer) -> bool:
    """Record the steps and complete the follow-ups that they answer; all or, where one is refused, none.

    Returns:
        Whether they were recorded.
    """
    portal, is_leaving = User.objects.portal(), steps[-1].name == "leave"
    note, reason = _describe_answers(own, employers), own.reason or employers.reason
    if is_leaving and reason:
        note = f"{reason}（{note}）"
    wants_another = own.wants_another if is_leaving else None
    try:
        with transaction.atomic():
            _complete_follow_ups(placement, steps[-1].name, portal, note)
            for step in steps:
                actions.advance(
                    placement=placement,
                    step=step.name,
                    by=portal,
                    on=step.on,
                    note=note[:200],
                    wants_another=wants_another,
                )
    except (ValidationError, TransitionRefused):
        # E.g. the position is full, or the day is before the last step's. The answers stay for a clerk.
        audit.record(
            by=None, verb="confirmations.not_recorded", target=placement, steps=[s.name for s in steps]
        )
        return False
    return True


def _complete_follow_ups(placement: Placement, step: str, by: User, note: str) -> None:
    """Complete the due follow-ups that the step answers, with the two answers as their call."""
    due = FollowUp.objects.select_for_update().filter(
        placement=placement, state=FollowUpState.PENDING, due_on__lte=timezone.localdate()
    )
    if step in MILESTONE_BY_STEP:
        months = MILESTONE_BY_STEP[step].months
        kinds = [milestone.follow_up_kind for milestone in MILESTONES if milestone.months <= months]
        due = due.filter(kind__in=[*kinds, *_CHECK_KINDS])
    for follow_up in due:
        FollowUpAttempt.objects.create(
            follow_up=follow_up, by=by, outcome=AttemptOutcome.REACHED, note=note[:200]
        )
        follow_up.tries += 1
        complete_follow_up(follow_up, by=by)


def _record_contradiction(own: Answer, employers: Answer) -> None:
    """Record a contradiction once for each pair of answers, and open a follow-up of the person's station."""
    placement = own.placement
    _, is_new = Contradiction.objects.get_or_create(
        veteran_answer=own, employer_answer=employers, defaults={"placement": placement}
    )
    if not is_new:
        return
    audit.record(by=None, verb="confirmations.contradicted", target=placement, answers=[own.pk, employers.pk])
    # One call checks both.
    pending = placement.follow_ups.pending().filter(kind=FollowUpKind.SAID_LEFT)
    pending.update(state=FollowUpState.CANCELLED, updated_at=timezone.now())
    _open_check(placement, FollowUpKind.CONTRADICTION)


def _open_check(placement: Placement, kind: FollowUpKind) -> None:
    """Open a follow-up of the kind for today, unless one or a check of a contradiction is pending."""
    if placement.follow_ups.pending().filter(kind__in={kind, FollowUpKind.CONTRADICTION}).exists():
        return
    open_follow_up(placement=placement, kind=kind, due_on=timezone.localdate(), by=None)


def complete_checks(placement: Placement) -> None:
    """Complete the pending checks of answers after a step or correction, whoever recorded it."""
    checks = list(
        FollowUp.objects.filter(
            placement=placement, kind__in=sorted(_CHECK_KINDS), state=FollowUpState.PENDING
        )
    )
    if not checks:
        return
    last = placement.transitions.order_by("-sequence").select_related("by").first()
    for follow_up in checks:
        if last is not None and last.at >= follow_up.created_at:
            complete_follow_up(follow_up, by=last.by)
