"""Figures as a sheet that leaves the portal: a right of its own, logged with its filter and row count."""

from collections.abc import Sequence
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone

from portal.accounts.models import User
from portal.core import audit
from portal.imports.workbook_writer import write_rows
from portal.reports.report_scope import can_export_reports

# More in one sheet takes longer than a page may.
MAX_ROWS = 20_000


@transaction.atomic
def export_table(
    *, by: User, title: str, said: str, headers: Sequence[str], rows: Sequence[Sequence[Any]]
) -> bytes:
    """An xlsx of one table that names nobody, marked with who took it. `said`: the filter in words.

    Raises:
        PermissionDenied: no post of `by` may export.
        ValidationError: too many rows at once.
    """
    if not can_export_reports(by):
        raise PermissionDenied("no post that exports")
    if len(rows) > MAX_ROWS:
        raise ValidationError(f"一次最多导出 {MAX_ROWS} 行，请缩小范围。", code="too_many")
    event = audit.record(by=by, verb="insights.exported", target=by, kind=title, filter=said, rows=len(rows))
    now = timezone.localtime()
    mark = (
        f"{title}。条件：{said}；截至 {now:%Y-%m-%d %H:%M}；行数：{len(rows)}；导出人：{by}；编号：{event.pk}"
    )
    return write_rows(rows, title=title[:31], headers=headers, above=[mark])
