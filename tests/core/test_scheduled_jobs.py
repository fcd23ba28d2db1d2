"""Tests of scheduled jobs: one run at a time, a retry after a failure, a lease after a kill."""

from datetime import timedelta

import pytest
from django.core.management import call_command
from django.utils import timezone

from portal.core import scheduled_jobs
from portal.core.models import ScheduledJobState

pytestmark = pytest.mark.django_db

NOW = timezone.now()
HOUR = timedelta(hours=1)


@pytest.fixture(autouse=True)
def no_other_jobs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scheduled_jobs, "_jobs", {})


def names(after: timedelta = timedelta()) -> list[str]:
    return [name for name, _ in scheduled_jobs.run_due(NOW + after)]


def test_job_runs_when_due_and_not_before() -> None:
    runs = []
    scheduled_jobs.register("test.job", every=HOUR, run=lambda: runs.append(1))
    assert names() == ["test.job"]
    assert names(timedelta(minutes=59)) == []
    assert names(HOUR) == ["test.job"]
    assert len(runs) == 2


def test_second_clock_skips_a_job_that_is_running() -> None:
    nested_runs = []
    scheduled_jobs.register(
        "test.job", every=HOUR, run=lambda: nested_runs.append(names(timedelta(seconds=5)))
    )
    assert names() == ["test.job"]
    assert nested_runs == [[]]


def test_interrupted_job_is_due_again_when_its_lease_ends() -> None:
    def interrupt() -> None:
        raise KeyboardInterrupt

    scheduled_jobs.register("test.job", every=timedelta(days=1), run=interrupt)
    with pytest.raises(KeyboardInterrupt):
        names()
    scheduled_jobs.register("test.job", every=timedelta(days=1), run=lambda: None)
    assert names(scheduled_jobs.LEASE - timedelta(seconds=1)) == []
    assert names(scheduled_jobs.LEASE) == ["test.job"]


def test_failed_job_stops_no_other_and_waits_longer_before_each_retry(
    caplog: pytest.LogCaptureFixture,
) -> None:
    def fail() -> None:
        raise ValueError("no")

    scheduled_jobs.register("test.a", every=HOUR, run=fail)
    scheduled_jobs.register("test.b", every=HOUR, run=lambda: None)
    assert names() == ["test.a", "test.b"]
    row = ScheduledJobState.objects.get(name="test.a")
    assert (row.failures, row.error, row.next_at - NOW) == (1, "ValueError", timedelta(minutes=1))
    assert names(timedelta(minutes=1)) == ["test.a"]
    assert ScheduledJobState.objects.get(name="test.a").next_at - NOW == timedelta(minutes=3)
    assert "test.a failed" in caplog.text


def test_tick_once_prints_each_job_with_its_result(capsys: pytest.CaptureFixture[str]) -> None:
    scheduled_jobs.register("test.job", every=HOUR, run=lambda: 7)
    call_command("tick", "--once")
    assert capsys.readouterr().out == "test.job: 7\n"


@pytest.mark.parametrize("failures", [5, 5_000])
def test_retry_never_waits_longer_than_the_interval(failures: int) -> None:
    def fail() -> None:
        raise ValueError("no")

    scheduled_jobs.register("test.a", every=HOUR / 6, run=fail)
    ScheduledJobState.objects.create(name="test.a", next_at=NOW, failures=failures)
    assert names() == ["test.a"]
    row = ScheduledJobState.objects.get()
    assert (row.failures, row.next_at - NOW) == (failures + 1, HOUR / 6)
