"""Chunks of a run, and what a refusal of a row says."""

from typing import Any

import pytest

from portal.imports import actions, import_runner
from portal.imports.import_kinds import BadRow
from portal.imports.models import ImportRun
from portal.veterans.import_rows import KIND
from tests.factories import make_staff, make_stations
from tests.imports.record_imports import person, workbook_of


def _chunk_ends(rows: list[dict[str, Any]], chunk: int = 2000) -> list[int]:
    """Import the rows and return the number of finished rows after each chunk."""
    clerk = make_staff(make_stations()["睦洲镇"])
    run = actions.upload(by=clerk, kind=KIND, name="x.xlsx", content=workbook_of(*rows))
    run = actions.start(run=run, by=clerk, enqueue=False)
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


def test_refusal_reads_as_its_reason_in_a_traceback() -> None:
    refusal = BadRow("phone", "手机号：应为11位手机号码。")
    assert str(refusal) == refusal.reason == "手机号：应为11位手机号码。"
    assert refusal.code == "phone"
