"""Hard facts: what must hold before a score is looked at. Columns of plain numbers, one mask for each kind
of fact.

A fact speaks only when both sides say something: a wish left empty, a post without coordinates, excludes
nothing.
"""

from collections.abc import Iterable
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

import numpy as np
from numpy.typing import NDArray

from matching.knowledge import certificate_bits, certificates, held, occupation_number, specialties
from matching.types import EDUCATION_LABELS, Missing, Posting, Profile

KINDS = (
    "region", "distance", "pay", "education", "experience", "certificate", "employer", "shift", "travel",
)  # fmt: skip
"""Facts about person and posting, in the order in which they are told. 'closed' (not open now) stands
apart: a posting that is not open is not even considered."""

SHIFT, TRAVEL, PREFERRED, ONLY, PUBLIC = 1, 2, 4, 8, 16

ROW = np.dtype(
    [
        ("id", "<i8"), ("occupation", "<i8"), ("employer", "<i8"),
        ("region_from", "<i8"), ("region_to", "<i8"), ("latitude", "<f8"), ("longitude", "<f8"),
        ("pay_from", "<i4"), ("pay_to", "<i4"), ("education", "<i4"), ("experience", "<i4"),
        ("opens", "<i8"), ("expires", "<i8"), ("certificates", "<u8"), ("flags", "<i4"),
    ]
)  # fmt: skip
"""One posting's facts, as a record: regions as a range of 12-digit codes, times in microseconds since
1970."""

Mask = NDArray[np.bool_]


