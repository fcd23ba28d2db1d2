"""Figures of the reports: for each its key, its one written definition and the query of its rows.

A report page counts many figures at once; the list behind a number runs the row query of the same figure.
Tests hold the two together. The keys are published in URLs.
"""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from typing import TypeAlias

from django.db.models import Exists, Model, OuterRef, Q, QuerySet, Sum

from cms.models import JobFairPage
from portal.confirmations.enums import Satisfaction
from portal.confirmations.models import Answer, AnswerQuerySet
from portal.employers.models import Employer
from portal.fairs.enums import BoothState, RegistrationState, VisitorKind
from portal.fairs.models import Booth, CheckIn, Registration
from portal.follow_ups.enums import FollowUpState
from portal.follow_ups.models import FollowUp
from portal.placements.enums import PlacementState as S
from portal.placements.models import Placement, PlacementQuerySet, PlacementTransition
from portal.placements.workflow import EVER_EMPLOYED_STATES
from portal.positions.models import Position
from portal.reports.furthest_stage import (
    STAGE_RANKS,
    STAGES,
    effective_transitions,
    intervals_between_stages,
    with_furthest_stage,
)
from portal.reports.report_filter import NO_DISTRICT, ReportFilter, fair_condition, placement_condition
from portal.reports.report_scope import ReportScope
from portal.reports.retention_curve import EmploymentSpell, employment_spells
from portal.stations.models import path_range
from portal.veterans.models import Veteran

RowQuery: TypeAlias = Callable[[ReportScope, ReportFilter], "QuerySet[Model]"]
PlacementQuery: TypeAlias = Callable[[ReportScope, ReportFilter], "QuerySet[Placement]"]


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure.

    rows: query of the rows that the figure counts. sum_field: field of the rows that is added up instead.
    """

    key: str
    label: str
    unit: str
    definition: str
    rows: RowQuery
    sum_field: str = ""

    def count(self, scope: ReportScope, filters: ReportFilter) -> int:
        rows = self.rows(scope, filters)
        return rows.aggregate(n=Sum(self.sum_field))["n"] or 0 if self.sum_field else rows.count()


@dataclass(frozen=True, slots=True)
class FigureValue:
    """Value of a figure, with the key and the filters that select its rows."""

    figure: str
    filters: ReportFilter
    value: int

    @property
    def label(self) -> str:
        return FIGURES[self.figure].label

    @property
    def unit(self) -> str:
        return FIGURES[self.figure].unit


# --- rows of fairs ---------------------------------------------------------------------------------------
def fairs(scope: ReportScope, filters: ReportFilter) -> "QuerySet[JobFairPage]":
    return JobFairPage.objects.filter(fair_condition(scope, filters))


def booths(scope: ReportScope, filters: ReportFilter) -> "QuerySet[Booth]":
    """Return confirmed booths; the district is the employer's, the occupation that of any position shown."""
    rows = Booth.objects.filter(fair_condition(scope, filters, "fair__"), state=BoothState.CONFIRMED)
    if filters.district:
        rows = rows.filter(path_range("employer__region_id", filters.district))
    if filters.occupation:
        matching_positions = Position.objects.filter(occupation__code__startswith=filters.occupation)
        pairs = Booth.positions.through.objects.filter(position__in=matching_positions.values("pk"))
        rows = rows.filter(pk__in=pairs.values("booth"))
    return rows


def employers(scope: ReportScope, filters: ReportFilter) -> "QuerySet[Employer]":
    return Employer.objects.filter(pk__in=booths(scope, filters).order_by().values("employer"))


def booth_positions(scope: ReportScope, filters: ReportFilter) -> "QuerySet[Model]":
    """Return the pairs (booth, position) of the confirmed booths."""
    rows = Booth.positions.through.objects.filter(
        fair_condition(scope, filters, "booth__fair__"), booth__state=BoothState.CONFIRMED
    )
    if filters.district:
        rows = rows.filter(path_range("position__region_id", filters.district))
    if filters.occupation:
        rows = rows.filter(position__occupation__code__startswith=filters.occupation)
    return rows


def positions(scope: ReportScope, filters: ReportFilter) -> "QuerySet[Position]":
    return Position.objects.filter(pk__in=booth_positions(scope, filters).order_by().values("position"))


