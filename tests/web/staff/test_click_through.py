"""Every number of every report page links to its rows, and the rows count to it."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone
from pytest_django import Settings

from cms.models import JobFairPage
from cms.site_setup import setup_site
from portal.accounts.models import User
from portal.accounts.roles import StationRole
from portal.core.reference import load_reference
from portal.demo import logins
from portal.demo.city import load_city
from portal.demo.management.commands.demo import SEED
from portal.demo.scale import Scale
from portal.employers.models import Employer
from portal.follow_ups.enums import AttemptOutcome, FollowUpKind, FollowUpState
from portal.follow_ups.models import FollowUp, FollowUpAttempt
from portal.placements import actions as placements
from portal.placements.enums import PlacementState as S
from portal.placements.models import Placement
from portal.reports.cohorts import DIMENSION_LABELS
from portal.stations.models import Station
from tests.factories import make_staff
from tests.harness.numbers import Numbers, count_rows, read

# As the demo, with fewer of each: enough for a number in every cell of every kind.
SMALL = Scale(
    fairs=6, employers=40, positions=300, veterans=250, accounts=120, participants=140, intentions=60
)


@pytest.fixture
def city(db: None, settings: Settings, tmp_path: Path) -> User:
    """Build a small demo city with a problem of every kind; return its operator."""
    settings.DEMO = True
    load_reference()
    setup_site()
    load_city(SMALL, SEED)
    operator = User.objects.get_by_natural_key(logins.CITY_OPERATOR.phone)
    _add_problems(operator)
    return operator


def _add_problems(operator: User) -> None:
    """Add the problems that the demo data does not contain."""
    today, now = timezone.localdate(), timezone.now()
    rows = list(Placement.objects.filter(state=S.INTENDED).order_by("pk"))
    Placement.objects.filter(pk=rows[0].pk).update(recorded_at=now - timedelta(days=30))
    FollowUp.objects.create(
        placement=rows[0], kind=FollowUpKind.CONTRADICTION, due_on=today, call_on=today,
        station=rows[0].veteran.station,
    )  # fmt: skip
    vain = FollowUp.objects.create(
        placement=rows[1], kind=FollowUpKind.FIRST_DAY, due_on=today, call_on=today, tries=3,
        station=rows[1].veteran.station, state=FollowUpState.DONE, done_at=now, done_by=operator,
    )  # fmt: skip
    for minutes in (3, 2, 1):
        FollowUpAttempt.objects.create(
            follow_up=vain,
            by=operator,
            at=now - timedelta(minutes=minutes),
            outcome=AttemptOutcome.NOT_REACHED,
        )
    Placement.objects.filter(state=S.OFFERED).update(planned_first_day=today - timedelta(days=2))
    began = (("interview", 60), ("offer", 55), ("onboard", 50))
    for row, further in zip(rows[3:7], ((), (("leave", 30),), (("retain_1m", 10),), ()), strict=True):
        for step, ago in (*began, *further):
            on = today - timedelta(days=ago)
            placements.advance(placement=row, step=step, by=operator, on=on, note="另有打算")
    employer = rows[2].position.employer
    for row in rows[7:10]:
        row.position.employer = employer
        row.position.save(update_fields=["employer"])
        placements.advance(placement=row, step="decline_by_employer", by=operator)


def report_pages() -> Iterator[str]:
    yield "/desk/"
    today = timezone.localdate()
    fairs = JobFairPage.objects.filter(starts_at__lte=timezone.now()).order_by("-starts_at")
    fair = fairs[1]
    employer = Employer.objects.filter(positions__placements__isnull=False).order_by("pk")[0]
    station = Station.objects.filter(veterans__placements__onboarded_on__isnull=False).order_by("pk")[0]
    county = Station.objects.get(path=station.path[: 2 * Station.steplen])
    for by in DIMENSION_LABELS:
        yield f"/desk/insights/?by={by}"
    yield f"/desk/insights/?by=employer&fair={fair.pk}"
    yield f"/desk/insights/?by=station&station={county.pk}&since={today - timedelta(days=300)}&until={today}"
    yield f"/desk/insights/?by=month&employer={employer.uscc}"
    yield "/desk/insights/?by=occupation&district=440705&occupation=4-02"
    yield "/desk/insights/retention/"
    yield f"/desk/insights/retention/?station={county.pk}"
    for by in DIMENSION_LABELS:
        yield f"/desk/insights/satisfaction/?by={by}"
    yield f"/desk/insights/satisfaction/?by=station&station={county.pk}&until={today}"
    yield "/desk/insights/fairs/"
    yield "/desk/insights/years/"
    yield f"/desk/insights/years/?until={today.year - 1}"
    yield "/desk/insights/month/"
    for back in (40, 200):
        yield f"/desk/insights/month/?month={today - timedelta(days=back):%Y-%m}"
    for one in (fairs[0], fair):
        yield f"/desk/fairs/{one.pk}/"
    for key in ("overdue", "contradictory", "undated", "declining", "no-interview", "unreached", "retention"):
        yield f"/desk/trouble/{key}/"
    late = FollowUp.objects.overdue().filter(placement__veteran__station__depth__gte=3)[0]
    path = late.placement.veteran.station.path
    yield "/desk/team/"
    yield "/desk/team/?clerks=2"
    for depth in (2, 3):
        yield f"/desk/team/?station={Station.objects.get(path=path[: depth * Station.steplen]).pk}"


@pytest.mark.must("tracking.5")
@pytest.mark.slow
def test_every_report_number_links_to_its_rows(city: User, client_for: Any, figure: Any) -> None:
    client = client_for(city)
    numbers: dict[str, set[int]] = {}
    checked = pages = nonzero = 0
    for path in report_pages():
        page, _ = read(client, path)
        assert not page.loose, f"{path}: numbers that lead nowhere: {page.loose}"
        assert page.links, f"{path}: no number"
        pages += 1
        checked += len(page.links)
        for url, number in page.links:
            nonzero += number > 0
            numbers.setdefault(url, set()).add(number)
    wrong = [
        f"{url}: shows {sorted(count)}, {rows} rows"
        for url, count in numbers.items()
        if count != {rows := count_rows(client, url)}
    ]
    assert not wrong, "\n".join(wrong)
    assert nonzero > 500
    figure(f"{checked} numbers on {pages} report pages, {len(numbers)} different lists: all count to it")


@pytest.mark.must("tracking.5")
@pytest.mark.slow
@pytest.mark.parametrize("role", [StationRole.CLERK, StationRole.REVIEWER, StationRole.AUDITOR])
def test_county_numbers_link_to_rows_for_every_role(
    city: User, client_for: Any, role: Any, figure: Any
) -> None:
    fair = JobFairPage.objects.filter(starts_at__lte=timezone.now()).latest("starts_at")
    county = Station.objects.get(path=fair.organiser.path[: 2 * Station.steplen])
    client = client_for(make_staff(county, role))
    checked = 0
    for path in (
        "/desk/insights/",
        "/desk/insights/satisfaction/",
        "/desk/insights/years/",
        "/desk/insights/fairs/",
        "/desk/insights/month/",
    ):
        page, _ = read(client, path)
        assert not page.loose, f"{path}: {page.loose}"
        for url, number in dict(page.links).items():
            checked += 1
            assert count_rows(client, url) == number, f"{path}: {url} shows {number}"
    figure(f"{role.label}: {checked} numbers of a county")


@pytest.mark.must("tracking.5")
@pytest.mark.slow
@pytest.mark.parametrize("depth", [2, 3])
def test_team_numbers_link_to_follow_ups_for_heads_below(
    city: User, client_for: Any, depth: Any, figure: Any
) -> None:
    late = FollowUp.objects.overdue().filter(placement__veteran__station__depth__gte=3)[0]
    station = Station.objects.get(path=late.placement.veteran.station.path[: depth * Station.steplen])
    client = client_for(make_staff(station, StationRole.HEAD, name="站长"))
    page, context = read(client, "/desk/team/")
    assert not page.loose, page.loose
    assert context["station"] == station
    assert context["total"].overdue > 0
    for url, number in page.links:
        assert count_rows(client, url) == number, f"{url} shows {number}"
    figure(f"head of a {station.get_level_display()}: {len(page.links)} numbers of the team")


def test_walk_detects_number_without_link() -> None:
    page = Numbers()
    page.feed(
        '<table class="table-figures"><tr><td>12</td><td>33%</td><td><a href="/x" data-number="4">4</a></td>'
    )
    assert (page.loose, page.links) == (["12"], [("/x", 4)])
    other = Numbers()
    other.feed('<div class="stat"><dt>a</dt><dd><span class="stat-value">7</span></dd></div>')
    assert other.loose == ["7"]
