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
from django.core.files.storage import storages
from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone

from portal.core import audit
from portal.imports.enums import ImportState, RowOutcome
from portal.imports.import_kinds import BadRow, RowImporter, RowResult, WrittenRow, get_kind
from portal.imports.models import ImportRow, ImportRun
from portal.imports.workbook_reader import Table, read_table

CHUNK = 2000
_COUNTERS = ("total", "done", "created", "updated", "unchanged", "bad")
Progress = Callable[[ImportRun], None]
_Line = tuple[int, list[Any], dict[str, Any]]


class Superseded(Exception):
    """Another run of the same import went on, or it was ended, while this one worked."""


def execute(run: ImportRun, *, dry: bool, progress: Progress | None = None, chunk: int = CHUNK) -> ImportRun:
    """Bring a run's rows in (or with `dry` find out what would happen) until the end, or until somebody
    cancels. The state must be RUNNING (CHECKING when dry) already.

    Raises:
        Superseded: somebody else goes on with it.
    """
    kind = get_kind(run.kind)
    try:
        table = read_table(storages["private"].open(run.stored_as).read())
    except (FileNotFoundError, ValidationError):
        return _fail(run, "上传的文件已不在服务器上，请重新上传。")
    lines = list(table.lines(run.header_row, run.columns))
    if run.total != len(lines):
        run.total = len(lines)
        run.save(update_fields=["total", "updated_at"])
    loader = kind.open(run)
    for number, _, line in lines[: run.done]:  # so that it knows which numbers the run had before
        with suppress(BadRow):
            loader.read(number, line)
    try:
        _run_chunks(run, loader, iter(lines[run.done :]), chunk, dry=dry, progress=progress)
    except Superseded:
        raise
    except Exception:
        _fail(run, "处理中断，请联系管理员。已写入的内容仍在，可以撤销，也可以重新上传同一份表格。")
        raise
    return _end(run, dry=dry)


def _run_chunks(
    run: ImportRun,
    loader: RowImporter,
    lines: Iterator[_Line],
    chunk: int,
    *,
    dry: bool,
    progress: Progress | None,
) -> None:
    while part := list(islice(lines, chunk)):
        try:
            went_on = _chunk(run, loader, part, dry=dry)
        except IntegrityError:  # somebody entered one of these people at the same moment: now they are known
            went_on = _chunk(run, loader, part, dry=dry)
        if not went_on:
            return
        if progress is not None:
            progress(run)


def _chunk(run: ImportRun, loader: RowImporter, lines: list[_Line], *, dry: bool) -> bool:
    """Deal with these lines and commit; False when somebody asked to stop."""
    read: list[tuple[_Line, Any]] = []
    for line in lines:
        try:
            read.append((line, loader.read(line[0], line[2])))
        except BadRow as bad:
            read.append((line, bad))
    good = [said for _, said in read if not isinstance(said, BadRow)]
    with transaction.atomic():
        _claim(run, len(lines))
        run.refresh_from_db(fields=["cancel_requested"])
        if run.cancel_requested:
            transaction.set_rollback(True)
            return False
        written = iter(loader.write(good, import_id=run.pk, dry=dry))
        results = [
            (line, RowResult(RowOutcome.BAD, code=said.code, reason=said.reason))
            if isinstance(said, BadRow)
            else (line, next(written))
            for line, said in read
        ]
        counts = Counter(result.outcome for _, result in results)
        _note(run, results, dry=dry)
        ImportRun.objects.filter(pk=run.pk).update(
            **{
                name: F(name) + counts[RowOutcome(name)]
                for name in ("created", "updated", "unchanged", "bad")
            }
            | {"done": F("done") + len(lines)}
        )
    run.refresh_from_db(fields=[*_COUNTERS, "updated_at", "state"])
    return True


def _claim(run: ImportRun, rows: int) -> None:
    """Hold the import's row for this chunk; whoever waited for it finds `done` moved."""
    held = ImportRun.objects.filter(pk=run.pk, state=run.state, done=run.done)
    if not held.update(updated_at=timezone.now()):
        raise Superseded(f"import {run.pk} is no longer at row {run.done} of {rows}")


