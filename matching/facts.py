"""Hard facts that must hold before a posting is scored, as columns of numbers.

A fact excludes only when both sides are known: an empty wish or a posting without coordinates excludes
nothing.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, fields
from datetime import datetime
from functools import lru_cache
from math import asin, cos, inf, isnan, nan, pi, radians, sin, sqrt
from typing import Any

import numpy as np
from numpy.typing import NDArray

from matching.knowledge import certificate_bits, certificates, occupation_number, specialties, with_covered
from matching.native import address, kernels
from matching.types import EDUCATION_LABELS, Missing, Posting, Profile

KINDS = (
    "region", "distance", "pay", "education", "experience", "certificate", "employer", "shift", "travel",
)  # fmt: skip
"""Kinds of facts, in the order in which they are reported. 'closed' is none of them: a posting that is not
open is not considered."""

SHIFT, TRAVEL, PREFERRED, ONLY, PUBLIC, DOUBTFUL = 1, 2, 4, 8, 16, 32
"""Flags of a posting; DOUBTFUL: its occupation was guessed with a probability below CERTAIN."""

CERTAIN = 0.6
"""Probability from which a guessed occupation may be named; half of real titles stay below."""

MAX_SHORT_YEARS = 2
"""Years by which experience may fall short of what a posting asks: named, it excludes nothing. Half of
the advertisements ask for a year or two."""

ROW = np.dtype(
    [
        ("id", "<i8"), ("occupation", "<i8"), ("employer", "<i8"),
        ("region_from", "<i8"), ("region_to", "<i8"), ("x", "<f8"), ("y", "<f8"), ("z", "<f8"),
        ("pay_from", "<i4"), ("pay_to", "<i4"), ("education", "<i4"), ("experience", "<i4"),
        ("opens", "<i8"), ("expires", "<i8"), ("certificates", "<u8"), ("flags", "<i4"),
    ]
)  # fmt: skip
"""Facts of one posting as a record: the region as a range of 12-digit codes, the location as a point of the
unit sphere (NaN if unknown), times in microseconds since 1970."""

EARTH_KM = 6371.0088
_ANY_PAY = -(1 << 40)

Bytes = NDArray[np.uint8]


def on_sphere(location: tuple[float, float]) -> tuple[float, float, float]:
    """Convert (latitude, longitude) in degrees to a point of the unit sphere."""
    latitude, longitude = radians(location[0]), radians(location[1])
    return cos(latitude) * cos(longitude), cos(latitude) * sin(longitude), sin(latitude)


def farthest_chord(profile: Profile) -> float:
    """Return the greatest squared chord on the unit sphere that a person accepts; infinite without limit."""
    if profile.home is None or profile.max_distance_km is None:
        return inf
    return (2 * sin(min(profile.max_distance_km / (2 * EARTH_KM), pi / 2))) ** 2


@lru_cache(maxsize=1 << 14)
def region_range(code: str) -> tuple[int, int]:
    """Return the 12-digit codes at or below a region as [from, to). An empty code means everywhere.

    Raises:
        ValueError: not 2, 4, 6, 9 or 12 digits.
    """
    digits = code.strip()
    if digits and (not (digits.isascii() and digits.isdigit()) or len(digits) not in (2, 4, 6, 9, 12)):
        raise ValueError(f"not a region code: {code!r}")
    for long, short in ((12, 9), (9, 6), (6, 4), (4, 2)):  # 440700 is the city 4407, written with its zeros
        if len(digits) == long and set(digits[short:]) == {"0"}:
            digits = digits[:short]
    unit = 10 ** (12 - len(digits))
    start = int(digits or 0) * unit
    return start, start + unit


def microseconds(moment: datetime) -> int:
    """Return a time in microseconds since 1970.

    Raises:
        ValueError: the time has no timezone.
    """
    if moment.tzinfo is None:
        raise ValueError("a time without a timezone cannot be compared")
    return round(moment.timestamp() * 1_000_000)


def row(posting: Posting) -> tuple[Any, ...]:
    """Return the facts of a posting in the order of ROW."""
    region = region_range(posting.region)
    place = on_sphere(posting.location) if posting.location else (nan, nan, nan)
    flags = (
        SHIFT * posting.shift_work
        | TRAVEL * posting.travel
        | PREFERRED * posting.veterans_preferred
        | ONLY * posting.veterans_only
        | PUBLIC * posting.public_sector
        | DOUBTFUL * (posting.occupation_certainty is not None and posting.occupation_certainty < CERTAIN)
    )
    return (
        posting.id, occupation_number(posting.occupation_code), posting.employer_id,
        *region, *place,
        posting.pay_from, posting.pay_to, posting.education, posting.experience_years,
        microseconds(posting.opens_at), microseconds(posting.expires_at),
        certificate_bits(posting.certificates), flags,
    )  # fmt: skip


def rows_of(requested: Iterable[int], ids: NDArray[np.int64], by_id: NDArray[np.int32]) -> NDArray[np.int64]:
    """Return the rows of the requested ids that exist in a column, in the order of the ids.

    Args:
        requested: ids.
        ids: i64[n], the column.
        by_id: i32[n], rows in the order of their ids.
    """
    sorted_ids = np.array(sorted(set(requested)), np.int64)
    if not len(ids):
        return np.empty(0, np.int64)
    rows = by_id[np.minimum(np.searchsorted(ids, sorted_ids, sorter=by_id), len(ids) - 1)]
    rows_found: NDArray[np.int64] = rows[ids[rows] == sorted_ids].astype(np.int64)
    return rows_found


@dataclass(frozen=True, slots=True)
class Facts:
    """Facts of all postings of a segment, one column for each field of ROW.

    `by_id` i32[n]: rows in the order of their ids.
    """

    id: NDArray[np.int64]
    occupation: NDArray[np.int64]
    employer: NDArray[np.int64]
    region_from: NDArray[np.int64]
    region_to: NDArray[np.int64]
    x: NDArray[np.float64]
    y: NDArray[np.float64]
    z: NDArray[np.float64]
    pay_from: NDArray[np.int32]
    pay_to: NDArray[np.int32]
    education: NDArray[np.int32]
    experience: NDArray[np.int32]
    opens: NDArray[np.int64]
    expires: NDArray[np.int64]
    certificates: NDArray[np.uint64]
    flags: NDArray[np.int32]
    by_id: NDArray[np.int32]

    @classmethod
    def from_rows(cls, rows: NDArray[np.void]) -> "Facts":
        columns = {name: np.ascontiguousarray(rows[name]) for name in ROW.fields or ()}
        return cls(**columns, by_id=np.argsort(columns["id"], kind="stable").astype(np.int32))

    def find(self, ids: Iterable[int]) -> NDArray[np.int64]:
        """Return the rows of the given postings that exist here, in the order of their ids."""
        return rows_of(ids, self.id, self.by_id)

    def distance_km(self, at: int, home: tuple[float, float]) -> float:
        """Return the great-circle distance of a posting from home in km; NaN if its location is unknown."""
        x, y, z = on_sphere(home)
        apart = (float(self.x[at]) - x) ** 2 + (float(self.y[at]) - y) ** 2 + (float(self.z[at]) - z) ** 2
        return 2 * EARTH_KM * asin(min(sqrt(apart) / 2, 1.0)) if not isnan(apart) else nan


@dataclass(frozen=True, slots=True)
class Person:
    """Facts of a profile in the form that is compared with columns."""

    profile: Profile
    certificates: frozenset[str]
    certificate_bits: int
    regions: tuple[tuple[int, int], ...]
    related_groups: frozenset[int]

    @classmethod
    def of(cls, profile: Profile) -> "Person":
        """Return the facts of a profile; certificates that data/certificates.csv lacks are ignored."""
        known_certificates = certificates()
        usable = frozenset(c for c in with_covered(profile.certificates) if c in known_certificates)
        served_specialties = [specialties()[s] for s in profile.specialties if s in specialties()]
        return cls(
            profile=profile,
            certificates=usable,
            certificate_bits=certificate_bits(usable),
            regions=tuple(region_range(code) for code in sorted(profile.regions)),
            related_groups=frozenset(
                occupation_number(c) // 100 for s in served_specialties for c in s.occupation_codes
            ),
        )

    def years_for(self, occupation: int) -> float:
        """Return the years that count for an occupation: civilian ones, plus service in related work."""
        near = occupation // 100 in self.related_groups
        return self.profile.experience_years + (self.profile.years_served if near else 0)


@dataclass(frozen=True, slots=True)
class Judgement:
    """Result of checking the rows of a segment against the facts of a person.

    Attributes:
        allowed: u8, 1 for each row that may be listed, zero-padded to a multiple of 8.
        passing_count: number of allowed rows.
        considered: number of rows that are open and not left out.
        failure_counts: kind of fact -> considered rows that fail it, even if relaxed; and the
            number of 'closed' rows.
    """

    allowed: Bytes
    passing_count: int
    considered: int
    failure_counts: dict[str, int]


class Judge:
    """Checks the rows of a segment against the facts of a person."""

    def __init__(self, facts: Facts) -> None:
        self.facts = facts
        self._address = {f.name: address(getattr(facts, f.name)) for f in fields(Facts)}
        self._judge = kernels().judge

    def __call__(
        self,
        person: Person,
        now: datetime,
        *,
        left_out: Bytes | None = None,
        relax: Collection[str] = (),
        row: int | None = None,
    ) -> Judgement:
        """Check which rows are open at `now` and meet every hard fact except those of `relax`.

        Args:
            person: facts of the person.
            now: time with a timezone.
            left_out: u8[n], 1 for each row to skip.
            relax: kinds of facts that do not exclude.
            row: check this row alone, open or not; `allowed` is undefined for all others.

        Raises:
            ValueError: `now` without a timezone.
        """
        profile, own = person.profile, self._address
        size = len(self.facts.id)
        begin, end = (0, size) if row is None else (row, row + 1)
        allowed = np.empty(-(-size // 8) * 8, np.uint8)
        allowed[size:] = 0
        failed, counts = np.empty(256, np.int32), np.zeros(len(KINDS) + 3, np.int64)
        regions = np.array(person.regions, np.int64).reshape(-1)
        related = np.array(sorted(person.related_groups) if profile.years_served else [], np.int64)
        blocked = np.array(sorted(profile.blocked_employers), np.int64)
        limited = profile.home is not None and profile.max_distance_km is not None
        home = on_sphere(profile.home) if profile.home is not None else (nan, nan, nan)
        relaxed = sum(1 << place for place, kind in enumerate(KINDS) if kind in relax)
        self._judge(
            begin, end, own["opens"], own["expires"], microseconds(now), row is not None,
            left_out is not None, 0 if left_out is None else address(left_out),
            own["region_from"], own["region_to"], len(person.regions), address(regions),
            own["x"], own["y"], own["z"], limited, *home, farthest_chord(profile),
            own["pay_to"], _ANY_PAY if profile.lowest_pay is None else profile.lowest_pay,
            own["education"], profile.education,
            own["experience"], profile.experience_years + MAX_SHORT_YEARS,
            own["occupation"], len(related), address(related),
            profile.experience_years + profile.years_served + MAX_SHORT_YEARS,
            own["certificates"], ~person.certificate_bits & 0xFFFF_FFFF_FFFF_FFFF,
            own["employer"], len(blocked), address(blocked),
            own["flags"], not profile.accepts_shift, not profile.accepts_travel,
            relaxed, address(failed), address(allowed), address(counts),
        )  # fmt: skip
        *failure_counts, considered_count, passing_count, closed_count = counts.tolist()
        kinds = dict(zip(KINDS, failure_counts, strict=True)) | {"closed": closed_count}
        return Judgement(allowed, passing_count, considered_count, kinds)

    def failed_kinds(self, at: int, person: Person, now: datetime) -> frozenset[str]:
        """Return the kinds of facts that a posting fails, with 'closed' if it is not open at `now`."""
        failure_counts = self(person, now, row=at).failure_counts
        return frozenset(kind for kind, count in failure_counts.items() if count)


def pay_text(low: int, high: int) -> str:
    return f"{low} 元" if low == high else f"{low}–{high} 元"


def _missing_certificates(required_bits: int, person: Person) -> list[Missing]:
    """Return the certificates of a 64-bit set that the person lacks, with a hint for army drivers."""
    army = {
        c
        for s in person.profile.specialties
        if s in specialties()
        for c in specialties()[s].certificate_codes
    }
    items = []
    for certificate in certificates().values():
        if required_bits >> certificate.bit & 1 and certificate.code not in person.certificates:
            exchange = certificate.code.startswith("driving_") and certificate.code in army
            hint = "（军车驾驶证须先换领地方驾驶证）" if exchange else ""
            items.append(Missing("certificate", f"缺少{certificate.short}{hint}"))
    return items


def missing(facts: Facts, at: int, person: Person, failed: frozenset[str]) -> tuple[Missing, ...]:
    """Return texts for the failed facts of a posting, and warnings that do not exclude."""
    profile, items = person.profile, []
    if "closed" in failed:
        items.append(Missing("closed", "岗位不在招聘有效期内"))
    if "region" in failed:
        items.append(Missing("region", "不在意向地区"))
    if "distance" in failed and profile.home is not None:
        far = facts.distance_km(at, profile.home)
        items.append(
            Missing("distance", f"距离住处 {far:.0f} 公里，超过可接受的 {profile.max_distance_km:g} 公里")
        )
    if "pay" in failed:
        pay = pay_text(int(facts.pay_from[at]), int(facts.pay_to[at]))
        items.append(Missing("pay", f"月薪 {pay}低于期望 {profile.lowest_pay} 元"))
    if "education" in failed:
        required_label, own = EDUCATION_LABELS[int(facts.education[at])], EDUCATION_LABELS[profile.education]
        items.append(Missing("education", f"要求{required_label}学历，本人为{own}"))
    if "experience" in failed:
        own_years = person.years_for(int(facts.occupation[at]))
        items.append(Missing("experience", f"要求 {facts.experience[at]} 年相关经验，现有 {own_years:g} 年"))
    elif (short := facts.experience[at] - person.years_for(int(facts.occupation[at]))) > 0:
        items.append(
            Missing("years", f"要求 {facts.experience[at]} 年相关经验，还差 {short:g} 年，可以先问一问单位")
        )
    if "certificate" in failed:
        items += _missing_certificates(int(facts.certificates[at]), person)
    if "employer" in failed:
        items.append(Missing("employer", "已屏蔽该用人单位"))
    if "shift" in failed:
        items.append(Missing("shift", "岗位需要倒班，与意愿不符"))
    if "travel" in failed:
        items.append(Missing("travel", "岗位需要出差，与意愿不符"))
    if profile.on_monthly_pension and facts.flags[at] & PUBLIC:
        items.append(
            Missing("pension", "提醒：逐月领取退役金期间被机关事业单位录用的，退役金停发，请先咨询服务站")
        )
    return tuple(items)
