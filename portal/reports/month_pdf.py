"""Monthly report as a PDF: the values of `MonthReport` as texts, set by `month_report.typ`."""

from typing import Any

from django.utils import timezone

from portal.core.paper import typeset
from portal.reports.furthest_stage import STAGE_RANKS
from portal.reports.month_charts import funnel_bars, retention_lines
from portal.reports.month_report import STATION_STAGES, MonthReport, MonthRow
from portal.reports.satisfaction import MEAN_DEFINITION, MEAN_LABEL

_LEFT_SECTIONS = 2  # sections of the report in the left column


def render_month_pdf(report: MonthReport, *, of: str, by: str) -> bytes:
    """Render the report on A4. `of`: name of the station or city; `by`: name of the printing user."""
    title = f"{of}退役军人就业服务月报"
    as_of = f"{timezone.localtime(report.as_of):%Y-%m-%d %H:%M}"
    sections = _sections(report)
    return typeset(
        "reports/month_report.typ",
        {
            "title": title,
            "document_title": f"{title}（{report.name}）",
            "of": of,
            "subtitle": f"{report.name}，截至 {as_of}",
            "foot": f"截至 {as_of}，由系统从记录重新统计；打印人：{by}",
            "funnel": _funnel(report),
            "curve": _curve(report),
            "left": [*sections[:_LEFT_SECTIONS], sections[-1]],
            "right": sections[_LEFT_SECTIONS:-1],
            "stations": _stations(report),
            "definitions": [
                " ".join(f"{row.figure.label}：{row.figure.definition}" for row in rows)
                for _, rows in report.sections
            ],
        },
    )


def _funnel(report: MonthReport) -> dict[str, Any]:
    bars = funnel_bars(report.funnel.stages)
    steps = "，".join(f"{bar['label']} {bar['text']}" for bar in bars)
    return {"bars": bars, "alt": f"条形图，本月登记的意向走到了哪一步：{steps}"}


def _curve(report: MonthReport) -> dict[str, Any] | None:
    """Return the retention curve of all people who started a job; None before the first."""
    if not report.curve:
        return None
    milestones = "，".join(
        f"{point.days} 天 {point.share:.0%}" for point in report.milestones if point.at_risk
    )
    return {
        "lines": retention_lines(report.curve),
        "alt": f"曲线图，入职后仍在岗的比例：{milestones}",
        "note": f"历次安置合在一起；虚线是 95% 置信区间。{milestones}。",
    }


def _sections(report: MonthReport) -> list[dict[str, Any]]:
    sections = [{"name": name, "rows": [_cells(row) for row in rows]} for name, rows in report.sections]
    current, previous = (counts.mean_text for counts in report.satisfaction)
    sections[-1]["note"] = f"{MEAN_LABEL}：本月 {current}，上月 {previous}。{MEAN_DEFINITION}"
    return sections


def _cells(row: MonthRow) -> list[str]:
    unit = row.figure.unit
    return [row.figure.label, f"{row.number.value:,} {unit}", f"{row.previous.value:,} {unit}"]


def _stations(report: MonthReport) -> dict[str, Any]:
    ranks = [STAGE_RANKS[stage] for stage in STATION_STAGES]
    return {
        "headers": ["服务站", *(stage.label for stage in STATION_STAGES)],
        "rows": [[cell.label, *(f"{cell.counts[rank]:,}" for rank in ranks)] for cell in report.stations],
    }
