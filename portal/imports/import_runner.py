"""Running an import: chunk by chunk, each committed whole; a run that died goes on after its last chunk.

The counter `done` is a lock as well: a chunk holds the import's row while `done` is what this run saw last.
Whoever finds it moved stops, so a worker that was thought dead and wakes up can't bring rows in twice.
"""

import json
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import date, datetime
from itertools import islice
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone

from portal.core import audit
from portal.core.private_files import read_private
from portal.imports.enums import ImportState, RowOutcome
from portal.imports.import_kinds import BadRow, Loader, Result, Written, get_kind
from portal.imports.models import ImportRow, ImportRun
from portal.imports.workbook_reader import Table, read_table

CHUNK = 2000
_COUNTERS = ("total", "done", "created", "updated", "unchanged", "bad")
Progress = Callable[[ImportRun], None]
_Line = tuple[int, list[Any], dict[str, Any]]


class Superseded(Exception):
    """Another run of the same import went on, or it was ended, while this one worked."""


def run(sheet: ImportRun, *, dry: bool, progress: Progress | None = None, chunk: int = CHUNK) -> ImportRun:
    """Bring a sheet's rows in (or with `dry` find out what would happen) until the end, or until somebody
    cancels. The state must be RUNNING (CHECKING when dry) already.

    Raises:
        Superseded: somebody else goes on with it.
    """
    kind = get_kind(sheet.kind)
    try:
        table = read_table(read_private(sheet.stored_as))
    except (FileNotFoundError, ValidationError):
        return _fail(sheet, "上传的文件已不在服务器上，请重新上传。")
    lines = list(table.lines(sheet.header_row, sheet.columns))
    if sheet.total != len(lines):
        sheet.total = len(lines)
        sheet.save(update_fields=["total", "updated_at"])
    loader = kind.open(sheet)
    for number, _, line in lines[: sheet.done]:  # so that it knows which numbers the sheet had before
        with suppress(BadRow):
            loader.read(number, line)
    try:
        _run_chunks(sheet, loader, iter(lines[sheet.done :]), chunk, dry=dry, progress=progress)
    except Superseded:
        raise
    except Exception:
        _fail(sheet, "处理中断，请联系管理员。已写入的内容仍在，可以撤销，也可以重新上传同一份表格。")
        raise
    return _end(sheet, dry=dry)


def _run_chunks(
    sheet: ImportRun,
    loader: Loader,
    lines: Iterator[_Line],
    chunk: int,
    *,
    dry: bool,
    progress: Progress | None,
) -> None:
    while part := list(islice(lines, chunk)):
        try:
            went_on = _chunk(sheet, loader, part, dry=dry)
        except IntegrityError:  # somebody entered one of these people at the same moment: now they are known
            went_on = _chunk(sheet, loader, part, dry=dry)
        if not went_on:
            return
        if progress is not None:
            progress(sheet)


def _chunk(sheet: ImportRun, loader: Loader, lines: list[_Line], *, dry: bool) -> bool:
    """Deal with these lines and commit; False when somebody asked to stop."""
    read: list[tuple[_Line, Any]] = []
    for line in lines:
        try:
            read.append((line, loader.read(line[0], line[2])))
        except BadRow as bad:
            read.append((line, bad))
    good = [said for _, said in read if not isinstance(said, BadRow)]
    with transaction.atomic():
        _claim(sheet, len(lines))
        sheet.refresh_from_db(fields=["cancel_asked"])
        if sheet.cancel_asked:
            transaction.set_rollback(True)
            return False
        written = iter(loader.write(good, import_id=sheet.pk, dry=dry))
        results = [
            (line, Result(RowOutcome.BAD, code=said.code, reason=said.reason))
            if isinstance(said, BadRow)
            else (line, next(written))
            for line, said in read
        ]
        counts = Counter(result.outcome for _, result in results)
        _note(sheet, results, dry=dry)
        ImportRun.objects.filter(pk=sheet.pk).update(
            **{
                name: F(name) + counts[RowOutcome(name)]
                for name in ("created", "updated", "unchanged", "bad")
            }
            | {"done": F("done") + len(lines)}
        )
    sheet.refresh_from_db(fields=[*_COUNTERS, "updated_at", "state"])
    return True


def _claim(sheet: ImportRun, rows: int) -> None:
    """Hold the import's row for this chunk; whoever waited for it finds `done` moved."""
    held = ImportRun.objects.filter(pk=sheet.pk, state=sheet.state, done=sheet.done)
    if not held.update(updated_at=timezone.now()):
        raise Superseded(f"import {sheet.pk} is no longer at row {sheet.done} of {rows}")


