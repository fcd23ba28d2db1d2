"""Published fairs with the size of what is shown there."""

from datetime import datetime
from typing import Literal

from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest
from ninja import Field, Router, Schema
from ninja.pagination import paginate

from cms.models import JobFairPage
from portal.api.schemas import Choice, Coded, Named, Paged, choice
from portal.fairs.enums import BoothState

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
    booths: int = Field(alias="booths_given", description="已确认展位数，即参会单位数")

    @staticmethod
    def resolve_mode(row: JobFairPage) -> dict[str, str]:
        return choice(row, "mode")


@router.get("", response=list[FairRow], summary="招聘会列表")
@paginate(Paged)
def list_fairs(
    request: HttpRequest,  # noqa: ARG001 - what ninja hands a view
    when: Literal["coming", "running", "past"] = "coming",
) -> QuerySet[JobFairPage]:
    """Fairs to come (those running now included), running now, or over."""
    rows = getattr(JobFairPage.objects, when)().select_related("region", "organiser")
    return rows.annotate(booths_given=Count("booths", filter=Q(booths__state=BoothState.CONFIRMED)))
