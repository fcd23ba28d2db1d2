"""Monthly report as a PDF. The Chinese font is not embedded: PDF readers bring it."""

import io
from collections.abc import Sequence
from typing import Any

from django.utils import timezone
from reportlab.lib import colors
from reportlab.lib.enums import TA_CENTER
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import (
    BaseDocTemplate,
    Flowable,
    Frame,
    KeepTogether,
    PageTemplate,
    Paragraph,
    Table,
    TableStyle,
)

from portal.reports.furthest_stage import STAGE_RANKS
from portal.reports.month_report import STATION_STAGES, MonthReport
from portal.reports.pdf_charts import FONT, GREEN, GREY, LINE, draw_funnel, draw_retention_curve
from portal.reports.satisfaction import MEAN_DEFINITION, MEAN_LABEL

_SHADE = colors.HexColor("#f4f6f3")
_MARGIN = 18 * mm
_GUTTER = 8 * mm
_TEXT = ParagraphStyle("text", fontName=FONT, fontSize=9.5, leading=13, wordWrap="CJK")
_NOTE = ParagraphStyle("note", parent=_TEXT, fontSize=8, leading=11.5, spaceBefore=3, textColor=GREY)
_NUMBER = ParagraphStyle("number", parent=_TEXT, alignment=2)
_HEAD = ParagraphStyle(
    "head", parent=_TEXT, fontSize=12, leading=17, spaceBefore=9, spaceAfter=3, keepWithNext=1
)
_TITLE = ParagraphStyle("title", parent=_TEXT, fontSize=17, leading=25, alignment=TA_CENTER)
_UNDER = ParagraphStyle("under", parent=_NOTE, fontSize=9, alignment=TA_CENTER)
_LEFT_SECTIONS = 2  # sections of the report in the left column


def render_month_pdf(report: MonthReport, *, of: str, by: str, compress: bool = True) -> bytes:
    """Render the report on A4. `of`: name of the station or city; `by`: name of the printing user."""
    pdfmetrics.registerFont(UnicodeCIDFont(FONT))
    out = io.BytesIO()
    title = f"{of}退役军人就业服务月报"
    as_of = f"{timezone.localtime(report.as_of):%Y-%m-%d %H:%M}"
    document = BaseDocTemplate(
        out,
        pagesize=A4,
        leftMargin=_MARGIN,
        rightMargin=_MARGIN,
        topMargin=_MARGIN,
        bottomMargin=_MARGIN,
        title=f"{title}（{report.name}）",
        author=of,
        subject=f"截至 {as_of}",
        lang="zh-CN",
        pageCompression=int(compress),
    )
    frame = Frame(
        document.leftMargin, document.bottomMargin, document.width, document.height, 0, 0, 0, 0, id="body"
    )

    def foot(canvas: Canvas, page: Any) -> None:
        canvas.saveState()
        canvas.setFont(FONT, 8)
        canvas.drawString(_MARGIN, 11 * mm, f"截至 {as_of}，由系统从记录重新统计；打印人：{by}")
        canvas.drawRightString(A4[0] - _MARGIN, 11 * mm, f"第 {page.page} 页")
        canvas.restoreState()

    document.addPageTemplates(PageTemplate(id="page", frames=[frame], onPage=foot))
    document.build(
        [
            Paragraph(title, _TITLE),
            Paragraph(f"{report.name}，截至 {as_of}", _UNDER),
            *_charts(report, document.width),
            *_sections(report, document.width),
            *_stations(report, document.width),
            *_definitions(report),
        ]
    )
    return out.getvalue()


def _charts(report: MonthReport, width: float) -> list[Flowable]:
    """Return the month's funnel, and beside it the retention curve of all people who started a job."""
    half = (width - _GUTTER) / 2
    funnel = draw_funnel(report.funnel.stages, half)
    left = [
        Paragraph("本月登记的意向走到了哪一步", _HEAD),
        funnel,
        Paragraph("括号里是占上一步的比例。", _NOTE),
    ]
    right: list[Flowable] = [Paragraph("入职后仍在岗的比例", _HEAD)]
    if report.curve:
        milestones = "，".join(f"{one.days} 天 {one.share:.0%}" for one in report.milestones if one.at_risk)
        right += [
            draw_retention_curve(report.curve, half, funnel.height),
            Paragraph(f"历次安置合在一起；虚线是 95% 置信区间。{milestones}。", _NOTE),
        ]
    else:
        right.append(Paragraph("还没有人入职。", _TEXT))
    return [_beside(left, right, width)]


