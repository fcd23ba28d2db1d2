"""The index follows the writes below it, and stands or falls with them."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.core.management import call_command
from django.db import transaction
from django.utils import timezone
from pytest_django import DjangoCaptureOnCommitCallbacks

from portal.accounts.roles import StationRole
from portal.core.models import Region
from portal.documents.enums import DocumentKind
from portal.employers import actions, verification
from portal.positions import actions as positions
from portal.positions.models import Position
from search import indexing
from search.models import Entry
from search.query import Kind
from tests.factories import make_employer, make_fair, make_position, make_staff, make_stations, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def reviewer() -> Any:
    return make_staff(make_stations()["新会区"], StationRole.REVIEWER)


@pytest.fixture
def change(django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks) -> Any:
    """Runs a write with what follows its commit: an engine outside the database hears of it then."""

    def run(write: Any) -> Any:
        with django_capture_on_commit_callbacks(execute=True):
            return write()

    return run


def test_a_position_is_found_once_approved_and_lost_once_paused(
    engine: Any, find: Any, reviewer: Any, change: Any
) -> None:
    indexing.rebuild()
    member = make_user()
    row = make_position(employer=make_employer(member=member), title="叉车司机", is_open=False)
    change(lambda: positions.submit(position=row, by=member))
    assert find("叉车").total == 0
    change(lambda: positions.approve(position=row, by=reviewer))
    assert find("叉车").hits[0].id == row.pk
    change(lambda: positions.pause(position=row, by=member))
    assert find("叉车").total == 0


def test_a_changed_position_is_found_by_its_new_words(
    engine: Any, find: Any, reviewer: Any, change: Any
) -> None:
    indexing.rebuild()
    member = make_user()
    row = make_position(employer=make_employer(member=member), title="叉车司机")
    indexing.refresh(Kind.POSITION, [row.pk])
    change(lambda: positions.edit(position=row, by=member, title="电焊工", duties="焊接。", requirements=""))
    change(lambda: positions.submit(position=row, by=member))
    change(lambda: positions.approve(position=row, by=reviewer))
    assert (find("叉车").total, find("电焊工").total) == (0, 1)


def test_an_employer_opens_and_closes_with_its_positions(
    engine: Any, find: Any, reviewer: Any, change: Any
) -> None:
    indexing.rebuild()
    company = make_employer(name="江门市远航物流有限公司", verified=False)
    make_position(employer=company, title="叉车司机")
    change(lambda: verification.verify(employer=company, by=reviewer, checked_kinds=[DocumentKind.LICENCE]))
    assert find("远航物流").counts == {Kind.POSITION: 1, Kind.EMPLOYER: 1, Kind.FAIR: 0}
    change(lambda: verification.suspend(employer=company, by=reviewer, reason="投诉属实"))
    assert find("远航物流").total == 0


def test_a_registered_employer_is_not_found_before_it_is_verified(
    engine: Any, find: Any, change: Any
) -> None:
    indexing.rebuild()
    make_stations()
    change(
        lambda: actions.register(
            by=make_user(),
            uscc="91440705MA00000019",
            region=Region.objects.get(code="440705"),
            contact_phone="13800000000",
            name="新会叉车租赁有限公司",
            industry="G",
            size_band="small",
            nature="private",
            address="会城街道",
            contact_person="王经理",
        )
    )
    assert find("叉车").total == 0


def test_a_fair_is_found_while_it_is_published(engine: Any, find: Any, change: Any) -> None:
    indexing.rebuild()
    fair = make_fair(title="叉车专场招聘会", live=False)
    change(lambda: fair.save_revision().publish())
    assert find("叉车").hits[0].kind == Kind.FAIR
    fair.refresh_from_db()
    change(fair.unpublish)
    assert find("叉车").total == 0


def test_a_write_undone_leaves_no_entry(find: Any, reviewer: Any) -> None:
    member = make_user()
    row = make_position(employer=make_employer(member=member), title="叉车司机", is_open=False)
    positions.submit(position=row, by=member)
    with pytest.raises(RuntimeError, match="undone"), transaction.atomic():  # noqa: PT012
        positions.approve(position=row, by=reviewer)
        assert find("叉车").total == 1
        raise RuntimeError("undone")
    assert find("叉车").total == 0
    assert not Entry.objects.exists()


def test_a_deleted_fair_is_taken_out(engine: Any, find: Any, change: Any) -> None:
    fair = make_fair(title="叉车专场招聘会")
    indexing.rebuild()
    change(fair.delete)
    assert find("叉车").total == 0
    assert indexing.is_current()


def test_what_changes_during_a_build_is_not_overtaken(
    engine: Any, find: Any, reviewer: Any, change: Any
) -> None:
    member = make_user()
    row = make_position(employer=make_employer(member=member), title="叉车司机")

    def meanwhile(batches: Any) -> Iterator[Any]:
        for batch in batches:
            yield batch
            change(lambda: positions.pause(position=row, by=member) if row.state == "open" else None)

    indexing.rebuild(progress=meanwhile)
    assert find("叉车司机").total == 0
    assert indexing.is_current()


def test_the_command_builds_and_knows_when_it_need_not(
    engine: Any, find: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    make_position(title="叉车司机")
    call_command("index_search", "--if-stale")
    assert "2 entries" in capsys.readouterr().out
    assert find("叉车").total == 1
    call_command("index_search", "--if-stale")
    assert "current" in capsys.readouterr().out
    Position.objects.update(expires_at=timezone.now() - timedelta(days=1))
    call_command("index_search", "--if-stale")
    assert "1 entries" in capsys.readouterr().out


def test_a_build_that_fails_leaves_the_old_index_serving(
    engine: Any, find: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_position(title="叉车司机")
    indexing.rebuild()

    def stop(batches: Any) -> Iterator[Any]:
        yield next(iter(batches))
        raise RuntimeError("stopped")

    with pytest.raises(RuntimeError, match="stopped"):
        indexing.rebuild(progress=stop)
    assert find("叉车").total == 1
