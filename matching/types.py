"""Input and output types of the ranking: plain values."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

EDUCATION_LABELS = ("初中及以下", "高中/中专/技校", "大专", "本科", "研究生")
"""Labels of the education scale 0..4 used by Posting and Profile."""


@dataclass(frozen=True, slots=True)
class Posting:
    """Input of the ranking: one position.

    Attributes:
        certificates: codes of data/certificates.csv, all of them required.
        region: GB/T 2260 code of 6, 9 or 12 digits.
        location: (latitude, longitude) in degrees.
        pay_from: lower pay in yuan per month; `pay_to`: upper pay, 0 if unknown.
        education: minimum, 0 to 4 (EDUCATION_LABELS).
        opens_at: with a timezone; the posting is open while opens_at <= now < expires_at.
        public_sector: adds a warning for people on a monthly pension; does not exclude.
        occupation_certainty: probability of a guessed occupation; None if a person chose it. A guess is
            ranked by all the occupations that the title makes likely.
    """

    id: int
    title: str
    occupation_code: str
    occupation: str
    duties: str
    requirements: str
    certificates: frozenset[str]
    employer_id: int
    region: str
    location: tuple[float, float] | None
    pay_from: int
    pay_to: int
    education: int
    experience_years: int
    opens_at: datetime
    expires_at: datetime
    shift_work: bool = False
    travel: bool = False
    veterans_preferred: bool = False
    veterans_only: bool = False
    public_sector: bool = False
    occupation_certainty: float | None = None


@dataclass(frozen=True, slots=True)
class Profile:
    """Input of the ranking: service, abilities and wishes of a person, without age, sex, family or rank.

    An empty wish (no region, pay or distance) excludes nothing.

    Attributes:
        specialties: codes of data/crosswalk.csv.
        years_served: counts as experience for occupations related to the specialty.
        wished_occupations: codes of the classification.
        regions: accepted region codes, each with everything below it; empty means anywhere.
        home: (latitude, longitude) in degrees.
        lowest_pay: in yuan per month.
    """

    id: int
    specialties: tuple[str, ...] = ()
    years_served: float = 0
    skills: str = ""
    work_history: str = ""
    wished_occupations: tuple[str, ...] = ()
    wish_text: str = ""
    certificates: frozenset[str] = frozenset()
    education: int = 0
    experience_years: float = 0
    regions: frozenset[str] = frozenset()
    home: tuple[float, float] | None = None
    max_distance_km: float | None = None
    lowest_pay: int | None = None
    accepts_shift: bool = True
    accepts_travel: bool = True
    blocked_employers: frozenset[int] = frozenset()
    on_monthly_pension: bool = False


@dataclass(frozen=True, slots=True)
class Reason:
    """Reason for the rank of a posting. Shares of term reasons add up to the score; a fact's share is 0.

    kind: wish, wish_text, specialty, skills, history, certificate, entry, other (terms);
    region, distance, pay, experience, veterans (facts).
    """

    kind: str
    text: str
    share: float = 0.0


@dataclass(frozen=True, slots=True)
class Missing:
    """Requirement of a posting that the person lacks, or wish of the person that the posting lacks.

    kind: one of facts.KINDS, or 'pension' or 'years' for a warning that excludes nothing.
    """

    kind: str
    text: str


@dataclass(frozen=True, slots=True)
class Match:
    """One entry of a ranking. `score` is the cosine of profile and posting, 0 to 1."""

    id: int
    score: float
    reasons: tuple[Reason, ...]
    missing: tuple[Missing, ...]


@dataclass(frozen=True, slots=True)
class Ranking:
    """Best postings for a profile, best first, equal scores by id.

    Attributes:
        matches: at most k entries.
        considered: number of open postings.
        passing: number of those that meet every hard fact (relaxed ones count as met), not limited by k.
        excluded: kind of fact -> open postings that fail it; one that fails two facts counts under both.
    """

    matches: tuple[Match, ...]
    considered: int
    passing: int
    excluded: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Verdict:
    """Explanation of one posting; `passes` tells whether every hard fact is met."""

    id: int
    score: float
    passes: bool
    reasons: tuple[Reason, ...]
    missing: tuple[Missing, ...]
