"""Chunks and states of a run, what it keeps of its rows, and what a refusal of a row says."""

from typing import Any

import pytest
from django.core.files.storage import storages

from portal.core.models import AuditEvent
from portal.imports import actions, import_runner
from portal.imports.enums import ImportState
from portal.imports.import_kinds import BadRow
from portal.imports.models import ImportRun
from portal.veterans.events import veteran_records_changed
from portal.veterans.import_rows import KIND
from tests.factories import make_staff, make_stations
from tests.imports.record_imports import person, workbook_of


def _start(rows: list[dict[str, Any]], *, dry: bool = False) -> ImportRun:
    clerk = make_staff(make_stations()["睦洲镇"])
    run = actions.upload(by=clerk, kind=KIND, name="x.xlsx", content=workbook_of(*rows))
    take_step = actions.check if dry else actions.start
    return take_step(run=run, by=clerk, enqueue=False)


def _chunk_ends(rows: list[dict[str, Any]], chunk: int = 2000) -> list[int]:
    """Import the rows and return the number of finished rows after each chunk."""
    run = _start(rows)
    ends: list[int] = []

    def note(current: ImportRun) -> None:
        ends.append(current.done)

    import_runner.execute(run, dry=False, chunk=chunk, progress=note)
    return ends


def _length(row: dict[str, Any]) -> int:
    return sum(len(text) for text in row.values())


@pytest.mark.django_db
def test_chunk_ends_with_the_row_that_exceeds_its_characters(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [person() for _ in range(5)]
    monkeypatch.setattr(import_runner, "_CHUNK_CHARACTERS", _length(rows[0]))
    assert _chunk_ends(rows) == [2, 4, 5]
    monkeypatch.setattr(import_runner, "_CHUNK_CHARACTERS", _length(rows[0]) - 1)
    assert _chunk_ends(rows) == [1, 2, 3, 4, 5]


@pytest.mark.django_db
def test_chunk_holds_at_most_its_number_of_rows() -> None:
    assert _chunk_ends([person() for _ in range(5)], chunk=2) == [2, 4, 5]


@pytest.mark.django_db
def test_run_keeps_the_cells_of_bad_rows_only() -> None:
    run = import_runner.execute(_start([person(), person(phone="12")]), dry=False)
    good_row, bad_row = run.rows.order_by("number")
    assert (good_row.outcome, good_row.cells, good_row.before) == ("created", "", "")
    assert (bad_row.outcome, bad_row.target_id) == ("bad", None)
    assert "12" in bad_row.cell_texts


@pytest.mark.django_db
def test_check_keeps_bad_rows_only() -> None:
    run = import_runner.execute(_start([person(), person(phone="12")], dry=True), dry=True)
    assert [row.outcome for row in run.rows.all()] == ["bad"]


@pytest.mark.django_db
def test_run_cancelled_after_its_last_row_is_done() -> None:
    def cancel(current: ImportRun) -> None:
        actions.cancel(run=current, by=current.by)

    run = import_runner.execute(_start([person(), person()]), dry=False, chunk=2, progress=cancel)
    assert (run.state, run.done) == (ImportState.DONE, 2)


@pytest.mark.django_db
def test_cancelled_check_can_be_started_again() -> None:
    def cancel(current: ImportRun) -> None:
        actions.cancel(run=current, by=current.by)

    rows = [person() for _ in range(3)]
    run = import_runner.execute(_start(rows, dry=True), dry=True, chunk=2, progress=cancel)
    assert (run.state, run.done, run.finished_at) == (ImportState.UPLOADED, 2, None)


@pytest.mark.django_db
def test_run_whose_file_is_gone_fails_with_a_sentence() -> None:
    run = _start([person()])
    storages["private"].delete(run.stored_as)
    run = import_runner.execute(run, dry=False)
    assert (run.state, run.error) == (ImportState.FAILED, "上传的文件已不在服务器上，请重新上传。")
    assert run.finished_at is not None


@pytest.mark.django_db
def test_run_that_changes_nothing_announces_nothing() -> None:
    events: list[int] = []
    rows = [person()]
    import_runner.execute(_start(rows), dry=False)
    veteran_records_changed.connect(lambda **_: events.append(1), weak=False, dispatch_uid="test")
    try:
        run = import_runner.execute(_start(rows), dry=False)
    finally:
        veteran_records_changed.disconnect(dispatch_uid="test")
    assert (run.state, run.unchanged, events) == (ImportState.DONE, 1, [])


@pytest.mark.django_db
def test_finished_run_is_audited_with_its_counts() -> None:
    run = import_runner.execute(_start([person(), person(phone="12")]), dry=False)
    event = AuditEvent.objects.get(verb="sheets.done")
    assert (event.actor_id, event.target_id) == (run.by_id, str(run.pk))
    assert event.data == {
        "kind": KIND, "total": 2, "done": 2, "created": 1, "updated": 0, "unchanged": 0, "bad": 1,
    }  # fmt: skip


@pytest.mark.django_db
def test_check_is_not_audited_as_an_import() -> None:
    import_runner.execute(_start([person()], dry=True), dry=True)
    assert not AuditEvent.objects.filter(verb="sheets.done").exists()


def test_refusal_reads_as_its_reason_in_a_traceback() -> None:
    refusal = BadRow("phone", "手机号：应为11位手机号码。")
    assert str(refusal) == refusal.reason == "手机号：应为11位手机号码。"
    assert refusal.code == "phone"
