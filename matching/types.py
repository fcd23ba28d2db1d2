"""What goes into the ranking and what comes out. Plain values: no database, no request, nothing to load."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

EDUCATION_LABELS = ("初中及以下", "高中/中专/技校", "大专", "本科", "研究生")
"""Labels of the education scale 0..4 used by Posting and Profile."""


@dataclass(frozen=True, slots=True)
class Posting:
    """One position as the ranking sees it.

    `certificates` holds codes of data/certificates.csv and all of them are required. `region` is a GB/T
    2260 code of 6, 9 or 12 digits. `location` is (latitude, longitude) in degrees. Pay is in yuan a month.
    `education` is the least asked for, 0..4 (EDUCATION_LABELS). The posting is open when opens_at <= now <
    expires_at; both carry a timezone. `public_sector` brings a warning to people on a monthly pension and
    never filters.
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


@dataclass(frozen=True, slots=True)
class Profile:
    """One person as the ranking sees it: service, abilities and wishes. Nothing about age, sex, family or
    rank.

    `specialties` are codes of data/crosswalk.csv, `wished_occupations` codes of the classification.
    `regions` are accepted region codes, each standing for everything below it; empty means anywhere. A wish
    left empty (no region, no pay, no distance) excludes nothing. `years_served` counts as experience for
    occupations near the specialty.
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
    """Why a posting stands where it stands. Shares of term reasons add up to the score; a fact's share is 0.

    kind: wish, wish_text, specialty, skills, history, certificate, entry, other (terms);
    region, distance, pay, experience, veterans (facts).
    """

    kind: str
    text: str
    share: float = 0.0


@dataclass(frozen=True, slots=True)
class Missing:
    """What a posting asks for and the person lacks, or what the person wishes and the posting lacks.

    kind: one of facts.KINDS, or 'pension' for a warning that excludes nothing.
    """

    kind: str
    text: str


@dataclass(frozen=True, slots=True)
class Match:
    """One place of a ranking. `score` is the cosine of profile and posting, 0..1."""

    id: int
    score: float
    reasons: tuple[Reason, ...]
    missing: tuple[Missing, ...]


@dataclass(frozen=True, slots=True)
class Ranking:
    """The best postings for a profile, best first; equal scores stand by id.

    `considered` counts the open postings looked at, `passing` those of them that meet every hard fact (those
    relaxed count as met), whether or not k had room for them. `excluded` counts, for each kind of fact, how
    many of them failed it; a posting that fails two facts counts under both.
    """

    matches: tuple[Match, ...]
    considered: int
    passing: int
    excluded: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Verdict:
    """Why, or why not, for one posting: `passes` says whether every hard fact is met."""

    id: int
    score: float
    passes: bool
    reasons: tuple[Reason, ...]
    missing: tuple[Missing, ...]
