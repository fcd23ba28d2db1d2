"""Comparison of the portal's rows and reports with the reference model.

Each `compare_x` function asserts that one part is equal; figures of reports are counted again from the model.
"""

from collections import Counter
from datetime import date
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
from tests.placements.reference_model import ReferenceModel
from tests.placements.reference_rows import EVER_EMPLOYED_STATES, STAGES, ExpectedPlacement


def compare_placements(model: ReferenceModel) -> None:
    """Compare the placements and their logs, and check that no record has two live ones for one position."""
    expected_placements = {row.pk: row for row in model.placements}
    placements = {placement.pk: placement for placement in Placement.objects.all()}
    assert placements.keys() == expected_placements.keys()
    logs = {
        pk: list(lines)
        for pk, lines in groupby(
            PlacementTransition.objects.order_by("placement", "sequence"), lambda line: line.placement_id
        )
    }
    for pk, row in expected_placements.items():
        placement, lines = placements[pk], logs[pk]
        assert [line.sequence for line in lines] == list(range(1, placement.sequence + 1))
        assert [line.from_state for line in lines] == ["", *(line.to_state for line in lines[:-1])]
        last = lines[-1]
        assert (placement.state, placement.onboarded_on, placement.left_on) == (
            last.to_state, last.onboarded_on, last.left_on,
        )  # fmt: skip
        assert [(line.step, line.to_state, line.onboarded_on, line.left_on) for line in lines] == [
            (line.step, line.to_state, line.onboarded_on, line.left_on) for line in row.log
        ]
        assert (
            placement.veteran_id, placement.closed_by_id, placement.follows_id, placement.wants_another,
        ) == (
            row.record.pk, row.closed_by and row.closed_by.pk, row.follows and row.follows.pk,
            row.wants_another,
        )  # fmt: skip
    live_counts = Counter((row.record.pk, row.position) for row in model.placements if row.state in STAGES)
    assert max(live_counts.values(), default=0) <= 1


def compare_follow_ups(model: ReferenceModel) -> None:
    """Compare the follow-ups, their events, and the responsible stations of the pending ones."""
    expected_follow_ups = {
        (row.pk, key): follow_up for row in model.placements for key, follow_up in row.follow_ups.items()
    }
    paths = dict(Station.objects.values_list("pk", "path"))
    follow_ups = {
        (follow_up.placement_id, (follow_up.kind, follow_up.due_on)): follow_up
        for follow_up in FollowUp.objects.select_related("placement__veteran")
    }
    assert follow_ups.keys() == expected_follow_ups.keys()
    events: dict[int, Counter[tuple[str, date]]] = {}
    for pk, kind, on in FollowUpEvent.objects.values_list("follow_up", "kind", "on"):
        events.setdefault(pk, Counter())[kind, on] += 1
    for key, row in expected_follow_ups.items():
        follow_up = follow_ups[key]
        assert (follow_up.state, follow_up.tries, follow_up.fell_due_at is not None) == (
            row.state, row.attempt_count, row.has_fallen_due,
        ), key  # fmt: skip
        assert events.get(follow_up.pk, Counter()) == Counter(row.events), key
        if row.state == "pending":
            level = follow_up.escalation_level
            assert (follow_up.call_on, follow_up.station_id, level, follow_up.owned_since) == (
                row.call_on, row.station, row.escalation_level, row.owned_since,
            ), key  # fmt: skip
            home_path = paths[follow_up.placement.veteran.station_id]
            responsible_path = home_path[: len(home_path) - Station.steplen * level]
            assert paths[follow_up.station_id] == responsible_path, key


def compare_records(model: ReferenceModel) -> None:
    """Compare the station of each record."""
    stations = dict(Veteran.objects.values_list("pk", "station"))
    assert stations == {record.pk: record.station for record in model.records}


def reaching(placements: list[ExpectedPlacement], state: str) -> list[ExpectedPlacement]:
    """Return the placements whose furthest stage is at least that of a state."""
    return [row for row in placements if row.furthest_stage() >= STAGES.index(state)]


def count_people(placements: list[ExpectedPlacement]) -> int:
    return len({row.record.pk for row in placements})


def is_mutual(placement: ExpectedPlacement) -> bool:
    """Return whether both sides confirmed the intention: the veteran at a fair, the employer afterwards."""
    return placement.fair is not None and placement.is_confirmed


