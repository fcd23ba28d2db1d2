"""Veterans' records: list, read, open, and act on a veteran's behalf."""

from functools import partial
from typing import Any

import django_filters
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from portal.accounts.actions import log_access
from portal.accounts.enums import AccessKind
from portal.accounts.models import User
from portal.accounts.roles import Permission
from portal.core.certificates import CertificateKind
from portal.core.encryption import hash_phone
from portal.core.text_folding import fold_code, fold_phone, is_digits
from portal.core.validators import PHONE
from portal.fairs import actions as fairs
from portal.placements import actions as placements
from portal.placements.models import Placement
from portal.positions.models import Position
from portal.ranking import recommendations
from portal.ranking.enums import Surface
from portal.stations.enums import StationLevel
from portal.stations.models import Station, path_range
from portal.veterans import actions
from portal.veterans.enums import EmploymentStatus
from portal.veterans.models import Veteran, VeteranQuerySet
from portal.veterans.permissions import can_export
from portal.veterans.record_closing import can_close
from portal.veterans.shown_records import log_shown
from portal.web.shared.form_fields import add_errors
from portal.web.shared.impression_logging import log_positions
from portal.web.shared.paging import KeysFirstPaginator
from portal.web.shared.primary_keys import parse_uuid
from portal.web.shared.query_params import get_required_row
from portal.web.shared.record_sections import STAFF_SECTIONS, list_sections
from portal.web.staff.access import record_staff, veteran_or_refuse
from portal.web.staff.records.forms import OpenRecordForm, RegisterForm, RevealForm

PAGE_SIZE = 20
MAX_RECOMMENDED = 5
MAX_PLACEMENTS = 10


