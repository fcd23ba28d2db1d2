"""The monthly report as a PDF. Its Chinese font is one that every reader of PDF brings itself."""

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
from reportlab.platypus import BaseDocTemplate, Frame, PageTemplate, Paragraph, Spacer, Table, TableStyle

from portal.insights.monthly import MonthReport
from portal.insights.satisfaction import MEAN, MEAN_DEFINITION
from portal.insights.stages import CHAIN

FONT = "STSong-Light"
_GREEN = colors.HexColor("#1d5a40")
_LINE = colors.HexColor("#cdd6d0")
_SHADE = colors.HexColor("#f4f6f3")
_MARGIN = 20 * mm
_TEXT = ParagraphStyle("text", fontName=FONT, fontSize=9.5, leading=14, wordWrap="CJK")
_NOTE = ParagraphStyle("note", parent=_TEXT, fontSize=8, leading=11.5, textColor=colors.HexColor("#47534c"))
_NUMBER = ParagraphStyle("number", parent=_TEXT, alignment=2)
_HEAD = ParagraphStyle("head", parent=_TEXT, fontSize=12.5, leading=18, spaceBefore=10, spaceAfter=4)
_TITLE = ParagraphStyle("title", parent=_TEXT, fontSize=18, leading=26, alignment=TA_CENTER)
_UNDER = ParagraphStyle("under", parent=_NOTE, alignment=TA_CENTER, spaceAfter=6)
_SHOWN = (0, 1, 3, 5)  # of the chain: written down, interviewed, in post, in post after three months


def month_pdf(report: MonthReport, *, of: str, by: str, compress: bool = True) -> bytes:
    """A4. `of`: whose report it is; `by`: who had it printed."""
    pdfmetrics.registerFont(UnicodeCIDFont(FONT))
    out = io.BytesIO()
    title = f"{of}退役军人就业服务月报（{report.name}）"
    as_of = f"{timezone.localtime(report.as_of):%Y-%m-%d %H:%M}"
    document = BaseDocTemplate(
        out,
        pagesize=A4,
        leftMargin=_MARGIN,
        rightMargin=_MARGIN,
        topMargin=_MARGIN,
        bottomMargin=_MARGIN,
        title=title,
        author=of,
        subject=f"截至 {as_of}",
        lang="zh-CN",
        pageCompression=int(compress),
    )
    frame = Frame(document.leftMargin, document.bottomMargin, document.width, document.height, id="body")

    def foot(canvas: Canvas, page: Any) -> None:
        canvas.saveState()
        canvas.setFont(FONT, 8)
        canvas.drawString(_MARGIN, 12 * mm, f"截至 {as_of}，由系统从记录重新统计；打印人：{by}")
        canvas.drawRightString(A4[0] - _MARGIN, 12 * mm, f"第 {page.page} 页")
        canvas.restoreState()

    document.addPageTemplates(PageTemplate(id="page", frames=[frame], onPage=foot))
    story: list[Any] = [Paragraph(title, _TITLE), Paragraph(f"截至 {as_of}", _UNDER)]
    for name, lines in report.sections:
        story.append(Paragraph(name, _HEAD))
        rows = [
            [
                [Paragraph(line.figure.label, _TEXT), Paragraph(line.figure.definition, _NOTE)],
                Paragraph(f"{line.number.value:,} {line.figure.unit}", _NUMBER),
                Paragraph(f"{line.before.value:,} {line.figure.unit}", _NUMBER),
            ]
            for line in lines
        ]
        story.append(_table(("指标和口径", "本月", "上月"), rows, (0.66, 0.17, 0.17), document.width))
    this, before = (said.mean_said for said in report.said)
    story.append(Paragraph(f"{MEAN}：本月 {this}，上月 {before}。{MEAN_DEFINITION}", _NOTE))
    if report.stations:
        story.append(Paragraph("本月登记的意向，按服务站和目前进展", _HEAD))
        labels = [CHAIN[rank].label for rank in _SHOWN]
        rows = [
            [
                Paragraph(cell.label, _TEXT),
                *(Paragraph(f"{cell.counts[rank]:,}", _NUMBER) for rank in _SHOWN),
            ]
            for cell in report.stations
        ]
        story.append(_table(("服务站", *labels), rows, (0.4, 0.15, 0.15, 0.15, 0.15), document.width))
    story.append(Spacer(1, 6))
    document.build(story)
    return out.getvalue()


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
                ("LINEABOVE", (0, 0), (-1, 0), 1, _GREEN),
                ("LINEBELOW", (0, 0), (-1, -1), 0.5, _LINE),
                ("TOPPADDING", (0, 0), (-1, -1), 3),
                ("BOTTOMPADDING", (0, 0), (-1, -1), 4),
            ]
        )
    )
    return table
