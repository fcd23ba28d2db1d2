"""Figures of one district, occupation or station: everything there, and nothing from elsewhere."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from cms.models import JobFairPage
from portal.accounts.models import User
from portal.fairs import actions as fairs_actions
from portal.fairs.enums import BoothState, VisitorKind
from portal.fairs.models import Booth
from portal.reports import cohorts, fair_tables
from portal.reports.figures import FIGURES
from portal.reports.report_filter import NO_DISTRICT, ReportFilter
from portal.reports.report_scope import ReportScope
from tests.factories import (
    make_booth,
    make_employer,
    make_fair,
    make_occupation,
    make_registration,
    make_stations,
    make_veteran,
)
from tests.reports.conftest import Walk, long_open_position


@pytest.fixture
def fair(operator: User) -> JobFairPage:
    """Return a fair at which two employers of two counties offer jobs in both."""
    stations = make_stations()
    starts = timezone.now() - timedelta(days=70)
    fair = make_fair(
        starts_at=starts,
        ends_at=starts + timedelta(hours=4),
        organiser=stations["江门市"],
        title="夏季招聘会",
    )
    xinhui = make_employer()
    pengjiang = make_employer(region=stations["蓬江区"].region, station=stations["蓬江区"])
    cook = make_occupation("4-03-02-01", "中式烹调师")
    make_booth(
        fair,
        long_open_position(employer=xinhui, headcount=5, region=stations["睦洲镇"].region),
        long_open_position(employer=xinhui, headcount=7, region=stations["蓬江区"].region),
    )
    make_booth(
        fair,
        long_open_position(employer=pengjiang, headcount=11, occupation=cook),
    )
    other_booth = make_booth(fair, long_open_position(headcount=100))
    Booth.objects.filter(pk=other_booth.pk).update(state=BoothState.REFUSED)
    people = {
        "睦洲镇": make_veteran(living_region=stations["睦洲镇"].region),
        "蓬江区": make_veteran(living_region=stations["蓬江区"].region),
        "": make_veteran(living_region=None),
    }
    for person in people.values():
        ticket = str(make_registration(fair, person).ticket)
        fairs_actions.check_in(fair=fair, code=ticket, by=operator)
    fairs_actions.count_visitor(fair=fair, kind=VisitorKind.FAMILY, by=operator)
    return fair


FAIR_FIGURES = ("booths", "employers", "positions", "headcount", "veterans")


@pytest.mark.parametrize(
    ("filters", "counts"),
    [
        ({}, (2, 2, 3, 23, 3)),
        ({"district": "440705"}, (1, 1, 1, 5, 1)),
        ({"district": "440703"}, (1, 1, 2, 18, 1)),
        ({"occupation": "4-02"}, (1, 1, 2, 12, 3)),
        ({"occupation": "4-03"}, (1, 1, 1, 11, 3)),
        ({"occupation": "4-03", "district": "440705"}, (0, 0, 0, 0, 1)),
        ({"district": NO_DISTRICT}, (0, 0, 0, 0, 1)),
    ],
)
def test_figures_of_a_fair_count_only_the_chosen_place_and_occupation(
    fair: JobFairPage, city: ReportScope, filters: dict[str, Any], counts: tuple[int, ...]
) -> None:
    values = tuple(FIGURES[key].count(city, ReportFilter(fair=fair.pk, **filters)) for key in FAIR_FIGURES)
    assert values == counts


def test_fair_tables_put_everything_into_its_own_row(fair: JobFairPage) -> None:
    def numbers(rows: list[fair_tables.TableRow]) -> dict[str, list[int | None]]:
        return {row.label: [None if n is None else n.value for n in row.numbers] for row in rows}

    # employers, positions, headcount, veterans, intentions, their people, confirmed intentions
    assert numbers(fair_tables.fair_by_district(fair)) == {
        "蓬江区": [1, 2, 18, 1, 0, 0, 0],
        "新会区": [1, 1, 5, 1, 0, 0, 0],
        "未填写居住地": [None, None, None, 1, None, None, None],
    }
    assert numbers(fair_tables.fair_by_occupation(fair)) == {
        "4-02": [1, 2, 12, 0, 0, 0],
        "4-03": [1, 1, 11, 0, 0, 0],
    }


def test_stations_below_the_chosen_one_are_counted_with_their_own(walk: Walk, city: ReportScope) -> None:
    stations = make_stations()
    for place in ("江门市", "新会区", "睦洲镇", "南安村", "蓬江区"):
        walk(began=5, veteran=make_veteran(station=stations[place]))

    def counts(filters: ReportFilter) -> dict[str, tuple[int, int | None]]:
        by_station = cohorts.count_by_dimension(city, filters, "station")
        return {cohort.label: (cohort.counts[0], cohort.filters.station) for cohort in by_station}

    county, town, village = stations["新会区"], stations["睦洲镇"], stations["南安村"]
    assert counts(ReportFilter()) == {
        county.name: (3, county.pk),
        stations["江门市"].name: (1, stations["江门市"].pk),
        stations["蓬江区"].name: (1, stations["蓬江区"].pk),
    }
    assert counts(ReportFilter(station=county.pk, station_path=county.path)) == {
        town.name: (2, town.pk),
        county.name: (1, county.pk),
    }
    assert counts(ReportFilter(station=village.pk, station_path=village.path)) == {
        village.name: (1, village.pk)
    }
