"""The machine that drives the portal and its independent model (see world.py) with the same steps, and has
them compared after each (see agreement.py).
"""

from collections import Counter
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
from tests.placements import agreement
from tests.placements.ground import START, Clock, Ground
from tests.placements.records import CHAIN, DAYS, IN_POST, IN_POST_FOR, STATES, STEPS, Person, Row
from tests.placements.world import World

REFUSED = (ValidationError, TransitionRefused)
PICK = st.integers(0, 7)
AGO = st.integers(0, 100)


class Tracking(RuleBasedStateMachine):
    ground: Ground
    tally: Counter[str] = Counter()  # of all examples, for the figure

    # --- beginning and end ------------------------------------------------------------------------------
    def __init__(self) -> None:
        super().__init__()
        Clock.day = START
        self.savepoint = transaction.atomic()
        self.savepoint.__enter__()
        stations = list(Station.objects.order_by("path"))
        by_path = {station.path: station.pk for station in stations}
        self.world = World(
            START,
            {station.pk: by_path.get(station.path[: -Station.steplen]) for station in stations},
            dict(StationArea.objects.filter(ends_on=None).values_list("region", "station")),
        )
        self.world.people = [
            Person(file.pk, file.station_id, file.living_region_id) for file in self.ground.files
        ]
        self.villages = self.numbers = 0

    def teardown(self) -> None:
        self.tally["examples"] += 1
        self.tally["placements"] += len(self.world.rows)
        for row in self.world.rows:
            self.tally.update(line.step for line in row.log)
            for call in row.calls.values():
                self.tally["calls"] += 1
                self.tally["called again"] += call.kind == "again"
                self.tally.update(kind for kind, _ in call.events)
        self.tally["merges of files"] += len(self.world.merges)
        self.tally["undone"] += sum(merge.undone for merge in self.world.merges)
        transaction.set_rollback(True)
        self.savepoint.__exit__(None, None, None)

    # --- what a rule acts on ----------------------------------------------------------------------------
    def person(self, pick: int) -> Person:
        there = [person for person in self.world.people if not person.closed]
        return there[pick % len(there)]

    def row(self, pick: int) -> Row:
        """The latest ones rather than the first."""
        return self.world.rows[-1 - pick % len(self.world.rows)]

    def file(self, person: Person) -> Veteran:
        return Veteran.objects.select_related("station").get(pk=person.pk)

    def placement(self, row: Row) -> Placement:
        return Placement.objects.with_details().get(pk=row.pk)

    def agree(self, expected: bool, do) -> None:
        """The portal does it where the model does, and else refuses."""
        self.tally["done" if expected else "refused"] += 1
        try:
            with transaction.atomic():
                do()
        except REFUSED:
            assert not expected, "the portal refused what the model allows"
        else:
            assert expected, "the portal did what the model refuses"

    # --- rules ------------------------------------------------------------------------------------------
    @initialize(rows=st.lists(st.tuples(PICK, PICK, st.none() | PICK), min_size=2, max_size=4))
    def begin(self, rows) -> None:
        for person, position, fair in rows:
            self.declare(person, position, fair, None)

    @rule(person=PICK, position=PICK, fair=st.none() | PICK, planned=st.none() | st.integers(0, 30))
    def declare(self, person, position, fair, planned) -> None:
        person = self.person(person)
        position = self.ground.positions[position % 3]
        fair = None if fair is None else self.ground.fairs[fair % 2]
        day = None if planned is None else Clock.day + timedelta(days=planned)
        live = self.world.live(person, position.pk)
        made = actions.declare(
            veteran=self.file(person), position=position, by=self.ground.operator, fair=fair,
            planned_first_day=day,
        )  # fmt: skip
        if live is not None:
            assert made.pk == live.pk
        else:
            self.world.declare(made.pk, person, position.pk, fair and fair.pk, day)

    @rule(pick=PICK)
    def confirm(self, pick) -> None:
        row = self.row(pick)
        actions.confirm(placement=self.placement(row), by=self.ground.member)
        row.confirmed = True

    @rule(
        pick=PICK,
        which=PICK,
        any_step=st.none() | st.sampled_from(sorted(STEPS)),
        ago=AGO,
        close_others=st.booleans(),
        wants=st.sampled_from([None, True, False]),
        planned=st.none() | st.integers(0, 30),
    )
    def advance(self, pick, which, any_step, ago, close_others, wants, planned) -> None:
        row, on = self.row(pick), Clock.day - timedelta(days=ago)
        offered = [name for name, (sources, _) in STEPS.items() if row.state in sources]
        step = any_step or (offered[which % len(offered)] if offered else "lapse")
        options = {
            "close_others": close_others,
            "planned_first_day": None if planned is None else on + timedelta(days=planned),
        }
        placement = self.placement(row)
        allowed = self.world.advance(
            row, step, on, close_others=close_others, wants=wants, planned=options["planned_first_day"]
        )
        self.agree(
            allowed,
            lambda: actions.advance(
                placement=placement, step=step, by=self.ground.operator, on=on, note="说明",
                wants_another=wants, **options,
            ),
        )  # fmt: skip

    @rule(pick=PICK, steps=st.integers(1, 7))
    def go_on(self, pick, steps) -> None:
        """The next steps of the chain, in as many days as they take, so that examples get far."""
        for _ in range(steps):
            self.go_on_once(pick)

    def go_on_once(self, pick: int) -> None:
        row = self.row(pick)
        forward = [step for step in STEPS if row.state in STEPS[step][0] and STEPS[step][1] in CHAIN]
        if not forward:
            return
        after = STEPS[forward[0]][1]
        if after in IN_POST_FOR and row.first is not None:
            there = row.first + self.world.time_to(after)
            self.days_pass(max((there - Clock.day).days, 1), True)
        self.advance(pick, 0, forward[0], 0, True, None, None)

    @rule(pick=PICK, state=st.sampled_from(STATES), ago=st.none() | AGO)
    def correct(self, pick, state, ago) -> None:
        row = self.row(pick)
        on = None if ago is None else Clock.day - timedelta(days=ago)
        placement = self.placement(row)
        self.agree(
            self.world.correct(row, state, on),
            lambda: actions.correct(
                placement=placement, to_state=state, by=self.ground.operator, reason="登记有误", on=on
            ),
        )

    @precondition(lambda self: any(row.state in IN_POST for row in self.world.rows))
    @rule(pick=PICK, degree=st.none() | st.integers(1, 5))
    def say(self, pick, degree) -> None:
        """How content somebody in post is; None: an answer without that."""
        there = [row for row in self.world.rows if row.state in IN_POST]
        row = there[-1 - pick % len(there)]
        Answer.objects.create(
            placement_id=row.pk, side=Side.VETERAN, question=Question.EMPLOYMENT, reply=Reply.STILL_EMPLOYED,
            by=self.ground.member, satisfaction=degree,
        )  # fmt: skip
        row.content = degree or row.content
        self.tally["degrees"] += degree is not None

    @precondition(lambda self: any(row.closed_by for row in self.world.rows))
    @rule(pick=PICK)
    def reopen(self, pick) -> None:
        closed = [row for row in self.world.rows if row.closed_by]
        row = closed[pick % len(closed)]
        placement = self.placement(row)
        may = self.world.reopen(row)
        assert (closing.reopen_blocker(placement) == "") == may
        self.agree(may, lambda: closing.reopen_closed(placement=placement, by=self.ground.operator))

    @precondition(lambda self: any(row.waiting for row in self.world.rows))
    @rule(pick=PICK, outcome=st.sampled_from(sorted(AttemptOutcome.values)))
    def call(self, pick, outcome) -> None:
        waiting = sorted(
            ((row, call) for row in self.world.rows for call in row.waiting),
            key=lambda pair: (pair[1].call, pair[0].pk, pair[1].kind, pair[1].due),
        )
        row, call = waiting[pick % len(waiting)]
        found = FollowUp.objects.get(placement=row.pk, kind=call.kind, due_on=call.due)
        self.agree(
            self.world.try_call(row, call, outcome),
            lambda: attempts.record_call(
                follow_up=found, by=self.ground.operator, outcome=AttemptOutcome(outcome)
            ),
        )

    @precondition(lambda self: any(row.tries for row in self.world.rows))
    @rule(pick=PICK)
    def reverse_attempt(self, pick) -> None:
        tried = [(row, each.call) for row in self.world.rows for each in row.tries]
        row, call = tried[-1 - pick % len(tried)]
        found = FollowUp.objects.get(placement=row.pk, kind=call.kind, due_on=call.due)
        done = self.world.reverse_attempt(row, call)
        self.tally["tries taken back"] += done
        self.agree(done, lambda: attempts.reverse_attempt(follow_up=found, by=self.ground.operator))

    @rule(pick=PICK)
    def have_another_number(self, pick) -> None:
        person = self.person(pick)
        self.numbers += 1
        update_record(
            veteran=self.file(person), by=self.ground.operator, section="identity",
            values={"phone": f"135{self.numbers:08d}"},
        )  # fmt: skip
        self.world.new_number(person)

    @rule(pick=PICK, days=st.integers(0, 60))
    def leave_for(self, pick, days) -> None:
        person = self.person(pick)
        record_absence(
            veteran=self.file(person), reason=AbsenceReason.WORKS_AWAY, by=self.ground.operator,
            until=Clock.day + timedelta(days=days),
        )  # fmt: skip
        self.world.leave_for(person, days)

    @rule(pick=PICK)
    def come_back(self, pick) -> None:
        person = self.person(pick)
        away = Absence.objects.filter(veteran=person.pk, ended_at=None).first()
        if away is not None:
            self.agree(
                self.world.come_back(person), lambda: end_absence(absence=away, by=self.ground.operator)
            )

    @rule(pick=PICK, region=st.sampled_from(["440703", "440705109", "440705102", "440705109201"]))
    def move_house(self, pick, region) -> None:
        person = self.person(pick)
        update_record(
            veteran=self.file(person), by=self.ground.operator, section="identity",
            values={"living_region": make_region(region)},
        )  # fmt: skip
        self.world.move_house(person, region)

    @precondition(lambda self: sum(not person.closed for person in self.world.people) > 2)
    @rule(pick=PICK, other=PICK)
    def merge(self, pick, other) -> None:
        kept = self.person(pick)
        others = [person for person in self.world.people if not person.closed and person is not kept]
        gone = others[other % len(others)]
        made = merge_records(target=self.file(kept), source=self.file(gone), by=self.ground.operator)
        self.world.merge(made.pk, kept, gone)

    @precondition(lambda self: any(not merge.undone for merge in self.world.merges))
    @rule(pick=PICK)
    def undo(self, pick) -> None:
        made = [merge for merge in self.world.merges if not merge.undone]
        merge = made[-1 - pick % len(made)]
        row = RecordMerge.objects.get(pk=merge.pk)
        self.agree(self.world.undo(merge), lambda: undo_merge(merge=row, by=self.ground.operator))

    @rule(pick=PICK, into=PICK, with_regions=st.booleans())
    def end_station(self, pick, into, with_regions) -> None:
        stations = list(Station.objects.filter(closed_on=None))
        above = {station.path[: -Station.steplen] for station in stations}
        leaves = [station for station in stations if station.path not in above]
        station = leaves[pick % len(leaves)]
        others = [other for other in stations if other is not station]
        if len(others) < 3:
            return
        target = others[into % len(others)]
        end = network.merge_station if with_regions else network.close_station
        try:
            with transaction.atomic():
                end(station=station, into=target, by=self.ground.operator, on=Clock.day)
        except ValidationError:
            return  # stations below it, or itself below the other
        self.tally["stations ended"] += 1
        self.world.end_station(station.pk, target.pk, with_regions=with_regions)

    @precondition(lambda self: self.villages < 3)
    @rule()
    def split(self) -> None:
        """The village has its own station again, below whoever looks after it."""
        region = "440705109201"
        holder = Station.objects.serving(region, Clock.day)
        if holder is None or holder.region_id == region or holder.level == StationLevel.VILLAGE:
            return
        below = list(StationLevel)[list(StationLevel).index(StationLevel(holder.level)) + 1]
        try:
            with transaction.atomic():
                new = network.split_station(
                    station=holder, name="南安村服务站", level=below, regions=[make_region(region)],
                    by=self.ground.operator, on=Clock.day,
                )  # fmt: skip
        except ValidationError:
            return
        self.villages += 1
        self.world.split(holder.pk, new.pk, region)

    @rule(
        kind=st.sampled_from(sorted(DAYS)),
        days=st.lists(st.integers(0, 60), max_size=3),
    )
    def set_rule(self, kind, days) -> None:
        set_rule(kind=FollowUpKind(kind), days=days, by=self.ground.operator)
        self.world.days[kind] = sorted(set(days))

    @rule(days=st.integers(1, 45), ticks=st.booleans())
    def days_pass(self, days, ticks) -> None:
        Clock.day += timedelta(days=days)
        self.world.today = Clock.day
        if ticks:
            due_follow_ups.process_due_follow_ups()
            self.world.tick()

    @invariant()
    def the_portal_agrees(self) -> None:
        agreement.rows_and_logs_agree(self.world)
        agreement.calls_agree(self.world)
        agreement.files_agree(self.world)
        agreement.published_counts_agree(self.world, self.ground.fairs)
        agreement.the_years_agree(self.world, self.ground.operator)
        agreement.the_reports_agree(self.world, self.ground.operator)


def make_region(code: str):
    return Station._meta.get_field("region").related_model.objects.get(pk=code)
