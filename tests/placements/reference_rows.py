"""Rows and tables of the independent placement model (see reference_model.py).

A class `ExpectedX` holds the expected values of the portal's row X. The tables of states, steps and days
repeat those of the portal on purpose: nothing is imported from it.
"""

from dataclasses import dataclass, field
from datetime import date, timedelta

# States in the order of a successful placement; the stage of a placement is an index of this list.
STAGES = [
    "intended", "interviewed", "offered", "onboarded", "retained_1m", "retained_3m", "retained_6m",
    "retained_12m",
]  # fmt: skip
ONBOARDED_STAGE = STAGES.index("onboarded")
OPEN_STATES, EMPLOYED_STATES = set(STAGES[:ONBOARDED_STAGE]), set(STAGES[ONBOARDED_STAGE:])
LIVE_STATES = OPEN_STATES | EMPLOYED_STATES
EVER_EMPLOYED_STATES = EMPLOYED_STATES | {"left"}
# Step: (states that it starts from, state that it leads to).
STEPS = {
    "interview": ({"intended"}, "interviewed"),
    "offer": ({"intended", "interviewed"}, "offered"),
    "onboard": ({"offered"}, "onboarded"),
    "retain_1m": (set(STAGES[3:4]), "retained_1m"),
    "retain_3m": (set(STAGES[3:5]), "retained_3m"),
    "retain_6m": (set(STAGES[3:6]), "retained_6m"),
    "retain_12m": (set(STAGES[3:7]), "retained_12m"),
    "decline_by_veteran": (OPEN_STATES, "declined_by_veteran"),
    "decline_by_employer": (OPEN_STATES, "declined_by_employer"),
    "refuse_offer": ({"offered"}, "offer_refused"),
    "mark_unreachable": (OPEN_STATES, "unreachable"),
    "lapse": (OPEN_STATES, "lapsed"),
    "leave": (EMPLOYED_STATES, "left"),
}
STATES = [*STAGES, *(target for _, target in STEPS.values() if target not in STAGES)]
# Days in the job before a retention state may be recorded, where the city has no rule of its own.
RETENTION_DAYS = {"retained_1m": 30, "retained_3m": 90, "retained_6m": 180, "retained_12m": 365}
RETENTION_KINDS = ["retention_1m", "retention_3m", "retention_6m", "retention_12m"]
# Kind of follow-up: days from the event to the call, one call for each number.
FOLLOW_UP_DAYS = {
    "after_fair": [3, 7, 14],
    "after_interview": [3],
    "after_offer": [3],
    "first_day": [0],
    "retention_1m": [30],
    "retention_3m": [90],
    "retention_6m": [180],
    "retention_12m": [365],
    "new_search": [7],
    "again": [14],
}
ESCALATION_PERIOD, ONE_DAY = timedelta(days=7), timedelta(days=1)
LATE_BY = timedelta(days=732)  # how long before its declaration an intention may have its first step
MAX_ATTEMPTS = 3


@dataclass(eq=False)
class ExpectedRecord:
    """Record of a person."""

    pk: int
    station: int
    region: str
    is_closed: bool = False


@dataclass(eq=False)
class ExpectedFollowUp:
    """Dated call about a placement."""

    kind: str
    due_on: date
    call_on: date  # the due day, or the day after an absence
    station: int
    owned_since: date
    created_moment: int
    state: str = "pending"
    escalation_level: int = 0
    attempt_count: int = 0
    has_fallen_due: bool = False
    events: list[tuple[str, date]] = field(default_factory=list)


@dataclass(eq=False)
class ExpectedAttempt:
    """Attempt to reach the person, with its outcome."""

    follow_up: ExpectedFollowUp
    outcome: str
    day: date
    moment: int
    is_reversed: bool = False


@dataclass(eq=False)
class ExpectedAbsence:
    """Period in which a person is not called."""

    record: ExpectedRecord
    until: date
    has_ended: bool = False


@dataclass(eq=False)
class ExpectedTransition:
    """Line of a placement's log."""

    step: str
    from_state: str
    to_state: str
    onboarded_on: date | None
    left_on: date | None
    moment: int


@dataclass(eq=False)
class ExpectedPlacement:
    """Placement with its log and its follow-ups."""

    pk: int
    record: ExpectedRecord
    position: int
    fair: int | None
    year: int
    planned_first_day: date | None
    follows: "ExpectedPlacement | None" = None
    state: str = ""
    onboarded_on: date | None = None
    left_on: date | None = None
    wants_another: bool | None = None
    closed_by: "ExpectedPlacement | None" = None
    is_confirmed: bool = False  # by the employer; the veteran confirms by declaring at a fair
    satisfaction: int | None = None  # 1 to 5, the veteran's latest answer
    log: list[ExpectedTransition] = field(default_factory=list)
    declared_on: date | None = None
    reached_on: dict[str, date] = field(default_factory=dict)  # last day on which a step led to a state
    follow_ups: dict[tuple[str, date], ExpectedFollowUp] = field(default_factory=dict)  # by kind and due day
    attempts: list[ExpectedAttempt] = field(default_factory=list)

    def earliest_day(self) -> date:
        """Return the first possible day of the next step: that of the step before, or of the first day.

        The first step after the declaration may lie two years before it.
        """
        assert self.declared_on is not None
        earliest = self.declared_on - LATE_BY
        if self.state != "intended":
            earliest = self.reached_on.get(self.state, earliest)
        return max(earliest, self.onboarded_on or earliest)

    def last_logged_date(self, field_name: str) -> date | None:
        """Return the latest value of a date field in the log, or None."""
        return next((day for line in reversed(self.log) if (day := getattr(line, field_name))), None)

    def furthest_stage(self) -> int:
        """Return the furthest stage in the log, less the stages that corrections and merges revoked."""
        # The stage of each line. "left" counts as onboarded, the other endings as the first stage.
        stages: list[int] = []
        for line in self.log:
            if line.step == "absorb":
                stages = [0] * len(stages)
            elif line.step == "correct" and line.to_state in STAGES:
                corrected_stage = STAGES.index(line.to_state)
                if stages and line.from_state not in STAGES:
                    stages[-1] = 0
                stages = [stage if stage <= corrected_stage else 0 for stage in stages]
            elif line.step == "correct":
                if line.to_state != "left" or line.from_state not in STAGES:
                    stages[-1] = 0
                if line.to_state != "left":
                    stages = [stage if stage < ONBOARDED_STAGE else 0 for stage in stages]
            if line.to_state in STAGES:
                stages.append(STAGES.index(line.to_state))
            else:
                stages.append(ONBOARDED_STAGE if line.to_state == "left" else 0)
        return max(stages)

    def last_attempt(self, follow_up: ExpectedFollowUp | None = None) -> ExpectedAttempt | None:
        """Return the last attempt that was not reversed, of one follow-up or of all."""
        attempts = (
            attempt
            for attempt in reversed(self.attempts)
            if not attempt.is_reversed and (follow_up is None or attempt.follow_up is follow_up)
        )
        return next(attempts, None)

    @property
    def pending_follow_ups(self) -> list[ExpectedFollowUp]:
        return [follow_up for follow_up in self.follow_ups.values() if follow_up.state == "pending"]


@dataclass(eq=False)
class ExpectedMerge:
    """Merge of the record `source` into the record `target`, with the rows that it moved."""

    pk: int
    target: ExpectedRecord
    source: ExpectedRecord
    placements: list[ExpectedPlacement]
    absences: list[ExpectedAbsence]
    is_undone: bool = False
