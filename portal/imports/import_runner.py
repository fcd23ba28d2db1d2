"""Runner of imports in chunks of one transaction each; an interrupted run resumes after its last chunk.

The counter `done` is an optimistic lock: a chunk updates the run's row only where `done` still has the value
that this worker read. A worker that was presumed dead and wakes up therefore cannot write rows twice.
"""

import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from itertools import islice
from typing import Any

from django.core.exceptions import ValidationError
from django.core.files.storage import storages
from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone

from portal.core import audit
from portal.core.child_process import Limits
from portal.imports.cell_text import cell_text
from portal.imports.enums import ImportState, RowOutcome
from portal.imports.import_kinds import RowImporter, RowResult, WrittenRow, get_kind
from portal.imports.models import ImportRow, ImportRun
from portal.imports.row_reading import ReadRow, read_row
from portal.imports.workbook_reader import Row, Table, read_table

CHUNK_SIZE = 2000
# A chunk ends earlier where its texts are long.
_CHUNK_CHARACTERS = 5_000_000
# Nobody waits for a background task, and the machine may be busy.
_LIMITS = Limits(seconds=180, queue_seconds=300)
_OUTCOME_COUNTERS = ("created", "updated", "unchanged", "bad")
_COUNTERS = ("total", "done", *_OUTCOME_COUNTERS)
# Called with the run after each chunk.
Progress = Callable[[ImportRun], None]


class Superseded(Exception):
    """Another worker continued the same run, or it was ended, while this one worked."""


def execute(
    run: ImportRun, *, dry: bool, progress: Progress | None = None, chunk: int = CHUNK_SIZE
) -> ImportRun:
    """Write the rows of a run until the end or until it is cancelled.

    Args:
        run: in state RUNNING, or CHECKING when `dry`.
        dry: compute the results without writing.
        chunk: rows in one transaction.

    Raises:
        Superseded: another worker continued the run.
    """
    kind = get_kind(run.kind)
    try:
        content = storages["private"].open(run.stored_as).read()
        table = read_table(content, kind, run.worksheet, _LIMITS)
    except FileNotFoundError:
        return _fail(run, "上传的文件已不在服务器上，请重新上传。")
    except ValidationError as error:
        return _fail(run, error.messages[0][:200])
    total = sum(1 for _ in table.mapped_rows(run.columns))
    if run.total != total:
        run.total = total
        run.save(update_fields=["total", "updated_at"])
    importer = kind.open_run(run)
    rows = ((row, read_row(kind, importer, row, table.traits)) for row in table.mapped_rows(run.columns))
    for _ in islice(rows, run.done):  # the importer remembers keys of earlier rows to find repeats
        pass
    try:
        _execute_chunks(run, importer, rows, chunk, dry=dry, progress=progress)
    except Superseded:
        raise
    except Exception:
        _fail(run, "处理中断，请联系管理员。已写入的内容仍在，可以撤销，也可以重新上传同一份表格。")
        raise
    return _finish(run, dry=dry)


def _execute_chunks(
    run: ImportRun,
    importer: RowImporter,
    rows: Iterator[tuple[Row, ReadRow]],
    chunk: int,
    *,
    dry: bool,
    progress: Progress | None,
) -> None:
    while chunk_rows := _take_rows(rows, chunk):
        try:
            is_completed = _execute_chunk(run, importer, chunk_rows, dry=dry)
        except IntegrityError:  # another request created one of these rows meanwhile: the second try finds it
            is_completed = _execute_chunk(run, importer, chunk_rows, dry=dry)
        if not is_completed:
            return
        if progress is not None:
            progress(run)


def _take_rows(rows: Iterator[tuple[Row, ReadRow]], limit: int) -> list[tuple[Row, ReadRow]]:
    """Return the next rows, at most `limit` and not many more than _CHUNK_CHARACTERS characters."""
    chunk_rows: list[tuple[Row, ReadRow]] = []
    characters = 0
    for row, read in islice(rows, limit):
        chunk_rows.append((row, read))
        characters += sum(len(cell) for cell in row.cells if isinstance(cell, str))
        if characters > _CHUNK_CHARACTERS:
            break
    return chunk_rows


def _execute_chunk(
    run: ImportRun, importer: RowImporter, rows: list[tuple[Row, ReadRow]], *, dry: bool
) -> bool:
    """Write these rows in one transaction; return False when the run was cancelled."""
    good_rows = [read.parsed for _, read in rows if read.refusal is None]
    with transaction.atomic():
        _claim_chunk(run)
        run.refresh_from_db(fields=["cancel_requested"])
        if run.cancel_requested:
            transaction.set_rollback(True)
            return False
        good_results = iter(importer.write(good_rows, import_id=run.pk, dry=dry))
        results = [
            RowResult(RowOutcome.BAD, code=refusal.code, reason=refusal.reason)
            if (refusal := read.refusal)
            else next(good_results)
            for _, read in rows
        ]
        _save_rows(run, [(row, result) for (row, _), result in zip(rows, results, strict=True)], dry=dry)
        counts = Counter(result.outcome for result in results)
        increments = {name: F(name) + counts[RowOutcome(name)] for name in _OUTCOME_COUNTERS}
        ImportRun.objects.filter(pk=run.pk).update(**increments, done=F("done") + len(rows))
    run.refresh_from_db(fields=[*_COUNTERS, "updated_at", "state"])
    return True