def _sections(report: MonthReport, width: float) -> list[Flowable]:
    half = (width - _GUTTER) / 2
    blocks: list[list[Flowable]] = []
    for name, lines in report.sections:
        rows = [
            [
                Paragraph(line.figure.label, _TEXT),
                Paragraph(f"{line.number.value:,} {line.figure.unit}", _NUMBER),
                Paragraph(f"{line.previous.value:,} {line.figure.unit}", _NUMBER),
            ]
            for line in lines
        ]
        blocks.append(
            [Paragraph(name, _HEAD), _table(("指标", "本月", "上月"), rows, (0.52, 0.24, 0.24), half)]
        )
    current, previous = (counts.mean_text for counts in report.satisfaction)
    blocks[-1].append(Paragraph(f"{MEAN_LABEL}：本月 {current}，上月 {previous}。{MEAN_DEFINITION}", _NOTE))
    left = [part for section in blocks[:_LEFT_SECTIONS] + blocks[-1:] for part in section]
    right = [part for section in blocks[_LEFT_SECTIONS:-1] for part in section]
    return [_beside(left, right, width)]


def _stations(report: MonthReport, width: float) -> list[Flowable]:
    if not report.stations:
        return []
    ranks = [STAGE_RANKS[stage] for stage in STATION_STAGES]
    rows = [
        [Paragraph(cell.label, _TEXT), *(Paragraph(f"{cell.counts[rank]:,}", _NUMBER) for rank in ranks)]
        for cell in report.stations
    ]
    labels = [stage.label for stage in STATION_STAGES]
    table = _table(("服务站", *labels), rows, (0.4, 0.15, 0.15, 0.15, 0.15), width)
    return [Paragraph("本月登记的意向，按服务站和目前进展", _HEAD), table]


def _definitions(report: MonthReport) -> list[Flowable]:
    parts: list[Flowable] = [Paragraph("各项数字怎么算", _HEAD)]
    for _, lines in report.sections:
        words = (f"{line.figure.label}：{line.figure.definition}" for line in lines)
        parts.append(Paragraph(" ".join(words), _NOTE))
    return [KeepTogether(parts)]


def _beside(left: Sequence[Flowable], right: Sequence[Flowable], width: float) -> Table:
    """Return a table of two columns."""
    half = (width - _GUTTER) / 2
    table = Table([[list(left), "", list(right)]], colWidths=[half, _GUTTER, half])
    padding = {"LEFT": 0, "RIGHT": 0, "TOP": 8, "BOTTOM": 0}
    sides = [(f"{side}PADDING", (0, 0), (-1, -1), size) for side, size in padding.items()]
    table.setStyle(TableStyle([("VALIGN", (0, 0), (-1, -1), "TOP"), *sides]))
    return table


def _table(
    headers: Sequence[str], rows: Sequence[Sequence[Any]], shares: Sequence[float], width: float
) -> Table:
    first, *rest = headers
    head = [Paragraph(first, _TEXT), *(Paragraph(header, _NUMBER) for header in rest)]
    table = Table([head, *rows], colWidths=[width * share for share in shares], repeatRows=1)
    table.setStyle(
        TableStyle(
            [
                ("VALIGN", (0, 0), (-1, -1), "TOP"),
                ("BACKGROUND", (0, 0), (-1, 0), _SHADE),
                ("LINEABOVE", (0, 0), (-1, 0), 1, GREEN),
                ("LINEBELOW", (0, 0), (-1, -1), 0.5, LINE),
                ("LEFTPADDING", (0, 0), (-1, -1), 3),
                ("RIGHTPADDING", (0, 0), (-1, -1), 3),
                ("TOPPADDING", (0, 0), (-1, -1), 2),
                ("BOTTOMPADDING", (0, 0), (-1, -1), 3),
            ]
        )
    )
    return table
