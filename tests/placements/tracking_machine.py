"""State machine that takes the same steps in the portal and in the reference model, and compares them.

The comparison (comparison.py) runs after every step. The portal works on real rows inside a savepoint that is
rolled back at the end of an example.
"""

from collections import Counter
from collections.abc import Callable
from datetime import timedelta

from django.core.exceptions import ValidationError
from django.db import transaction
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
)

from portal.confirmations.enums import Question, Reply, Side
from portal.confirmations.models import Answer
from portal.core.models import Region
from portal.core.state_machine import TransitionRefused
from portal.follow_ups import attempts, due_follow_ups
from portal.follow_ups.absences import end_absence, record_absence
from portal.follow_ups.enums import AbsenceReason, AttemptOutcome, FollowUpKind
from portal.follow_ups.follow_up_rules import set_rule
from portal.follow_ups.models import Absence, FollowUp
from portal.placements import actions, closing
from portal.placements.models import Placement
from portal.stations import actions as network
from portal.stations.enums import StationLevel
from portal.stations.models import Station, StationArea
from portal.veterans.actions import update_record
from portal.veterans.models import RecordMerge, Veteran
from portal.veterans.record_merges import merge_records, undo_merge
from tests.harness.optional import require
from tests.placements import comparison
from tests.placements.example_rows import START, Clock, ExampleRows
from tests.placements.reference_model import ReferenceModel
from tests.placements.reference_rows import (
    EMPLOYED_STATES,
    FOLLOW_UP_DAYS,
    RETENTION_DAYS,
    STAGES,
    STATES,
    STEPS,
    ExpectedFollowUp,
    ExpectedPlacement,
    ExpectedRecord,
)

REFUSALS = (ValidationError, TransitionRefused)
VILLAGE_REGION = "440705109201"
REGIONS = ["440703", "440705109", "440705102", VILLAGE_REGION]
INDEX = st.integers(0, 7)
DAYS_AGO = st.integers(0, 100)
OPTIONAL_DAYS = st.none() | st.integers(0, 30)


