"""Measures of a match that a re-weighting may use: of the pair and of the posting, never of the person alone.

Age, sex, family, rank and health are excluded, and so is every value that is the same for all postings of a
person: it could only distinguish people, not postings.
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
"""Measure -> kinds of reasons whose shares it sums."""


@dataclass(frozen=True, slots=True)
class Measures:
    """Measures of one match.

    Attributes:
        score: cosine; `wish`, `service`, `own_words` and `certificate` are parts of it (GROUPS).
        km: distance from home, None if either location is unknown.
        pay: upper pay of the posting in yuan per month.
        pay_margin: `pay` relative to the person's lowest pay, minus 1 (0.2 is 20 % above); None without one.
        shift: whether the posting has shifts; `travel`: whether it requires travel.
        asked_years: experience that the posting requires.
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
    """Return the measures of a match of `profile`, given its score and reasons.

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
