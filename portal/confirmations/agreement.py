"""Two answers beside each other: where both sides say the same, the step is recorded by the portal; where
they cannot both be right, the station gets a duty to look into it; where one is silent, nothing is done.

Careful on purpose: of two days the one counts that promises less (the later onboarding, the earlier leaving),
a retention step needs both to have said so when it was due, and what the workflow refuses is left to a clerk.
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
from portal.follow_ups.scheduling import open_follow_up
from portal.placements import actions
from portal.placements.enums import PlacementState as S
from portal.placements.milestones import MILESTONE_BY_STEP, MILESTONES, required_days
from portal.placements.models import Placement
from portal.placements.workflow import TRANSITIONS

# Days by which two memories of one event may differ.
TOLERANCE = 7
# Replies that only get further with time, and the state that each means.
_RANKS = {Reply.NOT_YET: 0, Reply.INTERVIEWED: 1, Reply.OFFERED: 2, Reply.ONBOARDED: 3}
_STATES = {S.INTENDED: 0, S.INTERVIEWED: 1, S.OFFERED: 2}
# Duties that answers raise: a step settles them.
_LOOKED_INTO = frozenset({FollowUpKind.CONTRADICTION, FollowUpKind.SAID_LEFT})
_EVER = datetime(1970, 1, 1, tzinfo=UTC)
# Several interviews are held, one after the other: their days are not compared.
_COMPARED = frozenset({Reply.OFFERED, Reply.ONBOARDED, Reply.LEFT})


@dataclass(frozen=True, slots=True)
class Step:
    """One row of the workflow's table, on a day."""

    name: str
    on: date


def latest(placement: Placement, question: str) -> dict[Side, Answer]:
    """Each side's last answer to a question since the log was last corrected. One query."""
    corrected = placement.transitions.filter(step="correct").order_by().values("placement")
    since = corrected.annotate(last=Max("at")).values("last")
    rows = Answer.objects.filter(placement=placement, question=question)
    rows = rows.filter(at__gt=Coalesce(Subquery(since), Value(_EVER)))
    found: dict[Side, Answer] = {}
    for row in rows.order_by("pk"):
        found[Side(row.side)] = row
    return found


def weigh(answered: Answer) -> None:
    """Compare a new answer with the other side's last one, inside the caller's transaction."""
    placement = answered.placement
    sides = latest(placement, answered.question)
    if len(sides) == 2:
        person, employer = sides[Side.VETERAN], sides[Side.EMPLOYER]
        if contradict(person, employer):
            _raise_duty(person, employer)
            return
        steps = agreed(placement, person, employer)
        if steps and _record(placement, steps, person, employer):
            return
    if answered.reply == Reply.LEFT:  # the next call may be months away
        _look_into(placement, FollowUpKind.SAID_LEFT)


def contradict(person: Answer, employer: Answer) -> bool:
    """Whether both cannot be right."""
    if person.reply == employer.reply and person.reply in _COMPARED:
        assert person.day is not None
        assert employer.day is not None
        return abs((person.day - employer.day).days) > TOLERANCE
    return _denies(person, employer) or _denies(employer, person)


def _denies(one: Answer, other: Answer) -> bool:
    """`one` says that it happened on a day, and `other`, asked on that day or later, that it had not."""
    denials = {
        Reply.LEFT: {Reply.IN_POST},
        Reply.ONBOARDED: {Reply.NOT_YET, Reply.GIVEN_UP, Reply.TURNED_DOWN},
    }
    said = denials.get(Reply(one.reply), set())
    return other.reply in said and one.day is not None and other.answered_on >= one.day


def agreed(placement: Placement, person: Answer, employer: Answer) -> list[Step]:
    """The steps that both answers bear out and the log does not have yet."""
    both = {person.reply, employer.reply}
    days = [row.day for row in (person, employer) if row.day is not None]
    if both == {Reply.IN_POST}:
        return _retained(placement, min(person.answered_on, employer.answered_on))
    if both == {Reply.LEFT}:
        return [Step("leave", min(days))]
    declined_on = max(person.answered_on, employer.answered_on)
    if both == {Reply.GIVEN_UP}:
        return [Step("decline_by_veteran", declined_on)]
    if both == {Reply.TURNED_DOWN}:
        return [Step("decline_by_employer", declined_on)]
    if both <= _RANKS.keys():
        return _progress(placement, person, employer)
    return []


def _retained(placement: Placement, seen_on: date) -> list[Step]:
    if placement.onboarded_on is None:
        return []
    offered = TRANSITIONS.available(placement.state)
    held = (seen_on - placement.onboarded_on).days
    completed = [step for step, days in required_days().items() if step in offered and days <= held]
    return [Step(completed[-1], seen_on)] if completed else []


