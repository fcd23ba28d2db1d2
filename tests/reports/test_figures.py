"""Figures of the reports: recounted from rows, each as long as its list, distinct where they say so."""

from collections.abc import Iterator
from datetime import timedelta
from unittest.mock import patch

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from portal.accounts.roles import StationRole
from portal.fairs import actions as fairs_actions
from portal.fairs.enums import VisitorKind
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
from tests.reports.conftest import long_open_position

HIRED = (("interview", 60), ("offer", 50), ("onboard", 45))


def held(days_ago: int, **fields):
    """A fair that began and ended so many days ago."""
    starts = timezone.now() - timedelta(days=days_ago)
    return make_fair(starts_at=starts, ends_at=starts + timedelta(hours=4), **fields)


@pytest.fixture
def town(walk, operator):
    """Two fairs of different years with one employer at both, people who came to both, and what became of
    them; an intention outside of any fair; everything of two towns.
    """
    stations = make_stations()
    first, second = held(400), held(70)
    firm = make_employer()
    both = long_open_position(employer=firm, headcount=40)
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


def every(report: object) -> Iterator[FigureValue]:
    """All numbers anywhere in a report."""
    if isinstance(report, FigureValue):
        yield report
    elif isinstance(report, cohorts.CohortCounts):
        yield from report.numbers
        yield from (report.figure_value(name) for name in ("people", "reached", "reached_people"))
    elif isinstance(report, satisfaction.SatisfactionCounts):
        yield from (report.total, *report.numbers)
    elif isinstance(report, list | tuple):
        for part in report:
            yield from every(part)
    elif hasattr(report, "__dataclass_fields__"):
        for name in report.__dataclass_fields__:
            yield from every(getattr(report, name))


def reports(scope: ReportScope) -> Iterator[tuple[str, object]]:
    today = timezone.localdate()
    shown = list(
        fair_tables.JobFairPage.objects.filter(starts_at__lte=timezone.now()).select_related("organiser")
    )
    yield "years", year_table.build_year_table(scope, year_table.recent_years())
    yield "month", month_report.build_month_report(scope, today - timedelta(days=70))
    yield "compared", fair_tables.compare_fairs(scope, shown)
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
    for fair in shown:
        yield "fair", fair_report.build_fair_report(fair).numbers
        yield "by district", fair_tables.fair_by_district(fair)
        yield "by occupation", fair_tables.fair_by_occupation(fair)


@pytest.mark.parametrize("place", ["江门市", "新会区", "睦洲镇"])
def test_every_number_of_every_report_is_as_long_as_its_list(town, place: str) -> None:
    scope = report_scope_of(make_staff(make_stations()[place], StationRole.HEAD))
    wrong, seen = [], 0
    for name, report in reports(scope):
        # The page of a fair is read by who runs it; a county's fair is none of a town's.
        whose = scope if place != "睦洲镇" or name not in {"fair", "by district", "by occupation"} else None
        for number in every(report) if whose else ():
            seen += 1
            counted = FIGURES[number.figure].count(whose, number.filters)
            if counted != number.value:
                wrong.append(
                    f"{name}: {number.figure} {number.filters.query}: {number.value}, rows {counted}"
                )
    assert not wrong, "\n".join(wrong)
    assert seen > 200


def test_the_four_years_count_people_and_firms_once(town, city) -> None:
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


def test_a_town_counts_its_own_people_and_fairs(town) -> None:
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


def test_filters_hold_together(town, city) -> None:
    _, second = town
    firm = Placement.objects.filter(fair=second).order_by("pk")[0].position.employer

    def sheets(**filters) -> int:
        return FIGURES["sheets"].count(city, ReportFilter(**filters))

    assert sheets(fair=second.pk) == 2
    assert sheets(fair=second.pk, employer=firm.uscc) == 1
    assert sheets(fair=NO_FAIR) == 1
    assert sheets(employer=firm.name[:5]) == 4
    assert sheets(occupation="4-03") == sheets(occupation="4-03-02-01") == 1
    assert sheets(occupation="4-03", fair=NO_FAIR) == 0
    assert sheets(district="440705") == 4
    assert sheets(district="440703") == 0
    town_station = make_stations()["司前镇"]
    assert sheets(station=town_station.pk, station_path=town_station.path) == 2
    day = timezone.localdate() - timedelta(days=70)
    assert sheets(since=day, until=day) == 2
    assert sheets(until=day - timedelta(days=1)) == 1


def test_a_fair_by_district_and_occupation(town) -> None:
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


def test_a_month_counts_what_happened_in_it(walk, operator, city) -> None:
    today = timezone.localdate()
    ago = (today - today.replace(day=1)).days  # the first of this month
    wrong = walk(("interview", ago + 3), ("offer", ago), began=ago + 10)
    walk(("interview", ago), began=ago)
    actions.correct(placement=wrong, to_state=S.INTERVIEWED, by=operator, reason="没有录用")
    report = month_report.build_month_report(city, today)

    def pair(figure: str) -> tuple[int, int]:
        line = report.row(figure)
        return line.number.value, line.previous.value

    assert pair("new_sheets") == (1, 1)
    assert pair("step.interviewed") == (1, 1)
    assert pair("step.offered") == (0, 0)


def test_the_open_figure_of_people_in_post_follows_the_log(walk, operator) -> None:
    made = [walk(*HIRED, veteran=make_veteran()) for _ in range(6)]
    assert count_portal_totals().onboarded == 6
    actions.correct(placement=made[0], to_state=S.OFFERED, by=operator, reason="没有到岗")
    assert count_portal_totals().onboarded == 5


def test_every_figure_has_one_definition() -> None:
    assert len({figure.definition for figure in FIGURES.values()}) == len(FIGURES)
    assert all(figure.label and figure.unit for figure in FIGURES.values())


def test_reports_ask_as_often_for_many_as_for_few(town, city, walk) -> None:
    def asked() -> dict[str, int]:
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

    few = asked()
    for _ in range(8):
        position = long_open_position(headcount=9)
        make_booth(town[1], position)
        walk(*HIRED, position=position, fair=town[1])
    assert asked() == few
    assert max(few.values()) < 60


def test_years_are_those_of_the_clock_on_the_wall(walk, city) -> None:
    """An intention of a New Year's night belongs to the year that has begun here."""
    new_year = timezone.make_aware(timezone.datetime(2026, 1, 1, 0, 30))
    position = long_open_position()
    assert city.paths
    by = make_staff(make_stations()["江门市"], StationRole.OPERATOR)
    assert by.current_appointments
    with patch("django.utils.timezone.now", return_value=new_year):
        actions.declare(veteran=make_veteran(), position=position, by=by)
    cells = cohorts.count_by_dimension(city, ReportFilter(), "month")
    assert [cell.label for cell in cells] == ["2026年1月"]
    assert FIGURES["sheets"].count(city, cells[0].filters) == 1