def region_range(code: str) -> tuple[int, int]:
    """The 12-digit codes at or below a region, as [from, to). An empty code means everywhere.

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
    """Microseconds since 1970.

    Raises:
        ValueError: the time has no timezone.
    """
    if moment.tzinfo is None:
        raise ValueError("a time without a timezone cannot be compared")
    return round(moment.timestamp() * 1_000_000)


def row(posting: Posting) -> tuple[Any, ...]:
    """One posting's facts in the order of ROW."""
    region = region_range(posting.region)
    latitude, longitude = posting.location or (np.nan, np.nan)
    flags = (
        SHIFT * posting.shift_work
        | TRAVEL * posting.travel
        | PREFERRED * posting.veterans_preferred
        | ONLY * posting.veterans_only
        | PUBLIC * posting.public_sector
    )
    return (
        posting.id, occupation_number(posting.occupation_code), posting.employer_id,
        *region, latitude, longitude,
        posting.pay_from, posting.pay_to, posting.education, posting.experience_years,
        microseconds(posting.opens_at), microseconds(posting.expires_at),
        certificate_bits(posting.certificates), flags,
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Facts:
    """The facts of all postings of a segment, a column each (see ROW), in the order of the postings' ids."""

    id: NDArray[np.int64]
    occupation: NDArray[np.int64]
    employer: NDArray[np.int64]
    region_from: NDArray[np.int64]
    region_to: NDArray[np.int64]
    latitude: NDArray[np.float64]
    longitude: NDArray[np.float64]
    pay_from: NDArray[np.int32]
    pay_to: NDArray[np.int32]
    education: NDArray[np.int32]
    experience: NDArray[np.int32]
    opens: NDArray[np.int64]
    expires: NDArray[np.int64]
    certificates: NDArray[np.uint64]
    flags: NDArray[np.int32]

    @classmethod
    def from_rows(cls, rows: NDArray[np.void]) -> "Facts":
        return cls(**{f.name: np.ascontiguousarray(rows[f.name]) for f in fields(cls)})

    def find(self, ids: Iterable[int]) -> NDArray[np.int64]:
        """Places of the given postings, those that are here, ascending."""
        wanted = np.unique(np.fromiter(ids, np.int64))
        if not len(self.id):
            return np.empty(0, np.int64)
        at = np.minimum(np.searchsorted(self.id, wanted), len(self.id) - 1)
        found: NDArray[np.int64] = at[self.id[at] == wanted]
        return found

    def open_at(self, now: datetime) -> Mask:
        moment = microseconds(now)
        return (self.opens <= moment) & (moment < self.expires)


def distances_km(latitude: Any, longitude: Any, home: tuple[float, float]) -> Any:
    """Great-circle distance of points from home in kilometres; NaN where a point is unknown."""
    lat, lon = np.radians(latitude), np.radians(longitude)
    lat0, lon0 = np.radians(home[0]), np.radians(home[1])
    half = np.sin((lat - lat0) / 2) ** 2 + np.cos(lat) * np.cos(lat0) * np.sin((lon - lon0) / 2) ** 2
    return 2 * 6371.0088 * np.arcsin(np.sqrt(np.minimum(half, 1.0)))


@dataclass(frozen=True, slots=True)
class Person:
    """The facts of a profile, ready to be compared with columns."""

    profile: Profile
    certificates: frozenset[str]
    certificate_bits: int
    regions: tuple[tuple[int, int], ...]
    related_groups: frozenset[int]

    @classmethod
    def of(cls, profile: Profile) -> "Person":
        """The facts of a profile. Certificates that data/certificates.csv lacks cannot be asked for and are
        ignored."""
        known = certificates()
        covered = frozenset(c for c in held(profile.certificates) if c in known)
        served = [specialties()[s] for s in profile.specialties if s in specialties()]
        return cls(
            profile=profile,
            certificates=covered,
            certificate_bits=certificate_bits(covered),
            regions=tuple(region_range(code) for code in sorted(profile.regions)),
            related_groups=frozenset(occupation_number(c) // 100 for s in served for c in s.occupation_codes),
        )

    def years_for(self, occupation: int) -> float:
        """Experience that counts for an occupation: civilian years, and years served near it."""
        near = occupation // 100 in self.related_groups
        return self.profile.experience_years + (self.profile.years_served if near else 0)


def failures(facts: Facts, person: Person) -> dict[str, Mask]:
    """For each kind of fact that can fail for this person, which postings fail it."""
    profile, failed = person.profile, {}
    if person.regions:
        inside = np.zeros(len(facts.id), np.bool_)
        for start, end in person.regions:  # one of the two contains the other, or they do not meet
            inside |= (facts.region_from < end) & (facts.region_to > start)
        failed["region"] = ~inside
    if profile.home is not None and profile.max_distance_km is not None:
        with np.errstate(invalid="ignore"):
            failed["distance"] = (
                distances_km(facts.latitude, facts.longitude, profile.home) > profile.max_distance_km
            )
    if profile.lowest_pay is not None:
        failed["pay"] = facts.pay_to < profile.lowest_pay
    failed["education"] = facts.education > profile.education
    lacking = facts.experience > profile.experience_years
    if person.related_groups and profile.years_served:
        near = np.isin(facts.occupation // 100, np.fromiter(person.related_groups, np.int64))
        lacking &= ~(near & (facts.experience <= profile.experience_years + profile.years_served))
    failed["experience"] = lacking
    not_held = np.uint64(~person.certificate_bits & 0xFFFF_FFFF_FFFF_FFFF)
    failed["certificate"] = (facts.certificates & not_held) != 0
    if profile.blocked_employers:
        failed["employer"] = np.isin(facts.employer, np.fromiter(profile.blocked_employers, np.int64))
    if not profile.accepts_shift:
        failed["shift"] = (facts.flags & SHIFT) != 0
    if not profile.accepts_travel:
        failed["travel"] = (facts.flags & TRAVEL) != 0
    return failed


def pay_text(low: int, high: int) -> str:
    return f"{low} 元" if low == high else f"{low}–{high} 元"


def _missing_certificates(asked: int, person: Person) -> list[Missing]:
    """The certificates of a 64-bit set that the person lacks, each with what an army driver should know."""
    army = {
        c
        for s in person.profile.specialties
        if s in specialties()
        for c in specialties()[s].certificate_codes
    }
    told = []
    for certificate in certificates().values():
        if asked >> certificate.bit & 1 and certificate.code not in person.certificates:
            exchange = certificate.code.startswith("driving_") and certificate.code in army
            hint = "（军车驾驶证须先换领地方驾驶证）" if exchange else ""
            told.append(Missing("certificate", f"缺少{certificate.short}{hint}"))
    return told


def failed_kinds(facts: Facts, at: int, person: Person, now: datetime) -> frozenset[str]:
    """The kinds of facts that one posting fails, 'closed' among them when it is not open at `now`."""
    one = Facts(**{f.name: getattr(facts, f.name)[at : at + 1] for f in fields(Facts)})
    masks = failures(one, person) | {"closed": ~one.open_at(now)}
    return frozenset(kind for kind, mask in masks.items() if mask[0])


def missing(facts: Facts, at: int, person: Person, failed: frozenset[str]) -> tuple[Missing, ...]:
    """The failed kinds of facts of one posting in words, and the warnings that exclude nothing."""
    profile, told = person.profile, []
    if "closed" in failed:
        told.append(Missing("closed", "岗位不在招聘有效期内"))
    if "region" in failed:
        told.append(Missing("region", "不在意向地区"))
    if "distance" in failed and profile.home is not None:
        far = float(distances_km(facts.latitude[at], facts.longitude[at], profile.home))
        told.append(
            Missing("distance", f"距离住处 {far:.0f} 公里，超过可接受的 {profile.max_distance_km:g} 公里")
        )
    if "pay" in failed:
        pay = pay_text(int(facts.pay_from[at]), int(facts.pay_to[at]))
        told.append(Missing("pay", f"月薪 {pay}低于期望 {profile.lowest_pay} 元"))
    if "education" in failed:
        asked, own = EDUCATION_LABELS[int(facts.education[at])], EDUCATION_LABELS[profile.education]
        told.append(Missing("education", f"要求{asked}学历，本人为{own}"))
    if "experience" in failed:
        own_years = person.years_for(int(facts.occupation[at]))
        told.append(Missing("experience", f"要求 {facts.experience[at]} 年相关经验，现有 {own_years:g} 年"))
    if "certificate" in failed:
        told += _missing_certificates(int(facts.certificates[at]), person)
    if "employer" in failed:
        told.append(Missing("employer", "已屏蔽该用人单位"))
    if "shift" in failed:
        told.append(Missing("shift", "岗位需要倒班，与意愿不符"))
    if "travel" in failed:
        told.append(Missing("travel", "岗位需要出差，与意愿不符"))
    if profile.on_monthly_pension and facts.flags[at] & PUBLIC:
        told.append(
            Missing("pension", "提醒：逐月领取退役金期间被机关事业单位录用的，退役金停发，请先咨询服务站")
        )
    return tuple(told)
