"""Open positions and their employers, for everybody: no sign-in, no order by who reads."""

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
from portal.web.public.search.views import asked_of, found_page, list_context, paged
from search.query import LONGEST_TEXT, Kind

PAGE_SIZE = 18


def _crumbs() -> list[tuple[str, str]]:
    return [("首页", "/"), ("找岗位", reverse("public:positions"))]


@require_safe
def positions(request: HttpRequest) -> HttpResponse:
    """Every open position, latest first. Listed and counted by the search index, which counts 56,000 open
    rows faster than the database does.
    """
    asked = replace(asked_of(request), q="", kind=Kind.POSITION)
    result, number = found_page(request, asked)
    return render(
        request,
        "public/positions/positions.html",
        {
            **list_context(request, asked, result),
            "result": result,
            "page": paged(result, number),
            "longest": LONGEST_TEXT,
        },
    )


@require_safe
def position(request: HttpRequest, pk: int) -> HttpResponse:
    """One position. Its own firm and its reviewers see it before it opens and after it ends, marked so."""
    found = get_object_or_404(Position.objects.visible_to(request.user).with_details(), pk=pk)
    is_veteran = request.user.is_authenticated and Veteran.objects.filter(account=request.user).exists()
    more = (
        Position.objects.visible_to(request.user)
        .open_at()
        .filter(employer=found.employer)
        .exclude(pk=found.pk)
        .with_details()[:3]
    )
    return render(
        request,
        "public/positions/position.html",
        {
            "position": found,
            "facts": _facts(found),
            "more": list(more),
            "is_veteran": is_veteran,
            "crumbs": [
                *_crumbs(),
                (found.employer.name, reverse("public:employer", args=[found.employer_id])),
                (found.title, ""),
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
    """One employer with its open positions. Phone and contact person are for registered people only."""
    found = get_object_or_404(
        Employer.objects.visible_to(request.user).select_related("region", "station"), pk=pk
    )
    rows = Position.objects.visible_to(request.user).open_at().filter(employer=found).with_details()
    reader = request.user
    own = Veteran.objects.filter(account=reader).first() if reader.is_authenticated else None
    return render(
        request,
        "public/positions/employer.html",
        {
            "employer": found,
            "shown": found.is_verified,
            "is_veteran": own is not None,
            "hidden": own is not None and is_hidden_from(own, found),
            "crumbs": [*_crumbs(), (found.name, "")],
            "page": Paginator(rows, PAGE_SIZE).get_page(request.GET.get("page")),
            "facts": [
                ("行业", found.get_industry_display()),
                ("单位规模", found.get_size_band_display()),
                ("单位性质", found.get_nature_display()),
                ("地址", f"{found.region.name} {found.address}"),
                *([("人力资源服务许可证", found.agency_permit)] if found.is_agency else []),
            ],
        },
    )