def registrations(scope: ReportScope, filters: ReportFilter) -> "QuerySet[Registration]":
    return Registration.objects.filter(
        fair_condition(scope, filters, "fair__"), state=RegistrationState.REGISTERED
    )


def visitors(scope: ReportScope, filters: ReportFilter) -> "QuerySet[CheckIn]":
    """Return all check-ins; the district is where the registered veteran lives."""
    rows = CheckIn.objects.filter(fair_condition(scope, filters, "fair__"))
    if filters.district == NO_DISTRICT:
        rows = rows.filter(registration__veteran__living_region__isnull=True)
    elif filters.district:
        rows = rows.filter(path_range("registration__veteran__living_region_id", filters.district))
    return rows


def attendances(scope: ReportScope, filters: ReportFilter) -> "QuerySet[CheckIn]":
    """Return the check-ins of veterans."""
    return visitors(scope, filters).filter(kind=VisitorKind.VETERAN)


def attending_veterans(scope: ReportScope, filters: ReportFilter) -> "QuerySet[Veteran]":
    check_ins = attendances(scope, filters).filter(registration__isnull=False)
    return Veteran.objects.filter(pk__in=check_ins.order_by().values("registration__veteran"))


# --- rows of intentions ----------------------------------------------------------------------------------
def intentions(scope: ReportScope, filters: ReportFilter) -> PlacementQuerySet:
    """Return the intentions that were recorded in the period."""
    return Placement.objects.filter(placement_condition(scope, filters), filters.within("recorded_at"))


def _confirmed_intentions(scope: ReportScope, filters: ReportFilter) -> PlacementQuerySet:
    """Return the intentions that both sides confirmed (达成意向)."""
    return intentions(scope, filters).confirmed_by_both()


def _at_stage(stage: S) -> PlacementQuery:
    """Return the query of the intentions that reached the stage."""

    def rows(scope: ReportScope, filters: ReportFilter) -> "QuerySet[Placement]":
        placements = with_furthest_stage(intentions(scope, filters))
        return placements.filter(rank__gte=STAGE_RANKS[stage])

    return rows


def _people_in(placements: PlacementQuery) -> RowQuery:
    """Return the query of the distinct veterans of these placements."""

    def rows(scope: ReportScope, filters: ReportFilter) -> "QuerySet[Veteran]":
        return Veteran.objects.filter(pk__in=placements(scope, filters).order_by().values("veteran"))

    return rows


def _with_interval_to(stage: S) -> RowQuery:
    """Return the query of the placements whose log dates the stage and the stage before."""

    def rows(scope: ReportScope, filters: ReportFilter) -> PlacementQuerySet:
        intervals = intervals_between_stages(intentions(scope, filters))[stage]
        return Placement.objects.filter(pk__in=[interval.placement for interval in intervals])

    return rows


def _with_spell(condition: Callable[[EmploymentSpell, int], bool]) -> RowQuery:
    """Return the query of the placements whose spell meets the condition at the day of the filters."""

    def rows(scope: ReportScope, filters: ReportFilter) -> PlacementQuerySet:
        spells = employment_spells(intentions(scope, filters))
        day = filters.days or 0
        return Placement.objects.filter(pk__in=[spell.placement for spell in spells if condition(spell, day)])

    return rows


# --- satisfaction of employed people --------------------------------------------------------------------
def onboarded_placements(scope: ReportScope, filters: ReportFilter) -> PlacementQuerySet:
    """Return the placements in which the person is or was employed, without those corrected."""
    return intentions(scope, filters).filter(state__in=sorted(EVER_EMPLOYED_STATES))


def latest_answers(scope: ReportScope, filters: ReportFilter) -> AnswerQuerySet:
    """Return the latest answer with a degree of each placement that was recorded in the period."""
    condition = placement_condition(scope, filters, "placement__")
    return _latest(condition & filters.within("placement__recorded_at"), Q())


def answers_in_period(scope: ReportScope, filters: ReportFilter) -> AnswerQuerySet:
    """Return the latest answer of each placement among those given in the period."""
    return _latest(placement_condition(scope, filters, "placement__"), filters.within("at"))


