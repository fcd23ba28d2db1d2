"""Public pages of open positions and their employers; not personalised."""

from dataclasses import replace

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from portal.employers.models import Employer
from portal.employers.permissions import is_hidden_from
from portal.positions.models import Position
from portal.veterans.models import Veteran
from portal.web.public.search.views import find_page, list_context, paginate, read_params
from search.query import LONGEST_TEXT, Kind

PAGE_SIZE = 18


def _crumbs() -> list[tuple[str, str]]:
    return [("首页", "/"), ("找岗位", reverse("public:positions"))]


@require_safe
def positions(request: HttpRequest) -> HttpResponse:
    """List all open positions, latest first, from the search index: it counts 56,000 rows faster than SQL."""
    params = replace(read_params(request), q="", kind=Kind.POSITION)
    result, number = find_page(request, params)
    return render(
        request,
        "public/positions/positions.html",
        {
            **list_context(request, params, result),
            "result": result,
            "page": paginate(result, number),
            "longest": LONGEST_TEXT,
        },
    )


@require_safe
def position(request: HttpRequest, pk: int) -> HttpResponse:
    """Show one position; its employer and reviewers also see it before it opens and after it ends."""
    shown_position = get_object_or_404(Position.objects.visible_to(request.user).with_details(), pk=pk)
    is_veteran = request.user.is_authenticated and Veteran.objects.filter(account=request.user).exists()
    more = (
        Position.objects.visible_to(request.user)
        .open_at()
        .filter(employer=shown_position.employer)
        .exclude(pk=shown_position.pk)
        .with_details()[:3]
    )
    return render(
        request,
        "public/positions/position.html",
        {
            "position": shown_position,
            "facts": _facts(shown_position),
            "more": list(more),
            "is_veteran": is_veteran,
            "crumbs": [
                *_crumbs(),
                (shown_position.employer.name, reverse("public:employer", args=[shown_position.employer_id])),
                (shown_position.title, ""),
            ],
        },
    )


def _facts(position: Position) -> list[tuple[str, str]]:
    years = position.experience_years
    return [
        ("职业分类", position.occupation.name),
        ("用工形式", position.get_kind_display()),
        ("招聘人数", f"{position.headcount} 人"),
        ("学历要求", f"{position.get_education_min_display()}及以上" if position.education_min else "不限"),
        ("工作年限", f"{years} 年以上" if years else "不限"),
        ("证书要求", "、".join(position.certificate_labels) or "无"),
        ("班次", position.get_shift_display()),
        ("出差或长途", "需要" if position.travels else "不需要"),
        ("福利待遇", "、".join(position.benefits) or "面谈时确认"),
        ("可放宽项", position.relaxable or "无"),
    ]


@require_safe
def employer(request: HttpRequest, pk: int) -> HttpResponse:
    """Show one employer with its open positions; the contact is visible to registered veterans only."""
    shown_employer = get_object_or_404(
        Employer.objects.visible_to(request.user).select_related("region", "station"), pk=pk
    )
    rows = Position.objects.visible_to(request.user).open_at().filter(employer=shown_employer).with_details()
    reader = request.user
    own = Veteran.objects.filter(account=reader).first() if reader.is_authenticated else None
    return render(
        request,
        "public/positions/employer.html",
        {
            "employer": shown_employer,
            "shown": shown_employer.is_verified,
            "is_veteran": own is not None,
            "hidden": own is not None and is_hidden_from(own, shown_employer),
            "crumbs": [*_crumbs(), (shown_employer.name, "")],
            "page": Paginator(rows, PAGE_SIZE).get_page(request.GET.get("page")),
            "facts": [
                ("行业", shown_employer.get_industry_display()),
                ("单位规模", shown_employer.get_size_band_display()),
                ("单位性质", shown_employer.get_nature_display()),
                ("地址", f"{shown_employer.region.name} {shown_employer.address}"),
                *([("人力资源服务许可证", shown_employer.agency_permit)] if shown_employer.is_agency else []),
            ],
        },
    )
