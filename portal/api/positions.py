"""Positions: what is open for everybody who is signed in, the rest for the firm and its reviewers."""

from datetime import datetime

from django.db.models import QuerySet
from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from ninja import Field, Query, Router, Schema
from ninja.pagination import paginate

from portal.api.schemas import Choice, Coded, Named, Paged, RecordId, choice
from portal.positions.enums import PositionState
from portal.positions.models import Position
from portal.stations.models import path_range

router = Router(tags=["positions"])


class PositionRow(Schema):
    id: int
    title: str
    employer: Named
    occupation: Coded
    headcount: int
    pay_from: int = Field(description="月薪下限（元）")
    pay_to: int = Field(description="月薪上限（元）")
    region: Coded
    address: str
    education_min: Choice
    state: Choice
    open: bool = Field(description="此刻在招：已审核、在有效期内、单位核验有效")
    published_at: datetime | None
    expires_at: datetime | None

    @staticmethod
    def resolve_education_min(row: Position) -> dict[str, str]:
        return choice(row, "education_min")

    @staticmethod
    def resolve_state(row: Position) -> dict[str, str]:
        return choice(row, "state")

    @staticmethod
    def resolve_open(row: Position) -> bool:
        return row.is_open


class PositionDetail(PositionRow):
    kind: Choice
    shift: Choice
    experience_years: int
    certificates: list[str] = Field(description="证书要求")
    duties: str
    requirements: str
    benefits: list[str]
    relaxable: str = Field(description="可放宽项")
    travels: bool
    veterans_preferred: bool
    veterans_only: bool

    @staticmethod
    def resolve_kind(row: Position) -> dict[str, str]:
        return choice(row, "kind")

    @staticmethod
    def resolve_shift(row: Position) -> dict[str, str]:
        return choice(row, "shift")

    @staticmethod
    def resolve_certificates(row: Position) -> list[str]:
        return row.certificate_labels


class PositionFilters(Schema):
    open: bool = Field(True, description="只列此刻在招的；false 时含本单位或本站审核范围内的其他状态")
    state: PositionState | None = None
    employer: RecordId | None = Field(None, description="单位编号")
    region: str = Field("", pattern=r"^\d{0,12}$", description="区划代码，含其下级")


@router.get("", response=list[PositionRow], summary="岗位列表")
@paginate(Paged)
def list_positions(request: HttpRequest, filters: Query[PositionFilters]) -> QuerySet[Position]:
    rows = Position.objects.visible_to(request.user).with_details()
    if filters.open:
        rows = rows.open_at()
    if filters.state:
        rows = rows.filter(state=filters.state)
    if filters.employer is not None:
        rows = rows.filter(employer=filters.employer)
    if filters.region:
        rows = rows.filter(path_range("region_id", filters.region))
    return rows


@router.get("/{int:position_id}", response=PositionDetail, summary="一个岗位")
def position(request: HttpRequest, position_id: int) -> Position:
    return get_object_or_404(Position.objects.visible_to(request.user).with_details(), pk=position_id)
