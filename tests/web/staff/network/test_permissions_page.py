"""Tests of the page 'who may what'."""

from typing import Any

import pytest
from django.urls import reverse

from portal.accounts.roles import ROLES, Permission, StationRole
from tests.factories import make_staff, make_stations, make_user

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("role", list(StationRole))
def test_page_shows_the_whole_table_to_every_role(client_for: Any, role: StationRole) -> None:
    client = client_for(make_staff(make_stations()["睦洲镇"], role))
    response = client.get(reverse("staff:permissions"))
    page = response.content.decode()
    for permission in Permission:
        assert permission.value in page
    for member, row in ROLES.items():
        assert member.label in page
        assert row.description in page
    rows = {row["cells"][0]: row["cells"][1:] for row in response.context["permission_rows"]}
    columns = [str(label) for label in response.context["permission_columns"][1:]]
    logs = dict(zip(columns, rows[Permission.READ_LOGS.value], strict=True))
    assert {label for label, cell in logs.items() if cell == "可以"} == {"审计员"}
    network = dict(zip(columns, rows[Permission.CHANGE_NETWORK.value], strict=True))
    assert network["市级业务管理员"] == "限市级任职"


def test_page_is_refused_to_people_without_an_appointment(client_for: Any) -> None:
    assert client_for(make_user()).get(reverse("staff:permissions")).status_code == 403
