"""What may be learnt about a match: figures of the pair and of the posting, none of the person alone.

A re-weighting of the ranking sees these and nothing else. Nobody's age, sex, family, rank or health is here,
nor anything that is the same for all postings of one person: that could only tell people apart, not postings.
"""

from dataclasses import dataclass
from math import isnan

from matching.facts import SHIFT, TRAVEL
from matching.index import Index
from matching.types import Profile, Reason

GROUPS = {
    "wish": ("wish", "wish_text"),
    "service": ("specialty", "entry"),
    "own_words": ("skills", "history"),
    "certificate": ("certificate",),
}
"""Measure -> the kinds of reasons whose shares it sums."""


@dataclass(frozen=True, slots=True)
class Measures:
    """One match in figures.

    `score` is the cosine; `wish`, `service`, `own_words`, `certificate` are parts of it (GROUPS). `km` is the
    distance from home, None when either place is unknown. `pay` is the posting's upper pay in yuan a month;
    `pay_margin` how far that is above the person's lowest (0.2: a fifth more), None without such a wish.
    `asked_years` is the experience that the posting asks for.
    """

    score: float
    wish: float
    service: float
    own_words: float
    certificate: float
    km: float | None
    pay: int
    pay_margin: float | None
    shift: bool
    travel: bool
    asked_years: int


def measures(
    index: Index, profile: Profile, posting_id: int, score: float, reasons: tuple[Reason, ...]
) -> Measures:
    """The figures of a match of `profile`, given its score and reasons.

    Raises:
        KeyError: the index has no such posting.
    """
    segment, at = index.find(posting_id)
    facts = segment.facts
    shares = {
        name: sum(reason.share for reason in reasons if reason.kind in kinds)
        for name, kinds in GROUPS.items()
    }
    km = facts.distance_km(at, profile.home) if profile.home is not None else float("nan")
    pay, flags = int(facts.pay_to[at]), int(facts.flags[at])
    return Measures(
        score=score,
        **shares,
        km=None if isnan(km) else km,
        pay=pay,
        pay_margin=pay / profile.lowest_pay - 1 if profile.lowest_pay else None,
        shift=bool(flags & SHIFT),
        travel=bool(flags & TRAVEL),
        asked_years=int(facts.experience[at]),
    )
