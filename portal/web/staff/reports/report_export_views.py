"""Export of reports to Excel: counts and rows without names; the audit log keeps filters and row count."""

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
from portal.reports.cohorts import DIMENSION_LABELS, count_by_dimension, count_cohort
from portal.reports.fair_tables import COMPARISON_COLUMNS, compare_fairs
from portal.reports.figures import FIGURES, intentions
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
from portal.veterans.shown_records import log_shown
from portal.web.shared.import_pages import build_xlsx_response
from portal.web.shared.query_params import BadParameterError
from portal.web.shared.redirects import with_query
from portal.web.staff.access import staff_with
from portal.web.staff.reports.report_filters import describe_filters, fairs_in_scope, valid_filters
from portal.web.staff.reports.row_tables import (
    build_reader,
    build_row,
    order_rows,
    row_table_for,
    veterans_of,
)
from portal.web.staff.reports.row_views import get_figure
from portal.web.staff.reports.table_report_views import MonthForm, parse_last_year

export_staff = staff_with(Permission.EXPORT_DATA)


@dataclass(frozen=True, slots=True)
class ExportTable:
    """Content of an Excel file; `filters` is the text of the active filters."""

    title: str
    filters: str
    headers: Sequence[str]
    rows: Sequence[Sequence[Any]]


@export_staff
@require_POST
def export(request: HttpRequest, user: User, report: str) -> HttpResponse:
    """Return the Excel file of one report for the stations where the user may export."""
    build_table = _BUILDERS.get(report)
    if build_table is None:
        raise Http404(report)
    table = build_table(user, report_scope_of(user, Permission.EXPORT_DATA), request.POST)
    try:
        content = export_table(
            by=user, title=table.title, filter_text=table.filters, headers=table.headers, rows=table.rows
        )
    except ValidationError as error:
        messages.error(request, "；".join(error.messages))
        return redirect(with_query(reverse("staff:report-rows"), request.POST))
    return build_xlsx_response(content, f"{table.title}-{timezone.localdate():%Y%m%d}.xlsx")


def _dimension(data: QueryDict) -> str:
    by = data.get("by", "fair")
    if by not in DIMENSION_LABELS:
        raise BadParameterError("by")
    return by


def _funnel(_user: User, scope: ReportScope, data: QueryDict) -> ExportTable:
    filters, by = valid_filters(scope, data), _dimension(data)
    cells = [*count_by_dimension(scope, filters, by), count_cohort(scope, filters)]
    return ExportTable(
        f"漏斗（按{DIMENSION_LABELS[by]}）",
        describe_filters(filters),
        (DIMENSION_LABELS[by], "有意向的人", "达成意向", *(state.label for state in STAGES)),
        [
            (cell.label, cell.figure_value("people").value, cell.figure_value("reached").value, *cell.counts)
            for cell in cells
        ],
    )


def _retention(_user: User, scope: ReportScope, data: QueryDict) -> ExportTable:
    filters = valid_filters(scope, data)
    points = retention_curve.estimate_retention_curve(
        retention_curve.employment_spells(intentions(scope, filters))
    )
    return ExportTable(
        "稳岗曲线",
        describe_filters(filters),
        ("入职后第几天", "仍在岗比例", "95%下限", "95%上限", "仍在观察", "已离职"),
        [(point.days, point.share, point.low, point.high, point.at_risk, point.left) for point in points],
    )


def _satisfaction(_user: User, scope: ReportScope, data: QueryDict) -> ExportTable:
    filters, by = valid_filters(scope, data), _dimension(data)
    groups = [*satisfaction_by_dimension(scope, filters, by), count_satisfaction(scope, filters)]
    return ExportTable(
        f"满意程度（按{DIMENSION_LABELS[by]}）",
        describe_filters(filters),
        (DIMENSION_LABELS[by], *(degree.label for degree in DEGREES), "回答份数", "平均（1至5分）"),
        [(group.label, *group.counts.values(), group.total.value, group.mean) for group in groups],
    )


def _fairs(_user: User, scope: ReportScope, _data: QueryDict) -> ExportTable:
    past_fairs = fairs_in_scope(scope).filter(starts_at__lte=timezone.now()).order_by("-starts_at", "-pk")
    fairs = list(past_fairs[:MAX_ROWS])
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
    return ExportTable("招聘会对比", "全部", ("招聘会", "日期", *labels, "入职占意向"), rows)


def _last_year(data: QueryDict) -> int:
    text = data.get("until", "")
    year = parse_last_year(text)
    if text and str(year) != text:
        raise BadParameterError("until", "不是有统计的年份")
    return year


def _years(_user: User, scope: ReportScope, data: QueryDict) -> ExportTable:
    table = build_year_table(scope, recent_years(_last_year(data)))
    return ExportTable(
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
            for line in table.rows
        ],
    )


def _month(_user: User, scope: ReportScope, data: QueryDict) -> ExportTable:
    form = MonthForm(data)
    if not form.is_valid():
        raise BadParameterError("month", "不是已经开始的月份")
    report = build_month_report(scope, form.cleaned_data["month"])
    return ExportTable(
        "月报",
        report.name,
        ("部分", "指标", "单位", "本月", "上月", "口径"),
        [
            (
                title,
                line.figure.label,
                line.figure.unit,
                line.number.value,
                line.previous.value,
                line.figure.definition,
            )
            for title, lines in report.sections
            for line in lines
        ]
        + [
            (
                report.sections[-1][0],
                MEAN_LABEL,
                MEAN_UNIT,
                *(counts.mean for counts in report.satisfaction),
                MEAN_DEFINITION,
            )
        ],
    )


def _rows(user: User, scope: ReportScope, data: QueryDict) -> ExportTable:
    """Export the rows behind a figure; a veteran appears as the key of the record, without a name."""
    figure = get_figure(data.get("figure", ""))
    filters = valid_filters(scope, data)
    queryset = figure.rows(scope, filters)
    table, reader = row_table_for(queryset), build_reader(user, ReportScope(scope.paths, ()))
    rows = list(order_rows(queryset)[: MAX_ROWS + 1])
    log_shown(by=user, veterans=veterans_of(rows), place=f"导出统计明细：{figure.label}")
    return ExportTable(
        figure.label,
        describe_filters(filters),
        table.columns,
        [[cell.text for cell in build_row(table, reader, row).cells] for row in rows],
    )


_BUILDERS: dict[str, Callable[[User, ReportScope, QueryDict], ExportTable]] = {
    "funnel": _funnel,
    "retention": _retention,
    "satisfaction": _satisfaction,
    "fairs": _fairs,
    "years": _years,
    "month": _month,
    "rows": _rows,
}
