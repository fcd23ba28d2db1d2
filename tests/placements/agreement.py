"""Comparison of the portal's rows and reports with the independent model."""

from collections import Counter
from itertools import groupby

from cms.models import JobFairPage
from portal.accounts.models import User
from portal.follow_ups.models import FollowUp, FollowUpEvent
from portal.placements.models import Placement, PlacementTransition
from portal.reports.cohorts import count_by_dimension
from portal.reports.fair_report import build_fair_report
from portal.reports.funnels import build_funnel
from portal.reports.public_totals import MIN_PUBLISHED_COUNT, count_portal_totals
from portal.reports.report_filter import NO_FAIR, ReportFilter
from portal.reports.report_scope import report_scope_of
from portal.reports.retention_curve import employment_spells
from portal.reports.satisfaction import count_satisfaction, satisfaction_by_dimension
from portal.reports.worklists import overdue_calls
from portal.reports.year_table import build_year_table
from portal.stations.models import Station
from portal.veterans.models import Veteran
from tests.placements.records import CHAIN, WAS_IN_POST, Row
from tests.placements.world import World


def rows_and_logs_agree(world: World) -> None:
    rows = {row.pk: row for row in world.rows}
    found = {placement.pk: placement for placement in Placement.objects.all()}
    assert found.keys() == rows.keys()
    logs = {
        pk: list(lines)
        for pk, lines in groupby(
            PlacementTransition.objects.order_by("placement", "sequence"), lambda line: line.placement_id
        )
    }
    for pk, row in rows.items():
        placement, lines = found[pk], logs[pk]
        assert [line.sequence for line in lines] == list(range(1, placement.sequence + 1))
        assert [line.from_state for line in lines] == ["", *(line.to_state for line in lines[:-1])]
        last = lines[-1]
        assert (placement.state, placement.onboarded_on, placement.left_on) == (
            last.to_state, last.onboarded_on, last.left_on,
        )  # fmt: skip
        assert [(a.step, a.to_state, a.onboarded_on, a.left_on) for a in lines] == [
            (b.step, b.after, b.first, b.last) for b in row.log
        ]
        assert (
            placement.veteran_id, placement.closed_by_id, placement.follows_id, placement.wants_another,
        ) == (
            row.person.pk, row.closed_by and row.closed_by.pk, row.follows and row.follows.pk, row.wants,
        )  # fmt: skip
    live = Counter((row.person.pk, row.position) for row in rows.values() if row.state in CHAIN)
    assert max(live.values(), default=0) <= 1


def calls_agree(world: World) -> None:
    expected = {(row.pk, key): call for row in world.rows for key, call in row.calls.items()}
    paths = dict(Station.objects.values_list("pk", "path"))
    found = {
        (call.placement_id, (call.kind, call.due_on)): call
        for call in FollowUp.objects.select_related("placement__veteran")
    }
    assert found.keys() == expected.keys()
    events: dict[int, Counter] = {}
    for pk, kind, on in FollowUpEvent.objects.values_list("follow_up", "kind", "on"):
        events.setdefault(pk, Counter())[kind, on] += 1
    for key, call in expected.items():
        row = found[key]
        assert (row.state, row.tries, row.fell_due_at is not None) == (
            call.state,
            call.tries,
            call.fell,
        ), key
        assert events.get(row.pk, Counter()) == Counter(call.events), key
        if call.state == "pending":
            assert (row.call_on, row.station_id, row.raised, row.owned_since) == (
                call.call, call.owner, call.raised, call.since,
            ), key  # fmt: skip
            home = paths[row.placement.veteran.station_id]
            assert paths[row.station_id] == home[: len(home) - Station.steplen * row.raised], key


def files_agree(world: World) -> None:
    found = dict(Veteran.objects.values_list("pk", "station"))
    assert found == {person.pk: person.station for person in world.people}


def at_least(rows: list[Row], stage: str) -> list[Row]:
    return [row for row in rows if row.furthest() >= CHAIN.index(stage)]


