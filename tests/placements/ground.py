"""Rows that the model's examples need in the portal, and their clock."""

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
    """What the portal takes for now: noon of a day, and a little later each time that it asks."""

    day = START
    _asked = count(1)

    @classmethod
    def now(cls) -> datetime:
        return noon(cls.day) + timedelta(microseconds=next(cls._asked))


class Ground:
    """What every example begins with, made once: stations, four files, three posts, two fairs."""

    def __init__(self) -> None:
        tree = make_stations()
        self.operator = make_staff(tree["江门市"], StationRole.OPERATOR)
        self.member = make_user()
        long = START + timedelta(days=9_000)
        employer = make_employer(member=self.member, verified_until=long)
        self.positions = [
            make_position(employer=employer, headcount=99, published_at=noon(START), expires_at=noon(long))
            for _ in range(3)
        ]
        self.fairs = [make_fair(organiser=tree["江门市"]) for _ in range(2)]
        for fair in self.fairs:
            make_booth(fair, *self.positions)
        self.files = [make_veteran(station=tree[name]) for name in ("南安村", "睦洲镇", "司前镇", "蓬江区")]
