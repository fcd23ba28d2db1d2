"""What the portal should say, worked out a second time in plain Python: no query, nothing imported from it.

One `World` holds people, stations, placements with their logs, and calls. Each verb does what the plan says
the portal's verb does, or returns False where the portal must refuse and change nothing.
"""

from datetime import date, timedelta
from itertools import count

from tests.placements.records import (
    A_DAY,
    CHAIN,
    DAYS,
    IN_POST,
    IN_POST_FOR,
    LIVE,
    OPEN,
    RETENTION,
    STEPS,
    WAS_IN_POST,
    WEEK,
    Away,
    Call,
    Line,
    Merge,
    Person,
    Row,
    Try,
)


class World:
    def __init__(self, today: date, parents: dict[int, int | None], areas: dict[str, int]) -> None:
        self.today = today
        self.parents = dict(parents)  # station -> the one above
        self.areas = dict(areas)  # region -> station
        self.people: list[Person] = []
        self.rows: list[Row] = []
        self.aways: list[Away] = []
        self.merges: list[Merge] = []
        self.days = {kind: list(days) for kind, days in DAYS.items()}
        self.moments = count()  # what is written down later has the greater one

    def time_to(self, state: str) -> timedelta:
        """Time in the job before a retention state is recorded: the last day of the city's rule, if any."""
        own = self.days[state.replace("retained", "retention")]
        return timedelta(days=own[-1] if own else IN_POST_FOR[state])

    # --- the network ------------------------------------------------------------------------------------
    def above(self, station: int, levels: int) -> int:
        for _ in range(levels):
            station = self.parents[station]  # type: ignore[assignment]
        return station

    def inside(self, station: int | None, over: int) -> bool:
        while station is not None and station != over:
            station = self.parents[station]
        return station == over

    def of(self, person: Person) -> list[Row]:
        return [row for row in self.rows if row.person is person]

    def _arrive(self, person: Person, station: int) -> None:
        person.station = station
        self._move_calls(self.of(person))

    def _move_calls(self, rows: list[Row]) -> None:
        for row in rows:
            for call in row.waiting:
                call.owner, call.raised, call.since = row.person.station, 0, self.today
                call.events.append(("moved", self.today))

    def move_house(self, person: Person, region: str) -> None:
        if region == person.region:
            return
        person.region = region
        serving = self.areas[max((code for code in self.areas if region.startswith(code)), key=len)]
        if not self.inside(person.station, serving):
            self._arrive(person, serving)

    def end_station(self, station: int, into: int, *, with_regions: bool) -> None:
        for region, holder in list(self.areas.items()):
            if holder == station:
                if with_regions:
                    self.areas[region] = into
                else:
                    del self.areas[region]
        for person in self.people:
            if person.station == station:
                self._arrive(person, into)

    def split(self, station: int, new: int, region: str) -> None:
        self.parents[new] = station
        self.areas[region] = new
        for person in self.people:
            if person.station == station and person.region.startswith(region):
                self._arrive(person, new)

    # --- absence ----------------------------------------------------------------------------------------
    def back(self, person: Person) -> date | None:
        return next(
            (
                away.until + A_DAY
                for away in self.aways
                if away.person is person and not away.ended and away.until >= self.today
            ),
            None,
        )

    def _repace(self, person: Person) -> None:
        back = self.back(person)
        for call in (call for row in self.of(person) for call in row.waiting):
            day = max(call.due, back) if back else min(call.call, max(call.due, self.today))
            if day != call.call:
                call.events.append(("paused" if day > call.call else "resumed", self.today))
                call.call = day

    def leave_for(self, person: Person, days: int) -> None:
        for away in self.aways:
            if away.person is person:
                away.ended = True
        self.aways.append(Away(person, self.today + timedelta(days=days)))
        self._repace(person)

    def come_back(self, person: Person) -> bool:
        if self.back(person) is None:
            return False
        for away in self.aways:
            if away.person is person:
                away.ended = True
        self._repace(person)
        return True

    # --- calls ------------------------------------------------------------------------------------------
    def _wanted(self, row: Row, since: date) -> set[tuple[str, date]]:
        starts: list[tuple[str, date | None]] = []
        if row.state == "intended":
            starts = [("after_fair", since)]
        elif row.state == "interviewed":
            starts = [("after_interview", since)]
        elif row.state == "offered":
            starts = [("after_offer", since), ("first_day", row.planned)]
        elif row.state in IN_POST:
            starts = [(kind, row.first) for kind in RETENTION[CHAIN.index(row.state) - 3 :]]
        elif row.state == "left" and row.wants and all(other.follows is not row for other in self.rows):
            starts = [("new_search", row.last)]
        return {(kind, start + timedelta(days=n)) for kind, start in starts if start for n in self.days[kind]}

    def _reschedule(self, row: Row, since: date) -> None:
        wanted = self._wanted(row, since)
        for key, call in row.calls.items():
            if call.state == "pending" and key not in wanted:
                call.state = "cancelled"
        for kind, due in wanted:
            self._open(row, kind, due)

    def _open(self, row: Row, kind: str, due: date) -> None:
        call = row.calls.get((kind, due)) or Call(
            kind, due, due, 0, self.today, next(self.moments), state="cancelled"
        )
        if call.state != "cancelled":
            return
        row.calls[kind, due] = call
        call.state, call.owner, call.raised, call.since = "pending", row.person.station, 0, self.today
        call.call = max(due, self.back(row.person) or due)
        if call.call > due:
            call.events.append(("paused", self.today))

    def try_call(self, row: Row, call: Call, outcome: str) -> bool:
        if call.state != "pending":
            return False
        call.tries += 1
        row.tries.append(Try(call, outcome, self.today, next(self.moments)))
        if outcome != "not_reached" or call.tries >= 3:
            call.state = "done"
        if outcome == "reached" and self._is_forgotten(row):
            for n in self.days["again"]:
                self._call_again(row, self.today + timedelta(days=n))
        return True

    def _is_forgotten(self, row: Row) -> bool:
        """Nobody would call any more, though there is something to ask."""
        looks = row.state == "left" and row.wants and all(other.follows is not row for other in self.rows)
        return not row.waiting and bool(looks or row.state in CHAIN[:-1])

    def _call_again(self, row: Row, due: date) -> None:
        while ("again", due) in row.calls and row.calls["again", due].state == "done":
            due += A_DAY
        self._open(row, "again", due)

    def reverse_attempt(self, row: Row, call: Call) -> bool:
        last = row.last_try(call)
        if (
            last is None
            or call.state == "cancelled"
            or last.day != self.today
            or row.person.closed
            or row.log[-1].moment > last.moment
        ):
            return False
        last.stands = False
        call.tries -= 1
        if call.state == "done":
            call.state = "pending"
            if not self.inside(row.person.station, call.owner):
                call.owner, call.raised, call.since = row.person.station, 0, self.today
        self._repace(row.person)
        for other in row.waiting:
            if other.kind == "again" and other.made > last.moment:
                other.state = "cancelled"
        return True

    def new_number(self, person: Person) -> None:
        for row in self.of(person):
            last = row.last_try()
            if (
                last is not None
                and last.outcome in {"not_reached", "wrong_number"}
                and self._is_forgotten(row)
            ):
                self._call_again(row, self.today)

    def tick(self) -> None:
        for call in (call for row in self.rows for call in row.waiting if call.call <= self.today):
            if not call.fell:
                call.fell = True
                call.events.append(("fell_due", call.call))
            while self.parents[call.owner] is not None and max(call.call, call.since) + WEEK <= self.today:
                call.since = max(call.call, call.since) + WEEK
                call.owner, call.raised = self.above(call.owner, 1), call.raised + 1
                call.events.append(("escalated", call.since))

    # --- steps ------------------------------------------------------------------------------------------
    def _step(
        self,
        row: Row,
        step: str,
        after: str,
        on: date,
        first: date | None = None,
        last: date | None = None,
        closed_by: Row | None = None,
    ) -> None:
        row.log.append(Line(step, row.state, after, first, last, next(self.moments)))
        row.state, row.first, row.last, row.closed_by = after, first, last, closed_by
        self._reschedule(row, on)

    def live(self, person: Person, position: int, but: Row | None = None) -> Row | None:
        return next(
            (
                row
                for row in self.of(person)
                if row.position == position and row.state in LIVE and row is not but
            ),
            None,
        )

    def may_declare(self, person: Person) -> bool:
        return not person.closed

    def declare(self, pk: int, person: Person, position: int, fair: int | None, planned: date | None) -> Row:
        left = [row for row in self.of(person) if row.state == "left"]
        follows = max(left, key=lambda row: (row.last, row.pk), default=None)
        row = Row(pk, person, position, fair, self.today.year, planned, follows)
        self.rows.append(row)
        self._step(row, "declare", "intended", self.today)
        if follows is not None:
            self._reschedule(follows, self.today)
        return row

    def advance(
        self,
        row: Row,
        step: str,
        on: date,
        *,
        close_others: bool,
        wants: bool | None,
        planned: date | None,
    ) -> bool:
        sources, after = STEPS[step]
        if row.state not in sources:
            return False
        first, last = row.first, None
        if after == "onboarded":
            first = on
        elif after in IN_POST_FOR and (first is None or on < first + self.time_to(after)):
            return False
        elif after == "left":
            if first is None or on < first:
                return False
            last, row.wants = on, wants
        elif after == "offered":
            row.planned = planned or row.planned
        self._step(row, step, after, on, first, last)
        if after == "onboarded" and close_others:
            for other in self.of(row.person):
                if other is not row and other.state in OPEN:
                    self._step(other, "lapse", "lapsed", on, closed_by=row)
        return True

    def correct(self, row: Row, after: str, on: date | None) -> bool:
        before, first, last = row.state, None, None
        if after == before:
            return False
        if after in WAS_IN_POST:
            first = row.known("first")
            if after == "left":
                last = on or row.known("last")
            else:
                first = on or first
            if first is None or (after == "left" and (last is None or last < first)):
                return False
            if after in IN_POST_FOR and self.today < first + self.time_to(after):
                return False
        if after in LIVE and before not in LIVE and self.live(row.person, row.position):
            return False
        self._step(row, "correct", after, self.today, first, last)
        if before == "left":
            row.wants = None
        if before in WAS_IN_POST and after not in WAS_IN_POST:
            for other in sorted(self.of(row.person), key=lambda other: -other.pk):
                if other.closed_by is row and self.may_reopen(other):
                    self._reopen(other)
        return True

    def may_reopen(self, row: Row) -> bool:
        return (
            row.closed_by is not None
            and row.state == "lapsed"
            and not row.person.closed
            and self.live(row.person, row.position) is None
        )

    def _reopen(self, row: Row) -> None:
        before = row.log[-2]
        self._step(row, "reopen", before.after, self.today, before.first)

    def reopen(self, row: Row) -> bool:
        if not self.may_reopen(row):
            return False
        self._reopen(row)
        return True

    # --- two files of one person ------------------------------------------------------------------------
    def merge(self, pk: int, kept: Person, gone: Person) -> None:
        for own in self.of(kept):
            other = self.live(gone, own.position) if own.state in LIVE else None
            if other is not None:
                ahead = CHAIN.index(other.state) > CHAIN.index(own.state)
                stays, ends = (other, own) if ahead else (own, other)
                self._step(ends, "absorb", "lapsed", self.today, closed_by=stays)
        rows, aways = self.of(gone), []
        for row in rows:
            row.person = kept
        held = any(away.person is kept and not away.ended for away in self.aways)
        for away in self.aways:
            if away.person is gone and (away.ended or not held):
                away.person = kept
                aways.append(away)
        gone.closed = True
        self.merges.append(Merge(pk, kept, gone, rows, aways))
        if kept.station != gone.station:
            self._move_calls(rows)
        self._repace(kept)

    def may_undo(self, merge: Merge) -> bool:
        return not merge.undone and not merge.kept.closed

    def undo(self, merge: Merge) -> bool:
        if not self.may_undo(merge):
            return False
        kept, gone = merge.kept, merge.gone
        rows = [row for row in merge.rows if row.person is kept]
        for row in rows:
            row.person = gone
        for away in merge.aways:
            if away.person is kept:
                away.person = gone
        gone.closed, merge.undone = False, True
        if kept.station != gone.station:
            self._move_calls(rows)
        self._repace(kept)
        self._repace(gone)
        for row in sorted([*self.of(kept), *self.of(gone)], key=lambda row: -row.pk):
            apart = row.closed_by is not None and row.closed_by.person is not row.person
            if apart and row.log[-1].step == "absorb" and self.may_reopen(row):
                self._reopen(row)
        return True
