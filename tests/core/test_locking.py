"""Tests of the row lock and of the chain of region codes."""

import pytest
from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from portal.accounts.models import Appointment
from portal.core.locking import locked
from portal.core.region_codes import region_code_chain
from tests.factories import make_staff, make_stations


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


def test_region_code_chain_begins_with_the_province_and_ends_with_the_code() -> None:
    assert region_code_chain("440705103201") == ["44", "4407", "440705", "440705103", "440705103201"]
    assert region_code_chain("44") == ["44"]
    assert region_code_chain("") == []