def _claim_chunk(run: ImportRun) -> None:
    """Lock the run for this chunk: compare and set.

    Raises:
        Superseded: `done` has moved since this worker read it.
    """
    current = ImportRun.objects.filter(pk=run.pk, state=run.state, done=run.done)
    if not current.update(updated_at=timezone.now()):
        raise Superseded(f"import {run.pk} is no longer at row {run.done}")


def _save_rows(run: ImportRun, results: list[tuple[Row, RowResult]], *, dry: bool) -> None:
    """Save bad rows and, unless `dry`, created and updated ones; unchanged rows are only counted."""
    now = timezone.now()
    ImportRow.objects.bulk_create(
        (
            ImportRow(
                run=run,
                number=row.number,
                outcome=result.outcome,
                target_id=result.target_id,
                code=result.code,
                reason=result.reason[:200],
                cells=_to_json([cell_text(cell) for cell in row.cells]) if result.code else "",
                before=_to_json(result.before) if result.before else "",
                at=now,
            )
            for row, result in results
            if result.outcome == RowOutcome.BAD or not (dry or result.outcome == RowOutcome.UNCHANGED)
        ),
        batch_size=1000,
    )


def _to_json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def head_json(table: Table, columns: Mapping[str, int], limit: int) -> str:
    """Return what is known of the worksheet and its first `limit` rows as text, in JSON."""
    rows = islice(table.mapped_rows(columns), limit)
    return _to_json(
        {
            "headers": table.headers,
            "rows": [[row.number, [cell_text(cell) for cell in row.cells]] for row in rows],
            "worksheet": table.worksheet,
            "worksheets": table.worksheets,
            "choices": table.choices,
            "header_rows": table.header_rows,
            "hidden_worksheets": table.hidden_worksheets,
            "hidden_headers": table.hidden_headers,
            "hidden_columns": table.hidden_columns,
            "skipped": table.skipped,
            "skipped_rows": table.skipped_rows,
        }
    )


def _fail(run: ImportRun, message: str) -> ImportRun:
    run.state, run.error, run.finished_at = ImportState.FAILED, message, timezone.now()
    run.save(update_fields=["state", "error", "finished_at", "updated_at"])
    return run


@transaction.atomic
def _finish(run: ImportRun, *, dry: bool) -> ImportRun:
    is_cancelled = (
        ImportRun.objects.filter(pk=run.pk, cancel_requested=True).exists() and run.done < run.total
    )
    if dry:
        run.state = ImportState.UPLOADED if is_cancelled else ImportState.CHECKED
        run.save(update_fields=["state", "updated_at"])
        return run
    run.state = ImportState.CANCELLED if is_cancelled else ImportState.DONE
    run.finished_at = timezone.now()
    run.save(update_fields=["state", "finished_at", "updated_at"])
    counts = {name: getattr(run, name) for name in _COUNTERS}
    audit.record(by=run.by, verb=f"sheets.{run.state}", target=run, kind=run.kind, **counts)
    if run.created or run.updated:
        get_kind(run.kind).on_finished()
    return run


def revert(run: ImportRun, *, progress: Progress | None = None, chunk: int = CHUNK_SIZE) -> ImportRun:
    """Revert the rows of a run, the last first, except those changed since."""
    kind = get_kind(run.kind)
    while True:
        with transaction.atomic():
            ImportRun.objects.select_for_update().get(pk=run.pk)  # one undo at a time
            unreverted = ImportRow.objects.filter(
                run=run,
                outcome__in=[RowOutcome.CREATED, RowOutcome.UPDATED],
                undone=False,
                kept_reason="",
            )
            rows = list(unreverted.order_by("-number")[:chunk])
            if not rows:
                break
            _revert_rows(run, rows, kind.undo)
        if progress is not None:
            progress(run)
    with transaction.atomic():
        run.state = ImportState.UNDONE
        run.save(update_fields=["state", "updated_at"])
        audit.record(
            by=run.by,
            verb="sheets.undone",
            target=run,
            undone=run.rows.filter(undone=True).count(),
            stayed=run.rows.exclude(kept_reason="").count(),
        )
        kind.on_finished()
    return run


def _revert_rows(run: ImportRun, rows: list[ImportRow], undo: Callable[..., list[str]]) -> None:
    written_rows = [
        WrittenRow(
            target_id=row.target_id or 0,
            outcome=RowOutcome(row.outcome),
            before=json.loads(row.before) if row.before else {},
            at=row.at,
        )
        for row in rows
    ]
    for row, reason in zip(rows, undo(written_rows, run.by, run.pk), strict=True):
        row.undone, row.kept_reason = not reason, reason[:100]
    ImportRow.objects.bulk_update(rows, ["undone", "kept_reason"], batch_size=200)
    ImportRun.objects.filter(pk=run.pk).update(updated_at=timezone.now())


def bad_rows(run: ImportRun) -> Iterator[tuple[int, str, list[str]]]:
    """Yield number, reason and cell texts of every bad row."""
    for row in run.rows.filter(outcome=RowOutcome.BAD).iterator(chunk_size=2000):
        yield row.number, row.reason, row.cell_texts