def _latest(placements: Q, period: Q) -> AnswerQuerySet:
    """Return the latest answer in the period of each placement that meets the condition."""
    answers = Answer.objects.filter(period, satisfaction__isnull=False)
    later = answers.filter(placement=OuterRef("placement"), pk__gt=OuterRef("pk")).order_by()
    return answers.filter(placements, ~Exists(later), placement__state__in=sorted(EVER_EMPLOYED_STATES))


def _with_degree(
    degree: Satisfaction, answers: Callable[[ReportScope, ReportFilter], AnswerQuerySet]
) -> Callable[[ReportScope, ReportFilter], AnswerQuerySet]:
    return lambda scope, filters: answers(scope, filters).filter(satisfaction=degree)


# --- events of a period ----------------------------------------------------------------------------------
def transitions(scope: ReportScope, filters: ReportFilter) -> "QuerySet[PlacementTransition]":
    """Return the transitions that happened in the period.

    A correction to a state that the log already has is not counted; one that adds a missing step counts
    on the day of the correction.
    """
    earlier = PlacementTransition.objects.filter(
        placement=OuterRef("placement"), to_state=OuterRef("to_state"), sequence__lt=OuterRef("sequence")
    )
    rows = effective_transitions().exclude(Q(step="correct") & Exists(earlier.order_by()))
    return rows.filter(placement_condition(scope, filters, "placement__"), filters.on_days("happened_on"))


def _transitions_to(*states: S) -> RowQuery:
    return lambda scope, filters: transitions(scope, filters).filter(to_state__in=states)


def calls(scope: ReportScope, filters: ReportFilter) -> "QuerySet[FollowUp]":
    """Return the follow-ups about people of the reader's stations."""
    return FollowUp.objects.filter(scope.covers("placement__veteran__station"), filters.below("station"))


def _calls_done(scope: ReportScope, filters: ReportFilter) -> "QuerySet[FollowUp]":
    return calls(scope, filters).filter(filters.within("done_at"), state=FollowUpState.DONE)


def _calls_due(scope: ReportScope, filters: ReportFilter) -> "QuerySet[FollowUp]":
    return calls(scope, filters).filter(filters.on_days("call_on")).exclude(state=FollowUpState.CANCELLED)


def _calls_missed(scope: ReportScope, filters: ReportFilter) -> "QuerySet[FollowUp]":
    return calls(scope, filters).filter(filters.on_days("call_on"), state=FollowUpState.PENDING)


_FAIRS_NOTE = "招聘会指本站辖区内主办、已发布且已经开始的招聘会，按开始日期归入时间段。"
_INTENTIONS_NOTE = (
    "意向按登记日期归入时间段，之后的进展都算在这一批意向上；归属按退役军人现在所属的服务站，"
    "在本站招聘会的统计里则不论归属。"
)
_STAGES_NOTE = "到过这一步或更后面的一步就算，后来离职或放弃也算；被更正撤回的步骤不算。"

