"""Tests of the permission table: which role grants what, and where."""

import pytest

from portal.accounts.models import Appointment
from portal.accounts.roles import ROLES, Permission, StationRole, permissions_of, roles_with
from tests.factories import make_staff, make_stations

CLERK, HEAD, OPERATOR = StationRole.CLERK, StationRole.HEAD, StationRole.OPERATOR
REVIEWER, AUDITOR, EDITOR = StationRole.REVIEWER, StationRole.AUDITOR, StationRole.EDITOR
# Written by hand: (at any station, besides at the city's station).
GRANTS = {
    Permission.OPEN_RECORDS: ({CLERK, HEAD, OPERATOR}, set()),
    Permission.CLOSE_RECORDS: ({HEAD, OPERATOR}, set()),
    Permission.EXPORT_DATA: ({HEAD, OPERATOR}, set()),
    Permission.LEAD_TEAM: ({HEAD, OPERATOR}, set()),
    Permission.REVIEW_EMPLOYERS: ({REVIEWER, HEAD, OPERATOR}, set()),
    Permission.RUN_FAIRS: ({CLERK, HEAD, OPERATOR, REVIEWER}, set()),
    Permission.READ_REPORTS: ({CLERK, HEAD, OPERATOR, REVIEWER, AUDITOR}, set()),
    Permission.READ_LOGS: ({AUDITOR}, set()),
    Permission.CHANGE_STATION_CONTACT: ({HEAD}, {OPERATOR}),
    Permission.APPOINT_CLERKS: ({HEAD}, set()),
    Permission.APPOINT_STAFF: ({OPERATOR}, set()),
    Permission.CHANGE_NETWORK: (set(), {OPERATOR}),
    Permission.SET_FOLLOW_UP_RULES: (set(), {OPERATOR}),
    Permission.CHANGE_RANKING: (set(), {OPERATOR}),
    Permission.WRITE_PAGES: ({EDITOR}, set()),
    Permission.PUBLISH_PAGES: ({OPERATOR}, {REVIEWER}),
}


def test_table_grants_exactly_the_expected_permissions() -> None:
    assert set(GRANTS) == set(Permission)
    table = {
        permission: (
            set(roles_with(permission)),
            set(roles_with(permission, at_city=True) - roles_with(permission)),
        )
        for permission in Permission
    }
    assert table == GRANTS


def test_every_role_has_a_row_and_every_text_is_chinese() -> None:
    assert set(ROLES) == set(StationRole)
    texts = [row.description for row in ROLES.values()] + [permission.value for permission in Permission]
    assert all(text and not text.isascii() for text in texts)
    assert len(set(texts)) == len(texts)


@pytest.mark.django_db
@pytest.mark.parametrize("place", ["江门市", "睦洲镇"])
def test_query_and_user_agree_with_the_table(place: str) -> None:
    station = make_stations()[place]
    users = {role: make_staff(station, role) for role in StationRole}
    for permission in Permission:
        rows = Appointment.objects.current().with_permission(permission)
        by_query = {StationRole(row.role) for row in rows}
        by_user = {role for role, user in users.items() if user.has_station_permission(permission)}
        by_table = {role for role in ROLES if permission in permissions_of(role, at_city=place == "江门市")}
        assert by_query == by_user == by_table
        assert all(users[role].has_permission_at(permission, station) for role in by_user)


@pytest.mark.django_db
def test_permission_ends_at_the_subtree_of_the_station() -> None:
    stations = make_stations()
    head = make_staff(stations["新会区"], StationRole.HEAD)
    reach = {name for name, row in stations.items() if head.has_permission_at(Permission.OPEN_RECORDS, row)}
    assert {"新会区", "睦洲镇", "司前镇"} <= reach
    assert not reach & {"江门市", "蓬江区"}
