"""Jobs that come round: due once, by one clock, again after a failure or a kill."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.utils import timezone

from portal.core import periodic
from portal.core.models import PeriodicRun

pytestmark = pytest.mark.django_db

NOW = timezone.now()
HOUR = timedelta(hours=1)


@pytest.fixture(autouse=True)
def no_others(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(periodic, "_jobs", {})


def names(after: timedelta = timedelta()) -> list[str]:
    return [name for name, _ in periodic.run_due(NOW + after)]


def test_a_job_runs_when_it_is_due_and_not_before() -> None:
    ran = []
    periodic.register("test.job", every=HOUR, run=lambda: ran.append(1))
    assert names() == ["test.job"]
    assert names(timedelta(minutes=59)) == []
    assert names(HOUR) == ["test.job"]
    assert len(ran) == 2


def test_a_clock_that_looks_while_another_runs_the_job_leaves_it_alone() -> None:
    seen = []
    periodic.register("test.job", every=HOUR, run=lambda: seen.append(names(timedelta(seconds=5))))
    assert names() == ["test.job"]
    assert seen == [[]]


def test_a_job_cut_off_is_due_again_when_its_lease_ends() -> None:
    def killed() -> None:
        raise KeyboardInterrupt

    periodic.register("test.job", every=timedelta(days=1), run=killed)
    with pytest.raises(KeyboardInterrupt):
        names()
    periodic.register("test.job", every=timedelta(days=1), run=lambda: None)
    assert names(periodic.LEASE - timedelta(seconds=1)) == []
    assert names(periodic.LEASE) == ["test.job"]


def test_a_failure_stops_no_other_job_and_is_tried_again_later_each_time(caplog) -> None:
    def broken() -> None:
        raise ValueError("no")

    periodic.register("test.a", every=HOUR, run=broken)
    periodic.register("test.b", every=HOUR, run=lambda: None)
    assert names() == ["test.a", "test.b"]
    row = PeriodicRun.objects.get(name="test.a")
    assert (row.failures, row.error, row.next_at - NOW) == (1, "ValueError", timedelta(minutes=1))
    assert names(timedelta(minutes=1)) == ["test.a"]
    assert PeriodicRun.objects.get(name="test.a").next_at - NOW == timedelta(minutes=3)
    assert "test.a failed" in caplog.text


def test_once_says_what_ran(capsys) -> None:
    periodic.register("test.job", every=HOUR, run=lambda: 7)
    call_command("tick", "--once")
    assert capsys.readouterr().out == "test.job: 7\n"
