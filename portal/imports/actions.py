"""Actions on an import: upload, set the columns, check, start, resume, cancel, undo."""

import hashlib
from collections.abc import Mapping
from datetime import timedelta
from functools import partial
from pathlib import PurePath

from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files.base import ContentFile
from django.core.files.storage import storages
from django.db import transaction
from django.utils import timezone

from portal.accounts.models import User
from portal.core import audit
from portal.core.locking import locked
from portal.core.text_folding import fold_digits
from portal.core.unit_names import find_unit_names
from portal.imports import column_mapping
from portal.imports.enums import ImportState, RowOutcome
from portal.imports.import_kinds import get_kind
from portal.imports.import_runner import head_json
from portal.imports.models import UNDO_WITHIN, ColumnMapping, ImportRow, ImportRun
from portal.imports.number_masking import mask_numbers
from portal.imports.tasks import check_import, run_import, undo_import
from portal.imports.workbook_reader import Table, read_table
from portal.imports.workbook_writer import write_bad_rows
from portal.stations.models import Station

# Retention of the rows of a finished run; its counters stay.
ROW_RETENTION = timedelta(days=30)
# Retention of an uploaded file that was never imported.
UPLOAD_RETENTION = timedelta(days=7)
PREVIEW_ROWS = 20


def _harmless_name(path: str) -> str:
    """Return a file's name without personal numbers and names of military units."""
    name = mask_numbers(fold_digits(PurePath(path).name))
    for start, end in sorted(find_unit_names(name), reverse=True):
        name = name[:start] + "…" + name[end:]
    return name[:120]


def upload(
    *,
    by: User,
    kind: str,
    name: str,
    content: bytes,
    station: Station | None = None,
    subject_id: int | None = None,
) -> ImportRun:
    """Store an uploaded spreadsheet with its columns mapped as this user did before, or guessed.

    The caller checks whether `by` may upload this kind, and holds no transaction: reading takes seconds.

    Args:
        kind: key of a registered import kind.
        subject_id: primary key of the object that the rows belong to, if the kind needs one.

    Raises:
        ValidationError: not a spreadsheet; the message is for the uploader.
    """
    _delete_expired()
    table = read_table(content, get_kind(kind))
    run = ImportRun(
        by=by,
        kind=kind,
        station=station,
        subject_id=subject_id,
        file_name=_harmless_name(name),
        size=len(content),
        content_sha256=hashlib.sha256(content).hexdigest(),
        stored_as=storages["private"].save("upload", ContentFile(content)),
    )
    _describe(run, by, table)
    with transaction.atomic():
        run.save()
        audit.record(by=by, verb="sheets.uploaded", target=run, kind=kind, rows=run.total)
    return run


def _describe(run: ImportRun, by: User, table: Table) -> None:
    """Note what was found in the file, with the columns mapped as this user did before, or guessed."""
    signature = column_mapping.headers_signature(table.headers)
    last_mapping = ColumnMapping.objects.filter(user=by, kind=run.kind, signature=signature).first()
    columns = dict(last_mapping.columns if last_mapping else table.columns)
    run.header_row = max(table.header_rows, default=1) - 1
    run.head = head_json(table, columns, PREVIEW_ROWS)
    run.columns = columns
    run.total = sum(1 for _ in table.mapped_rows(columns))


def find_interrupted(*, by: User, kind: str, content: bytes) -> ImportRun | None:
    """Return this user's running import of a file with the same content, if any."""
    return ImportRun.objects.filter(
        by=by,
        kind=kind,
        content_sha256=hashlib.sha256(content).hexdigest(),
        state=ImportState.RUNNING,
        cancel_requested=False,
    ).first()


def choose_worksheet(*, run: ImportRun, by: User, worksheet: str) -> ImportRun:
    """Read another worksheet of the same file.

    Raises:
        ValidationError: no visible worksheet has this name, or the import has begun.
    """
    if worksheet not in run.layout.get("worksheets", ()):
        raise ValidationError("请从列出的工作表中选一张。", code="worksheet")
    try:
        content = storages["private"].open(run.stored_as).read()
    except FileNotFoundError as error:
        raise ValidationError("上传的文件已不在服务器上，请重新上传。", code="file") from error
    table = read_table(content, get_kind(run.kind), worksheet)  # before the transaction: it takes seconds
    with transaction.atomic():
        run = _lock(run, by)
        _require_state(run, ImportState.UPLOADED, ImportState.CHECKED)
        _describe(run, by, table)
        _reset(run, ImportState.UPLOADED)
    return run


@transaction.atomic
def set_columns(*, run: ImportRun, by: User, columns: Mapping[str, int]) -> ImportRun:
    """Set the column mapping and remember it for files with the same headers.

    Args:
        columns: column key -> index of the cell.

    Raises:
        ValidationError: a required column is missing, two columns have one index, or the import has begun.
    """
    run = _lock(run, by)
    _require_state(run, ImportState.UPLOADED, ImportState.CHECKED)
    _require_worksheet(run)
    _require_columns(run, columns)
    if len(set(columns.values())) < len(columns):
        raise ValidationError("同一列不能对应两个内容，请核对。", code="twice")
    ColumnMapping.objects.update_or_create(
        user=by,
        kind=run.kind,
        signature=column_mapping.headers_signature(run.headers),
        defaults={"columns": dict(columns)},
    )
    run.columns = dict(columns)
    _reset(run, ImportState.UPLOADED)
    return run


