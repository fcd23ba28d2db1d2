"""Stations, absences and follow-ups of the independent placement model (see reference_model.py)."""

from datetime import date, timedelta
from itertools import count

from tests.placements.reference_rows import (
    EMPLOYED_STATES,
    ESCALATION_PERIOD,
    FOLLOW_UP_DAYS,
    MAX_ATTEMPTS,
    ONBOARDED_STAGE,
    ONE_DAY,
    RETENTION_DAYS,
    RETENTION_KINDS,
    STAGES,
    ExpectedAbsence,
    ExpectedAttempt,
    ExpectedFollowUp,
    ExpectedMerge,
    ExpectedPlacement,
    ExpectedRecord,
)


class ReferenceFollowUps:
    """Expected content of the portal, with the rules of stations, absences and follow-ups.

    Args:
        today: the first day.
        parent_stations: for each station the one above it, None for the city.
        station_by_region: for each region code the station that serves it.
    """

    def __init__(
        self, today: date, parent_stations: dict[int, int | None], station_by_region: dict[str, int]
    ) -> None:
        self.today = today
        self.parent_stations = dict(parent_stations)
        self.station_by_region = dict(station_by_region)
        self.records: list[ExpectedRecord] = []
        self.placements: list[ExpectedPlacement] = []
        self.absences: list[ExpectedAbsence] = []
        self.merges: list[ExpectedMerge] = []
        self.rule_days = {kind: list(days) for kind, days in FOLLOW_UP_DAYS.items()}
        self.moments = count()  # orders attempts, transitions and follow-ups of one day

    def retention_time(self, state: str) -> timedelta:
        """Return the time in the job before a retention state: the last day of the city's rule, if any."""
        rule_days = self.rule_days[state.replace("retained", "retention")]
        return timedelta(days=rule_days[-1] if rule_days else RETENTION_DAYS[state])

    def placements_of(self, record: ExpectedRecord) -> list[ExpectedPlacement]:
        return [placement for placement in self.placements if placement.record is record]

    # --- stations ---------------------------------------------------------------------------------------
    def is_within(self, station: int | None, ancestor: int) -> bool:
        while station is not None and station != ancestor:
            station = self.parent_stations[station]
        return station == ancestor

    def _move_record(self, record: ExpectedRecord, station: int) -> None:
        record.station = station
        self._move_follow_ups(self.placements_of(record))

    def _move_follow_ups(self, placements: list[ExpectedPlacement]) -> None:
        for placement in placements:
            for follow_up in placement.pending_follow_ups:
                self._give_to_home_station(placement, follow_up)
                follow_up.events.append(("moved", self.today))

    def _give_to_home_station(self, placement: ExpectedPlacement, follow_up: ExpectedFollowUp) -> None:
        follow_up.station, follow_up.escalation_level = placement.record.station, 0
        follow_up.owned_since = self.today

    def change_region(self, record: ExpectedRecord, region: str) -> None:
        if region == record.region:
            return
        record.region = region
        serving_codes = [code for code in self.station_by_region if region.startswith(code)]
        station = self.station_by_region[max(serving_codes, key=len)]
        if not self.is_within(record.station, station):
            self._move_record(record, station)

    def close_station(self, station: int, into: int, *, with_regions: bool) -> None:
        for region, holder in list(self.station_by_region.items()):
            if holder == station:
                if with_regions:
                    self.station_by_region[region] = into
                else:
                    del self.station_by_region[region]
        for record in self.records:
            if record.station == station:
                self._move_record(record, into)

    def split_station(self, station: int, new_station: int, region: str) -> None:
        self.parent_stations[new_station] = station
        self.station_by_region[region] = new_station
        for record in self.records:
            if record.station == station and record.region.startswith(region):
                self._move_record(record, new_station)

    # --- absences ---------------------------------------------------------------------------------------
    def return_day(self, record: ExpectedRecord) -> date | None:
        """Return the day after the record's current absence, or None."""
        days = (
            absence.until + ONE_DAY
            for absence in self.absences
            if absence.record is record and not absence.has_ended and absence.until >= self.today
        )
        return next(days, None)

    def _reschedule_for_absence(self, record: ExpectedRecord) -> None:
        return_day = self.return_day(record)
        for placement in self.placements_of(record):
            for follow_up in placement.pending_follow_ups:
                if return_day:
                    day = max(follow_up.due_on, return_day)
                else:
                    day = min(follow_up.call_on, max(follow_up.due_on, self.today))
                if day != follow_up.call_on:
                    kind = "paused" if day > follow_up.call_on else "resumed"
                    follow_up.events.append((kind, self.today))
                    follow_up.call_on = day

    def _end_absences(self, record: ExpectedRecord) -> None:
        for absence in self.absences:
            if absence.record is record:
                absence.has_ended = True

    def start_absence(self, record: ExpectedRecord, days: int) -> None:
        self._end_absences(record)
        self.absences.append(ExpectedAbsence(record, self.today + timedelta(days=days)))
        self._reschedule_for_absence(record)

    def end_absence(self, record: ExpectedRecord) -> bool:
        if self.return_day(record) is None:
            return False
        self._end_absences(record)
        self._reschedule_for_absence(record)
        return True

    # --- follow-ups -------------------------------------------------------------------------------------
    def _is_looking_for_job(self, placement: ExpectedPlacement) -> bool:
        """Return whether the person left, wants another job and has not declared a new intention since."""
        is_followed = any(other.follows is placement for other in self.placements)
        return placement.state == "left" and bool(placement.wants_another) and not is_followed

    def _follow_up_dates(self, placement: ExpectedPlacement, since: date) -> set[tuple[str, date]]:
        """Return (kind, due day) of the follow-ups of a placement that is in its state since a day."""
        starts: list[tuple[str, date | None]] = []
        if placement.state == "intended":
            starts = [("after_fair", since)]
        elif placement.state == "interviewed":
            starts = [("after_interview", since)]
        elif placement.state == "offered":
            starts = [("after_offer", since), ("first_day", placement.planned_first_day)]
        elif placement.state in EMPLOYED_STATES:
            next_kinds = RETENTION_KINDS[STAGES.index(placement.state) - ONBOARDED_STAGE :]
            starts = [(kind, placement.onboarded_on) for kind in next_kinds]
        elif self._is_looking_for_job(placement):
            starts = [("new_search", placement.left_on)]
        return {
            (kind, start + timedelta(days=days))
            for kind, start in starts
            if start
            for days in self.rule_days[kind]
        }

    def _reschedule(self, placement: ExpectedPlacement, since: date) -> None:
        dates = self._follow_up_dates(placement, since)
        for key, follow_up in placement.follow_ups.items():
            if follow_up.state == "pending" and key not in dates:
                follow_up.state = "cancelled"
        for kind, due_on in dates:
            self._open_follow_up(placement, kind, due_on)

    def _open_follow_up(self, placement: ExpectedPlacement, kind: str, due_on: date) -> None:
        """Create the follow-up, or reopen the cancelled one of the same kind and due day."""
        follow_up = placement.follow_ups.get((kind, due_on)) or ExpectedFollowUp(
            kind, due_on, due_on, 0, self.today, next(self.moments), state="cancelled"
        )
        if follow_up.state != "cancelled":
            return
        placement.follow_ups[kind, due_on] = follow_up
        follow_up.state = "pending"
        self._give_to_home_station(placement, follow_up)
        follow_up.call_on = max(due_on, self.return_day(placement.record) or due_on)
        if follow_up.call_on > due_on:
            follow_up.events.append(("paused", self.today))

    def record_call(self, placement: ExpectedPlacement, follow_up: ExpectedFollowUp, outcome: str) -> bool:
        if follow_up.state != "pending":
            return False
        follow_up.attempt_count += 1
        placement.attempts.append(ExpectedAttempt(follow_up, outcome, self.today, next(self.moments)))
        if outcome != "not_reached" or follow_up.attempt_count >= MAX_ATTEMPTS:
            follow_up.state = "done"
        if outcome == "reached" and self._lacks_next_call(placement):
            for days in self.rule_days["again"]:
                self._schedule_next_call(placement, self.today + timedelta(days=days))
        return True

    def _lacks_next_call(self, placement: ExpectedPlacement) -> bool:
        """Return whether no follow-up is pending though the placement can still change."""
        can_change = placement.state in STAGES[:-1] or self._is_looking_for_job(placement)
        return can_change and not placement.pending_follow_ups

    def _schedule_next_call(self, placement: ExpectedPlacement, due_on: date) -> None:
        """Open an "again" follow-up on the first day from `due_on` without a completed one."""
        follow_ups = placement.follow_ups
        while ("again", due_on) in follow_ups and follow_ups["again", due_on].state == "done":
            due_on += ONE_DAY
        self._open_follow_up(placement, "again", due_on)

    def reverse_attempt(self, placement: ExpectedPlacement, follow_up: ExpectedFollowUp) -> bool:
        attempt = placement.last_attempt(follow_up)
        if (
            attempt is None
            or follow_up.state == "cancelled"
            or attempt.day != self.today
            or placement.record.is_closed
            or placement.log[-1].moment > attempt.moment
        ):
            return False
        attempt.is_reversed = True
        follow_up.attempt_count -= 1
        if follow_up.state == "done":
            follow_up.state = "pending"
            if not self.is_within(placement.record.station, follow_up.station):
                self._give_to_home_station(placement, follow_up)
        self._reschedule_for_absence(placement.record)
        for other in placement.pending_follow_ups:
            if other.kind == "again" and other.created_moment > attempt.moment:
                other.state = "cancelled"
        return True

    def change_phone(self, record: ExpectedRecord) -> None:
        for placement in self.placements_of(record):
            attempt = placement.last_attempt()
            if (
                attempt is not None
                and attempt.outcome in {"not_reached", "wrong_number"}
                and self._lacks_next_call(placement)
            ):
                self._schedule_next_call(placement, self.today)

    def process_due_follow_ups(self) -> None:
        for placement in self.placements:
            for follow_up in placement.pending_follow_ups:
                if follow_up.call_on <= self.today:
                    self._process_due(follow_up)

    def _process_due(self, follow_up: ExpectedFollowUp) -> None:
        if not follow_up.has_fallen_due:
            follow_up.has_fallen_due = True
            follow_up.events.append(("fell_due", follow_up.call_on))
        while (parent := self.parent_stations[follow_up.station]) is not None:
            escalation_day = max(follow_up.call_on, follow_up.owned_since) + ESCALATION_PERIOD
            if escalation_day > self.today:
                break
            follow_up.owned_since = escalation_day
            follow_up.station, follow_up.escalation_level = parent, follow_up.escalation_level + 1
            follow_up.events.append(("escalated", escalation_day))