def compare_year_table(model: ReferenceModel, operator: User) -> None:
    """Compare the bureau's table, each year and all years together."""
    years = sorted({model.today.year, *(row.year for row in model.placements)})
    table = build_year_table(report_scope_of(operator), years)
    for column, column_years in enumerate([[year] for year in years] + [years]):
        placements = [row for row in model.placements if row.year in column_years]
        mutual = [row for row in placements if is_mutual(row)]
        counts = {
            "sheets": len(placements),
            "people": count_people(placements),
            "reached": len(mutual),
            "reached_people": count_people(mutual),
        }
        for state in ("interviewed", "offered", "onboarded", "retained_3m", "retained_12m"):
            counts[f"stage.{state}"] = len(reaching(placements, state))
            counts[f"people.{state}"] = count_people(reaching(placements, state))
        figures = {line.figure.key: line.numbers[column].value for line in table.rows}
        assert {key: figures[key] for key in counts if key in figures} == {
            key: count for key, count in counts.items() if key in figures
        }, column_years


def compare_published_counts(model: ReferenceModel, fairs: list[JobFairPage]) -> None:
    """Compare the totals of the public pages and the report of each fair."""
    mutual = [row for row in model.placements if is_mutual(row)]
    onboarded = [row for row in model.placements if row.onboarded_on is not None]
    totals = count_portal_totals()
    assert (totals.confirmed_intentions, totals.onboarded) == (
        published_count(len(mutual)), published_count(count_people(onboarded)),
    )  # fmt: skip
    for fair in fairs:
        placements = [row for row in model.placements if row.fair == fair.pk]
        report = build_fair_report(fair)
        assert tuple(report.value(key) for key in ("sheets", "people", "reached")) == (
            len(placements), count_people(placements), len([row for row in placements if row.is_confirmed]),
        )  # fmt: skip
        assert [stage.count for stage in report.stages] == [
            len(reaching(placements, state)) for state in STAGES
        ]


def compare_reports(model: ReferenceModel, operator: User) -> None:
    """Compare the funnel and its breakdowns, the retention spells, satisfaction, and the overdue calls."""
    scope = report_scope_of(operator)
    furthest_stages = {row.pk: row.furthest_stage() for row in model.placements}

    def stage_counts(placements: list[ExpectedPlacement]) -> list[int]:
        return [sum(furthest_stages[row.pk] >= stage for row in placements) for stage in range(len(STAGES))]

    funnel = build_funnel(scope, ReportFilter())
    assert [stage.count for stage in funnel.stages] == stage_counts(model.placements)
    assert funnel.people.value == count_people(model.placements)
    for dimension in ("employer", "occupation", "district", "station", "month"):
        cells = count_by_dimension(scope, ReportFilter(), dimension)
        assert [sum(counts) for counts in zip(*(cell.counts for cell in cells), strict=True)] == (
            stage_counts(model.placements) if model.placements else []
        ), dimension
    placements_by_fair: dict[int | None, list[ExpectedPlacement]] = {}
    for row in model.placements:
        placements_by_fair.setdefault(row.fair, []).append(row)
    assert {cell.filters.fair: cell.counts for cell in count_by_dimension(scope, ReportFilter(), "fair")} == {
        fair or NO_FAIR: stage_counts(placements) for fair, placements in placements_by_fair.items()
    }
    assert {spell.placement: spell.left for spell in employment_spells(Placement.objects.all())} == {
        row.pk: row.state == "left" for row in model.placements if row.onboarded_on is not None
    }
    satisfaction_counts = Counter(
        row.satisfaction for row in model.placements if row.state in EVER_EMPLOYED_STATES and row.satisfaction
    )
    for satisfaction_cells in (
        [count_satisfaction(scope, ReportFilter())],
        satisfaction_by_dimension(scope, ReportFilter(), "employer"),
    ):
        assert sum((Counter(cell.counts) for cell in satisfaction_cells), Counter()) == satisfaction_counts
    overdue = [
        follow_up
        for row in model.placements
        for follow_up in row.pending_follow_ups
        if follow_up.call_on < model.today
    ]
    assert overdue_calls(operator).count() == len(overdue)


def published_count(count: int) -> int | None:
    """Return the count as public pages show it: None below the minimum."""
    return count if count >= MIN_PUBLISHED_COUNT else None