def people(rows: list[Row]) -> int:
    return len({row.person.pk for row in rows})


def the_years_agree(world: World, operator: User) -> None:
    """The bureau's table, each year and all of them together."""
    years = sorted({world.today.year, *(row.year for row in world.rows)})
    table = build_year_table(report_scope_of(operator), years)
    for at, columns in enumerate([[year] for year in years] + [years]):
        rows = [row for row in world.rows if row.year in columns]
        reached = [row for row in rows if row.fair is not None and row.confirmed]
        wanted = {
            "sheets": len(rows),
            "people": people(rows),
            "reached": len(reached),
            "reached_people": people(reached),
        }
        for stage in ("interviewed", "offered", "onboarded", "retained_3m", "retained_12m"):
            wanted[f"stage.{stage}"] = len(at_least(rows, stage))
            wanted[f"people.{stage}"] = people(at_least(rows, stage))
        lines = {line.figure.key: line.numbers[at].value for line in table.rows}
        assert {name: lines[name] for name in wanted if name in lines} == {
            name: count for name, count in wanted.items() if name in lines
        }, columns


def published_counts_agree(world: World, fairs: list[JobFairPage]) -> None:
    rows = world.rows
    reached = [row for row in rows if row.fair is not None and row.confirmed]
    placed = {row.person.pk for row in rows if row.first is not None}
    totals = count_portal_totals()
    assert (totals.confirmed_intentions, totals.onboarded) == (shown(len(reached)), shown(len(placed)))
    for fair in fairs:
        there = [row for row in rows if row.fair == fair.pk]
        report = build_fair_report(fair)
        assert tuple(report.value(key) for key in ("sheets", "people", "reached")) == (
            len(there), len({row.person.pk for row in there}),
            len([row for row in there if row.confirmed]),
        )  # fmt: skip
        far = [row.furthest() for row in there]
        assert [stage.count for stage in report.stages] == [
            sum(place >= i for place in far) for i in range(len(CHAIN))
        ]


def the_reports_agree(world: World, operator: User) -> None:
    """The funnel whole and in its cuts, the curve's people, how content they are, and the overdue calls."""
    scope, far = report_scope_of(operator), {row.pk: row.furthest() for row in world.rows}

    def stages(rows: list[Row]) -> list[int]:
        return [sum(far[row.pk] >= i for row in rows) for i in range(len(CHAIN))]

    whole = build_funnel(scope, ReportFilter())
    assert [stage.count for stage in whole.stages] == stages(world.rows)
    assert whole.people.value == people(world.rows)
    for dimension in ("employer", "occupation", "district", "station", "month"):
        cells = count_by_dimension(scope, ReportFilter(), dimension)
        assert [sum(each) for each in zip(*(cell.counts for cell in cells), strict=True)] == (
            stages(world.rows) if world.rows else []
        ), dimension
    by_fair: dict[int | None, list[Row]] = {}
    for row in world.rows:
        by_fair.setdefault(row.fair, []).append(row)
    assert {cell.filters.fair: cell.counts for cell in count_by_dimension(scope, ReportFilter(), "fair")} == {
        fair or NO_FAIR: stages(rows) for fair, rows in by_fair.items()
    }
    assert {life.placement: life.left for life in employment_spells(Placement.objects.all())} == {
        row.pk: row.state == "left" for row in world.rows if row.first is not None
    }
    for cells in (
        [count_satisfaction(scope, ReportFilter())],
        satisfaction_by_dimension(scope, ReportFilter(), "employer"),
    ):
        said = Counter(row.content for row in world.rows if row.state in WAS_IN_POST and row.content)
        assert sum((Counter(cell.counts) for cell in cells), Counter()) == said
    late = [call for row in world.rows for call in row.waiting if call.call < world.today]
    assert overdue_calls(operator).count() == len(late)


def shown(count: int) -> int | None:
    return count if count >= MIN_PUBLISHED_COUNT else None