class VeteranFilter(django_filters.FilterSet):
    """Filters of the list: name, whole phone number or last four of the ID number; station; status."""

    q = django_filters.CharFilter(label="姓名、手机号或身份证后四位", method="filter_by_text")
    station = django_filters.ModelChoiceFilter(
        label="服务站", queryset=Station.objects.none(), method="filter_by_station", empty_label="全部"
    )
    employment_status = django_filters.ChoiceFilter(
        label="就业状况", choices=EmploymentStatus.choices, empty_label="全部"
    )

    class Meta:
        model = Veteran
        fields = ["q", "station", "employment_status"]

    def __init__(self, user: User, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        levels = [StationLevel.COUNTY, StationLevel.TOWN]
        stations = Station.objects.in_subtrees(user.station_paths(Permission.OPEN_RECORDS))
        self.filters["station"].queryset = stations.filter(level__in=levels)

    def filter_by_text(self, rows: VeteranQuerySet, name: str, value: str) -> VeteranQuerySet:
        if PHONE.fullmatch(fold_phone(value)):
            return rows.filter(phone_hash=hash_phone(value))
        code = fold_code(value)
        if len(code) == 4 and is_digits(code[:3]):
            return rows.filter(id_last4=code)
        return rows.name_contains(value)

    def filter_by_station(self, rows: VeteranQuerySet, name: str, value: Station) -> VeteranQuerySet:
        return rows.filter(path_range("station__path", value.path))


@record_staff
@require_safe
def listing(request: HttpRequest, user: User) -> HttpResponse:
    """List records below the user's stations, the latest first; phone numbers are masked."""
    rows = Veteran.objects.visible_to(user).select_related("station")
    filter_set = VeteranFilter(user, request.GET, queryset=rows)
    page = KeysFirstPaginator(filter_set.qs, PAGE_SIZE).get_page(request.GET.get("page"))
    log_shown(by=user, veterans=page, place="档案列表")
    has_filters = any(request.GET.get(name) for name in filter_set.filters)
    context = {
        "page": page,
        "form": filter_set.form,
        "can_merge": user.has_station_permission(Permission.CLOSE_RECORDS),
        "clear_url": reverse("staff:veterans") if has_filters else "",
        "export_url": _export_url(request) if can_export(user) else "",
    }
    return render(request, "staff/records/veterans.html", context)


def _export_url(request: HttpRequest) -> str:
    """Return the URL of the export with the filters of the list."""
    query = request.GET.copy()
    query.pop("page", None)
    return f"{reverse('staff:veterans-export')}{'?' if query else ''}{query.urlencode()}"


@record_staff
@require_http_methods(["GET", "POST"])
def new(request: HttpRequest, user: User) -> HttpResponse:
    """Open a record for a veteran without an account."""
    stations = Station.objects.in_subtrees(user.station_paths(Permission.OPEN_RECORDS)).open_on(
        timezone.localdate()
    )
    form = OpenRecordForm(stations, request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        values = form.cleaned_data
        try:
            veteran = actions.open_record(by=user, **values, living_region=values["station"].region)
        except ValidationError as error:
            add_errors(form, error)
        else:
            messages.success(request, f"已为 {veteran.name} 建立档案。")
            return redirect("staff:veteran", pk=veteran.pk)
    return render(request, "staff/records/veteran_new.html", {"form": form})


@record_staff
@require_safe
def detail(request: HttpRequest, user: User, pk: int) -> HttpResponse:
    """Show one record with masked sensitive fields; the veteran can read this access in the log."""
    veteran = veteran_or_refuse(user, pk)
    log_access(actor=user, file_id=veteran.pk, kind=AccessKind.VIEW)
    return _page(request, user, veteran, RevealForm(), "")


@record_staff
@require_POST
def reveal(request: HttpRequest, user: User, pk: int) -> HttpResponse:
    """Show one sensitive field in this one response; the reason goes to the access log."""
    veteran = veteran_or_refuse(user, pk)
    form = RevealForm(request.POST)
    revealed_text = ""
    if form.is_valid():
        try:
            field = form.cleaned_data["field"]
            value = actions.reveal(veteran=veteran, by=user, field=field, reason=form.cleaned_data["reason"])
            revealed_text = f"{actions.REVEALABLE[field]}：{value or '未登记'}"
        except ValidationError as error:
            add_errors(form, error)
    if not revealed_text:  # a revealed field is logged by the action
        log_access(actor=user, file_id=veteran.pk, kind=AccessKind.VIEW)
    return _page(request, user, veteran, form, revealed_text)


def _page(
    request: HttpRequest, user: User, veteran: Veteran, form: RevealForm, revealed_text: str
) -> HttpResponse:
    recommended = recommendations.recommend_positions(veteran, limit=MAX_RECOMMENDED)
    log_positions(request, Surface.DESK_FILE, veteran, recommended)
    context = {
        "veteran": veteran,
        "facts": _facts(veteran),
        "sections": list_sections(veteran, partial(_edit_url, veteran.pk), STAFF_SECTIONS),
        "merges": list(veteran.merges.filter(undone_at=None).select_related("source", "by")),
        "can_close": can_close(user, veteran),
        "reveal_form": form,
        "revealed_text": revealed_text,
        "register_form": RegisterForm(),
        "placements": list(
            Placement.objects.visible_to(user).filter(veteran=veteran).with_details()[:MAX_PLACEMENTS]
        ),
        "recommended": recommended,
    }
    return render(request, "staff/records/veteran.html", context)


def _edit_url(pk: int, section: str) -> str:
    return reverse("staff:veteran-edit", args=[pk, section])


def _facts(veteran: Veteran) -> list[tuple[str, str]]:
    specialties = "、".join(f"{s.specialty.name}（{s.years}年）" for s in veteran.services.all())
    return [
        ("性别", veteran.get_sex_display()),
        ("出生日期", f"{veteran.birth_date:%Y-%m-%d}"),
        ("身份证号", veteran.masked_id),
        ("责任服务站", veteran.station.name),
        ("现居住地", veteran.living_region.name if veteran.living_region else ""),
        ("军种", veteran.get_branch_display()),
        ("军事专业", specialties),
        ("服役年限", f"{veteran.years_served} 年" if veteran.years_served else ""),
        ("安置方式", veteran.get_settlement_display()),
        ("学历", f"{veteran.get_education_display()} {veteran.major}".strip()),
        ("证书", "、".join(CertificateKind(c.kind).label for c in veteran.certificates.all())),
        ("技能特长", veteran.skills),
        ("就业状况", veteran.get_employment_status_display()),
    ]


@record_staff
@require_POST
def register(request: HttpRequest, user: User, pk: int) -> HttpResponse:
    """Register the veteran for a fair."""
    veteran = veteran_or_refuse(user, pk)
    form = RegisterForm(request.POST)
    if form.is_valid():
        try:
            registration = fairs.register(fair=form.cleaned_data["fair"], veteran=veteran, by=user)
        except ValidationError as error:
            messages.error(request, " ".join(error.messages))
        else:
            messages.success(request, f"已代为报名，报名序号 {registration.number}。")
    else:
        messages.error(request, "请选择一场招聘会。")
    return redirect("staff:veteran", pk=pk)


@record_staff
@require_POST
def declare(request: HttpRequest, user: User, pk: int) -> HttpResponse:
    """Record an intention of the veteran."""
    veteran = veteran_or_refuse(user, pk)
    positions = Position.objects.visible_to(user).with_details()
    position = get_required_row(positions, request.POST, "position")
    try:
        placement = placements.declare(
            veteran=veteran,
            position=position,
            by=user,
            offline_key=parse_uuid(request.POST.get("offline_key", "")),
        )
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
        return redirect("staff:veteran", pk=pk)
    messages.success(request, f"已登记意向：{position.title}。")
    return redirect("staff:placement", pk=placement.pk)
