"""Tests of the row lock and of the chain of region codes."""

from contextlib import suppress

import pytest
from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.db.transaction import TransactionManagementError
from django.test.utils import CaptureQueriesContext

from portal.accounts.models import Appointment, User
from portal.core.locking import STALE_PARENT, ParentMoved, locked, locked_with_parent, retry_if_moved
from portal.core.region_codes import region_code_chain
from tests.factories import make_staff, make_stations, make_user


@pytest.mark.django_db
def test_locked_brings_the_instance_up_to_date() -> None:
    appointment = make_staff(make_stations()["睦洲镇"]).appointments.get()
    stale = Appointment.objects.get(pk=appointment.pk)
    stale.role = "auditor"
    with (
        transaction.atomic(),
        CaptureQueriesContext(
            connection,
        ) as queries,
    ):
        row = locked(stale, "station")
        assert row.station.name == "睦洲镇退役军人服务站"
    assert row is stale
    assert stale.role == appointment.role
    assert sum("accounts_appointment" in query["sql"] for query in queries) == 1
    if connection.vendor == "postgresql":
        assert any("FOR NO KEY UPDATE OF" in query["sql"] for query in queries)


@pytest.mark.django_db
def test_locked_raises_when_the_row_is_gone() -> None:
    appointment = make_staff(make_stations()["睦洲镇"]).appointments.get()
    Appointment.objects.filter(pk=appointment.pk).delete()
    with pytest.raises(ValidationError, match="刚刚被删除"):
        locked(appointment)


@pytest.mark.django_db
def test_parent_that_is_locked_is_the_stored_one() -> None:
    appointment = make_staff(make_stations()["睦洲镇"]).appointments.get()
    stale = Appointment.objects.select_related("user").get(pk=appointment.pk)
    successor = make_user("后任")
    Appointment.objects.filter(pk=appointment.pk).update(user=successor)
    user, row = locked_with_parent(stale, "user")
    assert (user, row.user) == (successor, successor)
    Appointment.objects.filter(pk=appointment.pk).delete()
    with pytest.raises(ValidationError, match="刚刚被删除"):
        locked_with_parent(stale, "user")


@pytest.mark.django_db
def test_lock_is_tried_again_until_the_parent_stays() -> None:
    calls: list[int] = []

    def lock() -> int:
        calls.append(len(calls))
        if len(calls) < 3:
            make_user(f"第{len(calls)}次")
            raise ParentMoved
        return len(calls)

    assert retry_if_moved(lock) == 3
    assert not User.objects.filter(name__in=["第1次", "第2次"]).exists(), "a savepoint frees its locks"

    def always_moved() -> int:
        raise ParentMoved

    with pytest.raises(ValidationError, match="刚刚有变化") as error:
        retry_if_moved(always_moved)
    assert error.value.code == STALE_PARENT


@pytest.mark.django_db(transaction=True)
def test_lock_outside_a_transaction_is_an_error() -> None:
    appointment = make_staff(make_stations()["睦洲镇"]).appointments.get()
    with pytest.raises(TransactionManagementError):
        locked_with_parent(appointment, "user")


class _Refusal(Exception):
    pass


@transaction.atomic
def _rename(user: User, name: str, *, is_refused: bool) -> None:
    user = locked(user)
    user.name = name
    user.save()
    if is_refused:
        raise _Refusal


@pytest.mark.django_db
def test_refused_action_leaves_what_is_stored() -> None:
    user = make_user("陈建国")
    User.objects.filter(pk=user.pk).update(name="陈建军")  # somebody else, meanwhile
    with pytest.raises(_Refusal):
        _rename(user, "陈建华", is_refused=True)
    assert user.name == User.objects.get(pk=user.pk).name == "陈建军"
    _rename(user, "陈建华", is_refused=False)
    assert user.name == "陈建华"


@pytest.mark.django_db
def test_refused_part_of_an_action_takes_back_its_own_changes() -> None:
    user = make_user("陈建国")
    with transaction.atomic():
        _rename(user, "陈建军", is_refused=False)
        with pytest.raises(_Refusal):
            _rename(user, "陈建华", is_refused=True)
        assert user.name == "陈建军"
        transaction.set_rollback(True)
    assert user.name == User.objects.get(pk=user.pk).name == "陈建国"


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("is_refused", [True, False])
def test_rolled_back_transaction_restores_and_a_commit_forgets(is_refused: bool) -> None:
    user = make_user("陈建国")
    with suppress(_Refusal):
        _rename(user, "陈建华", is_refused=is_refused)
    stored_name = User.objects.get(pk=user.pk).name
    assert user.name == stored_name == ("陈建国" if is_refused else "陈建华")
    with suppress(_Refusal), transaction.atomic():
        raise _Refusal
    assert user.name == stored_name


@pytest.mark.django_db
def test_refused_action_restores_relations_and_deleted_rows() -> None:
    appointment = make_staff(make_stations()["睦洲镇"]).appointments.get()
    key, name = appointment.pk, appointment.user.name
    with transaction.atomic():
        row = locked(appointment, "user")
        row.user.name = "另一个人"
        row.delete()
        transaction.set_rollback(True)
    assert (appointment.pk, appointment.user.name) == (key, name)


def test_region_code_chain_begins_with_the_province_and_ends_with_the_code() -> None:
    assert region_code_chain("440705103201") == ["44", "4407", "440705", "440705103", "440705103201"]
    assert region_code_chain("44") == ["44"]
    assert region_code_chain("") == []
