"""Position sheets for tests: as the bytes of an upload, and taken in."""

from collections.abc import Sequence
from typing import Any

from portal.accounts.models import User
from portal.employers.models import Employer
from portal.imports import actions, import_runner
from portal.imports.models import ImportRun
from portal.positions.import_columns import COLUMNS
from portal.positions.import_kind import KIND
from tests.imports.record_imports import xlsx

LABELS = {column.key: column.label for column in COLUMNS}


def position_row(**said: Any) -> dict[str, Any]:
    """A good row; what is given replaces or adds."""
    return {
        "title": "货车司机",
        "headcount": 3,
        "pay_from": 6000,
        "pay_to": 8000,
        "region": "新会区",
        "duties": "负责货物运输，安全送达。",
        **said,
    }


def workbook_of(*rows: dict[str, Any], columns: Sequence[str] = ()) -> bytes:
    keys = list(columns) or [key for key in LABELS if any(key in row for row in rows)]
    return xlsx([[LABELS[key] for key in keys], *([row.get(key, "") for key in keys] for row in rows)])


def take_in(
    by: User, employer: Employer, content: bytes, *, dry: bool = False, chunk: int = 2000
) -> ImportRun:
    run = actions.upload(by=by, kind=KIND, name="岗位.xlsx", content=content, subject_id=employer.pk)
    begin = actions.check if dry else actions.start
    begin(run=run, by=by, enqueue=False)
    return import_runner.execute(ImportRun.objects.get(pk=run.pk), dry=dry, chunk=chunk)
