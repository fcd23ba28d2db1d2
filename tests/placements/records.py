"""Records and tables of the independent model (see world.py)."""

from dataclasses import dataclass, field
from datetime import date, timedelta

CHAIN = [
    "intended", "interviewed", "offered", "onboarded", "retained_1m", "retained_3m", "retained_6m",
    "retained_12m",
]  # fmt: skip
OPEN, IN_POST = set(CHAIN[:3]), set(CHAIN[3:])
LIVE = OPEN | IN_POST
WAS_IN_POST = IN_POST | {"left"}
STEPS = {
    "interview": ({"intended"}, "interviewed"),
    "offer": ({"intended", "interviewed"}, "offered"),
    "onboard": ({"offered"}, "onboarded"),
    "retain_1m": (set(CHAIN[3:4]), "retained_1m"),
    "retain_3m": (set(CHAIN[3:5]), "retained_3m"),
    "retain_6m": (set(CHAIN[3:6]), "retained_6m"),
    "retain_12m": (set(CHAIN[3:7]), "retained_12m"),
    "decline_by_veteran": (OPEN, "declined_by_veteran"),
    "decline_by_employer": (OPEN, "declined_by_employer"),
    "refuse_offer": ({"offered"}, "offer_refused"),
    "mark_unreachable": (OPEN, "unreachable"),
    "lapse": (OPEN, "lapsed"),
    "leave": (IN_POST, "left"),
}
STATES = [*CHAIN, *(target for _, target in STEPS.values() if target not in CHAIN)]
IN_POST_FOR = {"retained_1m": 30, "retained_3m": 90, "retained_6m": 180, "retained_12m": 365}
RETENTION = ["retention_1m", "retention_3m", "retention_6m", "retention_12m"]
DAYS = {
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
WEEK, A_DAY = timedelta(days=7), timedelta(days=1)


@dataclass(eq=False)
class Call:
    kind: str
    due: date
    call: date
    owner: int  # station
    since: date
    made: int  # moment
    state: str = "pending"
    raised: int = 0
    tries: int = 0
    fell: bool = False
    events: list[tuple[str, date]] = field(default_factory=list)


@dataclass(eq=False)
class Try:
    call: Call
    outcome: str
    day: date
    moment: int
    stands: bool = True


@dataclass(eq=False)
class Person:
    pk: int
    station: int
    region: str
    closed: bool = False


@dataclass(eq=False)
class Away:
    person: Person
    until: date
    ended: bool = False


@dataclass(eq=False)
class Line:
    step: str
    before: str
    after: str
    first: date | None
    last: date | None
    moment: int


@dataclass(eq=False)
class Row:
    """A placement."""

    pk: int
    person: Person
    position: int
    fair: int | None
    year: int
    planned: date | None
    follows: "Row | None" = None
    state: str = ""
    first: date | None = None
    last: date | None = None
    wants: bool | None = None
    closed_by: "Row | None" = None
    confirmed: bool = False  # by the employer; by the person where it began at a fair
    content: int | None = None  # 1 to 5, as the person last said
    log: list[Line] = field(default_factory=list)
    calls: dict[tuple[str, date], Call] = field(default_factory=dict)
    tries: list[Try] = field(default_factory=list)

    def known(self, what: str) -> date | None:
        return next((day for line in reversed(self.log) if (day := getattr(line, what))), None)

    def furthest(self) -> int:
        """The furthest place in CHAIN that the log came to, less what was taken back since."""
        standing: list[int] = []  # a place for each line; who left was in post, other endings are nowhere
        for line in self.log:
            if line.step == "absorb":
                standing = [0] * len(standing)
            elif line.step == "correct" and line.after in CHAIN:
                there = CHAIN.index(line.after)
                if standing and line.before not in CHAIN:
                    standing[-1] = 0
                standing = [place if place <= there else 0 for place in standing]
            elif line.step == "correct":
                if line.after != "left" or line.before not in CHAIN:
                    standing[-1] = 0
                if line.after != "left":
                    standing = [place if place < 3 else 0 for place in standing]
            standing.append(CHAIN.index(line.after) if line.after in CHAIN else 3 * (line.after == "left"))
        return max(standing)

    def last_try(self, call: Call | None = None) -> Try | None:
        """The last one that stands: of one call, or of all."""
        return next(
            (each for each in reversed(self.tries) if each.stands and (call is None or each.call is call)),
            None,
        )

    @property
    def waiting(self) -> list[Call]:
        return [call for call in self.calls.values() if call.state == "pending"]


@dataclass(eq=False)
class Merge:
    pk: int
    kept: Person
    gone: Person
    rows: list[Row]
    aways: list[Away]
    undone: bool = False