_FIGURES = (
    Figure("fairs", "招聘会", "场", _FAIRS_NOTE, fairs),
    Figure(
        "booths", "参会单位（家次）", "家次", "招聘会上已确认的展位数，同一家单位每参加一场计一次。", booths
    ),
    Figure("employers", "参会单位（家）", "家", "有已确认展位的用人单位数，时间段内只计一次。", employers),
    Figure(
        "positions", "岗位", "个", "已确认的展位带到招聘会上的岗位数，同一个岗位时间段内只计一次。", positions
    ),
    Figure("headcount", "招聘人数", "人", "上述岗位现在登记的招聘人数之和。", positions, "headcount"),
    Figure("registered", "报名", "人", "报了名且没有取消的退役军人数。", registrations),
    Figure(
        "visitors", "入场人次", "人次", "现场登记入场的次数，含家属和其他来访者；线上浏览不计。", visitors
    ),
    Figure("attendances", "退役军人入场人次", "人次", "退役军人凭票入场的次数，每场每人一次。", attendances),
    Figure(
        "veterans", "参会退役军人", "人", "凭票入场的退役军人，时间段内一人只计一次。", attending_veterans
    ),
    Figure("sheets", "登记意向", "份", f"登记的就业意向，一人一岗一份。{_INTENTIONS_NOTE}", intentions),
    Figure(
        "people", "有意向的退役军人", "人", "登记过意向的退役军人，一人只计一次。", _people_in(intentions)
    ),
    Figure("reached", "达成意向", "份", "退役军人和用人单位双方都已确认的意向。", _confirmed_intentions),
    Figure(
        "reached_people",
        "达成意向的退役军人",
        "人",
        "有双方确认的意向的人，一人只计一次。",
        _people_in(_confirmed_intentions),
    ),
    *(
        Figure(
            f"stage.{stage}",
            stage.label,
            "份",
            f"进展到“{stage.label}”的意向。{_STAGES_NOTE}",
            _at_stage(stage),
        )
        for stage in STAGES
    ),
    *(
        Figure(
            f"people.{stage}",
            f"{stage.label}（人）",
            "人",
            f"有意向进展到“{stage.label}”的退役军人，一人只计一次。{_STAGES_NOTE}",
            _people_in(_at_stage(stage)),
        )
        for stage in STAGES[1:]
    ),
    *(
        Figure(
            f"gap.{stage}",
            f"到“{stage.label}”的天数",
            "份",
            f"记录了“{previous.label}”和“{stage.label}”两步日期的意向，中位数按它们之间的天数计算。",
            _with_interval_to(stage),
        )
        for previous, stage in pairwise(STAGES)
    ),
    Figure(
        "at_risk",
        "仍在观察",
        "份",
        "到这一天仍在岗、且最后一次确认在岗不早于这一天的安置。",
        _with_spell(lambda spell, days: spell.days >= days),
    ),
    Figure(
        "left_by",
        "已离职",
        "份",
        "到这一天（含）为止离职的安置。",
        _with_spell(lambda spell, days: spell.left and spell.days <= days),
    ),
    Figure(
        "new_sheets", "新登记意向", "份", "时间段内登记的意向。归属按退役军人现在所属的服务站。", intentions
    ),
    *(
        Figure(
            f"step.{stage}",
            f"{stage.label}（本期发生）",
            "份",
            f"时间段内发生的“{stage.label}”步骤，按发生日期；更正补记的按更正那天，重复的不计。",
            _transitions_to(stage),
        )
        for stage in (*STAGES[1:], S.LEFT)
    ),
    Figure(
        "step.ended",
        "未成（本期发生）",
        "份",
        "时间段内本人放弃、单位未录用、未接受录用、无法联系或失效的意向。",
        _transitions_to(
            S.DECLINED_BY_VETERAN, S.DECLINED_BY_EMPLOYER, S.OFFER_REFUSED, S.UNREACHABLE, S.LAPSED
        ),
    ),
    Figure(
        "in_post",
        "入职过的安置",
        "份",
        "入职了的意向，后来离职的也算；被更正撤回的不算。",
        onboarded_placements,
    ),
    Figure(
        "satisfaction",
        "回答了满意程度",
        "份",
        f"入职了的意向里本人答过满意程度的，一份意向只计最近一次回答。{_INTENTIONS_NOTE}",
        latest_answers,
    ),
    Figure(
        "new_satisfaction",
        "满意程度的回答（本期）",
        "份",
        "时间段内本人答了满意程度的安置，按回答日期；同一份只计这段时间里最近一次。",
        answers_in_period,
    ),
    *(
        Figure(
            f"{key}.{degree}",
            f"{degree.label}（{degree} 分）",
            "份",
            f"{prefix}选“{degree.label}”的。",
            _with_degree(degree, answers),
        )
        for key, prefix, answers in (
            ("satisfaction", "最近一次回答", latest_answers),
            ("new_satisfaction", "时间段内最近一次回答", answers_in_period),
        )
        for degree in Satisfaction
    ),
    Figure("calls_due", "应回访", "项", "联系日期在时间段内、没有取消的回访任务。", _calls_due),
    Figure("calls_done", "完成回访", "项", "在时间段内完成的回访任务，不论何时到期。", _calls_done),
    Figure("calls_missed", "仍未回访", "项", "联系日期在时间段内、至今没有完成的回访任务。", _calls_missed),
)
FIGURES = {figure.key: figure for figure in _FIGURES}
