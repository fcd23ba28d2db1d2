"""Every figure of the reports: its name, its one written definition, and the rows that make it.

A report page counts many figures at once; the list behind a number asks the same figure for its rows. Tests
hold the two together.
"""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise

from django.db.models import Exists, Model, OuterRef, Q, QuerySet, Sum

from cms.models import JobFairPage
from portal.confirmations.enums import Satisfaction
from portal.confirmations.models import Answer, AnswerQuerySet
from portal.employers.models import Employer
from portal.fairs.enums import BoothState, RegistrationState, VisitorKind
from portal.fairs.models import Booth, CheckIn, Registration
from portal.placements.enums import FollowUpState
from portal.placements.enums import PlacementState as S
from portal.placements.models import FollowUp, Placement, PlacementQuerySet, PlacementTransition
from portal.placements.workflow import WAS_IN_POST_STATES
from portal.positions.models import Position
from portal.reports import survival
from portal.reports.scope import Scope
from portal.reports.slices import NO_DISTRICT, Slice, of_fairs, of_placements
from portal.reports.stages import CHAIN, RANKS, gaps, ranked, standing
from portal.stations.models import path_range
from portal.veterans.models import Veteran

Rows = Callable[[Scope, Slice], "QuerySet[Model]"]


@dataclass(frozen=True, slots=True)
class Figure:
    """`rows` make the number: it is how many there are, or the sum of their field `summed`."""

    key: str
    label: str
    unit: str
    definition: str
    rows: Rows
    summed: str = ""

    def count(self, scope: Scope, cut: Slice) -> int:
        rows = self.rows(scope, cut)
        return rows.aggregate(n=Sum(self.summed))["n"] or 0 if self.summed else rows.count()


@dataclass(frozen=True, slots=True)
class Number:
    """A value with what it counts: enough to find the rows again."""

    figure: str
    cut: Slice
    value: int

    @property
    def label(self) -> str:
        return FIGURES[self.figure].label

    @property
    def unit(self) -> str:
        return FIGURES[self.figure].unit


# --- rows of fairs ---------------------------------------------------------------------------------------
def fairs(scope: Scope, cut: Slice) -> "QuerySet[JobFairPage]":
    return JobFairPage.objects.filter(of_fairs(scope, cut))


def booths(scope: Scope, cut: Slice) -> "QuerySet[Booth]":
    found = Booth.objects.filter(of_fairs(scope, cut, "fair__"), state=BoothState.CONFIRMED)
    if cut.district:
        found = found.filter(path_range("employer__region_id", cut.district))
    if cut.occupation:
        shown = Position.objects.filter(occupation__code__startswith=cut.occupation)
        pairs = Booth.positions.through.objects.filter(position__in=shown.values("pk"))
        found = found.filter(pk__in=pairs.values("booth"))
    return found


def employers(scope: Scope, cut: Slice) -> "QuerySet[Employer]":
    return Employer.objects.filter(pk__in=booths(scope, cut).order_by().values("employer"))


def shown_positions(scope: Scope, cut: Slice) -> "QuerySet[Model]":
    """Rows (booth, position) of what confirmed booths show."""
    found = Booth.positions.through.objects.filter(
        of_fairs(scope, cut, "booth__fair__"), booth__state=BoothState.CONFIRMED
    )
    if cut.district:
        found = found.filter(path_range("position__region_id", cut.district))
    if cut.occupation:
        found = found.filter(position__occupation__code__startswith=cut.occupation)
    return found


def positions(scope: Scope, cut: Slice) -> "QuerySet[Position]":
    return Position.objects.filter(pk__in=shown_positions(scope, cut).order_by().values("position"))


def registrations(scope: Scope, cut: Slice) -> "QuerySet[Registration]":
    return Registration.objects.filter(of_fairs(scope, cut, "fair__"), state=RegistrationState.REGISTERED)


def visitors(scope: Scope, cut: Slice) -> "QuerySet[CheckIn]":
    found = CheckIn.objects.filter(of_fairs(scope, cut, "fair__"))
    if cut.district == NO_DISTRICT:
        found = found.filter(registration__veteran__living_region__isnull=True)
    elif cut.district:
        found = found.filter(path_range("registration__veteran__living_region_id", cut.district))
    return found


def attendances(scope: Scope, cut: Slice) -> "QuerySet[CheckIn]":
    return visitors(scope, cut).filter(kind=VisitorKind.VETERAN)


