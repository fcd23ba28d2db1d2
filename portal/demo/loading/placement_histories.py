"""Placements with their histories, which follow the transition table and the follow-up rules."""

import random
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from itertools import takewhile

from django.utils import timezone

from cms.models import JobFairPage
from portal.accounts.models import User
from portal.demo.loading.bulk_insert import insert
from portal.demo.loading.impression_loading import Preference, load_impressions
from portal.demo.loading.staff_loading import nearest_staff, staff_by_path
from portal.demo.scale import Scale
from portal.fairs.models import Booth, Registration
from portal.follow_ups.enums import AttemptOutcome, FollowUpKind, FollowUpState
from portal.follow_ups.follow_up_rules import days_by_kind, set_rule
from portal.follow_ups.models import FollowUp, FollowUpAttempt
from portal.follow_ups.schedule import KINDS_BY_STATE
from portal.placements.enums import PlacementState as S
from portal.placements.milestones import MILESTONE_BY_STEP
from portal.placements.models import Placement, PlacementTransition
from portal.placements.workflow import LIVE_STATES, OPEN_STATES, TRANSITIONS
from portal.positions.models import Position
from portal.stations.models import Station
from portal.veterans.enums import EmploymentStatus
from portal.veterans.models import Veteran

# State -> (step, probability, range of days until it). With the remaining probability the state stays.
_PATHS: dict[str, tuple[tuple[str, float, tuple[int, int]], ...]] = {
    S.INTENDED: (
        ("interview", 0.55, (1, 10)),
        ("decline_by_veteran", 0.12, (2, 12)),
        ("decline_by_employer", 0.10, (2, 12)),
        ("mark_unreachable", 0.05, (10, 20)),
        ("lapse", 0.06, (30, 60)),
    ),
    S.INTERVIEWED: (
        ("offer", 0.62, (1, 8)),
        ("decline_by_employer", 0.18, (1, 8)),
        ("decline_by_veteran", 0.08, (1, 8)),
    ),
    S.OFFERED: (("onboard", 0.82, (2, 15)), ("refuse_offer", 0.12, (1, 6))),
    S.ONBOARDED: (("retain_1m", 0.86, (30, 36)), ("leave", 0.12, (5, 29))),
    "retained_1m": (("retain_3m", 0.85, (60, 66)), ("leave", 0.13, (5, 58))),
    "retained_3m": (("retain_6m", 0.85, (90, 97)), ("leave", 0.12, (10, 88))),
    "retained_6m": (("retain_12m", 0.84, (185, 192)), ("leave", 0.13, (20, 180))),
}
# Days of follow-ups in this city, more than the defaults.
_FOLLOW_UP_DAYS = {
    FollowUpKind.AFTER_FAIR: (3, 7, 14, 21, 30),
    FollowUpKind.AFTER_INTERVIEW: (3, 7, 14),
    FollowUpKind.AFTER_OFFER: (3, 7),
    FollowUpKind("retention_1m"): (7, 30),
    FollowUpKind("retention_3m"): (60, 90),
    FollowUpKind("retention_6m"): (120, 180),
    FollowUpKind("retention_12m"): (270, 365),
}
_LEFT_REASONS = (
    "离家太远，照顾不了家里",
    "倒班身体吃不消",
    "找到收入更高的工作",
    "单位订单减少，协商离职",
    "回乡照顾老人",
)


_RECOMMENDED_SHARE = 0.9
_SEARCH_PERIOD = timedelta(days=120)  # after leaving, in which the person wants another job
_LAPSE_AFTER = timedelta(days=45)  # without news of an intention


