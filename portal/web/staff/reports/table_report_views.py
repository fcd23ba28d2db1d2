"""Reports of the whole of the reader's stations: fairs beside each other, four years, one month."""

from datetime import date
from typing import Any

from django import forms
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from portal.accounts.models import User
from portal.reports.fair_tables import COMPARISON_COLUMNS, compare_fairs
from portal.reports.figures import FIGURES
from portal.reports.furthest_stage import STAGES
from portal.reports.month_pdf import render_month_pdf
from portal.reports.month_report import MonthReport, build_month_report
from portal.reports.report_scope import can_export_reports, report_scope_of
from portal.reports.satisfaction import MEAN_DEFINITION
from portal.reports.year_table import build_year_table, recent_years
from portal.web.staff.reports import charts
from portal.web.staff.reports.report_filters import organised_below, report_staff, tabs

PAGE_SIZE = 10
FIRST_YEAR = 2000
_CHARTED = ("sheets", "stage.onboarded", "stage.retained_3m")


@report_staff
@require_safe
def years(request: HttpRequest, user: User) -> HttpResponse:
    """The four-year table, recounted now."""
    until = year_of(request.GET.get("until", ""))
    table = build_year_table(report_scope_of(user), recent_years(until))
    charted = [table.line(name) for name in _CHARTED]
    context = {
        "tabs": tabs("report-years"),
        "table": table,
        "chart": charts.bars(
            "years",
            "各年登记意向、入职和在岗满三个月的份数",
            table.columns[:-1],
            [(line.figure.label, [number.value for number in line.numbers[:-1]]) for line in charted],
        ),
        "charted": charted,
        "until": until,
        "earlier": until - 1,
        "later": until + 1 if until < timezone.localdate().year else None,
        "can_export": can_export_reports(user),
        "query": {"until": str(until)},
    }
    return render(request, "staff/reports/years.html", context)


def year_of(text: str) -> int:
    """The last year of the table: this one, unless an earlier one is asked for."""
    now = timezone.localdate().year
    return int(text) if text.isdigit() and FIRST_YEAR + 4 < int(text) <= now else now


@report_staff
@require_safe
def fairs(request: HttpRequest, user: User) -> HttpResponse:
    """Fairs that have begun, beside each other, the latest first."""
    scope = report_scope_of(user)
    begun = organised_below(scope).filter(starts_at__lte=timezone.now()).order_by("-starts_at", "-pk")
    page = Paginator(begun, PAGE_SIZE).get_page(request.GET.get("page"))
    shown = list(page.object_list)
    lines = compare_fairs(scope, shown)
    sheets, placed = COMPARISON_COLUMNS.index("sheets"), COMPARISON_COLUMNS.index("stage.onboarded")
    values = [[line.numbers[at] for line in lines] for at in (sheets, placed)]
    context = {
        "tabs": tabs("report-fairs"),
        "page": page,
        "lines": list(zip(shown, lines, strict=True)),
        "figures": [FIGURES[name] for name in COMPARISON_COLUMNS],
        "chart": charts.lines_of(
            "fairs",
            "本页各场招聘会的登记意向和入职份数",
            [f"{timezone.localtime(fair.starts_at):%Y-%m-%d}" for fair in shown],
            [
                ("登记意向", [number.value if number else 0 for number in values[0]]),
                ("已入职", [number.value if number else 0 for number in values[1]]),
            ],
        )
        if shown
        else "",
        "charted": list(zip(shown, *values, strict=True)),
        "as_of": timezone.now(),
        "can_export": can_export_reports(user),
        "query": {},
    }
    return render(request, "staff/reports/fairs.html", context)


class MonthForm(forms.Form):
    """A month, as browsers write it."""

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


def _month(request: HttpRequest) -> tuple[MonthForm, date | None]:
    """This month unless another is asked for; None where what is asked for makes no sense."""
    today = timezone.localdate()
    form = MonthForm(request.GET if "month" in request.GET else {"month": f"{today:%Y-%m}"})
    return form, form.cleaned_data["month"] if form.is_valid() else None


@report_staff
@require_safe
def month(request: HttpRequest, user: User) -> HttpResponse:
    """The report of one month."""
    form, day = _month(request)
    report = build_month_report(report_scope_of(user), day) if day else None
    context: dict[str, Any] = {
        "tabs": tabs("report-month"),
        "form": form,
        "report": report,
        "of": whose(user),
        "mean_definition": MEAN_DEFINITION,
        "columns": [STAGES[rank].label for rank in STATION_RANKS],
        "stations": [(cell, [cell.numbers[rank] for rank in STATION_RANKS]) for cell in report.stations]
        if report
        else [],
        "can_export": can_export_reports(user),
        "query": {"month": f"{day:%Y-%m}"} if day else {},
    }
    return render(request, "staff/reports/month.html", context)


STATION_RANKS = (0, 1, 3, 5)


@report_staff
@require_safe
def month_print(request: HttpRequest, user: User) -> HttpResponse:
    """The same as a PDF."""
    _, day = _month(request)
    if day is None:
        raise Http404("no such month")
    report: MonthReport = build_month_report(report_scope_of(user), day)
    content = render_month_pdf(report, of=whose(user), by=user.name)
    response = HttpResponse(content, content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="report-{day:%Y-%m}.pdf"'
    return response


def whose(user: User) -> str:
    """The names of the stations that the reports cover."""
    scope = report_scope_of(user)
    names = [post.station.name for post in user.current_appointments if post.station.path in scope.paths]
    return "、".join(dict.fromkeys(names))
