"""Worklists of staff: overdue and contradictory rows, and people at risk of being lost.

Each list is limited to the rows that the reader's stations follow up. Nothing is stored: a row is listed as
long as it meets the definition. The keys are part of URLs.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from django.db.models import Count, Exists, F, Model, OuterRef, Q, QuerySet, Subquery
from django.utils import timezone

from portal.accounts.models import User
from portal.accounts.roles import Permission
from portal.employers.models import Employer
from portal.follow_ups.enums import AttemptOutcome, FollowUpKind, FollowUpState
from portal.follow_ups.models import FollowUp, FollowUpAttempt, FollowUpQuerySet
from portal.follow_ups.schedule import MAX_TRIES, RETENTION_KINDS
from portal.placements.enums import PlacementState as S
from portal.placements.models import Placement, PlacementQuerySet
from portal.placements.workflow import EMPLOYED_STATES
from portal.positions.models import Position
from portal.reports.furthest_stage import STAGE_RANKS, with_furthest_stage
from portal.reports.report_filter import start_of_day
from portal.veterans.models import Veteran

MIN_DECLINES, DECLINED_WITHIN = 3, timedelta(days=365)
NO_INTERVIEW_AFTER = timedelta(days=14)
LEFT_WITHIN = timedelta(days=180)


@dataclass(frozen=True, slots=True)
class Worklist:
    """One list. row_kind: 'call', 'placement', 'employer', 'position' or 'person'."""

    key: str
    label: str
    unit: str
    definition: str
    row_kind: str
    rows: Callable[[User], "QuerySet[Model]"]


def overdue_calls(user: User) -> FollowUpQuerySet:
    is_overdue = Q(state=FollowUpState.PENDING, call_on__lt=timezone.localdate())
    return FollowUp.objects.visible_to(user).filter(is_overdue).order_by("call_on", "pk")


def contradicted_calls(user: User) -> FollowUpQuerySet:
    """Return pending calls about contradictory answers of person and employer."""
    is_pending = Q(state=FollowUpState.PENDING, kind=FollowUpKind.CONTRADICTION)
    return FollowUp.objects.visible_to(user).filter(is_pending).order_by("call_on", "pk")


def placements_without_start_date(user: User) -> "QuerySet[Placement]":
    """Return placements whose start date is not known.

    These are offers whose planned first day has passed without a record whether the person came, and
    placements that ever were employed without a first day.
    """
    is_past_planned_day = Q(state=S.OFFERED, planned_first_day__lt=timezone.localdate())
    lacks_first_day = Q(rank__gte=STAGE_RANKS[S.ONBOARDED], onboarded_on__isnull=True)
    rows = with_furthest_stage(Placement.objects.followed_by(user)).filter(
        is_past_planned_day | lacks_first_day
    )
    return rows.order_by("planned_first_day", "pk")


def declined_by_employer(user: User) -> PlacementQuerySet:
    """Return intentions of the last year that the employer declined."""
    since = start_of_day(timezone.localdate() - DECLINED_WITHIN)
    rows = Placement.objects.followed_by(user).filter(state=S.DECLINED_BY_EMPLOYER, recorded_at__gte=since)
    return rows.order_by("-recorded_at", "-pk")


def declining_employers(user: User) -> "QuerySet[Employer]":
    """Return employers that declined at least `MIN_DECLINES` intentions, with their number as `declines`."""
    declines = (
        declined_by_employer(user)
        .filter(position__employer=OuterRef("pk"))
        .order_by()
        .values("position__employer")
        .annotate(n=Count("pk"))
        .values("n")
    )
    rows = Employer.objects.annotate(declines=Subquery(declines)).filter(declines__gte=MIN_DECLINES)
    return rows.order_by("-declines", "pk")


def awaiting_interview(user: User) -> PlacementQuerySet:
    """Return intentions without an interview for longer than `NO_INTERVIEW_AFTER`."""
    before = timezone.now() - NO_INTERVIEW_AFTER
    rows = Placement.objects.followed_by(user).filter(state=S.INTENDED, recorded_at__lt=before)
    return rows.order_by("recorded_at", "pk")


def positions_without_interview(user: User) -> "QuerySet[Position]":
    """Return positions with such intentions and none that came further, with their number as `waiting`."""
    overdue_intentions = awaiting_interview(user).filter(position=OuterRef("pk")).order_by()
    further = with_furthest_stage(Placement.objects.followed_by(user)).filter(
        position=OuterRef("pk"), rank__gte=STAGE_RANKS[S.INTERVIEWED]
    )
    n = overdue_intentions.values("position").annotate(n=Count("pk")).values("n")
    rows = Position.objects.annotate(waiting=Subquery(n)).filter(~Exists(further.order_by()), waiting__gte=1)
    return rows.order_by("-waiting", "pk")


def _last_outcome() -> Subquery:
    attempts = FollowUpAttempt.objects.not_reversed().filter(follow_up=OuterRef("pk")).order_by("-at", "-pk")
    return Subquery(attempts.values("outcome")[:1])


def _reached_later(person: str) -> Exists:
    """Return whether a call reached the person after the outer call ended.

    `person`: field of the outer row with the veteran.
    """
    return Exists(
        FollowUpAttempt.objects.not_reversed()
        .filter(
            follow_up__placement__veteran=OuterRef(person),
            outcome=AttemptOutcome.REACHED,
            at__gt=OuterRef("done_at"),
        )
        .order_by()
    )


def unreached_veterans(user: User) -> "QuerySet[Veteran]":
    """Return people whom a call did not reach in `MAX_TRIES` attempts, and no later call either."""
    unsuccessful_calls = (
        FollowUp.objects.visible_to(user)
        .annotate(last=_last_outcome())
        .filter(~_reached_later("placement__veteran"), state=FollowUpState.DONE)
        .filter(tries__gte=MAX_TRIES, last=AttemptOutcome.NOT_REACHED)
    )
    return Veteran.objects.filter(pk__in=unsuccessful_calls.order_by().values("placement__veteran")).order_by(
        "pk"
    )


def failed_retention_calls(user: User) -> PlacementQuerySet:
    """Return placements whose retention call failed without a later one that reached the person.

    Also people who left within `LEFT_WITHIN`, may want another job and have no new intention.
    """
    calls = (
        FollowUp.objects.visible_to(user)
        .annotate(last=_last_outcome())
        .filter(~_reached_later("placement__veteran"), state=FollowUpState.DONE, kind__in=RETENTION_KINDS)
        .filter(
            Q(last__in=[AttemptOutcome.REFUSED, AttemptOutcome.WRONG_NUMBER])
            | Q(last=AttemptOutcome.NOT_REACHED, tries__gte=MAX_TRIES)
        )
    )
    has_failed_call = Q(state__in=sorted(EMPLOYED_STATES), pk__in=calls.order_by().values("placement"))
    newer_intentions = Placement.objects.filter(
        veteran=OuterRef("veteran"), recorded_at__date__gte=OuterRef("left_on")
    )
    has_left = Q(state=S.LEFT, left_on__gte=timezone.localdate() - LEFT_WITHIN) & ~Q(wants_another=False)
    rows = Placement.objects.followed_by(user).filter(
        has_failed_call | has_left & ~Exists(newer_intentions.order_by())
    )
    return rows.order_by(F("left_on").desc(nulls_last=True), "-pk")


_WORKLISTS = (
    Worklist("overdue", "逾期的回访", "项", "联系日期已过、还没有完成的回访。", "call", overdue_calls),
    Worklist(
        "contradictory",
        "两边说法不一",
        "项",
        "本人和用人单位的回答对不上，等人核实。",
        "call",
        contradicted_calls,
    ),
    Worklist(
        "undated",
        "到岗日期不明",
        "份",
        "已录用、计划到岗日期已过，却没有登记是否到岗；或曾经到岗却没有入职日期。",
        "placement",
        placements_without_start_date,
    ),
    Worklist(
        "declining",
        "多次未录用的单位",
        "家",
        f"近一年登记的意向里，有 {MIN_DECLINES} 份以上单位未录用。",
        "employer",
        declining_employers,
    ),
    Worklist(
        "no-interview",
        "有意向没面试的岗位",
        "个",
        f"有意向超过 {NO_INTERVIEW_AFTER.days} 天还没有面试，也没有别的意向进展到面试。",
        "position",
        positions_without_interview,
    ),
    Worklist(
        "unreached",
        "三次没联系上的人",
        "人",
        f"一项回访试了 {MAX_TRIES} 次都没有联系上，之后也没有联系上过。",
        "person",
        unreached_veterans,
    ),
    Worklist(
        "retention",
        "稳岗回访没有成的人",
        "份",
        "在岗的人拒绝稳岗回访、号码有误或三次没联系上，之后也没有联系上过；"
        f"或 {LEFT_WITHIN.days} 天内离职、没有说过不再找工作、也没有新的意向。",
        "placement",
        failed_retention_calls,
    ),
    # Opened from a row of the two lists of employers and positions.
    Worklist(
        "declines",
        "单位未录用的意向",
        "份",
        "近一年登记、单位未录用的意向。",
        "placement",
        declined_by_employer,
    ),
    Worklist(
        "waiting",
        "等待面试的意向",
        "份",
        f"登记超过 {NO_INTERVIEW_AFTER.days} 天、还没有面试的意向。",
        "placement",
        awaiting_interview,
    ),
)
WORKLISTS = {worklist.key: worklist for worklist in _WORKLISTS}
# Shown as tabs with their counts; the others are opened from a row of these.
MAIN_WORKLISTS = tuple(worklist for worklist in _WORKLISTS if worklist.key not in {"declines", "waiting"})


def can_read_worklists(user: User) -> bool:
    """Return whether the user has access to records; the lists name people."""
    return user.has_station_permission(Permission.OPEN_RECORDS)
