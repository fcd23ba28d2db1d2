"""Independent model of the placement rules, in plain Python without queries or imports from the portal.

A `ReferenceModel` holds records, stations, placements with their logs, follow-ups and absences. Each public
method does what the plan says of the portal's action; it returns False where the portal must refuse.
tracking_machine.py takes the same steps in both, comparison.py compares the results.

reference_rows.py: row classes and tables. reference_follow_ups.py: stations, absences, follow-ups. This
module: states of placements, and merges of records.
"""

from datetime import date

from tests.placements.reference_follow_ups import ReferenceFollowUps
from tests.placements.reference_rows import (
    EVER_EMPLOYED_STATES,
    LIVE_STATES,
    OPEN_STATES,
    RETENTION_DAYS,
    STAGES,
    STEPS,
    ExpectedMerge,
    ExpectedPlacement,
    ExpectedRecord,
    ExpectedTransition,
)


class ReferenceModel(ReferenceFollowUps):
    """Expected content of the portal: the complete model."""

    # --- placements -------------------------------------------------------------------------------------
    def _append_transition(
        self,
        placement: ExpectedPlacement,
        step: str,
        to_state: str,
        on: date,
        onboarded_on: date | None = None,
        left_on: date | None = None,
        closed_by: ExpectedPlacement | None = None,
    ) -> None:
        placement.log.append(
            ExpectedTransition(step, placement.state, to_state, onboarded_on, left_on, next(self.moments))
        )
        placement.state, placement.closed_by = to_state, closed_by
        if step == "declare":
            placement.declared_on = on
        elif step not in {"correct", "reopen", "absorb", "lapse"}:
            placement.reached_on[to_state] = on
        placement.onboarded_on, placement.left_on = onboarded_on, left_on
        self._reschedule(placement, on)

    def live_placement(self, record: ExpectedRecord, position: int) -> ExpectedPlacement | None:
        placements = (
            placement
            for placement in self.placements_of(record)
            if placement.position == position and placement.state in LIVE_STATES
        )
        return next(placements, None)

    def declare(
        self,
        pk: int,
        record: ExpectedRecord,
        position: int,
        fair: int | None,
        planned_first_day: date | None,
    ) -> ExpectedPlacement:
        left_placements = [placement for placement in self.placements_of(record) if placement.state == "left"]
        follows = max(left_placements, key=lambda placement: (placement.left_on, placement.pk), default=None)
        placement = ExpectedPlacement(pk, record, position, fair, self.today.year, planned_first_day, follows)
        self.placements.append(placement)
        self._append_transition(placement, "declare", "intended", self.today)
        if follows is not None:
            self._reschedule(follows, self.today)
        return placement

    def advance(
        self,
        placement: ExpectedPlacement,
        step: str,
        on: date,
        *,
        close_others: bool,
        wants_another: bool | None,
        planned_first_day: date | None,
    ) -> bool:
        sources, to_state = STEPS[step]
        if placement.state not in sources:
            return False
        if on < placement.earliest_day():
            return False
        onboarded_on, left_on = placement.onboarded_on, None
        if to_state == "onboarded":
            onboarded_on = on
        elif to_state in RETENTION_DAYS:
            if onboarded_on is None or on < onboarded_on + self.retention_time(to_state):
                return False
        elif to_state == "left":
            if onboarded_on is None or on < onboarded_on:
                return False
            left_on, placement.wants_another = on, wants_another
        elif to_state == "offered":
            placement.planned_first_day = planned_first_day or placement.planned_first_day
        self._append_transition(placement, step, to_state, on, onboarded_on, left_on)
        if to_state == "onboarded" and close_others:
            for other in self.placements_of(placement.record):
                if other is not placement and other.state in OPEN_STATES:
                    self._append_transition(other, "lapse", "lapsed", on, closed_by=placement)
        return True

    def correct(self, placement: ExpectedPlacement, to_state: str, on: date | None) -> bool:
        from_state, onboarded_on, left_on = placement.state, None, None
        if to_state == from_state:
            return False
        if to_state in EVER_EMPLOYED_STATES:
            onboarded_on = placement.last_logged_date("onboarded_on")
            if to_state == "left":
                left_on = on or placement.last_logged_date("left_on")
            else:
                onboarded_on = on or onboarded_on
            if onboarded_on is None:
                return False
            if to_state == "left" and (left_on is None or left_on < onboarded_on):
                return False
            if to_state in RETENTION_DAYS and self.today < onboarded_on + self.retention_time(to_state):
                return False
        if (
            to_state in LIVE_STATES
            and from_state not in LIVE_STATES
            and self.live_placement(placement.record, placement.position)
        ):
            return False
        self._append_transition(placement, "correct", to_state, self.today, onboarded_on, left_on)
        if from_state == "left":
            placement.wants_another = None
        if from_state in EVER_EMPLOYED_STATES and to_state not in EVER_EMPLOYED_STATES:
            for other in sorted(self.placements_of(placement.record), key=lambda other: -other.pk):
                if other.closed_by is placement and self.can_reopen(other):
                    self._reopen(other)
        return True

    def can_reopen(self, placement: ExpectedPlacement) -> bool:
        return (
            placement.closed_by is not None
            and placement.state == "lapsed"
            and not placement.record.is_closed
            and self.live_placement(placement.record, placement.position) is None
        )

    def _reopen(self, placement: ExpectedPlacement) -> None:
        earlier = placement.log[-2]
        self._append_transition(placement, "reopen", earlier.to_state, self.today, earlier.onboarded_on)

    def reopen(self, placement: ExpectedPlacement) -> bool:
        if not self.can_reopen(placement):
            return False
        self._reopen(placement)
        return True

    # --- merges of records ------------------------------------------------------------------------------
    def merge_records(self, pk: int, target: ExpectedRecord, source: ExpectedRecord) -> None:
        for own in self.placements_of(target):
            other = self.live_placement(source, own.position) if own.state in LIVE_STATES else None
            if other is not None:
                is_other_ahead = STAGES.index(other.state) > STAGES.index(own.state)
                continuing, ending = (other, own) if is_other_ahead else (own, other)
                self._append_transition(ending, "absorb", "lapsed", self.today, closed_by=continuing)
        placements = self.placements_of(source)
        for placement in placements:
            placement.record = target
        target_is_absent = any(
            absence.record is target and not absence.has_ended for absence in self.absences
        )
        absences = [
            absence
            for absence in self.absences
            if absence.record is source and (absence.has_ended or not target_is_absent)
        ]
        for absence in absences:
            absence.record = target
        source.is_closed = True
        self.merges.append(ExpectedMerge(pk, target, source, placements, absences))
        if target.station != source.station:
            self._move_follow_ups(placements)
        self._reschedule_for_absence(target)

    def undo_merge(self, merge: ExpectedMerge) -> bool:
        target, source = merge.target, merge.source
        if merge.is_undone or target.is_closed:
            return False
        placements = [placement for placement in merge.placements if placement.record is target]
        for placement in placements:
            placement.record = source
        for absence in merge.absences:
            if absence.record is target:
                absence.record = source
        source.is_closed, merge.is_undone = False, True
        if target.station != source.station:
            self._move_follow_ups(placements)
        self._reschedule_for_absence(target)
        self._reschedule_for_absence(source)
        placements = [*self.placements_of(target), *self.placements_of(source)]
        for placement in sorted(placements, key=lambda placement: -placement.pk):
            absorber = placement.closed_by
            is_separate = absorber is not None and absorber.record is not placement.record
            if is_separate and placement.log[-1].step == "absorb" and self.can_reopen(placement):
                self._reopen(placement)
        return True
