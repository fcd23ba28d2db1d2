"""Published fairs with their numbers of booths and positions."""

from datetime import datetime
from typing import Literal

from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from ninja import Field, Router, Schema
from ninja.decorators import decorate_view
from ninja.pagination import paginate

from cms.models import JobFairPage
from portal.api.authentication import NO_AUTH_REQUIRED, OPEN
from portal.api.conditional_responses import revalidated
from portal.api.schemas import Choice, Coded, Named, PagePagination, choice
from portal.fairs.enums import BoothState
from portal.positions.models import open_at

router = Router(tags=["fairs"])


class FairRow(Schema):
    id: int
    title: str
    starts_at: datetime
    ends_at: datetime
    mode: Choice
    venue: str
    address: str
    region: Coded
    organiser: Named = Field(description="主办服务中心")
    registration_is_open: bool
    url: str = Field(description="公开页面的路径")
    booths: int = Field(alias="booth_count", description="已确认展位数，即参会单位数")
    positions: int = Field(alias="position_count", description="展位上的岗位数；未结束的招聘会只计此刻在招的")

    @staticmethod
    def resolve_mode(row: JobFairPage) -> dict[str, str]:
        return choice(row, "mode")

    @staticmethod
    def resolve_url(row: JobFairPage) -> str:
        return row.get_url() or ""


@router.get("", response=list[FairRow], summary="招聘会列表", auth=OPEN, openapi_extra=NO_AUTH_REQUIRED)
@decorate_view(revalidated)
@paginate(PagePagination)
def list_fairs(
    request: HttpRequest,  # noqa: ARG001  (ninja passes the request)
    when: Literal["coming", "running", "past"] = "coming",
) -> QuerySet[JobFairPage]:
    """未结束的（含正在举行的）、正在举行的，或已结束的。"""
    now = timezone.now()
    fairs = JobFairPage.objects
    queries = {"coming": fairs.upcoming, "running": fairs.running, "past": fairs.past}
    rows = queries[when]().select_related("region", "organiser")
    is_confirmed = Q(booths__state=BoothState.CONFIRMED)
    is_counted = Q(ends_at__lte=now) | open_at(now, through="booths__positions")
    return rows.annotate(
        booth_count=Count("booths", filter=is_confirmed, distinct=True),
        position_count=Count("booths__positions", filter=is_confirmed & is_counted, distinct=True),
    )