class PlacementTracking(RuleBasedStateMachine):
    """State machine of Hypothesis whose rules act on the portal and on the reference model alike.

    Numbers that a rule draws as `index` choose an object, modulo the count of objects that there are.
    """

    rows: ExampleRows  # set before the run
    tally: Counter[str] = Counter()  # over all examples

    def __init__(self) -> None:
        super().__init__()
        Clock.day = START
        self.savepoint = transaction.atomic()
        self.savepoint.__enter__()
        stations = list(Station.objects.order_by("path"))
        pk_by_path = {station.path: station.pk for station in stations}
        self.model = ReferenceModel(
            START,
            {station.pk: pk_by_path.get(station.path[: -Station.steplen]) for station in stations},
            dict(StationArea.objects.filter(ends_on=None).values_list("region", "station")),
        )
        self.model.records = [
            ExpectedRecord(record.pk, record.station_id, require(record.living_region_id))
            for record in self.rows.records
        ]
        self.village_count = self.phone_count = 0

    def teardown(self) -> None:
        self.tally["examples"] += 1
        self.tally["placements"] += len(self.model.placements)
        for placement in self.model.placements:
            self.tally.update(line.step for line in placement.log)
            for follow_up in placement.follow_ups.values():
                self.tally["follow-ups"] += 1
                self.tally["next calls"] += follow_up.kind == "again"
                self.tally.update(kind for kind, _ in follow_up.events)
        self.tally["merges"] += len(self.model.merges)
        self.tally["undone merges"] += sum(merge.is_undone for merge in self.model.merges)
        transaction.set_rollback(True)
        self.savepoint.__exit__(None, None, None)

    # --- objects that a rule acts on --------------------------------------------------------------------
    def open_records(self) -> list[ExpectedRecord]:
        return [record for record in self.model.records if not record.is_closed]

    def choose_record(self, index: int) -> ExpectedRecord:
        records = self.open_records()
        return records[index % len(records)]

    def choose_placement(self, index: int) -> ExpectedPlacement:
        """Return a placement; a small index means a late one."""
        return self.model.placements[-1 - index % len(self.model.placements)]

    def load_record(self, record: ExpectedRecord) -> Veteran:
        return Veteran.objects.select_related("station").get(pk=record.pk)

    def load_placement(self, placement: ExpectedPlacement) -> Placement:
        return Placement.objects.with_details().get(pk=placement.pk)

    def load_follow_up(self, placement: ExpectedPlacement, follow_up: ExpectedFollowUp) -> FollowUp:
        return FollowUp.objects.get(placement=placement.pk, kind=follow_up.kind, due_on=follow_up.due_on)

    def check_action(self, is_allowed: bool, action: Callable[[], object]) -> None:
        """Run a portal action and check that it is refused unless the model allows it."""
        self.tally["allowed" if is_allowed else "refused"] += 1
        try:
            with transaction.atomic():
                action()
        except REFUSALS:
            assert not is_allowed, "the portal refused an action that the model allows"
        else:
            assert is_allowed, "the portal ran an action that the model refuses"

    # --- steps of placements ----------------------------------------------------------------------------
    @initialize(intentions=st.lists(st.tuples(INDEX, INDEX, st.none() | INDEX), min_size=2, max_size=4))
    def declare_first_intentions(self, intentions: list[tuple[int, int, int | None]]) -> None:
        for record_index, position_index, fair_index in intentions:
            self.declare(record_index, position_index, fair_index, None)

    @rule(
        record_index=INDEX,
        position_index=INDEX,
        fair_index=st.none() | INDEX,
        days_to_first_day=OPTIONAL_DAYS,
    )
    def declare(
        self,
        record_index: int,
        position_index: int,
        fair_index: int | None,
        days_to_first_day: int | None,
    ) -> None:
        record = self.choose_record(record_index)
        position = self.rows.positions[position_index % len(self.rows.positions)]
        fair = None if fair_index is None else self.rows.fairs[fair_index % len(self.rows.fairs)]
        first_day = None if days_to_first_day is None else Clock.day + timedelta(days=days_to_first_day)
        live = self.model.live_placement(record, position.pk)
        placement = actions.declare(
            veteran=self.load_record(record), position=position, by=self.rows.operator, fair=fair,
            planned_first_day=first_day,
        )  # fmt: skip
        if live is not None:
            assert placement.pk == live.pk
        else:
            self.model.declare(placement.pk, record, position.pk, fair and fair.pk, first_day)

    @rule(index=INDEX)
    def confirm(self, index: int) -> None:
        expected_placement = self.choose_placement(index)
        actions.confirm(placement=self.load_placement(expected_placement), by=self.rows.member)
        expected_placement.is_confirmed = True

    @rule(
        index=INDEX,
        step_index=INDEX,
        any_step=st.none() | st.sampled_from(sorted(STEPS)),
        days_ago=DAYS_AGO,
        close_others=st.booleans(),
        wants_another=st.sampled_from([None, True, False]),
        days_to_first_day=OPTIONAL_DAYS,
    )
    def advance(
        self,
        index: int,
        step_index: int,
        any_step: str | None,
        days_ago: int,
        close_others: bool,
        wants_another: bool | None,
        days_to_first_day: int | None,
    ) -> None:
        expected_placement, on = self.choose_placement(index), Clock.day - timedelta(days=days_ago)
        possible_steps = [step for step, (states, _) in STEPS.items() if expected_placement.state in states]
        step = any_step or (possible_steps[step_index % len(possible_steps)] if possible_steps else "lapse")
        first_day = None if days_to_first_day is None else on + timedelta(days=days_to_first_day)
        placement = self.load_placement(expected_placement)
        is_allowed = self.model.advance(
            expected_placement, step, on, close_others=close_others, wants_another=wants_another,
            planned_first_day=first_day,
        )  # fmt: skip
        self.check_action(
            is_allowed,
            lambda: actions.advance(
                placement=placement, step=step, by=self.rows.operator, on=on, note="说明",
                wants_another=wants_another, close_others=close_others, planned_first_day=first_day,
            ),
        )  # fmt: skip

    @rule(index=INDEX, count=st.integers(1, 7))
    def advance_several_stages(self, index: int, count: int) -> None:
        """Take the next steps towards retention, so that examples reach the late stages."""
        for _ in range(count):
            self.advance_one_stage(index)

    def advance_one_stage(self, index: int) -> None:
        placement = self.choose_placement(index)
        steps = [step for step, (states, to) in STEPS.items() if placement.state in states and to in STAGES]
        if not steps:
            return
        to_state = STEPS[steps[0]][1]
        if to_state in RETENTION_DAYS and placement.onboarded_on is not None:
            retained_on = placement.onboarded_on + self.model.retention_time(to_state)
            self.pass_days(max((retained_on - Clock.day).days, 1), True)
        self.advance(index, 0, steps[0], 0, True, None, None)

    @rule(index=INDEX, state=st.sampled_from(STATES), days_ago=st.none() | DAYS_AGO)
    def correct(self, index: int, state: str, days_ago: int | None) -> None:
        expected_placement = self.choose_placement(index)
        on = None if days_ago is None else Clock.day - timedelta(days=days_ago)
        placement = self.load_placement(expected_placement)
        self.check_action(
            self.model.correct(expected_placement, state, on),
            lambda: actions.correct(
                placement=placement, to_state=state, by=self.rows.operator, reason="登记有误", on=on
            ),
        )

    @precondition(lambda self: any(row.state in EMPLOYED_STATES for row in self.model.placements))
    @rule(index=INDEX, satisfaction=st.none() | st.integers(1, 5))
    def answer_still_employed(self, index: int, satisfaction: int | None) -> None:
        """Store a veteran's answer "still employed", with or without a degree of satisfaction."""
        employed = [row for row in self.model.placements if row.state in EMPLOYED_STATES]
        placement = employed[-1 - index % len(employed)]
        Answer.objects.create(
            placement_id=placement.pk, side=Side.VETERAN, question=Question.EMPLOYMENT,
            reply=Reply.STILL_EMPLOYED, by=self.rows.member, satisfaction=satisfaction,
        )  # fmt: skip
        placement.satisfaction = satisfaction or placement.satisfaction
        self.tally["satisfaction answers"] += satisfaction is not None

    @precondition(lambda self: any(row.closed_by for row in self.model.placements))
    @rule(index=INDEX)
    def reopen(self, index: int) -> None:
        candidates = [row for row in self.model.placements if row.closed_by]
        expected_placement = candidates[index % len(candidates)]
        placement = self.load_placement(expected_placement)
        is_allowed = self.model.reopen(expected_placement)
        assert (closing.reopen_blocker(placement) == "") == is_allowed
        self.check_action(
            is_allowed, lambda: closing.reopen_closed(placement=placement, by=self.rows.operator)
        )

    # --- follow-ups and absences ------------------------------------------------------------------------
    @precondition(lambda self: any(row.pending_follow_ups for row in self.model.placements))
    @rule(index=INDEX, outcome=st.sampled_from(sorted(AttemptOutcome.values)))
    def record_call(self, index: int, outcome: str) -> None:
        pending = sorted(
            ((row, follow_up) for row in self.model.placements for follow_up in row.pending_follow_ups),
            key=lambda pair: (pair[1].call_on, pair[0].pk, pair[1].kind, pair[1].due_on),
        )
        placement, expected_follow_up = pending[index % len(pending)]
        follow_up = self.load_follow_up(placement, expected_follow_up)
        self.check_action(
            self.model.record_call(placement, expected_follow_up, outcome),
            lambda: attempts.record_call(
                follow_up=follow_up, by=self.rows.operator, outcome=AttemptOutcome(outcome)
            ),
        )

    @precondition(lambda self: any(row.attempts for row in self.model.placements))
    @rule(index=INDEX)
    def reverse_attempt(self, index: int) -> None:
        candidates = [(row, attempt.follow_up) for row in self.model.placements for attempt in row.attempts]
        placement, expected_follow_up = candidates[-1 - index % len(candidates)]
        follow_up = self.load_follow_up(placement, expected_follow_up)
        is_allowed = self.model.reverse_attempt(placement, expected_follow_up)
        self.tally["reversed attempts"] += is_allowed
        self.check_action(
            is_allowed, lambda: attempts.reverse_attempt(follow_up=follow_up, by=self.rows.operator)
        )

    @rule(index=INDEX)
    def change_phone(self, index: int) -> None:
        record = self.choose_record(index)
        self.phone_count += 1
        update_record(
            veteran=self.load_record(record), by=self.rows.operator, section="identity",
            values={"phone": f"135{self.phone_count:08d}"},
        )  # fmt: skip
        self.model.change_phone(record)

    @rule(index=INDEX, days=st.integers(0, 60))
    def start_absence(self, index: int, days: int) -> None:
        record = self.choose_record(index)
        record_absence(
            veteran=self.load_record(record), reason=AbsenceReason.WORKS_AWAY, by=self.rows.operator,
            until=Clock.day + timedelta(days=days),
        )  # fmt: skip
        self.model.start_absence(record, days)

    @rule(index=INDEX)
    def end_current_absence(self, index: int) -> None:
        record = self.choose_record(index)
        absence = Absence.objects.filter(veteran=record.pk, ended_at=None).first()
        if absence is not None:
            self.check_action(
                self.model.end_absence(record), lambda: end_absence(absence=absence, by=self.rows.operator)
            )

    @rule(kind=st.sampled_from(sorted(FOLLOW_UP_DAYS)), days=st.lists(st.integers(0, 60), max_size=3))
    def replace_rule(self, kind: str, days: list[int]) -> None:
        set_rule(kind=FollowUpKind(kind), days=days, by=self.rows.operator)
        self.model.rule_days[kind] = sorted(set(days))

    @rule(days=st.integers(1, 45), run_job=st.booleans())
    def pass_days(self, days: int, run_job: bool) -> None:
        Clock.day += timedelta(days=days)
        self.model.today = Clock.day
        if run_job:
            due_follow_ups.process_due_follow_ups()
            self.model.process_due_follow_ups()

    # --- records and stations ---------------------------------------------------------------------------
    @rule(index=INDEX, region=st.sampled_from(REGIONS))
    def change_region(self, index: int, region: str) -> None:
        record = self.choose_record(index)
        update_record(
            veteran=self.load_record(record), by=self.rows.operator, section="identity",
            values={"living_region": Region.objects.get(pk=region)},
        )  # fmt: skip
        self.model.change_region(record, region)

    @precondition(lambda self: len(self.open_records()) > 2)
    @rule(index=INDEX, other_index=INDEX)
    def merge_two_records(self, index: int, other_index: int) -> None:
        target = self.choose_record(index)
        others = [record for record in self.open_records() if record is not target]
        source = others[other_index % len(others)]
        merge = merge_records(
            target=self.load_record(target), source=self.load_record(source), by=self.rows.operator
        )
        self.model.merge_records(merge.pk, target, source)

    @precondition(lambda self: any(not merge.is_undone for merge in self.model.merges))
    @rule(index=INDEX)
    def undo_one_merge(self, index: int) -> None:
        candidates = [merge for merge in self.model.merges if not merge.is_undone]
        expected_merge = candidates[-1 - index % len(candidates)]
        merge = RecordMerge.objects.get(pk=expected_merge.pk)
        self.check_action(
            self.model.undo_merge(expected_merge), lambda: undo_merge(merge=merge, by=self.rows.operator)
        )

    @rule(index=INDEX, into_index=INDEX, with_regions=st.booleans())
    def close_station(self, index: int, into_index: int, with_regions: bool) -> None:
        stations = list(Station.objects.filter(closed_on=None))
        parent_paths = {station.path[: -Station.steplen] for station in stations}
        leaves = [station for station in stations if station.path not in parent_paths]
        station = leaves[index % len(leaves)]
        others = [other for other in stations if other is not station]
        if len(others) < 3:
            return
        target = others[into_index % len(others)]
        close = network.merge_station if with_regions else network.close_station
        try:
            with transaction.atomic():
                close(station=station, into=target, by=self.rows.operator, on=Clock.day)
        except ValidationError:
            return  # the station has children, or lies above the target
        self.tally["closed stations"] += 1
        self.model.close_station(station.pk, target.pk, with_regions=with_regions)

    @precondition(lambda self: self.village_count < 3)
    @rule()
    def split_village_station(self) -> None:
        """Open a station for the village again, below the station that serves it now."""
        station = Station.objects.serving(VILLAGE_REGION, Clock.day)
        if station is None or station.region_id == VILLAGE_REGION or station.level == StationLevel.VILLAGE:
            return
        levels = list(StationLevel)
        level_below = levels[levels.index(StationLevel(station.level)) + 1]
        try:
            with transaction.atomic():
                new_station = network.split_station(
                    station=station, name="南安村服务站", level=level_below,
                    regions=[Region.objects.get(pk=VILLAGE_REGION)], by=self.rows.operator, on=Clock.day,
                )  # fmt: skip
        except ValidationError:
            return
        self.village_count += 1
        self.model.split_station(station.pk, new_station.pk, VILLAGE_REGION)

    @invariant()
    def portal_agrees_with_model(self) -> None:
        comparison.compare_placements(self.model)
        comparison.compare_follow_ups(self.model)
        comparison.compare_records(self.model)
        comparison.compare_published_counts(self.model, self.rows.fairs)
        comparison.compare_year_table(self.model, self.rows.operator)
        comparison.compare_reports(self.model, self.rows.operator)
