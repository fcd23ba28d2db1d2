"""Reports with filters: funnel, retention curve and satisfaction."""

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
from portal.reports.cohorts import DIMENSION_LABELS, count_by_dimension
from portal.reports.figures import FIGURES, FigureValue, intentions
from portal.reports.funnels import build_funnel
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
from portal.web.staff.reports.report_filters import FilterForm, filter_labels, report_staff, tabs

PAGE_SIZE = 20
_FUNNEL_FIGURES = ("sheets", "people", "reached", "stage.onboarded")
_SATISFACTION_FIGURES = ("in_post", "satisfaction")


def _parse_request(user: User, data: QueryDict) -> tuple[ReportScope, FilterForm, ReportFilter | None]:
    """Return the reader's scope, the bound form, and its filters (None where the form is invalid)."""
    scope = report_scope_of(user)
    form = FilterForm(scope, data)
    return scope, form, form.to_filter() if form.is_valid() else None


def _context(
    user: User, form: FilterForm, filters: ReportFilter | None, name: str, **more: Any
) -> dict[str, Any]:
    return {
        "tabs": tabs(name),
        "form": form,
        "active_filters": filter_labels(filters) if filters else [],
        "clear_url": reverse(f"staff:{name}") if filters is None or filters.query else "",
        "can_export": can_export_reports(user),
        "query": filters.query if filters else {},
        **more,
    }


@report_staff
@require_safe
def funnels(request: HttpRequest, user: User) -> HttpResponse:
    """Show the stages that the intentions reached, in total and by one dimension."""
    scope, form, filters = _parse_request(user, request.GET)
    by = _dimension(request.GET)
    context = _context(
        user, form, filters, "report-funnels", by=by, by_label=DIMENSION_LABELS[by], funnel=None
    )
    if filters is not None:
        cells = count_by_dimension(scope, filters, by)
        page = Paginator(cells, PAGE_SIZE).get_page(request.GET.get("page"))
        context |= {
            "funnel": build_funnel(scope, filters),
            "page": page,
            "groups": [(cell, _report_url("report-funnels", cell.filters, by)) for cell in page.object_list],
            "columns": [state.label for state in STAGES],
            "export_query": {**filters.query, "by": by},
            "definitions": [FIGURES[name] for name in _FUNNEL_FIGURES],
        }
    context["dimensions"] = _dimensions("report-funnels", filters, by)
    return render(request, "staff/reports/funnels.html", context)


def _dimension(data: QueryDict) -> str:
    by = data.get("by", "fair")
    return by if by in DIMENSION_LABELS else "fair"


def _dimensions(name: str, filters: ReportFilter | None, by: str) -> list[dict[str, Any]]:
    """Return the dimensions of a report as tabs for components/tabs.html."""
    return [
        {
            "label": label,
            "url": _report_url(name, filters or ReportFilter(), key),
            "current": key == by,
            "count": None,
        }
        for key, label in DIMENSION_LABELS.items()
    ]


def _report_url(name: str, filters: ReportFilter, by: str) -> str:
    return f"{reverse(f'staff:{name}')}?{urlencode({**filters.query, 'by': by})}"


@report_staff
@require_safe
def retention(request: HttpRequest, user: User) -> HttpResponse:
    """Show the retention curve with its confidence interval."""
    scope, form, filters = _parse_request(user, request.GET)
    context = _context(user, form, filters, "report-retention", points=[], as_of=timezone.now())
    if filters is not None:
        spells = retention_curve.employment_spells(intentions(scope, filters))
        points = retention_curve.estimate_retention_curve(spells)
        context |= {
            "points": [_point(point, filters) for point in retention_curve.estimate_at_milestones(spells)],
            "all_points": [_point(point, filters) for point in points],
            "observed": FigureValue("at_risk", filters.replace(days=0), len(spells)),
            "left": FigureValue(
                "left_by", filters.replace(days=_longest_spell(spells)), sum(spell.left for spell in spells)
            ),
            "chart": charts.retention(points, "入职后仍在岗的比例") if points else "",
        }
    return render(request, "staff/reports/retention.html", context)


def _longest_spell(spells: list[retention_curve.EmploymentSpell]) -> int:
    return max((spell.days for spell in spells), default=0)


def _point(point: retention_curve.CurvePoint, filters: ReportFilter) -> dict[str, Any]:
    filters_at_day = filters.replace(days=point.days)
    return {
        "point": point,
        "at_risk": FigureValue("at_risk", filters_at_day, point.at_risk),
        "left": FigureValue("left_by", filters_at_day, point.left),
    }


@report_staff
@require_safe
def satisfaction(request: HttpRequest, user: User) -> HttpResponse:
    """Show the satisfaction of employed veterans by degree, in total and by one dimension."""
    scope, form, filters = _parse_request(user, request.GET)
    name, by = "report-satisfaction", _dimension(request.GET)
    context = _context(user, form, filters, name, by=by, by_label=DIMENSION_LABELS[by], degrees=None)
    if filters is not None:
        degrees = count_satisfaction(scope, filters)
        page = Paginator(satisfaction_by_dimension(scope, filters, by), PAGE_SIZE).get_page(
            request.GET.get("page")
        )
        labels = [degree.label for degree in DEGREES]
        context |= {
            "as_of": timezone.now(),
            "degrees": degrees,
            "in_post": count_onboarded(scope, filters),
            "degree_rows": list(zip(DEGREES, degrees.numbers, degrees.shares, strict=True)),
            "chart": charts.bars(
                "satisfaction",
                "各满意程度的份数",
                labels,
                [("份数", list(degrees.counts.values()))],
                narrow=True,
            ),
            "page": page,
            "groups": [(group, _report_url(name, group.filters, by)) for group in page.object_list],
            "columns": labels,
            "export_query": {**filters.query, "by": by},
            "definitions": [FIGURES[key] for key in _SATISFACTION_FIGURES],
            "mean_definition": MEAN_DEFINITION,
        }
    context["dimensions"] = _dimensions(name, filters, by)
    return render(request, "staff/reports/satisfaction.html", context)
