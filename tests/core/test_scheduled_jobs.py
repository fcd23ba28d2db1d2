"""Jobs that come round: due once, by one clock, again after a failure or a kill."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.utils import timezone

from portal.core import scheduled_jobs
from portal.core.models import PeriodicRun

pytestmark = pytest.mark.django_db

NOW = timezone.now()
HOUR = timedelta(hours=1)


@pytest.fixture(autouse=True)
def no_others(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(scheduled_jobs, "_jobs", {})


def names(after: timedelta = timedelta()) -> list[str]:
    return [name for name, _ in scheduled_jobs.run_due(NOW + after)]


def test_a_job_runs_when_it_is_due_and_not_before() -> None:
    ran = []
    scheduled_jobs.register("test.job", every=HOUR, run=lambda: ran.append(1))
    assert names() == ["test.job"]
    assert names(timedelta(minutes=59)) == []
    assert names(HOUR) == ["test.job"]
    assert len(ran) == 2


def test_a_clock_that_looks_while_another_runs_the_job_leaves_it_alone() -> None:
    seen = []
    scheduled_jobs.register("test.job", every=HOUR, run=lambda: seen.append(names(timedelta(seconds=5))))
    assert names() == ["test.job"]
    assert seen == [[]]


def test_a_job_cut_off_is_due_again_when_its_lease_ends() -> None:
    def killed() -> None:
        raise KeyboardInterrupt

    scheduled_jobs.register("test.job", every=timedelta(days=1), run=killed)
    with pytest.raises(KeyboardInterrupt):
        names()
    scheduled_jobs.register("test.job", every=timedelta(days=1), run=lambda: None)
    assert names(scheduled_jobs.LEASE - timedelta(seconds=1)) == []
    assert names(scheduled_jobs.LEASE) == ["test.job"]


def test_a_failure_stops_no_other_job_and_is_tried_again_later_each_time(caplog) -> None:
    def broken() -> None:
        raise ValueError("no")

    scheduled_jobs.register("test.a", every=HOUR, run=broken)
    scheduled_jobs.register("test.b", every=HOUR, run=lambda: None)
    assert names() == ["test.a", "test.b"]
    row = PeriodicRun.objects.get(name="test.a")
    assert (row.failures, row.error, row.next_at - NOW) == (1, "ValueError", timedelta(minutes=1))
    assert names(timedelta(minutes=1)) == ["test.a"]
    assert PeriodicRun.objects.get(name="test.a").next_at - NOW == timedelta(minutes=3)
    assert "test.a failed" in caplog.text


def test_once_says_what_ran(capsys) -> None:
    scheduled_jobs.register("test.job", every=HOUR, run=lambda: 7)
    call_command("tick", "--once")
    assert capsys.readouterr().out == "test.job: 7\n"
