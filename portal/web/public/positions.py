"""Open positions and their employers, for everybody: no sign-in, no order by who reads."""

from typing import Any

import django_filters
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from portal.core.enums import Education, RegionLevel, Shift
from portal.core.models import Occupation, Region
from portal.employers.models import Employer
from portal.positions.models import Position
from portal.stations.models import Station, path_range
from portal.veterans.models import Veteran

POSITIONS_A_PAGE = 18
PAY_STEPS = (3000, 4000, 5000, 6000, 8000, 10000)  # yuan a month


def _group_choices() -> list[tuple[str, str]]:
    """(first four characters of the code, name) of the classification's 中类 groups."""
    groups = Occupation.objects.filter(level=2).order_by("code").values_list("code", "name")
    return [(code[:4], name) for code, name in groups]


class PositionFilter(django_filters.FilterSet):
    """County, group of occupations, pay, own education, shift. Each leaves the order alone."""

    county = django_filters.ModelChoiceFilter(
        label="工作地区", queryset=Region.objects.none(), method="in_region", empty_label="全部地区"
    )
    group = django_filters.ChoiceFilter(label="职业类别", method="in_group", empty_label="全部类别")
    pay = django_filters.ChoiceFilter(
        label="月薪能达到",
        choices=[(str(step), f"{step:,} 元") for step in PAY_STEPS],
        method="pays",
        empty_label="不限",
    )
    education = django_filters.ChoiceFilter(
        label="我的学历",
        choices=Education.choices,
        field_name="education_min",
        lookup_expr="lte",
        empty_label="不限",
    )
    shift = django_filters.ChoiceFilter(label="班次", choices=Shift.choices, empty_label="不限")

    class Meta:
        model = Position
        fields = ["county", "group", "pay", "education", "shift"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        roots = Station.objects.filter(depth=1).values("region")
        self.filters["county"].queryset = Region.objects.filter(level=RegionLevel.COUNTY, parent__in=roots)
        self.filters["group"].extra["choices"] = _group_choices

    def in_region(self, rows: QuerySet, name: str, value: Region) -> QuerySet:
        return rows.filter(path_range("region_id", value.pk))

    def in_group(self, rows: QuerySet, name: str, value: str) -> QuerySet:
        return rows.filter(path_range("occupation_id", value))

    def pays(self, rows: QuerySet, name: str, value: str) -> QuerySet:
        return rows.filter(pay_to__gte=int(value))


def _crumbs() -> list[tuple[str, str]]:
    return [("首页", "/"), ("找岗位", reverse("public:positions"))]


@require_safe
def positions(request: HttpRequest) -> HttpResponse:
    """Every open position, latest first."""
    found = PositionFilter(request.GET, queryset=Position.objects.open_at())
    # Numbers first: sorting whole rows of 66,000 for a late page takes ten times as long.
    page = Paginator(found.qs.values_list("pk", flat=True), POSITIONS_A_PAGE).get_page(
        request.GET.get("page")
    )
    rows = Position.objects.open_at().with_details().in_bulk(list(page.object_list))
    page.object_list = [rows[pk] for pk in page.object_list if pk in rows]
    filtered = any(request.GET.get(name) for name in found.filters)
    return render(
        request,
        "web/public/positions.html",
        {
            "page": page,
            "form": found.form,
            "filtered": filtered,
            "clear_url": reverse("public:positions") if filtered else "",
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
        "web/public/position.html",
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
    return render(
        request,
        "web/public/employer.html",
        {
            "employer": found,
            "crumbs": [*_crumbs(), (found.name, "")],
            "page": Paginator(rows, POSITIONS_A_PAGE).get_page(request.GET.get("page")),
            "facts": [
                ("行业", found.get_industry_display()),
                ("单位规模", found.get_size_band_display()),
                ("单位性质", found.get_nature_display()),
                ("地址", f"{found.region.name} {found.address}"),
            ],
        },
    )
