"""Reports that are cut by filters: the funnel, how long people stay, and how content they are."""

from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.views.decorators.http import require_safe

from portal.accounts.models import User
from portal.reports import retention_curve
from portal.reports.figures import FIGURES, FigureValue, intentions
from portal.reports.funnels import DIMENSIONS, build_funnel, group_placements
from portal.reports.furthest_stage import STAGES
from portal.reports.report_filter import ReportFilter
from portal.reports.report_scope import ReportScope, can_export_reports, report_scope_of
from portal.reports.satisfaction import (
    DEGREES,
    MEAN_DEFINITION,
    count_onboarded,
    count_satisfaction,
    satisfaction_by_dimension,
)
from portal.web.staff.reports import charts
from portal.web.staff.reports.report_filters import FilterForm, in_words, report_staff, tabs

PAGE_SIZE = 20
_DEFINED = ("sheets", "people", "reached", "stage.onboarded")
_DEFINED_OF_ANSWERS = ("in_post", "satisfaction")


def asked(user: User, data: QueryDict) -> tuple[ReportScope, FilterForm, ReportFilter | None]:
    """The reader's scope, the form as it was filled in, and its cut; None where the form is wrong."""
    scope = report_scope_of(user)
    form = FilterForm(scope, data)
    return scope, form, form.cut() if form.is_valid() else None


def _context(
    user: User, form: FilterForm, cut: ReportFilter | None, name: str, **more: Any
) -> dict[str, Any]:
    return {
        "tabs": tabs(name),
        "form": form,
        "said": in_words(cut) if cut else [],
        "clear_url": reverse(f"staff:{name}") if cut is None or cut.query else "",
        "can_export": can_export_reports(user),
        "query": cut.query if cut else {},
        **more,
    }


@report_staff
@require_safe
def funnels(request: HttpRequest, user: User) -> HttpResponse:
    """How far the intentions of one cut came, and the same by one dimension."""
    scope, form, cut = asked(user, request.GET)
    by = _dimension(request.GET)
    context = _context(user, form, cut, "report-funnels", by=by, by_label=DIMENSIONS[by], funnel=None)
    if cut is not None:
        cells = group_placements(scope, cut, by)
        page = Paginator(cells, PAGE_SIZE).get_page(request.GET.get("page"))
        context |= {
            "funnel": build_funnel(scope, cut),
            "page": page,
            "groups": [(cell, _address("report-funnels", cell.filters, by)) for cell in page.object_list],
            "columns": [state.label for state in STAGES],
            "export_query": {**cut.query, "by": by},
            "definitions": [FIGURES[name] for name in _DEFINED],
        }
    context["dimensions"] = _dimensions("report-funnels", cut, by)
    return render(request, "staff/reports/funnels.html", context)


def _dimension(data: QueryDict) -> str:
    by = data.get("by", "fair")
    return by if by in DIMENSIONS else "fair"


def _dimensions(name: str, cut: ReportFilter | None, by: str) -> list[dict[str, Any]]:
    """What a report may be grouped by, for components/tabs.html."""
    return [
        {
            "label": label,
            "url": _address(name, cut or ReportFilter(), one),
            "current": one == by,
            "count": None,
        }
        for one, label in DIMENSIONS.items()
    ]


def _address(name: str, cut: ReportFilter, by: str) -> str:
    return f"{reverse(f'staff:{name}')}?{urlencode({**cut.query, 'by': by})}"


@report_staff
@require_safe
def retention(request: HttpRequest, user: User) -> HttpResponse:
    """The curve of people who stayed, with its confidence interval."""
    scope, form, cut = asked(user, request.GET)
    context = _context(user, form, cut, "report-retention", points=[], as_of=timezone.now())
    if cut is not None:
        lives = retention_curve.employment_spells(intentions(scope, cut))
        points = retention_curve.estimate_retention_curve(lives)
        context |= {
            "points": [_point(point, cut) for point in retention_curve.estimate_at_milestones(lives)],
            "all_points": [_point(point, cut) for point in points],
            "observed": FigureValue("at_risk", cut.replace(days=0), len(lives)),
            "left": FigureValue(
                "left_by", cut.replace(days=_longest(lives)), sum(life.left for life in lives)
            ),
            "chart": charts.retention(points, "入职后仍在岗的比例") if points else "",
        }
    return render(request, "staff/reports/retention.html", context)


def _longest(lives: list[retention_curve.EmploymentSpell]) -> int:
    return max((life.days for life in lives), default=0)


def _point(point: retention_curve.CurvePoint, cut: ReportFilter) -> dict[str, Any]:
    then = cut.replace(days=point.days)
    return {
        "point": point,
        "at_risk": FigureValue("at_risk", then, point.at_risk),
        "left": FigureValue("left_by", then, point.left),
    }


@report_staff
@require_safe
def satisfied(request: HttpRequest, user: User) -> HttpResponse:
    """What people in post say of it, by degree, and the same by one dimension."""
    scope, form, cut = asked(user, request.GET)
    name, by = "report-satisfaction", _dimension(request.GET)
    context = _context(user, form, cut, name, by=by, by_label=DIMENSIONS[by], degrees=None)
    if cut is not None:
        degrees = count_satisfaction(scope, cut)
        page = Paginator(satisfaction_by_dimension(scope, cut, by), PAGE_SIZE).get_page(
            request.GET.get("page")
        )
        labels = [degree.label for degree in DEGREES]
        context |= {
            "as_of": timezone.now(),
            "degrees": degrees,
            "in_post": count_onboarded(scope, cut),
            "lines": list(zip(DEGREES, degrees.numbers, degrees.shares, strict=True)),
            "chart": charts.bars(
                "satisfaction",
                "各满意程度的份数",
                labels,
                [("份数", list(degrees.counts.values()))],
                narrow=True,
            ),
            "page": page,
            "groups": [(group, _address(name, group.filters, by)) for group in page.object_list],
            "columns": labels,
            "export_query": {**cut.query, "by": by},
            "definitions": [FIGURES[one] for one in _DEFINED_OF_ANSWERS],
            "mean_definition": MEAN_DEFINITION,
        }
    context["dimensions"] = _dimensions(name, cut, by)
    return render(request, "staff/reports/satisfaction.html", context)
