"""Figures of the reports: each value equals the number of its rows."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any, TypeAlias
from unittest.mock import patch

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from cms.models import JobFairPage
from portal.accounts.models import User
from portal.accounts.roles import StationRole
from portal.fairs import actions as fairs_actions
from portal.fairs.enums import VisitorKind
from portal.follow_ups.enums import FollowUpState
from portal.placements import actions
from portal.placements.enums import PlacementState as S
from portal.placements.models import Placement
from portal.reports import cohorts, fair_report, fair_tables, funnels, month_report, satisfaction, year_table
from portal.reports.figures import FIGURES, FigureValue
from portal.reports.public_totals import count_portal_totals
from portal.reports.report_filter import NO_DISTRICT, NO_FAIR, ReportFilter
from portal.reports.report_scope import ReportScope, report_scope_of
from tests.factories import (
    make_booth,
    make_employer,
    make_fair,
    make_occupation,
    make_registration,
    make_staff,
    make_stations,
    make_veteran,
)
from tests.reports.conftest import Walk, long_open_position

TwoFairs: TypeAlias = tuple[JobFairPage, JobFairPage]

HIRED = (("interview", 60), ("offer", 50), ("onboard", 45))


def make_past_fair(days_ago: int, **fields: Any) -> JobFairPage:
    """Return a fair that took place so many days ago."""
    starts = timezone.now() - timedelta(days=days_ago)
    return make_fair(starts_at=starts, ends_at=starts + timedelta(hours=4), **fields)


@pytest.fixture
def town(walk: Walk, operator: User) -> TwoFairs:
    """Return two fairs of different years with one employer at both, and people of two towns at them.

    There are intentions at the fairs with several steps, and one outside fairs.
    """
    stations = make_stations()
    first, second = make_past_fair(400), make_past_fair(70)
    employer = make_employer()
    both = long_open_position(employer=employer, headcount=40)
    cook = long_open_position(headcount=30, occupation=make_occupation("4-03-02-01", "中式烹调师"))
    make_booth(first, both)
    make_booth(second, both)
    make_booth(second, cook)
    ours = make_veteran(station=stations["睦洲镇"])
    theirs = make_veteran(station=stations["司前镇"], living_region=None)
    for fair in (first, second):
        registration = make_registration(fair, ours)
        fairs_actions.check_in(fair=fair, code=str(registration.ticket), by=operator)
    fairs_actions.check_in(fair=second, code=str(make_registration(second, theirs).ticket), by=operator)
    fairs_actions.count_visitor(fair=second, kind=VisitorKind.FAMILY, by=operator)
    walk(("interview", 390), ("decline_by_employer", 380), veteran=ours, position=both, fair=first, began=400)
    walk(*HIRED, veteran=ours, position=both, fair=second, began=70)
    walk(("interview", 20), veteran=theirs, position=cook, fair=second, began=70)
    walk(veteran=theirs, position=both, began=5)
    Placement.objects.filter(fair=second).update(employer_confirmed_at=timezone.now())
    return first, second


def iter_values(report: object) -> Iterator[FigureValue]:
    """Yield all values anywhere in a report."""
    if isinstance(report, FigureValue):
        yield report
    elif isinstance(report, cohorts.CohortCounts):
        yield from report.numbers
        yield from (report.figure_value(name) for name in ("people", "reached", "reached_people"))
    elif isinstance(report, satisfaction.SatisfactionCounts):
        yield from (report.total, *report.numbers)
    elif isinstance(report, list | tuple):
        for part in report:
            yield from iter_values(part)
    elif hasattr(report, "__dataclass_fields__"):
        for name in report.__dataclass_fields__:
            yield from iter_values(getattr(report, name))


def reports(scope: ReportScope) -> Iterator[tuple[str, object]]:
    today = timezone.localdate()
    past_fairs = list(JobFairPage.objects.filter(starts_at__lte=timezone.now()).select_related("organiser"))
    yield "years", year_table.build_year_table(scope, year_table.recent_years())
    yield "month", month_report.build_month_report(scope, today - timedelta(days=70))
    yield "compared", fair_tables.compare_fairs(scope, past_fairs)
    yield "funnel", funnels.build_funnel(scope, ReportFilter())
    for dimension in cohorts.DIMENSION_LABELS:
        yield dimension, cohorts.count_by_dimension(scope, ReportFilter(), dimension)
        yield (
            f"{dimension} of a period",
            cohorts.count_by_dimension(
                scope,
                ReportFilter(since=today - timedelta(days=100), until=today - timedelta(days=6)),
                dimension,
            ),
        )
        yield (
            f"answers by {dimension}",
            satisfaction.satisfaction_by_dimension(scope, ReportFilter(), dimension),
        )
    yield "answers", satisfaction.count_satisfaction(scope, ReportFilter())
    for fair in past_fairs:
        yield "fair", fair_report.build_fair_report(fair).numbers
        yield "by district", fair_tables.fair_by_district(fair)
        yield "by occupation", fair_tables.fair_by_occupation(fair)


@pytest.mark.parametrize("place", ["江门市", "新会区", "睦洲镇"])
def test_every_value_equals_the_number_of_its_rows(town: TwoFairs, place: str) -> None:
    scope = report_scope_of(make_staff(make_stations()[place], StationRole.HEAD))
    errors: list[str] = []
    checked_count = 0
    for name, report in reports(scope):
        # The report of a county's fair is not visible to a town.
        if place == "睦洲镇" and name in {"fair", "by district", "by occupation"}:
            continue
        for number in iter_values(report):
            checked_count += 1
            row_count = FIGURES[number.figure].count(scope, number.filters)
            if row_count != number.value:
                errors.append(
                    f"{name}: {number.figure} {number.filters.query}: {number.value}, rows {row_count}"
                )
    assert not errors, "\n".join(errors)
    assert checked_count > 200


def test_year_table_counts_people_and_employers_once(town: TwoFairs, city: ReportScope) -> None:
    now = timezone.localdate()
    first, second = (timezone.localtime(fair.starts_at).year for fair in town)
    table = year_table.build_year_table(city, year_table.recent_years())
    assert table.columns == (*(f"{year}年" for year in range(now.year - 3, now.year + 1)), "合计")

    def of(figure: str) -> dict[str, int]:
        values = (number.value for number in table.row(figure).numbers)
        return dict(zip(table.columns, values, strict=True))

    assert of("fairs")["合计"] == 2
    assert (of("booths")["合计"], of("employers")["合计"]) == (3, 2)
    assert (of("positions")["合计"], of("headcount")["合计"]) == (2, 70)
    assert (of("visitors")["合计"], of("attendances")["合计"], of("veterans")["合计"]) == (4, 3, 2)
    assert (of("sheets")["合计"], of("people")["合计"], of("reached")["合计"]) == (4, 2, 2)
    assert (of("stage.interviewed")["合计"], of("people.interviewed")["合计"]) == (3, 2)
    assert (of("stage.onboarded")["合计"], of("stage.retained_3m")["合计"]) == (1, 0)
    if first != second:
        assert (of("employers")[f"{first}年"], of("employers")[f"{second}年"]) == (1, 2)


def test_town_counts_its_own_people_and_fairs(town: TwoFairs) -> None:
    scope = report_scope_of(make_staff(make_stations()["睦洲镇"], StationRole.HEAD))
    table = year_table.build_year_table(scope, year_table.recent_years())
    assert table.row("fairs").numbers[-1].value == 0
    assert table.row("sheets").numbers[-1].value == 2
    assert (
        cohorts.count_cohort(
            report_scope_of(make_staff(make_stations()["蓬江区"], StationRole.HEAD)), ReportFilter()
        ).counts[0]
        == 0
    )


def test_filters_are_combined_with_and(town: TwoFairs, city: ReportScope) -> None:
    _, second = town
    employer = Placement.objects.filter(fair=second).order_by("pk")[0].position.employer

    def count_intentions(**filters: Any) -> int:
        return FIGURES["sheets"].count(city, ReportFilter(**filters))

    assert count_intentions(fair=second.pk) == 2
    assert count_intentions(fair=second.pk, employer=employer.uscc) == 1
    assert count_intentions(fair=NO_FAIR) == 1
    assert count_intentions(employer=employer.name[:5]) == 4
    assert count_intentions(occupation="4-03") == count_intentions(occupation="4-03-02-01") == 1
    assert count_intentions(occupation="4-03", fair=NO_FAIR) == 0
    assert count_intentions(district="440705") == 4
    assert count_intentions(district="440703") == 0
    town_station = make_stations()["司前镇"]
    assert count_intentions(station=town_station.pk, station_path=town_station.path) == 2
    day = timezone.localdate() - timedelta(days=70)
    assert count_intentions(since=day, until=day) == 2
    assert count_intentions(until=day - timedelta(days=1)) == 1


def test_fair_is_counted_by_district_and_occupation(town: TwoFairs) -> None:
    _, second = town
    names = [FIGURES[name].key for name in fair_tables.DISTRICT_COLUMNS]
    by_district = {
        line.label: dict(zip(names, (n and n.value for n in line.numbers), strict=True))
        for line in fair_tables.fair_by_district(second)
    }
    assert by_district["新会区"] | {"veterans": None} == {
        "employers": 2, "positions": 2, "headcount": 70, "veterans": None,
        "sheets": 2, "people": 2, "reached": 2,
    }  # fmt: skip
    assert by_district["新会区"]["veterans"] == 1
    unknown = by_district["未填写居住地"]
    assert (unknown.pop("veterans"), set(unknown.values())) == (1, {None})
    assert (
        FIGURES["veterans"].count(
            fair_report.fair_scope(second)[0], ReportFilter(fair=second.pk, district=NO_DISTRICT)
        )
        == 1
    )
    assert [line.label for line in fair_tables.fair_by_occupation(second)] == ["4-02", "4-03"]


def test_month_report_counts_transitions_of_the_month(walk: Walk, operator: User, city: ReportScope) -> None:
    today = timezone.localdate()
    ago = (today - today.replace(day=1)).days  # the first of this month
    corrected_placement = walk(("interview", ago + 3), ("offer", ago), began=ago + 10)
    walk(("interview", ago), began=ago)
    actions.correct(placement=corrected_placement, to_state=S.INTERVIEWED, by=operator, reason="没有录用")
    report = month_report.build_month_report(city, today)

    def pair(figure: str) -> tuple[int, int]:
        line = report.row(figure)
        return line.number.value, line.previous.value

    assert pair("new_sheets") == (1, 1)
    assert pair("step.interviewed") == (1, 1)
    assert pair("step.offered") == (0, 0)


def test_public_number_of_onboarded_people_follows_corrections(walk: Walk, operator: User) -> None:
    placements = [walk(*HIRED, veteran=make_veteran()) for _ in range(6)]
    assert count_portal_totals().onboarded == 6
    actions.correct(placement=placements[0], to_state=S.OFFERED, by=operator, reason="没有到岗")
    assert count_portal_totals().onboarded == 5


def test_figures_have_distinct_definitions() -> None:
    assert len({figure.definition for figure in FIGURES.values()}) == len(FIGURES)
    assert all(figure.label and figure.unit for figure in FIGURES.values())


def test_number_of_queries_does_not_depend_on_rows(town: TwoFairs, city: ReportScope, walk: Walk) -> None:
    def count_queries() -> dict[str, int]:
        counts = {}
        for name, make in (
            ("years", lambda: year_table.build_year_table(city, year_table.recent_years())),
            ("month", lambda: month_report.build_month_report(city, timezone.localdate())),
            ("funnel", lambda: funnels.build_funnel(city, ReportFilter())),
            ("fair", lambda: fair_report.build_fair_report(town[1])),
            ("district", lambda: fair_tables.fair_by_district(town[1])),
            *(
                (by, lambda by=by: cohorts.count_by_dimension(city, ReportFilter(), by))
                for by in cohorts.DIMENSION_LABELS
            ),
        ):
            with CaptureQueriesContext(connection) as captured:
                make()
            counts[name] = len(captured)
        return counts

    few = count_queries()
    for _ in range(8):
        position = long_open_position(headcount=9)
        make_booth(town[1], position)
        walk(*HIRED, position=position, fair=town[1])
    assert count_queries() == few
    assert max(few.values()) < 60


def test_years_begin_at_local_midnight(walk: Walk, city: ReportScope) -> None:
    """An intention after local midnight belongs to the new year."""
    new_year = timezone.make_aware(datetime.fromisoformat("2026-01-01T00:30"))
    position = long_open_position()
    assert city.paths
    by = make_staff(make_stations()["江门市"], StationRole.OPERATOR)
    assert by.current_appointments
    with patch("django.utils.timezone.now", return_value=new_year):
        actions.declare(veteran=make_veteran(), position=position, by=by)
    cells = cohorts.count_by_dimension(city, ReportFilter(), "month")
    assert [cell.label for cell in cells] == ["2026年1月"]
    assert FIGURES["sheets"].count(city, cells[0].filters) == 1


def test_cancelled_calls_are_not_due(walk: Walk, city: ReportScope) -> None:
    placement = walk(began=5)
    calls = placement.follow_ups.order_by("pk")
    count = calls.count()
    assert FIGURES["calls_due"].count(city, ReportFilter()) == count
    calls.filter(pk=calls[0].pk).update(state=FollowUpState.CANCELLED)
    assert FIGURES["calls_due"].count(city, ReportFilter()) == count - 1
