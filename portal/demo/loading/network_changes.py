"""History of the network: a merged village, a renamed station and two ended appointments."""

from datetime import datetime, timedelta

from django.utils import timezone

from portal.accounts.models import Appointment, User
from portal.accounts.roles import StationRole
from portal.demo.loading.bulk_insert import new_user
from portal.stations import actions
from portal.stations.enums import StationLevel
from portal.stations.models import Station
from portal.veterans.models import Veteran

_RECORDS_SINCE = datetime(2022, 3, 1, tzinfo=timezone.get_default_timezone())
_FORMER = (("19900009001", "前任值班员甲"), ("19900009002", "前任值班员乙"))


def load_network_changes(stations: dict[str, Station], by: User) -> None:
    """Load the changes. Comes last, because records move with the merged village.

    `stations`: by region name.
    """
    Veteran.objects.update(created_at=_RECORDS_SINCE)
    today = timezone.localdate()
    town = Station.objects.filter(level=StationLevel.TOWN, numchild__gte=2).order_by("path")[0]
    small, large = town.get_children().order_by("path")[:2]
    actions.merge_station(station=small, into=large, by=by, on=today - timedelta(days=120))
    town_station = stations["司前镇"]
    actions.rename_station(
        station=town_station,
        name=f"{town_station.name}（退役军人之家）",
        by=by,
        on=today - timedelta(days=60),
    )
    users = User.objects.bulk_create(new_user(phone, name, None) for phone, name in _FORMER)
    for user, place in zip(users, ("睦洲镇", "司前镇"), strict=True):
        Appointment.objects.create(
            user=user,
            station=stations[place],
            role=StationRole.CLERK,
            starts_on=today - timedelta(days=900),
            ends_on=today - timedelta(days=200),
        )