def _progress(placement: Placement, person: Answer, employer: Answer) -> list[Step]:
    rank = min(_RANKS[Reply(person.reply)], _RANKS[Reply(employer.reply)])
    here = _STATES.get(S(placement.state))
    if here is None or rank <= here:
        return []
    # Who is further on by now names another event's day.
    on = max(row.day for row in (person, employer) if _RANKS[Reply(row.reply)] == rank and row.day)
    if rank == _RANKS[Reply.INTERVIEWED]:
        return [Step("interview", on)]
    offer = [Step("offer", on)] if here < _RANKS[Reply.OFFERED] else []
    return offer if rank == _RANKS[Reply.OFFERED] else [*offer, Step("onboard", on)]


def _evidence(person: Answer, employer: Answer) -> str:
    """'本人 2026-11-20 答：已到岗（2026-11-16）；单位 2026-11-21 答：已到岗（2026-11-16）'."""
    return "；".join(
        f"{row.get_side_display()} {row.answered_on:%Y-%m-%d} 答：{row.text}" for row in (person, employer)
    )


def _record(placement: Placement, steps: list[Step], person: Answer, employer: Answer) -> bool:
    """Take the steps, and end the duties that they answer; or nothing at all, where one is refused. Whether
    they were taken.
    """
    portal, leaves = User.objects.portal(), steps[-1].name == "leave"
    note, reason = _evidence(person, employer), person.reason or employer.reason
    if leaves and reason:
        note = f"{reason}（{note}）"
    wants_another = person.wants_another if leaves else None
    try:
        with transaction.atomic():
            _finish_duties(placement, steps[-1].name, portal, note)
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
        # A place that is taken, a day before the last step's: the answers stand, and a clerk sees them.
        audit.record(
            by=None, verb="confirmations.not_recorded", target=placement, steps=[s.name for s in steps]
        )
        return False
    return True


def _finish_duties(placement: Placement, step: str, by: User, note: str) -> None:
    """What was due by today and is answered by the step: done, with the two answers as its call."""
    due = FollowUp.objects.select_for_update().filter(
        placement=placement, state=FollowUpState.PENDING, due_on__lte=timezone.localdate()
    )
    if step in MILESTONE_BY_STEP:
        months = MILESTONE_BY_STEP[step].months
        kinds = [milestone.follow_up_kind for milestone in MILESTONES if milestone.months <= months]
        due = due.filter(kind__in=[*kinds, *_LOOKED_INTO])
    for duty in due:
        FollowUpAttempt.objects.create(follow_up=duty, by=by, outcome=AttemptOutcome.REACHED, note=note[:200])
        duty.tries += 1
        _close(duty, by)


def _close(duty: FollowUp, by: User) -> None:
    duty.state, duty.done_at, duty.done_by = FollowUpState.DONE, timezone.now(), by
    duty.save(update_fields=["state", "tries", "done_at", "done_by", "updated_at"])


def _raise_duty(person: Answer, employer: Answer) -> None:
    """A duty of the person's station to look into it: one for each pair of answers, one open at a time."""
    placement = person.placement
    _, is_new = Contradiction.objects.get_or_create(
        veteran_answer=person, employer_answer=employer, defaults={"placement": placement}
    )
    if not is_new:
        return
    audit.record(
        by=None, verb="confirmations.contradicted", target=placement, answers=[person.pk, employer.pk]
    )
    # One call looks into both.
    waiting = placement.follow_ups.pending().filter(kind=FollowUpKind.SAID_LEFT)
    waiting.update(state=FollowUpState.CANCELLED, updated_at=timezone.now())
    _look_into(placement, FollowUpKind.CONTRADICTION)


def _look_into(placement: Placement, kind: FollowUpKind) -> None:
    """A duty of the kind, due today; one that waits is enough, also one about a contradiction."""
    if placement.follow_ups.pending().filter(kind__in={kind, FollowUpKind.CONTRADICTION}).exists():
        return
    open_follow_up(placement=placement, kind=kind, due_on=timezone.localdate(), by=None)


def close_by_step(placement: Placement) -> None:
    """A step or correction settles what the two sides said, whoever recorded it."""
    duties = FollowUp.objects.filter(
        placement=placement, kind__in=sorted(_LOOKED_INTO), state=FollowUpState.PENDING
    )
    waiting = list(duties)
    if not waiting:
        return
    last = placement.transitions.order_by("-sequence").select_related("by").first()
    for duty in waiting:
        if last is not None and last.at >= duty.created_at:
            _close(duty, last.by)
