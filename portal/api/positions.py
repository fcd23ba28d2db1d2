"""Reads of positions: open ones for everybody, others for their employer and its reviewers."""

from datetime import UTC, datetime
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from django.urls import reverse
from ninja import Field, Query, Router, Schema
from ninja.decorators import decorate_view
from ninja.pagination import PaginationBase, paginate
from pydantic import AwareDatetime

from portal.api.authentication import NO_AUTH_REQUIRED, OPEN, request_token
from portal.api.conditional_responses import revalidated
from portal.api.schemas import (
    MAX_PAGE,
    MAX_PAGE_SIZE,
    PAGE_SIZE,
    Choice,
    Code,
    Coded,
    HyphenatedCode,
    Named,
    RecordId,
    choice,
)
from portal.positions.enums import PositionState
from portal.positions.models import Position, PositionQuerySet
from portal.stations.models import path_range

router = Router(tags=["positions"])
# Limits of `updated_since`: earlier means all, later means none.
_MIN_TIME = datetime(2000, 1, 1, tzinfo=UTC)
_MAX_TIME = datetime(9000, 1, 1, tzinfo=UTC)


class PositionRow(Schema):
    id: int = Field(examples=[128])
    url: str = Field(description="公开页面的路径", examples=["/positions/128/"])
    title: str = Field(examples=["货车司机"])
    employer: Named
    occupation: Coded
    headcount: int
    pay_from: int = Field(description="月薪下限（元）", examples=[6000])
    pay_to: int = Field(description="月薪上限（元）", examples=[8000])
    region: Coded
    address: str
    education_min: Choice
    state: Choice
    open: bool = Field(description="此刻在招：已审核、在有效期内、单位核验有效")
    published_at: datetime | None
    expires_at: datetime | None
    updated_at: datetime
    external_id: str | None = Field(description="本单位系统里的编号；只有本单位的令牌看得到")

    @staticmethod
    def resolve_url(row: Position) -> str:
        return reverse("public:position", args=[row.pk])

    @staticmethod
    def resolve_education_min(row: Position) -> dict[str, str]:
        return choice(row, "education_min")

    @staticmethod
    def resolve_state(row: Position) -> dict[str, str]:
        return choice(row, "state")

    @staticmethod
    def resolve_open(row: Position) -> bool:
        return row.is_open

    @staticmethod
    def resolve_external_id(row: Position, context: dict[str, Any]) -> str | None:
        token = request_token(context["request"])
        is_own = token is not None and token.employer_id == row.employer_id
        return row.external_id if is_own else None


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
    region: Code = Field("", pattern=r"^[0-9]{0,12}$", description="区划代码，含其下级", examples=["440705"])
    occupation: HyphenatedCode = Field(
        "", pattern=r"^([0-9](-[0-9][0-9]){0,3})?$", description="职业代码，含其下级", examples=["4-02"]
    )
    updated_since: AwareDatetime | None = Field(
        None, description="这个时间以后新发布或有修改的", examples=["2026-01-31T08:00:00+08:00"]
    )


class KeysetPagination(PaginationBase):
    """Pagination by page number, latest first, or with `after` by primary key.

    Rows published or closed meanwhile neither repeat nor hide a row of the second kind.
    """

    class Input(Schema):
        page: int = Field(1, ge=1, le=MAX_PAGE, description="第几页，从 1 起")
        page_size: int = Field(PAGE_SIZE, ge=1, le=MAX_PAGE_SIZE, description="每页条数")
        after: int | None = Field(
            None,
            ge=0,
            le=2**63 - 1,
            description="逐页取全部数据：从 0 开始，以后传上一页的 `next`，直到它为空；此时忽略 `page`",
        )

    class Output(Schema):
        items: list[Any]
        count: int = Field(description="总数")
        next: int | None = Field(description="下一页的 `after`；没有下一页，或没有传 `after` 时为空")

    def paginate_queryset(
        self, queryset: QuerySet[Any], pagination: Input, request: HttpRequest, **params: Any
    ) -> dict[str, Any]:
        assert isinstance(queryset, PositionQuerySet)
        size = pagination.page_size
        if pagination.after is None:
            rows = queryset
            start = (pagination.page - 1) * size
        else:
            rows = queryset.filter(pk__gt=pagination.after).order_by("pk")
            start = 0
        # Primary keys first: sorting 66,000 whole rows for a late page takes ten times as long.
        keys = list(rows.values_list("pk", flat=True)[start : start + size + 1])
        positions = _with_public_details(queryset.order_by().filter(pk__in=keys[:size])).in_bulk()
        has_more = pagination.after is not None and len(keys) > size
        return {
            "items": [positions[key] for key in keys[:size] if key in positions],
            "count": queryset.count(),
            "next": keys[size - 1] if has_more else None,
        }


def _with_public_details(rows: PositionQuerySet) -> PositionQuerySet:
    # Decrypting the phone number, which is not part of the response, costs more than the rest of the row.
    return rows.with_details().defer("employer__contact_phone")


def positions_for(request: HttpRequest) -> PositionQuerySet:
    """Return open positions, plus those of the caller's own employer or reviewed stations."""
    token = request_token(request)
    if token is None:
        return Position.objects.visible_to(request.user)
    open_positions = Position.objects.open_at()
    if token.employer is None:
        return open_positions
    return open_positions | Position.objects.managed_by(token.created_by).filter(employer=token.employer)


@router.get(
    "",
    response=list[PositionRow],
    summary="岗位列表",
    auth=OPEN,
    openapi_extra=NO_AUTH_REQUIRED,
)
@decorate_view(revalidated)
@paginate(KeysetPagination)
def list_positions(request: HttpRequest, filters: Query[PositionFilters]) -> PositionQuerySet:
    """此刻在招的岗位，最新发布的在前；关闭、暂停、过期的从那一秒起不再出现。

    同步全部岗位：从 `?after=0` 取到 `next` 为空。以后用 `updated_since` 取新增和修改；
    已关闭的不会出现在任何列表里，按编号查询得到 404 就是已关闭，也可按 `expires_at` 自行下架。
    """
    rows = Position.objects.open_at() if filters.open else positions_for(request)
    if filters.state:
        rows = rows.filter(state=filters.state)
    if filters.employer is not None:
        rows = rows.filter(employer=filters.employer)
    if filters.region:
        rows = rows.filter(path_range("region_id", filters.region))
    if filters.occupation:
        rows = rows.filter(path_range("occupation_id", filters.occupation))
    if filters.updated_since is not None:
        # In UTC: the format allows offsets that PostgreSQL refuses.
        since = min(max(filters.updated_since, _MIN_TIME), _MAX_TIME).astimezone(UTC)
        rows = rows.filter(updated_at__gte=since)
    return rows


@router.get(
    "/{int:position_id}",
    response=PositionDetail,
    summary="一个岗位",
    auth=OPEN,
    openapi_extra=NO_AUTH_REQUIRED,
)
@decorate_view(revalidated)
def position(request: HttpRequest, position_id: int) -> Position:
    """在招的人人可看；其他状态的只有本单位和审核人员能看，对其他人一律 404。"""
    return get_object_or_404(_with_public_details(positions_for(request)), pk=position_id)
