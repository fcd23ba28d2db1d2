"""Staff of the demo: the logins, and staff of every county and town."""

from collections.abc import Iterator
from datetime import date
from itertools import count

from django.contrib.auth.hashers import make_password
from django_otp.plugins.otp_totp.models import TOTPDevice

from portal.accounts.models import DEMO_DEVICE, Appointment, User
from portal.accounts.roles import Permission, StationRole
from portal.demo import logins
from portal.demo.loading.bulk_insert import new_user
from portal.stations.enums import StationLevel
from portal.stations.models import Station

_STARTS_ON = date(2022, 1, 1)
_CLERK_PHONES = 19_900_001_000


def load_staff(stations: dict[str, Station]) -> User:
    """Load staff with second factors and return the city's operator. `stations`: by region name."""
    secret = make_password(logins.PASSWORD)
    city, county = stations["江门市"], stations["新会区"]
    appointments: list[tuple[User, Station, StationRole]] = []

    def appoint(login: logins.Login, station: Station, *roles: StationRole) -> User:
        user = new_user(login.phone, login.name, secret)
        appointments.extend((user, station, role) for role in roles)
        return user

    operator = appoint(logins.CITY_OPERATOR, city, StationRole.OPERATOR)
    appoint(logins.COUNTY_REVIEWER, county, StationRole.REVIEWER)
    appoint(logins.TOWN_CLERK, stations["睦洲镇"], StationRole.CLERK)
    appoint(logins.NEIGHBOUR_CLERK, stations["司前镇"], StationRole.CLERK)
    appoint(logins.EDITOR, city, StationRole.EDITOR)
    appoint(logins.AUDITOR, city, StationRole.AUDITOR)
    phones = count(_CLERK_PHONES)
    for station, role in _other_appointments(stations):
        appointments.append(
            (new_user(str(next(phones)), f"{station.region.name}值班员", secret), station, role)
        )
    users = list({id(user): user for user, _, _ in appointments}.values())
    User.objects.bulk_create(users)
    Appointment.objects.bulk_create(
        Appointment(user=user, station=station, role=role, starts_on=_STARTS_ON)
        for user, station, role in appointments
    )
    TOTPDevice.objects.bulk_create(TOTPDevice(user=user, name=DEMO_DEVICE, confirmed=True) for user in users)
    return operator


def _other_appointments(stations: dict[str, Station]) -> Iterator[tuple[Station, StationRole]]:
    towns_with_login = {"睦洲镇", "司前镇"}
    for station in stations.values():
        if station.level == StationLevel.COUNTY:
            yield station, StationRole.HEAD
            if station.region.name != "新会区":
                yield station, StationRole.REVIEWER
        elif station.level == StationLevel.TOWN and station.region.name not in towns_with_login:
            yield station, StationRole.CLERK


def staff_by_path(operator: User) -> dict[str, User]:
    """Return tree path -> a user with access to records there; the operator at the top."""
    appointments = Appointment.objects.current().with_permission(Permission.OPEN_RECORDS)
    by_path = {row.station.path: row.user for row in appointments.select_related("station", "user")}
    return {path[: Station.steplen]: operator for path in by_path} | by_path


def nearest_staff(path: str, staff: dict[str, User]) -> User:
    """Return the user at the nearest station, there or above."""
    while path not in staff:
        path = path[: -Station.steplen]
    return staff[path]