def _note(run: ImportRun, results: list[tuple[_Line, RowResult]], *, dry: bool) -> None:
    now = timezone.now()
    ImportRow.objects.bulk_create(
        (
            ImportRow(
                run=run,
                number=number,
                outcome=result.outcome,
                target_id=result.target_id,
                code=result.code,
                reason=result.reason[:200],
                cells=_json([cell_text(cell) for cell in cells]) if result.code else "",
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
            "headers": [cell_text(cell) for cell in table.rows[header_row]],
            "rows": [[number, [cell_text(cell) for cell in cells]] for number, cells, _ in first],
        }
    )


def cell_text(cell: Any) -> str:
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


def _fail(run: ImportRun, why: str) -> ImportRun:
    run.state, run.error, run.finished_at = ImportState.FAILED, why, timezone.now()
    run.save(update_fields=["state", "error", "finished_at", "updated_at"])
    return run


@transaction.atomic
def _end(run: ImportRun, *, dry: bool) -> ImportRun:
    cancelled = ImportRun.objects.filter(pk=run.pk, cancel_requested=True).exists() and run.done < run.total
    if dry:
        run.state = ImportState.UPLOADED if cancelled else ImportState.CHECKED
        run.save(update_fields=["state", "updated_at"])
        return run
    run.state = ImportState.CANCELLED if cancelled else ImportState.DONE
    run.finished_at = timezone.now()
    run.save(update_fields=["state", "finished_at", "updated_at"])
    counts = {name: getattr(run, name) for name in _COUNTERS}
    audit.record(by=run.by, verb=f"sheets.{run.state}", target=run, kind=run.kind, **counts)
    if run.created or run.updated:
        get_kind(run.kind).finished()
    return run


def revert(run: ImportRun, *, progress: Progress | None = None, chunk: int = CHUNK) -> ImportRun:
    """Take an import's rows back, latest first, except what somebody has changed since."""
    kind = get_kind(run.kind)
    while True:
        with transaction.atomic():
            ImportRun.objects.select_for_update().get(pk=run.pk)  # one undo at a time
            left = ImportRow.objects.filter(
                run=run,
                outcome__in=[RowOutcome.CREATED, RowOutcome.UPDATED],
                undone=False,
                kept_reason="",
            )
            rows = list(left.order_by("-number")[:chunk])
            if not rows:
                break
            _take_back(run, rows, kind.undo)
        if progress is not None:
            progress(run)
    with transaction.atomic():
        run.state = ImportState.UNDONE
        run.save(update_fields=["state", "updated_at"])
        stayed = run.rows.exclude(kept_reason="").count()
        audit.record(
            by=run.by,
            verb="sheets.undone",
            target=run,
            undone=run.rows.filter(undone=True).count(),
            stayed=stayed,
        )
        kind.finished()
    return run


def _take_back(run: ImportRun, rows: list[ImportRow], take_back: Callable[..., list[str]]) -> None:
    written = [
        WrittenRow(
            target_id=row.target_id or 0,
            outcome=RowOutcome(row.outcome),
            before=json.loads(row.before) if row.before else {},
            at=row.at,
        )
        for row in rows
    ]
    for row, reason in zip(rows, take_back(written, run.by, run.pk), strict=True):
        row.undone, row.kept_reason = not reason, reason[:100]
    ImportRow.objects.bulk_update(rows, ["undone", "kept_reason"], batch_size=200)
    ImportRun.objects.filter(pk=run.pk).update(updated_at=timezone.now())


def bad_rows(run: ImportRun) -> Iterator[tuple[int, str, list[str]]]:
    """Number, reason and cells as typed of every bad row."""
    for row in run.rows.filter(outcome=RowOutcome.BAD).iterator(chunk_size=2000):
        yield row.number, row.reason, row.cell_texts
