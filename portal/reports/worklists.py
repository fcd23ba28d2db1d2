"""Worklists that find trouble: what waits too long, what cannot be right, and where people fall out.

Each list holds only what the reader's stations follow up. Nothing is stored: a row is in a list as long as
its definition holds.
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
from portal.follow_ups.schedule import MAX_TRIES
from portal.placements.enums import PlacementState as S
from portal.placements.models import Placement, PlacementQuerySet
from portal.placements.workflow import IN_POST_STATES
from portal.positions.models import Position
from portal.reports.furthest_stage import STAGE_RANKS, with_furthest_stage
from portal.reports.report_filter import start_of_day
from portal.veterans.models import Veteran

DECLINES, DECLINED_WITHIN = 3, timedelta(days=365)
NO_INTERVIEW_AFTER = timedelta(days=14)
LEFT_WITHIN = timedelta(days=180)
RETENTION_KINDS = (
    FollowUpKind.RETENTION_1M,
    FollowUpKind.RETENTION_3M,
    FollowUpKind.RETENTION_6M,
    FollowUpKind.RETENTION_12M,
)


@dataclass(frozen=True, slots=True)
class Worklist:
    """One list. `what` its rows are: 'call', 'placement', 'employer', 'position' or 'person'."""

    key: str
    label: str
    unit: str
    definition: str
    what: str
    rows: Callable[[User], "QuerySet[Model]"]


def overdue_calls(user: User) -> FollowUpQuerySet:
    late = Q(state=FollowUpState.PENDING, call_on__lt=timezone.localdate())
    return FollowUp.objects.visible_to(user).filter(late).order_by("call_on", "pk")


def contradicted_calls(user: User) -> FollowUpQuerySet:
    waiting = Q(state=FollowUpState.PENDING, kind=FollowUpKind.CONTRADICTION)
    return FollowUp.objects.visible_to(user).filter(waiting).order_by("call_on", "pk")


def placements_without_start_date(user: User) -> "QuerySet[Placement]":
    """Hired, the first day has passed, and nobody wrote down whether the person came; or in post at some
    time, without a first day.
    """
    began = Q(state=S.OFFERED, planned_first_day__lt=timezone.localdate())
    undated = Q(rank__gte=STAGE_RANKS[S.ONBOARDED], onboarded_on__isnull=True)
    rows = with_furthest_stage(Placement.objects.followed_by(user)).filter(began | undated)
    return rows.order_by("planned_first_day", "pk")


def declined_by_employer(user: User) -> PlacementQuerySet:
    """Intentions of the last year that the employer declined."""
    since = start_of_day(timezone.localdate() - DECLINED_WITHIN)
    rows = Placement.objects.followed_by(user).filter(state=S.DECLINED_BY_EMPLOYER, recorded_at__gte=since)
    return rows.order_by("-recorded_at", "-pk")


def declining_employers(user: User) -> "QuerySet[Employer]":
    of_one = (
        declined_by_employer(user)
        .filter(position__employer=OuterRef("pk"))
        .order_by()
        .values("position__employer")
        .annotate(n=Count("pk"))
        .values("n")
    )
    rows = Employer.objects.annotate(declines=Subquery(of_one)).filter(declines__gte=DECLINES)
    return rows.order_by("-declines", "pk")


def awaiting_interview(user: User) -> PlacementQuerySet:
    """Intentions that wait for an interview longer than they should."""
    before = timezone.now() - NO_INTERVIEW_AFTER
    rows = Placement.objects.followed_by(user).filter(state=S.INTENDED, recorded_at__lt=before)
    return rows.order_by("recorded_at", "pk")


def positions_without_interview(user: User) -> "QuerySet[Position]":
    """Positions with such intentions, none of whose intentions came further."""
    waiting = awaiting_interview(user).filter(position=OuterRef("pk")).order_by()
    further = with_furthest_stage(Placement.objects.followed_by(user)).filter(
        position=OuterRef("pk"), rank__gte=STAGE_RANKS[S.INTERVIEWED]
    )
    n = waiting.values("position").annotate(n=Count("pk")).values("n")
    rows = Position.objects.annotate(waiting=Subquery(n)).filter(~Exists(further.order_by()), waiting__gte=1)
    return rows.order_by("-waiting", "pk")


def _last_outcome() -> Subquery:
    attempts = FollowUpAttempt.objects.standing().filter(follow_up=OuterRef("pk")).order_by("-at", "-pk")
    return Subquery(attempts.values("outcome")[:1])


def _reached_later(person: str) -> Exists:
    """Somebody reached the person (the outer row's `person`) after the outer call was given up."""
    return Exists(
        FollowUpAttempt.objects.standing()
        .filter(
            follow_up__placement__veteran=OuterRef(person),
            outcome=AttemptOutcome.REACHED,
            at__gt=OuterRef("done_at"),
        )
        .order_by()
    )


def unreached_veterans(user: User) -> "QuerySet[Veteran]":
    given_up = (
        FollowUp.objects.visible_to(user)
        .annotate(last=_last_outcome())
        .filter(~_reached_later("placement__veteran"), state=FollowUpState.DONE)
        .filter(tries__gte=MAX_TRIES, last=AttemptOutcome.NOT_REACHED)
    )
    return Veteran.objects.filter(pk__in=given_up.order_by().values("placement__veteran")).order_by("pk")


def failed_retention_calls(user: User) -> PlacementQuerySet:
    """The retention call failed, and nobody was reached since; or the person left and has no new place."""
    calls = (
        FollowUp.objects.visible_to(user)
        .annotate(last=_last_outcome())
        .filter(~_reached_later("placement__veteran"), state=FollowUpState.DONE, kind__in=RETENTION_KINDS)
        .filter(
            Q(last__in=[AttemptOutcome.REFUSED, AttemptOutcome.WRONG_NUMBER])
            | Q(last=AttemptOutcome.NOT_REACHED, tries__gte=MAX_TRIES)
        )
    )
    failed = Q(state__in=sorted(IN_POST_STATES), pk__in=calls.order_by().values("placement"))
    newer = Placement.objects.filter(veteran=OuterRef("veteran"), recorded_at__date__gte=OuterRef("left_on"))
    left = Q(state=S.LEFT, left_on__gte=timezone.localdate() - LEFT_WITHIN) & ~Q(wants_another=False)
    rows = Placement.objects.followed_by(user).filter(failed | left & ~Exists(newer.order_by()))
    return rows.order_by(F("left_on").desc(nulls_last=True), "-pk")


_LISTS = (
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
        f"近一年登记的意向里，有 {DECLINES} 份以上单位未录用。",
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
    # Behind a row of the two lists that name a firm and a post.
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
WORKLISTS = {one.key: one for one in _LISTS}
# Shown with their counts on top; the others stand behind a row of these.
MAIN_WORKLISTS = tuple(one for one in _LISTS if one.key not in {"declines", "waiting"})


def can_read_worklists(user: User) -> bool:
    """The lists name people: for whoever opens files."""
    return user.has_station_permission(Permission.OPEN_RECORDS)
