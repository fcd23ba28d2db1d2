"""Numbers of the team page equal the lists they link to, for heads of every level."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from portal.accounts.models import Appointment, User
from portal.accounts.roles import StationRole
from portal.follow_ups.enums import FollowUpState
from portal.follow_ups.models import FollowUp
from portal.reports.workload import CallCounts
from portal.stations.models import Station
from tests.factories import make_staff
from tests.harness.numbers import count_rows, read

pytestmark = pytest.mark.django_db

TEAM, CALLS = reverse("staff:team"), reverse("staff:team-calls")


@pytest.fixture
def between(stations: dict[str, Station]) -> Any:
    """Clerk of two towns; the head of one town sees only that town."""
    user = make_staff(stations["睦洲镇"], name="两镇兼任")
    Appointment.objects.create(
        user=user, station=stations["司前镇"], role=StationRole.CLERK, starts_on=timezone.localdate()
    )
    return user


@pytest.fixture
def make_calls(make_call: Any) -> Any:
    def make(place: str, count: int = 1, **fields: Any) -> list[FollowUp]:
        """Create `count` follow-ups of veterans who live in `place`."""
        return [make_call(town=place, **fields) for _ in range(count)]

    return make


def completion(by: Any, ago: timedelta = timedelta()) -> dict:
    return {"state": FollowUpState.DONE, "done_at": timezone.now() - ago, "done_by": by}


@pytest.fixture
def network(stations: dict[str, Station], between: Any, operator: User, make_calls: Any) -> Any:
    """Create follow-ups of every kind at every level; one town has more than one page of overdue ones."""
    clerk = make_staff(stations["司前镇"], name="梁伟强")
    make_staff(stations["新会区"], name="县员工")
    make_calls("睦洲镇", 31, late=3)
    make_calls("睦洲镇", 2, late=1, clerk=between)
    make_calls("睦洲镇", 1, late=0, clerk=between)
    make_calls("睦洲镇", 2, late=-7)
    make_calls("睦洲镇", 2, late=-8)
    make_calls("睦洲镇", 3, late=9, escalation_level=1, station=stations["新会区"])
    make_calls("南安村", 4, late=1)  # a village without staff: the town's desk
    make_calls("司前镇", 5, late=2, clerk=between)
    make_calls("司前镇", 1, late=0)
    make_calls("司前镇", 2, **completion(between))
    make_calls("睦洲镇", 1, **completion(between, timedelta(days=5)), clerk=clerk)
    make_calls("睦洲镇", 1, **completion(between, timedelta(days=8)))
    make_calls("新会区", 2, late=4)
    make_calls("蓬江区", 3, late=4)  # a county without staff: the city's desk
    make_calls("蓬江区", 1, **completion(operator))
    return clerk


def walk(client: Client) -> Iterator[tuple[str, str, int]]:
    """Yield (page, list URL, number) of every number on the team pages below the reader."""
    pages = [TEAM]
    while pages:
        path = pages.pop()
        page, context = read(client, path)
        assert not page.loose, f"{path}: numbers that lead nowhere: {page.loose}"
        # Five tiles, five of each station and of its own people, four of each clerk.
        assert len(page.links) == 5 + 5 * len(context["rows"]) + 5 + 4 * len(context["clerks"])
        for url, number in page.links:
            yield path, url, number
        pages += [f"{TEAM}?station={row.station.pk}" for row in context["rows"]]


@pytest.mark.must("tracking.5")
@pytest.mark.parametrize(
    ("place", "role", "pages", "total"),
    [
        (
            "江门市",
            StationRole.OPERATOR,
            6,
            CallCounts(due=52, overdue=50, escalated=3, upcoming=2, completed=4),
        ),
        (
            "江门市",
            StationRole.HEAD,
            6,
            CallCounts(due=52, overdue=50, escalated=3, upcoming=2, completed=4),
        ),
        (
            "新会区",
            StationRole.HEAD,
            4,
            CallCounts(due=49, overdue=47, escalated=3, upcoming=2, completed=3),
        ),
        (
            "睦洲镇",
            StationRole.HEAD,
            2,
            CallCounts(due=41, overdue=40, escalated=3, upcoming=2, completed=1),
        ),
        ("南安村", StationRole.HEAD, 1, CallCounts(due=4, overdue=4)),
    ],
)
def test_every_team_number_links_to_its_follow_ups(
    client_for: Any,
    stations: dict[str, Station],
    network: Any,
    place: Any,
    role: Any,
    pages: Any,
    total: Any,
    figure: Any,
) -> None:
    client = client_for(make_staff(stations[place], role, name="站长"))
    assert client.get(TEAM).context["total"] == total
    count, paths = 0, set()
    for path, url, number in walk(client):
        assert count_rows(client, url) == number, f"{path}: {url} said {number}"
        count += 1
        paths.add(path)
    assert len(paths) == pages
    figure(f"{place} {role.label}: {count} numbers on {pages} pages of the team, all count to their lists")


def _row(client: Client, name: str, **asked: Any) -> Any:
    return next(row for row, _ in client.get(TEAM, asked).context["clerks"] if row.clerk.name == name)


def test_clerk_of_two_stations_is_counted_within_readers_scope(
    client_for: Any, stations: dict[str, Station], network: Any, between: Any
) -> None:
    """The town's head counts the follow-ups of one town, the county's head those of both towns."""
    town = client_for(make_staff(stations["睦洲镇"], StationRole.HEAD, name="镇站长"))
    county = client_for(make_staff(stations["新会区"], StationRole.HEAD, name="县站长"))
    here, both = _row(town, "两镇兼任"), _row(county, "两镇兼任")
    assert (here.due, here.overdue, here.unassigned, here.completed) == (3, 2, 35, 1)
    assert (both.due, both.overdue, both.unassigned, both.completed) == (8, 7, 36, 3)
    again = _row(county, "两镇兼任", station=stations["睦洲镇"].pk)
    assert (again.due, again.overdue, again.unassigned, again.completed) == (3, 2, 35, 1)


def test_clerks_are_ordered_by_overdue_follow_ups(
    client_for: Any, stations: dict[str, Station], network: Any, make_calls: Any
) -> None:
    for n in range(30):
        make_staff(stations["南安村"], name=f"村员{n:02d}")
    make_calls("司前镇", 6, clerk=network)
    client = client_for(make_staff(stations["江门市"], StationRole.HEAD, name="城站长"))
    first, second = (client.get(TEAM, {"clerks": n}).context for n in (1, 2))
    rows = [row for page in (first, second) for row, _ in page["clerks"]]
    names = [row.clerk.name for row in rows]
    assert names[:2] == ["两镇兼任", "梁伟强"]
    # Then whose desks have most that is nobody's, and by name.
    assert rows[2:] == sorted(rows[2:], key=lambda row: (-row.unassigned, row.clerk.name))
    assert len({row.unassigned for row in rows[2:]}) > 1
    assert (len(first["clerks"]), len(names)) == (30, 35)


def test_completed_list_names_caller_and_time(
    client_for: Any, stations: dict[str, Station], network: Any, between: Any
) -> None:
    client = client_for(make_staff(stations["江门市"], StationRole.HEAD, name="城站长"))
    answer = client.get(CALLS, {"state": "made", "clerk": between.pk})
    html = answer.content.decode()
    assert len(answer.context["page"]) == 3
    assert "完成人" in html
    assert "两镇兼任" in html
    assert 'type="checkbox" name="pk"' not in html
    assert reverse("staff:team-assign") not in html
    assert [row.done_at for row in answer.context["page"]] == sorted(
        (row.done_at for row in answer.context["page"]), reverse=True
    )
    # The filter `whose` applies to pending follow-ups only.
    assert "whose" not in answer.context["form"].fields
    assert "whose" not in client.get(CALLS, {"state": "due"}).context["form"].fields
    response = client.get(CALLS, {"state": "due", "clerk": between.pk, "whose": "shared"})
    assert {row.clerk for row in response.context["page"]} == {None}
    assert 'type="checkbox" name="pk"' in response.content.decode()


def test_own_filter_lists_only_veterans_of_station(
    client_for: Any, stations: dict[str, Station], network: Any
) -> None:
    client = client_for(make_staff(stations["新会区"], StationRole.HEAD, name="县站长"))
    own = client.get(CALLS, {"state": "late", "own": "1"}).context["page"]
    assert {row.placement.veteran.station for row in own} == {stations["新会区"]}
    assert len(own) == 2


def test_lists_hide_follow_ups_of_other_stations(
    client_for: Any, stations: dict[str, Station], network: Any
) -> None:
    """A town's head who filters by a clerk of the next town sees no name and no follow-up of theirs."""
    client = client_for(make_staff(stations["睦洲镇"], StationRole.HEAD, name="镇站长"))
    for state in ("late", "due", "coming", "pending", "made"):
        answer = client.get(CALLS, {"state": state, "clerk": network.pk, "whose": "shared"})
        assert "梁伟强" not in answer.content.decode()
        assert all(
            row.placement.veteran.station.path.startswith(stations["睦洲镇"].path)
            for row in answer.context["page"]
        )
    assert client.get(CALLS, {"state": "made", "station": stations["司前镇"].pk}).status_code == 404