def load_placements(
    fairs: Sequence[JobFairPage],
    booths: dict[int, list[Booth]],
    came: dict[int, list[Registration]],
    by: User,
    rng: random.Random,
    scale: Scale,
) -> None:
    """Load intentions of people at fairs, each advanced through the transition table up to today.

    Nine in ten are about a recommended position that the person prefers; the others about any at the fair.

    Args:
        booths: fair -> its booths.
        came: fair -> registrations with a check-in.
        by: recorder of the intentions.
    """
    past_fairs = [fair for fair in fairs if came.get(fair.pk)]
    past_fairs += past_fairs[-3:] * (len(past_fairs) // 4)  # more weight: their calls are still due
    for kind, days in _FOLLOW_UP_DAYS.items():
        set_rule(kind=kind, days=days, by=by)
    builder = _HistoryBuilder(by, rng, _positions_at(booths))
    booth_of = {
        fair.pk: {pk: booth for booth in booths[fair.pk] for pk in builder.positions_at[booth.pk]}
        for fair in past_fairs
    }
    positions_of = {pk: list(booth_by_position) for pk, booth_by_position in booth_of.items()}
    preferences = load_impressions(fairs, positions_of, came, rng)
    pairs: set[tuple[int, int]] = set()
    is_recommended = rng.random() < _RECOMMENDED_SHARE
    while len(pairs) < scale.intentions:
        fair = rng.choice(past_fairs)
        registration = rng.choice(came[fair.pk])
        options = preferences[fair.pk, registration.veteran_id]
        at_booths = list(booth_of[fair.pk])
        position_id = _preferred_position(options, rng) if is_recommended else rng.choice(at_booths)
        if position_id is None or (registration.veteran_id, position_id) in pairs:
            continue
        pairs.add((registration.veteran_id, position_id))
        builder.walk(fair, booth_of[fair.pk][position_id], registration, position_id)
        is_recommended = rng.random() < _RECOMMENDED_SHARE
    builder.save()


def _preferred_position(options: Sequence[Preference], rng: random.Random) -> int | None:
    """Draw a recommended position; None if the person does not choose it or has none."""
    if not options:
        return None
    preference = rng.choice(options)
    return preference.position_id if rng.random() < preference.chance else None


def _positions_at(booths: dict[int, list[Booth]]) -> dict[int, list[int]]:
    booth_ids = [booth.pk for rows in booths.values() for booth in rows]
    by_booth: dict[int, list[int]] = {pk: [] for pk in booth_ids}
    for booth_id, position_id in Booth.positions.through.objects.values_list("booth_id", "position_id"):
        by_booth[booth_id].append(position_id)
    return by_booth


class _HistoryBuilder:
    """Builder of all placements with their logs, follow-ups and attempts; `save` inserts them."""

    def __init__(self, by: User, rng: random.Random, positions_at: dict[int, list[int]]) -> None:
        self.by, self.rng, self.positions_at = by, rng, positions_at
        self.today = timezone.localdate()
        self.stations = dict(Veteran.objects.values_list("pk", "station_id"))
        staff = staff_by_path(by)
        paths = Station.objects.values_list("pk", "path")
        self.staff = {pk: nearest_staff(path, staff) for pk, path in paths}
        self.days = days_by_kind()
        self.pay = dict(Position.objects.values_list("pk", "pay_from"))
        self.placements: list[Placement] = []
        self.transitions: list[PlacementTransition] = []
        self.follow_ups: list[FollowUp] = []
        self.attempts: list[FollowUpAttempt] = []
        self.employed: set[int] = set()

    def walk(self, fair: JobFairPage, booth: Booth, registration: Registration, position_id: int) -> None:
        """Build one placement and draw its steps up to today."""
        rng = self.rng
        end = min(fair.ends_at, timezone.now())
        at = fair.starts_at + timedelta(seconds=rng.uniform(0, (end - fair.starts_at).total_seconds()))
        placement = Placement(
            veteran_id=registration.veteran_id,
            position_id=position_id,
            fair=fair,
            booth=booth,
            recorded_by=self.by,
            recorded_at=at,
            veteran_confirmed_at=at,
            employer_confirmed_at=at + timedelta(minutes=5) if rng.random() < 0.8 else None,
            pay_agreed=Decimal(self.pay[position_id]) if rng.random() < 0.5 else None,
        )
        self.placements.append(placement)
        day = timezone.localdate(at)
        self._step(placement, "declare", S.INTENDED, day, at)
        while (following := self._draw(placement.state)) is not None:
            step, wait = following
            day += timedelta(days=wait)
            if day > self.today or (step == "onboard" and placement.veteran_id in self.employed):
                break
            target = S(TRANSITIONS.target(step, placement.state))
            if target == S.ONBOARDED:
                placement.onboarded_on = day
                self.employed.add(placement.veteran_id)
            if step in MILESTONE_BY_STEP and placement.onboarded_on is not None:
                day = max(day, placement.onboarded_on + timedelta(days=MILESTONE_BY_STEP[step].days))
                if day > self.today:
                    break
            note = ""
            if target == S.LEFT:
                note = rng.choice(_LEFT_REASONS)
                placement.left_on, placement.left_reason = day, note
                placement.wants_another = len(self.placements) % 2 == 0 and self.today - day < _SEARCH_PERIOD
                self.employed.discard(placement.veteran_id)
            self._step(placement, step, target, day, self._morning(day), note)
        self._make_late_calls(placement)
        self._call_again(placement)

    def _draw(self, state: str) -> tuple[str, int] | None:
        chance = self.rng.random()
        for step, share, (soonest, latest) in _PATHS.get(state, ()):
            if chance < share:
                return step, self.rng.randint(soonest, latest)
            chance -= share
        return None

    def _morning(self, day: date) -> datetime:
        """Return a time in the morning of `day`, not after now."""
        morning = timezone.make_aware(datetime.combine(day, time(10, self.rng.randrange(60))))
        return min(morning, timezone.now())

    def _step(
        self, placement: Placement, step: str, target: S, day: date, at: datetime, note: str = ""
    ) -> None:
        station_id = self.stations[placement.veteran_id]
        before = placement.state if placement.sequence else ""
        placement.state, placement.sequence = target, placement.sequence + 1
        self.transitions.append(
            PlacementTransition(
                placement=placement,
                sequence=placement.sequence,
                step=step,
                from_state=before,
                to_state=target,
                happened_on=day,
                at=at,
                by=self.by if step == "declare" else self.staff[station_id],
                station_id=station_id,
                note=note,
                onboarded_on=placement.onboarded_on,
                left_on=placement.left_on,
            )
        )
        self._close_calls(placement, target, at)
        if step in MILESTONE_BY_STEP:  # the later calls were created with the onboarding
            return
        if target == S.OFFERED:
            placement.planned_first_day = day + timedelta(days=self.rng.randint(3, 12))
        for kind in KINDS_BY_STATE.get(target, ()):
            if kind == FollowUpKind.NEW_SEARCH and not placement.wants_another:
                continue
            first = placement.planned_first_day if kind == FollowUpKind.FIRST_DAY else day
            assert first is not None  # set with the offer
            for n in self.days[kind]:
                self._open(placement, kind, first + timedelta(days=n))

    def _close_calls(self, placement: Placement, target: S, at: datetime) -> None:
        """Complete the calls due by then, and cancel the later ones unless the person stays employed."""
        keeps_later_calls = target in LIVE_STATES and target.startswith("retained")
        for call in self._pending(placement):
            if call.due_on <= timezone.localdate(at):
                self._answer(call, at)
            elif not keeps_later_calls:
                call.state = FollowUpState.CANCELLED

    def _own(self, placement: Placement) -> list[FollowUp]:
        """Return the calls of the placement under construction, latest first."""
        return list(takewhile(lambda call: call.placement is placement, reversed(self.follow_ups)))

    def _pending(self, placement: Placement) -> list[FollowUp]:
        return [call for call in self._own(placement) if call.state == FollowUpState.PENDING]

    def _make_late_calls(self, placement: Placement) -> None:
        """Complete calls that are long overdue, so that the list of a day stays short."""
        for call in self._pending(placement):
            if call.due_on < self.today - timedelta(days=20):
                self._answer(call, self._morning(call.due_on + timedelta(days=1)))

    def _call_again(self, placement: Placement) -> None:
        """Add repeated calls until one is pending; an intention without news lapses after `_LAPSE_AFTER`."""
        is_followed = placement.state != S.LEFT or placement.wants_another
        if placement.state not in KINDS_BY_STATE or not is_followed or self._pending(placement):
            return
        completion_times = [call.done_at for call in self._own(placement) if call.done_at]
        last = last_news = timezone.localdate(max(completion_times, default=self.transitions[-1].at))
        (pause,) = (timedelta(days=n) for n in self.days[FollowUpKind.AGAIN])
        while last + pause < self.today - timedelta(days=2):
            last += pause
            if placement.state in OPEN_STATES and last - last_news > _LAPSE_AFTER:
                self._step(placement, "lapse", S.LAPSED, last, self._morning(last))
                return
            self._answer(self._open(placement, FollowUpKind.AGAIN, last), self._morning(last))
        self._open(placement, FollowUpKind.AGAIN, last + pause)

    def _open(self, placement: Placement, kind: FollowUpKind, due_on: date) -> FollowUp:
        call = FollowUp(
            placement=placement,
            kind=kind,
            due_on=due_on,
            call_on=due_on,
            station_id=self.stations[placement.veteran_id],
        )
        self.follow_ups.append(call)
        return call

    def _answer(self, call: FollowUp, at: datetime) -> None:
        """Complete a call, in one of four cases after an unsuccessful attempt the day before."""
        caller = self.staff[call.station_id]
        outcomes = [AttemptOutcome.REACHED]
        if self.rng.random() < 0.25:
            outcomes.insert(0, AttemptOutcome.NOT_REACHED)
        call.state, call.done_at, call.done_by, call.tries = FollowUpState.DONE, at, caller, len(outcomes)
        self.attempts += [
            FollowUpAttempt(follow_up=call, at=at - timedelta(days=days), by=caller, outcome=outcome)
            for days, outcome in zip(range(len(outcomes) - 1, -1, -1), outcomes, strict=True)
        ]

    def save(self) -> None:
        """Insert all rows."""
        # A placement is inserted in its first state; the rows of its log move it to the current one.
        for placement in self.placements:
            placement.state, placement.sequence = S.INTENDED, 0
            placement.onboarded_on = placement.left_on = None
        insert(Placement, self.placements, total=len(self.placements), label="placements")
        insert(PlacementTransition, self.transitions, total=len(self.transitions), label="placement steps")
        insert(FollowUp, self.follow_ups, total=len(self.follow_ups), label="follow-ups")
        insert(FollowUpAttempt, self.attempts, total=len(self.attempts), label="follow-up attempts")
        Veteran.objects.filter(pk__in=self.employed).update(employment_status=EmploymentStatus.EMPLOYED)
