"""Reports as Excel sheets: counts and rows without names, each export noted with its filter and row count."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from portal.accounts.models import User
from portal.accounts.roles import Permission
from portal.reports import retention_curve
from portal.reports.actions import MAX_ROWS, export_table
from portal.reports.fair_tables import COMPARISON_COLUMNS, compare_fairs
from portal.reports.figures import FIGURES, intentions
from portal.reports.funnels import DIMENSIONS, count_all, group_placements
from portal.reports.furthest_stage import STAGES
from portal.reports.month_report import build_month_report
from portal.reports.report_scope import ReportScope, report_scope_of
from portal.reports.satisfaction import (
    DEGREES,
    MEAN_DEFINITION,
    MEAN_LABEL,
    MEAN_UNIT,
    count_satisfaction,
    satisfaction_by_dimension,
)
from portal.reports.year_table import build_year_table, recent_years
from portal.web.shared.import_pages import download
from portal.web.staff.access import staff_with
from portal.web.staff.reports.report_filters import CutForm, organised_below, words
from portal.web.staff.reports.row_tables import entry, listing_of, ordered, reader_of
from portal.web.staff.reports.row_views import figure_or_404
from portal.web.staff.reports.table_report_views import MonthForm, year_of

export_staff = staff_with(Permission.EXPORT_DATA)


@dataclass(frozen=True, slots=True)
class Sheet:
    title: str
    said: str
    headers: Sequence[str]
    rows: Sequence[Sequence[Any]]


@export_staff
@require_POST
def export(request: HttpRequest, user: User, report: str) -> HttpResponse:
    """The sheet of one report, of the stations where the user's post may export."""
    make = _SHEETS.get(report)
    if make is None:
        raise Http404(report)
    sheet = make(user, report_scope_of(user, Permission.EXPORT_DATA), request.POST)
    try:
        content = export_table(
            by=user, title=sheet.title, said=sheet.said, headers=sheet.headers, rows=sheet.rows
        )
    except ValidationError as error:
        messages.error(request, "；".join(error.messages))
        return redirect(f"{reverse('staff:report-rows')}?{request.POST.urlencode()}")
    return download(content, f"{sheet.title}-{timezone.localdate():%Y%m%d}.xlsx")


def _cut(scope: ReportScope, data: QueryDict) -> Any:
    form = CutForm(scope, data)
    if not form.is_valid():
        raise Http404("; ".join(form.errors))
    return form.cut()


def _dimension(data: QueryDict) -> str:
    by = data.get("by", "fair")
    if by not in DIMENSIONS:
        raise Http404(by)
    return by


def _funnel(_user: User, scope: ReportScope, data: QueryDict) -> Sheet:
    cut, by = _cut(scope, data), _dimension(data)
    cells = [*group_placements(scope, cut, by), count_all(scope, cut)]
    return Sheet(
        f"漏斗（按{DIMENSIONS[by]}）",
        words(cut),
        (DIMENSIONS[by], "有意向的人", "达成意向", *(state.label for state in STAGES)),
        [
            (cell.label, cell.number("people").value, cell.number("reached").value, *cell.counts)
            for cell in cells
        ],
    )


def _retention(_user: User, scope: ReportScope, data: QueryDict) -> Sheet:
    cut = _cut(scope, data)
    points = retention_curve.estimate_retention_curve(
        retention_curve.employment_spells(intentions(scope, cut))
    )
    return Sheet(
        "稳岗曲线",
        words(cut),
        ("入职后第几天", "仍在岗比例", "95%下限", "95%上限", "仍在观察", "已离职"),
        [(one.days, one.share, one.low, one.high, one.at_risk, one.left) for one in points],
    )


def _satisfaction(_user: User, scope: ReportScope, data: QueryDict) -> Sheet:
    cut, by = _cut(scope, data), _dimension(data)
    groups = [*satisfaction_by_dimension(scope, cut, by), count_satisfaction(scope, cut)]
    return Sheet(
        f"满意程度（按{DIMENSIONS[by]}）",
        words(cut),
        (DIMENSIONS[by], *(degree.label for degree in DEGREES), "回答份数", "平均（1至5分）"),
        [(group.label, *group.counts.values(), group.answered.value, group.mean) for group in groups],
    )


def _fairs(_user: User, scope: ReportScope, _data: QueryDict) -> Sheet:
    begun = organised_below(scope).filter(starts_at__lte=timezone.now()).order_by("-starts_at", "-pk")
    fairs = list(begun[:MAX_ROWS])
    rows = [
        (
            fair.title,
            f"{timezone.localtime(fair.starts_at):%Y-%m-%d}",
            *(number.value if number else 0 for number in line.numbers),
            line.share,
        )
        for fair, line in zip(fairs, compare_fairs(scope, fairs), strict=True)
    ]
    labels = (FIGURES[name].label for name in COMPARISON_COLUMNS)
    return Sheet("招聘会对比", "全部", ("招聘会", "日期", *labels, "入职占意向"), rows)


def _years(_user: User, scope: ReportScope, data: QueryDict) -> Sheet:
    table = build_year_table(scope, recent_years(year_of(data.get("until", ""))))
    return Sheet(
        "四年汇总",
        f"{table.columns[0]}至{table.columns[-2]}",
        ("指标", "单位", *table.columns, "口径"),
        [
            (
                line.figure.label,
                line.figure.unit,
                *(number.value for number in line.numbers),
                line.figure.definition,
            )
            for line in table.lines
        ],
    )


def _month(_user: User, scope: ReportScope, data: QueryDict) -> Sheet:
    form = MonthForm(data)
    if not form.is_valid():
        raise Http404("no such month")
    report = build_month_report(scope, form.cleaned_data["month"])
    return Sheet(
        "月报",
        report.name,
        ("部分", "指标", "单位", "本月", "上月", "口径"),
        [
            (
                title,
                one.figure.label,
                one.figure.unit,
                one.number.value,
                one.before.value,
                one.figure.definition,
            )
            for title, lines in report.sections
            for one in lines
        ]
        + [
            (
                report.sections[-1][0],
                MEAN_LABEL,
                MEAN_UNIT,
                *(said.mean for said in report.said),
                MEAN_DEFINITION,
            )
        ],
    )


def _rows(user: User, scope: ReportScope, data: QueryDict) -> Sheet:
    """The rows behind a number; people by the number of their record, for nobody's name leaves this way."""
    figure = figure_or_404(data.get("figure", ""))
    cut = _cut(scope, data)
    found = figure.rows(scope, cut)
    listing, reader = listing_of(found), reader_of(user, ReportScope(scope.paths, ()))
    rows = ordered(found)[: MAX_ROWS + 1]
    return Sheet(
        figure.label,
        words(cut),
        listing.columns,
        [[cell.text for cell in entry(listing, reader, row).cells] for row in rows],
    )


_SHEETS: dict[str, Callable[[User, ReportScope, QueryDict], Sheet]] = {
    "funnel": _funnel,
    "retention": _retention,
    "satisfaction": _satisfaction,
    "fairs": _fairs,
    "years": _years,
    "month": _month,
    "rows": _rows,
}
