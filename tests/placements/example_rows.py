"""Portal rows that every example of the placement model starts from, and the clock of the examples."""

from datetime import date, datetime, time, timedelta
from itertools import count

from django.utils import timezone

from portal.accounts.roles import StationRole
from tests.factories import (
    make_booth,
    make_employer,
    make_fair,
    make_position,
    make_staff,
    make_stations,
    make_user,
    make_veteran,
)

START = date(2026, 3, 2)


def noon(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time(12)))


class Clock:
    """Replacement of `timezone.now`: noon of `day`, one microsecond later at each reading."""

    day = START
    _readings = count(1)

    @classmethod
    def now(cls) -> datetime:
        return noon(cls.day) + timedelta(microseconds=next(cls._readings))


class ExampleRows:
    """Stations, four records, three positions and two fairs, created once for all examples."""

    def __init__(self) -> None:
        tree = make_stations()
        self.operator = make_staff(tree["江门市"], StationRole.OPERATOR)
        self.member = make_user()
        far_future = START + timedelta(days=9_000)
        employer = make_employer(member=self.member, verified_until=far_future)
        self.positions = [
            make_position(
                employer=employer, headcount=99, published_at=noon(START), expires_at=noon(far_future)
            )
            for _ in range(3)
        ]
        self.fairs = [make_fair(organiser=tree["江门市"]) for _ in range(2)]
        for fair in self.fairs:
            make_booth(fair, *self.positions)
        self.records = [make_veteran(station=tree[name]) for name in ("南安村", "睦洲镇", "司前镇", "蓬江区")]
