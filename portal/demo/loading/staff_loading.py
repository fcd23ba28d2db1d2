"""Staff of the demo: the named logins, and a clerk for every county and town."""

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

_SINCE = date(2022, 1, 1)
_CLERK_PHONES = 19_900_001_000


def load_staff(stations: dict[str, Station]) -> User:
    """Make staff and their second factors; returns the city's operator. `stations` goes by region name."""
    secret = make_password(logins.PASSWORD)
    city, county = stations["江门市"], stations["新会区"]
    posts: list[tuple[User, Station, StationRole]] = []

    def post(login: logins.Login, station: Station, *roles: StationRole) -> User:
        user = new_user(login.phone, login.name, secret)
        posts.extend((user, station, role) for role in roles)
        return user

    operator = post(logins.CITY_OPERATOR, city, StationRole.OPERATOR)
    post(logins.COUNTY_REVIEWER, county, StationRole.REVIEWER)
    post(logins.TOWN_CLERK, stations["睦洲镇"], StationRole.CLERK)
    post(logins.NEIGHBOUR_CLERK, stations["司前镇"], StationRole.CLERK)
    post(logins.EDITOR, city, StationRole.EDITOR)
    post(logins.AUDITOR, city, StationRole.AUDITOR)
    phones = count(_CLERK_PHONES)
    for station, role in _other_posts(stations):
        posts.append((new_user(str(next(phones)), f"{station.region.name}值班员", secret), station, role))
    users = list({id(user): user for user, _, _ in posts}.values())
    User.objects.bulk_create(users)
    Appointment.objects.bulk_create(
        Appointment(user=user, station=station, role=role, starts_on=_SINCE) for user, station, role in posts
    )
    TOTPDevice.objects.bulk_create(TOTPDevice(user=user, name=DEMO_DEVICE, confirmed=True) for user in users)
    return operator


def _other_posts(stations: dict[str, Station]) -> Iterator[tuple[Station, StationRole]]:
    named = {"睦洲镇", "司前镇"}
    for station in stations.values():
        if station.level == StationLevel.COUNTY:
            yield station, StationRole.HEAD
            if station.region.name != "新会区":
                yield station, StationRole.REVIEWER
        elif station.level == StationLevel.TOWN and station.region.name not in named:
            yield station, StationRole.CLERK


def staff_by_path(operator: User) -> dict[str, User]:
    """Tree path -> somebody who serves there; the operator serves everybody else."""
    posts = Appointment.objects.current().with_permission(Permission.OPEN_RECORDS)
    found = {post.station.path: post.user for post in posts.select_related("station", "user")}
    return {path[: Station.steplen]: operator for path in found} | found


def nearest_staff(path: str, staff: dict[str, User]) -> User:
    while path not in staff:
        path = path[: -Station.steplen]
    return staff[path]
