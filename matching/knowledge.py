"""Reference data: classification of occupations, crosswalk of military specialties, certificates.

Each file in matching/data is read once, at first use.
"""

import csv
import gzip
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache, lru_cache

from matching.tokens import DATA

ENTRY_SPECIALTY = "conscript"
"""Row of the crosswalk used for an empty profile: entry-level work instead of an empty list."""


@dataclass(frozen=True, slots=True)
class Occupation:
    """One occupation (level 4) of the national classification of 2022, or a group above it (levels 1..3)."""

    code: str
    name: str
    level: int
    tasks: str
    aliases: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Specialty:
    """One military specialty and the civilian work it leads to (data/crosswalk.csv)."""

    code: str
    name: str
    civilian_occupations: tuple[str, ...]
    occupation_codes: tuple[str, ...]
    skills: tuple[str, ...]
    certificate_codes: frozenset[str]


@dataclass(frozen=True, slots=True)
class Certificate:
    """One certificate and the certificates it covers, including itself; `bit` is its row in the file."""

    code: str
    label: str
    covers: frozenset[str]
    bit: int

    @property
    def short(self) -> str:
        """Colloquial name: 'A2驾照' for 机动车驾驶证A2, else the label."""
        return (
            f"{self.label.removeprefix('机动车驾驶证')}驾照"
            if self.label.startswith("机动车驾驶证")
            else self.label
        )


def _split(cell: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in cell.split("|") if part.strip())


@cache
def occupations() -> dict[str, Occupation]:
    with gzip.open(DATA / "occupations.csv.gz", "rt", encoding="utf-8", newline="") as file:
        return {
            r["code"]: Occupation(r["code"], r["name"], int(r["level"]), r["tasks"], _split(r["alias"]))
            for r in csv.DictReader(file)
        }


@cache
def specialties() -> dict[str, Specialty]:
    with (DATA / "crosswalk.csv").open(encoding="utf-8", newline="") as file:
        return {
            r["code"]: Specialty(
                code=r["code"],
                name=r["military_specialty"],
                civilian_occupations=_split(r["civilian_occupations"]),
                occupation_codes=_split(r["occupation_codes"]),
                skills=_split(r["skills"]),
                certificate_codes=frozenset(_split(r["certificate_codes"])),
            )
            for r in csv.DictReader(file)
        }


@cache
def certificates() -> dict[str, Certificate]:
    with (DATA / "certificates.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    implied = {r["code"]: _split(r["implies"]) for r in rows}

    def covered_codes(code: str) -> frozenset[str]:
        return frozenset({code}).union(*(covered_codes(c) for c in implied[code]))

    return {
        r["code"]: Certificate(r["code"], r["label"], covered_codes(r["code"]), bit)
        for bit, r in enumerate(rows)
    }


def with_covered(codes: Iterable[str]) -> frozenset[str]:
    """Return the given certificates with all that they cover. Unknown codes cover themselves."""
    known_certificates = certificates()
    return frozenset().union(
        *(known_certificates[c].covers if c in known_certificates else {c} for c in codes)
    )


@lru_cache(maxsize=4096)
def certificate_bits(codes: frozenset[str]) -> int:
    """Return the certificates as a 64-bit set.

    Raises:
        KeyError: a code that data/certificates.csv lacks.
    """
    known_certificates = certificates()
    return sum(1 << known_certificates[code].bit for code in codes)


def occupation_number(code: str) -> int:
    """Convert an occupation code to an integer, '4-02-02-02' -> 4020202; 0 if empty or malformed."""
    digits = code.replace("-", "")
    return int(digits) if digits.isascii() and digits.isdigit() and len(digits) <= 9 else 0