@transaction.atomic
def check(*, run: ImportRun, by: User, enqueue: bool = True) -> ImportRun:
    """Compute the results of an import without writing, in the background if `enqueue`."""
    run = _lock(run, by)
    _require_state(run, ImportState.UPLOADED, ImportState.CHECKED)
    _require_worksheet(run)
    _require_columns(run, run.columns)
    _reset(run, ImportState.CHECKING)
    if enqueue:
        transaction.on_commit(lambda: check_import.enqueue(run.pk))
    return run


@transaction.atomic
def start(*, run: ImportRun, by: User, enqueue: bool = True) -> ImportRun:
    """Start to write the rows, in the background if `enqueue`."""
    run = _lock(run, by)
    _require_state(run, ImportState.UPLOADED, ImportState.CHECKED)
    _require_worksheet(run)
    _require_columns(run, run.columns)
    _reset(run, ImportState.RUNNING)
    audit.record(by=by, verb="sheets.started", target=run, kind=run.kind, rows=run.total)
    if enqueue:
        transaction.on_commit(lambda: run_import.enqueue(run.pk))
    return run


@transaction.atomic
def resume(*, run: ImportRun, by: User) -> ImportRun:
    """Resume an import whose worker has died.

    Raises:
        ValidationError: the import still makes progress.
    """
    run = _lock(run, by)
    if not run.is_stalled:
        raise ValidationError("导入还在进行，请稍后刷新。", code="state")
    run.save(update_fields=["updated_at"])
    task = {
        ImportState.CHECKING: check_import,
        ImportState.RUNNING: run_import,
        ImportState.UNDOING: undo_import,
    }[ImportState(run.state)]
    audit.record(by=by, verb="sheets.resumed", target=run, done=run.done)
    transaction.on_commit(lambda: task.enqueue(run.pk))
    return run


@transaction.atomic
def cancel(*, run: ImportRun, by: User) -> ImportRun:
    """Request a check or a run to stop at its next chunk; written rows stay and can be undone."""
    run = _lock(run, by)
    _require_state(run, ImportState.CHECKING, ImportState.RUNNING)
    run.cancel_requested = True
    run.save(update_fields=["cancel_requested", "updated_at"])
    audit.record(by=by, verb="sheets.cancel_asked", target=run, done=run.done)
    return run


@transaction.atomic
def undo(*, run: ImportRun, by: User, enqueue: bool = True) -> ImportRun:
    """Start to revert an import within a day.

    Raises:
        ValidationError: too late, or nothing to revert.
    """
    run = _lock(run, by)
    if not run.can_be_undone:
        raise ValidationError("这次导入不能撤销：只能在完成后24小时内撤销有新建或更新的导入。", code="state")
    run.state = ImportState.UNDOING
    run.save(update_fields=["state", "updated_at"])
    audit.record(by=by, verb="sheets.undo_asked", target=run)
    if enqueue:
        transaction.on_commit(lambda: undo_import.enqueue(run.pk))
    return run


@transaction.atomic
def export_bad_rows(*, run: ImportRun, by: User) -> bytes:
    """Return the bad rows as an xlsx for their uploader, and record the export."""
    run = _lock(run, by)
    audit.record(by=by, verb="sheets.result_taken", target=run, rows=run.bad)
    return write_bad_rows(run)


@transaction.atomic
def _delete_expired() -> None:
    """Delete expired data: files and old values of runs past the undo, and rows after `ROW_RETENTION`."""
    now = timezone.now()
    with_file = ImportRun.objects.exclude(stored_as="")
    for run in with_file.filter(finished_at__lt=now - UNDO_WITHIN) | with_file.filter(
        finished_at=None, updated_at__lt=now - UPLOAD_RETENTION
    ):
        transaction.on_commit(partial(storages["private"].delete, run.stored_as))
        run.rows.filter(outcome=RowOutcome.UPDATED).update(before="")
        run.stored_as = run.head = ""
        run.save(update_fields=["stored_as", "head"])
    ImportRow.objects.filter(run__finished_at__lt=now - ROW_RETENTION).delete()


def _lock(run: ImportRun, by: User) -> ImportRun:
    run = locked(run)
    if run.by_id != by.pk:
        raise PermissionDenied("somebody else's import")
    return run


def _require_state(run: ImportRun, *states: ImportState) -> None:
    if run.state not in states:
        raise ValidationError(f"这份表格现在是“{run.get_state_display()}”，不能这样做。", code="state")


def _require_columns(run: ImportRun, columns: Mapping[str, int]) -> None:
    missing = column_mapping.missing_columns(get_kind(run.kind), columns)
    if missing:
        raise ValidationError(f"请指出哪一列是：{'、'.join(missing)}。", code="missing")


def _require_worksheet(run: ImportRun) -> None:
    if run.choices:
        raise ValidationError("请先选一张工作表。", code="worksheet")


def _reset(run: ImportRun, state: ImportState) -> None:
    """Reset the counters and delete the rows of an earlier check."""
    run.rows.all().delete()
    run.state, run.cancel_requested, run.error = state, False, ""
    run.done = run.created = run.updated = run.unchanged = run.bad = 0
    run.started_at, run.finished_at = timezone.now(), None
    run.save()
