"""Placements with their history, and follow-ups."""

from datetime import date, datetime
from decimal import Decimal

from django.db.models import QuerySet
from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from ninja import Field, Query, Router, Schema
from ninja.pagination import paginate

from portal.accounts.actions import log_access
from portal.accounts.enums import AccessKind
from portal.accounts.roles import Permission
from portal.api.authentication import session_user
from portal.api.schemas import Choice, Named, PagePagination, RecordId, choice
from portal.follow_ups.enums import FollowUpKind, FollowUpState
from portal.follow_ups.models import FollowUp
from portal.placements.enums import PlacementState
from portal.placements.models import Placement, PlacementTransition
from portal.placements.workflow import STEP_LABELS
from portal.veterans.shown_records import log_shown

router = Router(tags=["placements"])
follow_ups = Router(tags=["follow-ups"])


class PositionOfPlacement(Schema):
    id: int
    title: str
    employer: Named


class FairOfPlacement(Schema):
    id: int
    title: str


class PlacementRow(Schema):
    id: int
    veteran: Named | None = Field(description="退役军人；本人尚未确认意向时，用人单位看不到是谁")
    position: PositionOfPlacement
    fair: FairOfPlacement | None
    state: Choice
    recorded_at: datetime
    veteran_confirmed_at: datetime | None
    employer_confirmed_at: datetime | None
    reached: bool = Field(description="双方均已确认，计为达成意向")
    pay_agreed: Decimal | None = Field(description="约定月薪（元）")
    planned_first_day: date | None
    onboarded_on: date | None

    @staticmethod
    def resolve_veteran(row: Placement, context: dict) -> object:
        return row.veteran if _can_see_veteran(row, context["request"]) else None

    @staticmethod
    def resolve_state(row: Placement) -> dict[str, str]:
        return choice(row, "state")

    @staticmethod
    def resolve_reached(row: Placement) -> bool:
        return row.is_confirmed_by_both


class TransitionRow(Schema):
    sequence: int
    step: str
    step_label: str
    from_state: str
    to_state: str
    happened_on: date
    at: datetime
    station: Named

    @staticmethod
    def resolve_step_label(row: PlacementTransition) -> str:
        return STEP_LABELS.get(row.step, row.step)


class PlacementHistory(PlacementRow):
    transitions: list[TransitionRow] = Field(description="变更记录，从最早起")


class PlacementFilters(Schema):
    state: PlacementState | None = None
    fair: RecordId | None = Field(None, description="招聘会编号")


def _can_see_veteran(row: Placement, request: HttpRequest) -> bool:
    """Allow the veteran, their stations, and the employer after the veteran's confirmation."""
    user = session_user(request)
    if row.veteran_confirmed_at is not None or row.veteran.account_id == user.pk:
        return True
    return user.has_permission_at(Permission.OPEN_RECORDS, row.veteran.station)


def _log_placements(request: HttpRequest, rows: list[Placement]) -> None:
    veterans = [row.veteran for row in rows if _can_see_veteran(row, request)]
    log_shown(by=session_user(request), veterans=veterans, place="接口：安置意向列表")


def _log_follow_ups(request: HttpRequest, rows: list[FollowUp]) -> None:
    veterans = [row.placement.veteran for row in rows]
    log_shown(by=session_user(request), veterans=veterans, place="接口：回访任务列表")


@router.get(
    "",
    response=list[PlacementRow],
    summary="安置意向列表",
    description="Those of people the caller's stations serve, of the caller's own employers, "
    "or the caller's own.",
)
@paginate(PagePagination, on_page=_log_placements)
def list_placements(request: HttpRequest, filters: Query[PlacementFilters]) -> QuerySet[Placement]:
    """List the placements that the caller may see."""
    rows = Placement.objects.visible_to(request.user).with_details()
    if filters.state:
        rows = rows.filter(state=filters.state)
    if filters.fair is not None:
        rows = rows.filter(fair=filters.fair)
    return rows


@router.get("/{int:placement_id}", response=PlacementHistory, summary="一条安置意向及其变更记录")
def placement(request: HttpRequest, placement_id: int) -> Placement:
    rows = Placement.objects.visible_to(request.user).with_details()
    record = get_object_or_404(rows.prefetch_related("transitions__station"), pk=placement_id)
    user = session_user(request)
    if _can_see_veteran(record, request) and record.veteran.account_id != user.pk:
        log_access(
            actor=user, file_id=record.veteran_id, kind=AccessKind.VIEW, field="就业意向", reason="接口"
        )
    return record


class FollowUpRow(Schema):
    id: int
    kind: Choice
    state: Choice
    due_on: date = Field(description="应回访日期")
    call_on: date = Field(description="联系日期：一般就是应回访日期；本人外出的，推迟到回来那天")
    tries: int = Field(description="已试次数")
    station: Named = Field(description="责任服务站")
    clerk: Named | None = Field(description="经办人；没有指定时为空，由责任服务站当班的人回访")
    placement_id: int
    veteran: Named

    @staticmethod
    def resolve_kind(row: FollowUp) -> dict[str, str]:
        return choice(row, "kind")

    @staticmethod
    def resolve_state(row: FollowUp) -> dict[str, str]:
        return choice(row, "state")

    @staticmethod
    def resolve_veteran(row: FollowUp) -> object:
        return row.placement.veteran


class FollowUpFilters(Schema):
    due: bool = Field(False, description="只列联系日期在今天及以前、还没有完成的，拖得最久的在前")
    kind: FollowUpKind | None = None
    state: FollowUpState | None = None


@follow_ups.get(
    "",
    response=list[FollowUpRow],
    summary="回访任务列表",
    description="Duties of the caller's stations and below; nobody else has any.",
)
@paginate(PagePagination, on_page=_log_follow_ups)
def list_follow_ups(request: HttpRequest, filters: Query[FollowUpFilters]) -> QuerySet[FollowUp]:
    """List the follow-ups of the caller's stations and their subtrees."""
    rows = FollowUp.objects.visible_to(request.user)
    rows = rows.select_related("station", "clerk", "placement__veteran")
    rows = rows.due() if filters.due else rows.order_by("due_on", "pk")
    if filters.kind:
        rows = rows.filter(kind=filters.kind)
    if filters.state:
        rows = rows.filter(state=filters.state)
    return rows
