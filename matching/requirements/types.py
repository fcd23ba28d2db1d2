"""Requirement of an advertisement: kind, value, strictness, certainty and place in the text."""

from dataclasses import dataclass
from typing import Literal

Kind = Literal[
    "education",
    "years",
    "certificate",
    "major",
    "shift",
    "travel",
    "day_wage",
    "commission_only",
    "jobs",
]

SAME_WORK, MANAGEMENT = "same", "management"


@dataclass(frozen=True, slots=True)
class Requirement:
    """One fact that the text of an advertisement states.

    Attributes:
        kind: what is stated.
        value: education: level 0 (none or 初中) to 4 (硕士 and above), the lowest that suffices, -1 for 'not
            asked'; years: number of years, 0.5 without a number, 0 for 'none needed'; certificate and major:
            the name, folded to half width, lower case and simplified characters; shift: 'night', 'rotating'
            or 'none'; travel, day_wage, commission_only, jobs: whether.
        is_strict: false for what is only preferred or may be waived.
        certainty: 0 to 1, how surely the text says so.
        start, end: place in the text, or in the title if `in_title`.
        of: of years: 'same' work, 'management', or the field, folded; empty for other kinds.
        code: code of data/certificates.csv; empty for other certificates and kinds.
        in_title: whether the fact stands in the title.
    """

    kind: Kind
    value: float | str
    is_strict: bool
    certainty: float
    start: int
    end: int
    of: str = ""
    code: str = ""
    in_title: bool = False
