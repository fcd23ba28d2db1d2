"""Veteran records: masked, restricted to the caller's scope, each access logged for the veteran."""

from datetime import date
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest
from django.utils import timezone
from ninja import Field, Query, Router, Schema
from ninja.pagination import paginate
from pydantic import ConfigDict

from portal.accounts.actions import log_access
from portal.accounts.enums import AccessKind
from portal.accounts.models import User
from portal.api.authentication import session_user
from portal.api.error_responses import invalid_fields
from portal.api.schemas import Choice, Coded, Line, Named, PagePagination, choice
from portal.core.certificates import CertificateKind
from portal.core.encryption import mask_phone
from portal.core.text_folding import display_line
from portal.veterans import record_export
from portal.veterans.enums import EmploymentStatus
from portal.veterans.models import Veteran, VeteranQuerySet, Wish
from portal.veterans.permissions import can_export, can_open_records

router = Router(tags=["veterans"])


class VeteranRow(Schema):
    """A file in a list: what tells people apart, and nothing sensitive."""

    id: int
    name: str
    sex: Choice
    age: int = Field(description="周岁")
    id_number: str = Field(description="身份证号，只留后四位", examples=["**************1234"])
    phone: str = Field(description="手机号码，中间四位掩码", examples=["138****5678"])
    station: Named = Field(description="责任服务站")
    living_region: Coded | None = Field(description="现居住地")
    education: Choice
    employment_status: Choice

    @staticmethod
    def resolve_sex(row: Veteran) -> dict[str, str]:
        return choice(row, "sex")

    @staticmethod
    def resolve_age(row: Veteran) -> int:
        return row.age_on(timezone.localdate())

    @staticmethod
    def resolve_id_number(row: Veteran) -> str:
        return row.masked_id

    @staticmethod
    def resolve_phone(row: Veteran) -> str:
        return mask_phone(row.phone) if row.phone else ""

    @staticmethod
    def resolve_education(row: Veteran) -> dict[str, str]:
        return choice(row, "education")

    @staticmethod
    def resolve_employment_status(row: Veteran) -> dict[str, str]:
        return choice(row, "employment_status")


class CertificateRow(Schema):
    kind: Choice
    grade: str
    valid_until: date | None

    @staticmethod
    def resolve_kind(row: object) -> dict[str, str]:
        return choice(row, "kind")


class ServiceRow(Schema):
    specialty: Coded
    years: int = Field(description="从事年数")


class WishRow(Schema):
    """Work that a veteran looks for; an empty list means no limit."""

    model_config = ConfigDict(
        json_schema_extra={"description": "What work the person looks for; an empty list means: no limit."}
    )

    occupations: list[Coded]
    regions: list[Coded]
    text: str
    lowest_pay: int | None = Field(description="最低月薪（元）")
    accepts_shift: bool
    accepts_travel: bool


class VeteranFile(VeteranRow):
    """One whole file. Difficulty, disability, address and full numbers are not to be had here."""

    branch: str = Field(description="军种")
    years_served: int
    services: list[ServiceRow]
    certificates: list[CertificateRow]
    skills: str
    wish: WishRow | None

    @staticmethod
    def resolve_branch(row: Veteran) -> str:
        return row.get_branch_display() if row.branch else ""

    @staticmethod
    def resolve_wish(row: Veteran) -> Wish | None:
        return getattr(row, "wish", None)


class VeteranFilters(Schema):
    name: Line = Field("", max_length=40, description="姓名，含这几个字")
    employment_status: EmploymentStatus | None = Field(None, description="就业状况")
    certificate: CertificateKind | None = Field(None, description="持有证书")
    purpose: Line = Field(
        "", max_length=60, description="用途；工作人员必填，会记入日志，名单上的人自己也能看到"
    )


def _describe_filters(request: HttpRequest) -> str:
    """Return the filters as text; the searched name stays out of the log."""
    labels = {"name": "姓名（按关键字）"}
    names = [name for name in ("name", "employment_status", "certificate") if request.GET.get(name)]
    return "；".join(labels.get(name, f"{name}={request.GET[name]}") for name in names) or "全部"


def _log_page(request: HttpRequest, rows: list[Any]) -> None:
    user = session_user(request)
    if can_export(user):
        record_export.log_api_page(
            by=user,
            rows=[row for row in rows if row.account_id != user.pk],
            filter_text=_describe_filters(request),
            reason=display_line(request.GET.get("purpose", "")),
        )


def _listable_records(user: User) -> VeteranQuerySet:
    """Return the records that a list may hold: those that staff may export, or one's own.

    Raises:
        PermissionDenied: staff who open records one by one, but export none.
    """
    if can_export(user):
        return record_export.filter_exportable(Veteran.objects.visible_to(user), user)
    if can_open_records(user):
        raise PermissionDenied("取名单要有导出权限；查看一份档案请用它的编号。")
    return Veteran.objects.filter(account=user)


@router.get(
    "",
    response=list[VeteranRow],
    summary="档案列表",
    description="Files that the caller may export, with `purpose` said and noted for each person; for "
    "anybody without such a right their own, if there is one.",
)
@paginate(PagePagination, on_page=_log_page)
def list_veterans(request: HttpRequest, filters: Query[VeteranFilters]) -> QuerySet[Veteran]:
    """List records for export; every page is an event, and an access to each record in it."""
    user = session_user(request)
    rows = _listable_records(user).select_related("station", "living_region")
    if can_export(user) and not filters.purpose.strip():
        raise invalid_fields([("purpose", "请写明用途，会记入日志，名单上的人自己也能看到。")])
    if filters.name:
        rows = rows.name_contains(filters.name)
    if filters.employment_status:
        rows = rows.filter(employment_status=filters.employment_status)
    if filters.certificate:
        rows = rows.filter(certificates__kind=filters.certificate)
    return rows


@router.get("/{int:veteran_id}", response=VeteranFile, summary="一份档案")
def veteran(request: HttpRequest, veteran_id: int) -> Veteran:
    """One file. Looking at another person's is noted; a refused try of staff is noted too."""
    record = Veteran.objects.visible_to(request.user).with_details().filter(pk=veteran_id).first()
    if record is None:
        _log_refusal(request, veteran_id)
        raise Http404
    if record.account_id != request.user.pk:
        log_access(actor=session_user(request), file_id=record.pk, kind=AccessKind.VIEW, reason="接口")
    return record


def _log_refusal(request: HttpRequest, veteran_id: int) -> None:
    """Log the attempt of staff on an existing record outside their scope, for the veteran to read."""
    others = Veteran.objects.exclude(pk__in=Veteran.objects.visible_to(request.user))
    if session_user(request).is_station_staff and others.filter(pk=veteran_id).exists():
        log_access(actor=session_user(request), file_id=veteran_id, kind=AccessKind.REFUSED, reason="接口")
