"""Sheets of files for tests: as the bytes of an upload, and taken in."""

import io
from collections.abc import Sequence
from datetime import date
from typing import Any

from openpyxl import Workbook

from portal.accounts.models import User
from portal.imports import actions, import_runner
from portal.imports.models import ImportRun
from portal.veterans.import_columns import COLUMNS
from portal.veterans.import_rows import KIND
from tests.factories import make_id_number, make_phone

LABELS = {column.key: column.label for column in COLUMNS}


def xlsx(rows: Sequence[Sequence[Any]]) -> bytes:
    book = Workbook()
    page = book.active
    assert page is not None
    for row in rows:
        page.append(row)
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


def person(**row: Any) -> dict[str, Any]:
    """A good row about somebody new; what is given replaces or adds."""
    return {
        "name": "陈建国",
        "id_number": make_id_number(),
        "phone": make_phone(),
        "station": "睦洲镇退役军人服务站",
        **row,
    }


def full_person(**row: Any) -> dict[str, Any]:
    """A good row with every column filled in."""
    return person(
        address="睦洲镇新沙路6号",
        household_region="新会区",
        living_region="新会区睦洲镇",
        branch="陆军",
        entered_on=date(2003, 12, 1),
        left_on="2015年12月",
        rank_group="中级士官",
        settlement="自主就业",
        honours="优秀士兵",
        is_party_member="是",
        education="大专",
        major="汽车检测",
        specialties="汽车驾驶员8年",
        certificates="A2驾照、叉车证",
        skills="长途驾驶",
        employment_status="待业",
        difficulty="大病",
        disability="八级",
        **row,
    )


def workbook_of(*people: dict[str, Any], columns: Sequence[str] = ()) -> bytes:
    """An xlsx with a column for everything that anybody of `people` has (or with just `columns`)."""
    keys = list(columns) or [key for key in LABELS if any(key in row for row in people)]
    return xlsx([[LABELS[key] for key in keys], *([row.get(key, "") for key in keys] for row in people)])


def take_in(by: User, content: bytes, *, dry: bool = False, chunk: int = 2000, **more: Any) -> ImportRun:
    run = actions.upload(by=by, kind=KIND, name="files.xlsx", content=content, **more)
    begin = actions.check if dry else actions.start
    begin(run=run, by=by, enqueue=False)
    return import_runner.execute(ImportRun.objects.get(pk=run.pk), dry=dry, chunk=chunk)


def counts(run: ImportRun) -> dict[str, int]:
    return {
        name: getattr(run, name) for name in ("created", "updated", "unchanged", "bad") if getattr(run, name)
    }


def problems(run: ImportRun) -> dict[int, str]:
    """Row number -> problem code."""
    return dict(run.rows.filter(outcome="bad").values_list("number", "code"))
