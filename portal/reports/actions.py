"""Export of figures as an Excel file, logged with its filters and row count."""

from collections.abc import Sequence
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone

from portal.accounts.models import User
from portal.core import audit
from portal.imports.workbook_writer import write_rows
from portal.reports.report_scope import can_export_reports

# Rows of one export; more take longer than a request may.
MAX_ROWS = 20_000


@transaction.atomic
def export_table(
    *, by: User, title: str, filter_text: str, headers: Sequence[str], rows: Sequence[Sequence[Any]]
) -> bytes:
    """Return an xlsx file of one table without names of people, marked with the exporting user.

    Args:
        filter_text: the filters in Chinese words.

    Raises:
        PermissionDenied: no appointment of `by` permits exports.
        ValidationError: more than `MAX_ROWS` rows.
    """
    if not can_export_reports(by):
        raise PermissionDenied("no appointment that permits exports")
    if len(rows) > MAX_ROWS:
        raise ValidationError(f"一次最多导出 {MAX_ROWS} 行，请缩小范围。", code="too_many")
    event = audit.record(
        by=by, verb="insights.exported", target=by, kind=title, filter=filter_text, rows=len(rows)
    )
    now = timezone.localtime()
    watermark = (
        f"{title}。条件：{filter_text}；截至 {now:%Y-%m-%d %H:%M}；"
        f"行数：{len(rows)}；导出人：{by}；编号：{event.pk}"
    )
    return write_rows(rows, title=title[:31], headers=headers, above=[watermark])