def _note(sheet: ImportRun, results: list[tuple[_Line, Result]], *, dry: bool) -> None:
    now = timezone.now()
    ImportRow.objects.bulk_create(
        (
            ImportRow(
                sheet=sheet,
                number=number,
                outcome=result.outcome,
                target_id=result.target_id,
                code=result.code,
                reason=result.reason[:200],
                cells=_json([written_out(cell) for cell in cells]) if result.code else "",
                before=_json(result.before) if result.before else "",
                at=now,
            )
            for (number, cells, _), result in results
            if result.outcome == RowOutcome.BAD or not (dry or result.outcome == RowOutcome.UNCHANGED)
        ),
        batch_size=1000,
    )


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def head_of(table: Table, header_row: int, columns: dict[str, int], rows: int) -> str:
    """Headers and first rows as typed, in JSON."""
    first = islice(table.lines(header_row, columns), rows)
    return _json(
        {
            "headers": [written_out(cell) for cell in table.rows[header_row]],
            "rows": [[number, [written_out(cell) for cell in cells]] for number, cells, _ in first],
        }
    )


def written_out(cell: Any) -> str:
    """A cell as a clerk would type it: dates in ISO form, whole numbers without '.0'."""
    if isinstance(cell, datetime):
        return cell.date().isoformat()
    if isinstance(cell, date):
        return cell.isoformat()
    if isinstance(cell, bool):
        return "是" if cell else "否"
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return "" if cell is None else str(cell)


def _fail(sheet: ImportRun, why: str) -> ImportRun:
    sheet.state, sheet.error, sheet.finished_at = ImportState.FAILED, why, timezone.now()
    sheet.save(update_fields=["state", "error", "finished_at", "updated_at"])
    return sheet


@transaction.atomic
def _end(sheet: ImportRun, *, dry: bool) -> ImportRun:
    cancelled = ImportRun.objects.filter(pk=sheet.pk, cancel_asked=True).exists() and sheet.done < sheet.total
    if dry:
        sheet.state = ImportState.UPLOADED if cancelled else ImportState.CHECKED
        sheet.save(update_fields=["state", "updated_at"])
        return sheet
    sheet.state = ImportState.CANCELLED if cancelled else ImportState.DONE
    sheet.finished_at = timezone.now()
    sheet.save(update_fields=["state", "finished_at", "updated_at"])
    counts = {name: getattr(sheet, name) for name in _COUNTERS}
    audit.record(by=sheet.by, verb=f"sheets.{sheet.state}", target=sheet, kind=sheet.kind, **counts)
    if sheet.created or sheet.updated:
        get_kind(sheet.kind).finished()
    return sheet


def undo(sheet: ImportRun, *, progress: Progress | None = None, chunk: int = CHUNK) -> ImportRun:
    """Take an import's rows back, latest first, except what somebody has changed since."""
    kind = get_kind(sheet.kind)
    while True:
        with transaction.atomic():
            ImportRun.objects.select_for_update().get(pk=sheet.pk)  # one undo at a time
            left = ImportRow.objects.filter(
                sheet=sheet,
                outcome__in=[RowOutcome.CREATED, RowOutcome.UPDATED],
                undone=False,
                stays_because="",
            )
            rows = list(left.order_by("-number")[:chunk])
            if not rows:
                break
            _take_back(sheet, rows, kind.undo)
        if progress is not None:
            progress(sheet)
    with transaction.atomic():
        sheet.state = ImportState.UNDONE
        sheet.save(update_fields=["state", "updated_at"])
        stayed = sheet.rows.exclude(stays_because="").count()
        audit.record(
            by=sheet.by,
            verb="sheets.undone",
            target=sheet,
            undone=sheet.rows.filter(undone=True).count(),
            stayed=stayed,
        )
        kind.finished()
    return sheet


def _take_back(sheet: ImportRun, rows: list[ImportRow], take_back: Callable[..., list[str]]) -> None:
    written = [
        Written(
            target_id=row.target_id or 0,
            outcome=RowOutcome(row.outcome),
            before=json.loads(row.before) if row.before else {},
            at=row.at,
        )
        for row in rows
    ]
    for row, reason in zip(rows, take_back(written, sheet.by, sheet.pk), strict=True):
        row.undone, row.stays_because = not reason, reason[:100]
    ImportRow.objects.bulk_update(rows, ["undone", "stays_because"], batch_size=200)
    ImportRun.objects.filter(pk=sheet.pk).update(updated_at=timezone.now())


def bad_rows(sheet: ImportRun) -> Iterator[tuple[int, str, list[str]]]:
    """Number, reason and cells as typed of every bad row."""
    for row in sheet.rows.filter(outcome=RowOutcome.BAD).iterator(chunk_size=2000):
        yield row.number, row.reason, row.cell_texts
