"""What people do with a run: upload it, say what its columns mean, check, start, cancel, undo."""

import hashlib
import re
from collections.abc import Mapping
from datetime import timedelta
from pathlib import PurePath

from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.core.files.storage import storages
from django.db import transaction
from django.utils import timezone

from portal.accounts.models import User
from portal.core import audit
from portal.imports import column_mapping
from portal.imports.enums import ImportState, RowOutcome
from portal.imports.import_kinds import get_kind
from portal.imports.import_runner import head_of
from portal.imports.models import UNDO_WITHIN, ColumnMapping, ImportRow, ImportRun
from portal.imports.tasks import check_import, run_import, undo_import
from portal.imports.workbook_reader import read_table
from portal.imports.workbook_writer import write_bad_rows
from portal.stations.models import Station

# The rows are kept so long, for the result run; the counters stay.
KEEP_ROWS = timedelta(days=30)
# Of a run that nobody brings in.
KEEP_UPLOAD = timedelta(days=7)
FIRST_ROWS = 20
# A file may be called by the phone or ID number of the one person in it.
_NUMBERS = re.compile(r"\d{11,18}[Xx]?")


@transaction.atomic
def upload(
    *,
    by: User,
    kind: str,
    name: str,
    content: bytes,
    station: Station | None = None,
    subject_id: int | None = None,
) -> ImportRun:
    """Take a run in, unread rows and all, with its columns guessed (or as this person mapped them before).

    Who may upload this kind, and for whom, is for the caller to know.

    Raises:
        ValidationError: not a run; the message is for the person.
    """
    delete_expired()
    table = read_table(content)
    wanted = get_kind(kind)
    header_row = column_mapping.find_headers(wanted, table)
    headers = table.rows[header_row]
    known = ColumnMapping.objects.filter(
        user=by, kind=kind, signature=column_mapping.signature(headers)
    ).first()
    columns = known.columns if known else column_mapping.guess(wanted, headers)
    run = ImportRun.objects.create(
        by=by,
        kind=kind,
        station=station,
        subject_id=subject_id,
        file_name=_NUMBERS.sub("…", PurePath(name).name)[:120],
        size=len(content),
        content_sha256=hashlib.sha256(content).hexdigest(),
        stored_as=storages["private"].save("upload", ContentFile(content)),
        header_row=header_row,
        head=head_of(table, header_row, columns, FIRST_ROWS),
        columns=columns,
        total=sum(1 for _ in table.lines(header_row, columns)),
    )
    audit.record(by=by, verb="sheets.uploaded", target=run, kind=kind, rows=run.total)
    return run


def find_unfinished(*, by: User, kind: str, content: bytes) -> ImportRun | None:
    """The import of this very run by this person that began and did not end."""
    return ImportRun.objects.filter(
        by=by,
        kind=kind,
        content_sha256=hashlib.sha256(content).hexdigest(),
        state=ImportState.RUNNING,
        cancel_requested=False,
    ).first()


@transaction.atomic
def set_columns(*, run: ImportRun, by: User, columns: Mapping[str, int]) -> ImportRun:
    """Say which column means what; remembered for sheets with the same headers.

    Raises:
        ValidationError: a required column is missing, one column means two things, or the import has begun.
    """
    run = _locked(run, by)
    _require(run, ImportState.UPLOADED, ImportState.CHECKED)
    kind = get_kind(run.kind)
    absent = column_mapping.missing(kind, dict(columns))
    if absent:
        raise ValidationError(f"请指出哪一列是：{'、'.join(absent)}。", code="missing")
    if len(set(columns.values())) < len(columns):
        raise ValidationError("同一列不能对应两个内容，请核对。", code="twice")
    ColumnMapping.objects.update_or_create(
        user=by,
        kind=run.kind,
        signature=column_mapping.signature(run.headers),
        defaults={"columns": dict(columns)},
    )
    run.columns = dict(columns)
    _reset(run, ImportState.UPLOADED)
    return run


@transaction.atomic
def check(*, run: ImportRun, by: User, enqueue: bool = True) -> ImportRun:
    """Find out in the background what an import would do, without doing it."""
    run = _locked(run, by)
    _require(run, ImportState.UPLOADED, ImportState.CHECKED)
    _require_columns(run)
    _reset(run, ImportState.CHECKING)
    if enqueue:
        transaction.on_commit(lambda: check_import.enqueue(run.pk))
    return run


@transaction.atomic
def start(*, run: ImportRun, by: User, enqueue: bool = True) -> ImportRun:
    """Begin to bring the rows in, in the background unless told otherwise."""
    run = _locked(run, by)
    _require(run, ImportState.UPLOADED, ImportState.CHECKED)
    _require_columns(run)
    _reset(run, ImportState.RUNNING)
    audit.record(by=by, verb="sheets.started", target=run, kind=run.kind, rows=run.total)
    if enqueue:
        transaction.on_commit(lambda: run_import.enqueue(run.pk))
    return run


@transaction.atomic
def resume(*, run: ImportRun, by: User) -> ImportRun:
    """Go on with an import whose worker has died."""
    run = _locked(run, by)
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
    """Ask a check or a run to stop at its next chunk; what is in stays, and can be undone."""
    run = _locked(run, by)
    _require(run, ImportState.CHECKING, ImportState.RUNNING)
    run.cancel_requested = True
    run.save(update_fields=["cancel_requested", "updated_at"])
    audit.record(by=by, verb="sheets.cancel_asked", target=run, done=run.done)
    return run


@transaction.atomic
def undo(*, run: ImportRun, by: User, enqueue: bool = True) -> ImportRun:
    """Take a whole import back within a day.

    Raises:
        ValidationError: too late, or nothing to take back.
    """
    run = _locked(run, by)
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
    """The bad rows as a run, in plain text, for whoever uploaded them; noted."""
    run = _locked(run, by)
    audit.record(by=by, verb="sheets.result_taken", target=run, rows=run.bad)
    return write_bad_rows(run)


def delete_expired() -> None:
    """Drop uploads and what updates replaced once an import can no longer be undone, and all rows a month
    after it.
    """
    now = timezone.now()
    past = ImportRun.objects.exclude(stored_as="")
    for run in past.filter(finished_at__lt=now - UNDO_WITHIN) | past.filter(
        finished_at=None, updated_at__lt=now - KEEP_UPLOAD
    ):
        transaction.on_commit(lambda name=run.stored_as: storages["private"].delete(name))  # type: ignore[misc]
        run.rows.filter(outcome=RowOutcome.UPDATED).update(before="")
        run.stored_as = run.head = ""
        run.save(update_fields=["stored_as", "head"])
    ImportRow.objects.filter(run__finished_at__lt=now - KEEP_ROWS).delete()


def _locked(run: ImportRun, by: User) -> ImportRun:
    return ImportRun.objects.select_for_update().select_related(None).get(pk=run.pk, by=by)


def _require(run: ImportRun, *states: ImportState) -> None:
    if run.state not in states:
        raise ValidationError(f"这份表格现在是“{run.get_state_display()}”，不能这样做。", code="state")


def _require_columns(run: ImportRun) -> None:
    absent = column_mapping.missing(get_kind(run.kind), run.columns)
    if absent:
        raise ValidationError(f"请指出哪一列是：{'、'.join(absent)}。", code="missing")


def _reset(run: ImportRun, state: ImportState) -> None:
    """Back to the first row; a check's findings are forgotten."""
    run.rows.all().delete()
    run.state, run.cancel_requested, run.error = state, False, ""
    run.done = run.created = run.updated = run.unchanged = run.bad = 0
    run.started_at, run.finished_at = timezone.now(), None
    run.save()
