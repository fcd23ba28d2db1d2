"""Search of the portal in the public scope for every caller; the index holds no people."""

from typing import Literal

from django.http import HttpRequest
from django.urls import reverse
from ninja import Field, Query, Router, Schema
from ninja.decorators import decorate_view

from portal.api.authentication import NO_AUTH_REQUIRED, OPEN
from portal.api.conditional_responses import revalidated
from portal.api.schemas import PAGE_SIZE, Code, Words
from search import get_backend
from search.query import DEEPEST, LARGEST_PAGE, Hit, Kind, Scope, SearchQuery, Sort

router = Router(tags=["search"])


class HitRow(Schema):
    kind: Literal["position", "fair", "employer"]
    id: int
    title: str
    snippet: str = Field(description="摘要，已转义的 HTML，命中词在 <mark> 中")
    url: str = Field(description="公开页面的路径")

    @staticmethod
    def resolve_url(hit: Hit) -> str:
        if hit.kind == Kind.FAIR:
            return hit.record.get_url() or ""
        return reverse(f"public:{hit.kind.value}", args=[hit.id])


class County(Schema):
    code: str
    count: int


class SearchAnswer(Schema):
    items: list[HitRow]
    count: int
    counts: dict[str, int] = Field(description="各类各有多少条")
    counties: list[County] = Field(description="各县（市、区）有多少条，多的在前")
    relaxed: bool = Field(description="没有同时含所有词的结果，这些只含其中一部分")


class SearchFilters(Schema):
    q: Words = Field("", max_length=80, description="要搜的词")
    kind: Kind | None = Field(None, description="只搜这一类")
    region: Code = Field("", pattern=r"^[0-9]{0,12}$", description="区划代码，含其下级")
    pay_at_least: int | None = Field(None, ge=0, le=1_000_000, description="月薪能达到（元）")
    education_at_most: int | None = Field(None, ge=0, le=4, description="本人学历，0 初中 … 4 研究生")
    sort: Literal["relevance", "newest", "pay"] = "relevance"  # not by distance: callers have no home address
    page: int = Field(1, ge=1, le=DEEPEST // LARGEST_PAGE)
    page_size: int = Field(PAGE_SIZE, ge=1, le=LARGEST_PAGE)


@router.get("", response=SearchAnswer, summary="搜索", auth=OPEN, openapi_extra=NO_AUTH_REQUIRED)
@decorate_view(revalidated)
def search(
    request: HttpRequest,  # noqa: ARG001  (ninja passes the request)
    filters: Query[SearchFilters],
) -> dict[str, object]:
    """Open positions, fairs to come and verified employers by words."""
    result = get_backend().search(
        SearchQuery(
            scope=Scope.PUBLIC,
            text=filters.q,
            kinds=frozenset({filters.kind}) if filters.kind else frozenset(Kind),
            region=filters.region,
            pay_at_least=filters.pay_at_least,
            education_at_most=filters.education_at_most,
            sort=Sort(filters.sort),
            page=filters.page,
            size=filters.page_size,
        )
    )
    return {
        "items": result.hits,
        "count": result.total,
        "counts": {kind.value: count for kind, count in result.counts.items()},
        "counties": [{"code": code, "count": count} for code, count in result.counties],
        "relaxed": result.relaxed,
    }