def attending(scope: Scope, cut: Slice) -> "QuerySet[Veteran]":
    came = attendances(scope, cut).filter(registration__isnull=False)
    return Veteran.objects.filter(pk__in=came.order_by().values("registration__veteran"))


# --- rows of intentions ----------------------------------------------------------------------------------
REACHED = Q(veteran_confirmed_at__isnull=False, employer_confirmed_at__isnull=False)


def intentions(scope: Scope, cut: Slice) -> PlacementQuerySet:
    """By the day on which they were written down."""
    return Placement.objects.filter(of_placements(scope, cut), cut.within("recorded_at"))


def _reached(scope: Scope, cut: Slice) -> PlacementQuerySet:
    return intentions(scope, cut).filter(REACHED)


def _at(stage: S) -> Callable[[Scope, Slice], "QuerySet[Placement]"]:
    return lambda scope, cut: ranked(intentions(scope, cut)).filter(rank__gte=RANKS[stage])


def _people(rows: Callable[[Scope, Slice], "QuerySet[Placement]"]) -> Rows:
    def found(scope: Scope, cut: Slice) -> "QuerySet[Veteran]":
        return Veteran.objects.filter(pk__in=rows(scope, cut).order_by().values("veteran"))

    return found


def _gap(stage: S) -> Rows:
    def found(scope: Scope, cut: Slice) -> PlacementQuerySet:
        pairs = gaps(intentions(scope, cut))[stage]
        return Placement.objects.filter(pk__in=[pair.placement for pair in pairs])

    return found


def _lives(wanted: Callable[[survival.Life, int], bool]) -> Rows:
    def found(scope: Scope, cut: Slice) -> PlacementQuerySet:
        lives = survival.lives(intentions(scope, cut))
        return Placement.objects.filter(pk__in=[one.placement for one in lives if wanted(one, cut.days or 0)])

    return found


# --- what people in post say -----------------------------------------------------------------------------
def was_in_post(scope: Scope, cut: Slice) -> PlacementQuerySet:
    """A correction out of the post takes a placement out."""
    return intentions(scope, cut).filter(state__in=sorted(WAS_IN_POST_STATES))


def answers(scope: Scope, cut: Slice) -> AnswerQuerySet:
    """The latest answer with a degree of each placement, by the day on which that was written down."""
    return _latest(of_placements(scope, cut, "placement__") & cut.within("placement__recorded_at"), Q())


def answers_given(scope: Scope, cut: Slice) -> AnswerQuerySet:
    """The latest of each placement among those given in the period."""
    return _latest(of_placements(scope, cut, "placement__"), cut.within("at"))


def _latest(whose: Q, given: Q) -> AnswerQuerySet:
    told = Answer.objects.filter(given, satisfaction__isnull=False)
    later = told.filter(placement=OuterRef("placement"), pk__gt=OuterRef("pk")).order_by()
    return told.filter(whose, ~Exists(later), placement__state__in=sorted(WAS_IN_POST_STATES))


def _saying(
    degree: Satisfaction, rows: Callable[[Scope, Slice], AnswerQuerySet]
) -> Callable[[Scope, Slice], AnswerQuerySet]:
    return lambda scope, cut: rows(scope, cut).filter(satisfaction=degree)


# --- what happened in a period ---------------------------------------------------------------------------
def steps(scope: Scope, cut: Slice) -> "QuerySet[PlacementTransition]":
    """By the day on which they happened. A correction that says once more what stands already is none; one
    that makes up for a step is, on its own day.
    """
    before = PlacementTransition.objects.filter(
        placement=OuterRef("placement"), to_state=OuterRef("to_state"), sequence__lt=OuterRef("sequence")
    )
    told = standing().exclude(Q(step="correct") & Exists(before.order_by()))
    return told.filter(of_placements(scope, cut, "placement__"), cut.on_days("happened_on"))


def _step_to(*states: S) -> Rows:
    return lambda scope, cut: steps(scope, cut).filter(to_state__in=states)


def calls(scope: Scope, cut: Slice) -> "QuerySet[FollowUp]":
    """Follow-ups of the reader's stations."""
    return FollowUp.objects.filter(scope.covers("placement__veteran__station"), cut.below("station"))


def _calls_done(scope: Scope, cut: Slice) -> "QuerySet[FollowUp]":
    return calls(scope, cut).filter(cut.within("done_at"), state=FollowUpState.DONE)


def _calls_due(scope: Scope, cut: Slice) -> "QuerySet[FollowUp]":
    return calls(scope, cut).filter(cut.on_days("call_on")).exclude(state=FollowUpState.CANCELLED)


