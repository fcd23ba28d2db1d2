"""After a change of rules the stored findings follow."""

import pytest
from django.core.management import call_command

from portal.positions.management.commands import recheck_wording
from portal.positions.models import Position
from tests.factories import make_position

pytestmark = pytest.mark.django_db


def test_recheck_updates_stored_findings(capsys: pytest.CaptureFixture[str]) -> None:
    stale = make_position(requirements="35岁以下")
    same = make_position(requirements="能上夜班")
    Position.objects.filter(pk=stale.pk).update(wording="")
    call_command("recheck_wording")
    output = capsys.readouterr()
    assert "1 of 2" in output.out
    assert "100%" in output.err  # the bar knows its end, so that an operator sees the time that is left
    assert "2/2" in output.err
    stale.refresh_from_db()
    same.refresh_from_db()
    assert (stale.wording, same.wording) == (" warn:age ", "")


def test_recheck_saves_every_batch_once_and_keeps_the_time_of_change(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recheck_wording, "BATCH_SIZE", 2)
    for _ in range(5):
        make_position(requirements="35岁以下")
    Position.objects.update(wording="")
    times = dict(Position.objects.values_list("pk", "updated_at"))
    call_command("recheck_wording")
    assert "5 of 5" in capsys.readouterr().out
    assert set(Position.objects.values_list("wording", flat=True)) == {" warn:age "}
    assert dict(Position.objects.values_list("pk", "updated_at")) == times
    call_command("recheck_wording")
    assert "0 of 5" in capsys.readouterr().out
