"""Reports without filters: comparison of fairs, four years, one month."""

from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from portal.accounts.models import User
from portal.core.text_folding import parse_integer
from portal.reports.fair_tables import COMPARISON_COLUMNS, compare_fairs
from portal.reports.figures import FIGURES
from portal.reports.furthest_stage import STAGE_RANKS
from portal.reports.month_pdf import render_month_pdf
from portal.reports.month_report import STATION_STAGES, MonthReport, build_month_report
from portal.reports.report_scope import can_export_reports, report_scope_of
from portal.reports.satisfaction import MEAN_DEFINITION
from portal.reports.year_table import build_year_table, recent_years
from portal.web.shared.query_params import BadParameterError
from portal.web.staff.reports import charts
from portal.web.staff.reports.report_filters import fairs_in_scope, report_staff, tabs

PAGE_SIZE = 10
FIRST_YEAR = 2000
_CHART_FIGURES = ("sheets", "stage.onboarded", "stage.retained_3m")


@report_staff
@require_safe
def years(request: HttpRequest, user: User) -> HttpResponse:
    """Show the four-year table, counted now."""
    until = parse_last_year(request.GET.get("until", ""))
    table = build_year_table(report_scope_of(user), recent_years(until))
    chart_lines = [table.row(name) for name in _CHART_FIGURES]
    context = {
        "tabs": tabs("report-years"),
        "table": table,
        "chart": charts.bars(
            "years",
            "各年登记意向、入职和在岗满三个月的份数",
            table.columns[:-1],
            [(line.figure.label, [number.value for number in line.numbers[:-1]]) for line in chart_lines],
        ),
        "chart_lines": chart_lines,
        "until": until,
        "earlier": until - 1,
        "later": until + 1 if until < timezone.localdate().year else None,
        "can_export": can_export_reports(user),
        "query": {"until": str(until)},
    }
    return render(request, "staff/reports/years.html", context)


def parse_last_year(text: str) -> int:
    """Return the last year of the table: the year in `text` where valid, otherwise this year."""
    this_year = timezone.localdate().year
    try:
        return parse_integer(text, minimum=FIRST_YEAR + 5, maximum=this_year)
    except ValidationError:
        return this_year


@report_staff
@require_safe
def fairs(request: HttpRequest, user: User) -> HttpResponse:
    """Compare the fairs that have started, the latest first."""
    scope = report_scope_of(user)
    past_fairs = fairs_in_scope(scope).filter(starts_at__lte=timezone.now()).order_by("-starts_at", "-pk")
    page = Paginator(past_fairs, PAGE_SIZE).get_page(request.GET.get("page"))
    fairs_on_page = list(page.object_list)
    lines = compare_fairs(scope, fairs_on_page)
    columns = [COMPARISON_COLUMNS.index(key) for key in ("sheets", "stage.onboarded")]
    values = [[line.numbers[column] for line in lines] for column in columns]
    context = {
        "tabs": tabs("report-fairs"),
        "page": page,
        "lines": list(zip(fairs_on_page, lines, strict=True)),
        "figures": [FIGURES[name] for name in COMPARISON_COLUMNS],
        "chart": charts.horizontal_bars(
            "fairs",
            "本页各场招聘会的登记意向和入职份数",
            [f"{timezone.localtime(fair.starts_at):%Y-%m-%d}" for fair in fairs_on_page],
            [
                ("登记意向", [number.value if number else 0 for number in values[0]]),
                ("已入职", [number.value if number else 0 for number in values[1]]),
            ],
        )
        if fairs_on_page
        else "",
        "chart_rows": list(zip(fairs_on_page, *values, strict=True)),
        "as_of": timezone.now(),
        "can_export": can_export_reports(user),
        "query": {},
    }
    return render(request, "staff/reports/fairs.html", context)


class MonthForm(forms.Form):
    """Month in the format of a browser's month input."""

    month = forms.DateField(
        label="月份",
        input_formats=["%Y-%m", "%Y-%m-%d"],
        widget=forms.DateInput(attrs={"type": "month"}, format="%Y-%m"),
        error_messages={"invalid": "请写成年-月，例如 2026-11。"},
    )

    def clean_month(self) -> date:
        month: date = self.cleaned_data["month"]
        if month > timezone.localdate() or month.year < FIRST_YEAR:
            raise forms.ValidationError("请选择已经开始的月份。")
        return month


def _parse_month(request: HttpRequest) -> tuple[MonthForm, date | None]:
    """Return the form and the requested month, this month by default; None where the value is invalid."""
    today = timezone.localdate()
    form = MonthForm(request.GET if "month" in request.GET else {"month": f"{today:%Y-%m}"})
    return form, form.cleaned_data["month"] if form.is_valid() else None


@report_staff
@require_safe
def month(request: HttpRequest, user: User) -> HttpResponse:
    """Show the report of one month."""
    form, day = _parse_month(request)
    report = build_month_report(report_scope_of(user), day) if day else None
    context: dict[str, Any] = {
        "tabs": tabs("report-month"),
        "form": form,
        "report": report,
        "station_names": station_names(user),
        "mean_definition": MEAN_DEFINITION,
        "columns": [stage.label for stage in STATION_STAGES],
        "stations": [
            (cell, [cell.numbers[STAGE_RANKS[stage]] for stage in STATION_STAGES]) for cell in report.stations
        ]
        if report
        else [],
        "can_export": can_export_reports(user),
        "query": {"month": f"{day:%Y-%m}"} if day else {},
    }
    return render(request, "staff/reports/month.html", context)


@report_staff
@require_safe
def month_pdf(request: HttpRequest, user: User) -> HttpResponse:
    """Return the report of one month as a PDF."""
    _, day = _parse_month(request)
    if day is None:
        raise BadParameterError("month", "不是已经开始的月份")
    report: MonthReport = build_month_report(report_scope_of(user), day)
    content = render_month_pdf(report, of=station_names(user), by=user.name)
    response = HttpResponse(content, content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="report-{day:%Y-%m}.pdf"'
    return response


def station_names(user: User) -> str:
    """Return the names of the stations that the reports cover."""
    scope = report_scope_of(user)
    names = [row.station.name for row in user.current_appointments if row.station.path in scope.paths]
    return "、".join(dict.fromkeys(names))
