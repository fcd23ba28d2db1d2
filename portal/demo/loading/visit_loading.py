"""Visits of this year, slightly more than one for each record, and some return registrations."""

import random
from collections.abc import Iterator
from datetime import date, timedelta

from django.db.models import Max, OuterRef, Subquery
from django.utils import timezone

from portal.accounts.models import User
from portal.demo.loading.bulk_insert import insert
from portal.demo.loading.staff_loading import nearest_staff, staff_by_path
from portal.stations.models import Station
from portal.veterans.models import Veteran
from portal.visits import actions
from portal.visits.enums import Need, ReturnDocument, VisitMethod
from portal.visits.models import Visit, VisitNeed

# Distribution of the visits to one person this year; the mean is 1.04.
_VISIT_COUNTS = [0] * 22 + [1] * 56 + [2] * 18 + [3] * 4
_METHODS = [VisitMethod.PHONE] * 5 + [VisitMethod.HOME] * 3 + [VisitMethod.STATION] * 2 + [VisitMethod.ONLINE]
_NEEDS = [Need.NONE] * 5 + [Need.JOB] * 3 + [Need.TRAINING, Need.POLICY] * 2 + [Need.AID, Need.BUSINESS]
_FINDINGS = (
    "在家务农，农闲时想找短工。",
    "孩子上小学，希望在本镇上班。",
    "已报名叉车培训，等开班通知。",
    "想了解创业担保贷款的条件。",
    "身体好，愿意跑夜班货车。",
    "目前工作稳定，暂时没有需求。",
)
_RETURN_COUNT = 12


def load_visits(stations: dict[str, Station], operator: User, rng: random.Random) -> None:
    """Load visits by the nearest staff at or above the record's station. `stations`: by region name."""
    today = timezone.localdate()
    staff = staff_by_path(operator)
    records = Veteran.objects.order_by("pk").values_list("pk", "station_id", "station__path")
    visits = list(_build_visits(records.iterator(5_000), staff, today, rng))
    insert(Visit, visits, total=len(visits), label="visits")
    needs = [
        VisitNeed(visit=visit, need=rng.choice(_NEEDS))
        for visit in visits
        if visit.reached and rng.random() < 0.2
    ]
    insert(VisitNeed, needs, total=len(needs), label="needs")
    last = Visit.objects.filter(veteran=OuterRef("pk"), reached=True).order_by().values("veteran")
    Veteran.objects.update(last_visited_on=Subquery(last.annotate(last=Max("held_on")).values("last")))
    _load_returns(stations["睦洲镇"], staff, today, rng)


def _build_visits(
    records: Iterator[tuple[int, int, str]], staff: dict[str, User], today: date, rng: random.Random
) -> Iterator[Visit]:
    so_far = (today - today.replace(month=1, day=1)).days
    for pk, station, path in records:
        by = nearest_staff(path, staff)
        count = rng.choice(_VISIT_COUNTS)
        # People not visited this year were visited before, or never.
        days = [rng.randint(0, so_far) for _ in range(count)] or (
            [so_far + rng.randint(1, 300)] if rng.random() < 0.6 else []
        )
        for ago in days:
            yield Visit(
                veteran_id=pk,
                station_id=station,
                by=by,
                held_on=today - timedelta(days=ago),
                method=rng.choice(_METHODS),
                reached=rng.random() < 0.93,
                findings=rng.choice(_FINDINGS) if rng.random() < 0.1 else "",
            )


def _load_returns(station: Station, staff: dict[str, User], today: date, rng: random.Random) -> None:
    """Register the return of some people of one town within the last two months."""
    people = Veteran.objects.filter(station__path__startswith=station.path).exclude(entered_on=None)
    for veteran in people.order_by("-left_on", "pk")[:_RETURN_COUNT]:
        assert veteran.left_on is not None
        actions.register_return(
            by=nearest_staff(station.path, staff),
            veteran=veteran,
            left_on=veteran.left_on,
            registered_on=max(today - timedelta(days=rng.randint(0, 60)), veteran.left_on),
            documents=[ReturnDocument.ID_CARD, ReturnDocument.DISCHARGE],
            needs=[rng.choice(_NEEDS)],
            fields={},
        )