def _calls_missed(scope: Scope, cut: Slice) -> "QuerySet[FollowUp]":
    return calls(scope, cut).filter(cut.on_days("call_on"), state=FollowUpState.PENDING)


_OF_FAIRS = "招聘会指本站辖区内主办、已发布且已经开始的招聘会，按开始日期归入时间段。"
_OF_INTENTIONS = (
    "意向按登记日期归入时间段，之后的进展都算在这一批意向上；归属按退役军人现在所属的服务站，"
    "在本站招聘会的统计里则不论归属。"
)
_OF_STAGES = "到过这一步或更后面的一步就算，后来离职或放弃也算；被更正撤回的步骤不算。"

_FIGURES = (
    Figure("fairs", "招聘会", "场", _OF_FAIRS, fairs),
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
    Figure("veterans", "参会退役军人", "人", "凭票入场的退役军人，时间段内一人只计一次。", attending),
    Figure("sheets", "登记意向", "份", f"登记的就业意向，一人一岗一份。{_OF_INTENTIONS}", intentions),
    Figure("people", "有意向的退役军人", "人", "登记过意向的退役军人，一人只计一次。", _people(intentions)),
    Figure("reached", "达成意向", "份", "退役军人和用人单位双方都已确认的意向。", _reached),
    Figure(
        "reached_people",
        "达成意向的退役军人",
        "人",
        "有双方确认的意向的人，一人只计一次。",
        _people(_reached),
    ),
    *(
        Figure(f"stage.{stage}", stage.label, "份", f"进展到“{stage.label}”的意向。{_OF_STAGES}", _at(stage))
        for stage in CHAIN
    ),
    *(
        Figure(
            f"people.{stage}",
            f"{stage.label}（人）",
            "人",
            f"有意向进展到“{stage.label}”的退役军人，一人只计一次。{_OF_STAGES}",
            _people(_at(stage)),
        )
        for stage in CHAIN[1:]
    ),
    *(
        Figure(
            f"gap.{stage}",
            f"到“{stage.label}”的天数",
            "份",
            f"记录了“{before.label}”和“{stage.label}”两步日期的意向，中位数按它们之间的天数计算。",
            _gap(stage),
        )
        for before, stage in pairwise(CHAIN)
    ),
    Figure(
        "at_risk",
        "仍在观察",
        "份",
        "到这一天仍在岗、且最后一次确认在岗不早于这一天的安置。",
        _lives(lambda life, days: life.days >= days),
    ),
    Figure(
        "left_by",
        "已离职",
        "份",
        "到这一天（含）为止离职的安置。",
        _lives(lambda life, days: life.left and life.days <= days),
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
            _step_to(stage),
        )
        for stage in (*CHAIN[1:], S.LEFT)
    ),
    Figure(
        "step.ended",
        "未成（本期发生）",
        "份",
        "时间段内本人放弃、单位未录用、未接受录用、无法联系或失效的意向。",
        _step_to(S.DECLINED_BY_VETERAN, S.DECLINED_BY_EMPLOYER, S.OFFER_REFUSED, S.UNREACHABLE, S.LAPSED),
    ),
    Figure("in_post", "入职过的安置", "份", "入职了的意向，后来离职的也算；被更正撤回的不算。", was_in_post),
    Figure(
        "satisfaction",
        "回答了满意程度",
        "份",
        f"入职了的意向里本人答过满意程度的，一份意向只计最近一次回答。{_OF_INTENTIONS}",
        answers,
    ),
    Figure(
        "new_satisfaction",
        "满意程度的回答（本期）",
        "份",
        "时间段内本人答了满意程度的安置，按回答日期；同一份只计这段时间里最近一次。",
        answers_given,
    ),
    *(
        Figure(
            f"{key}.{degree}",
            f"{degree.label}（{degree} 分）",
            "份",
            f"{said}选“{degree.label}”的。",
            _saying(degree, rows),
        )
        for key, said, rows in (
            ("satisfaction", "最近一次回答", answers),
            ("new_satisfaction", "时间段内最近一次回答", answers_given),
        )
        for degree in Satisfaction
    ),
    Figure("calls_due", "应回访", "项", "联系日期在时间段内、没有取消的回访任务。", _calls_due),
    Figure("calls_done", "完成回访", "项", "在时间段内完成的回访任务，不论何时到期。", _calls_done),
    Figure("calls_missed", "仍未回访", "项", "联系日期在时间段内、至今没有完成的回访任务。", _calls_missed),
)
FIGURES = {figure.key: figure for figure in _FIGURES}
