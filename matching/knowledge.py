"""What the ranking knows about work: the classification of occupations, the crosswalk from military
specialties to civilian work, and which certificate covers which. Files in matching/data; each is read once,
when first asked for."""

import csv
import gzip
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache, lru_cache

from matching.tokens import DATA

ENTRY_SPECIALTY = "conscript"
"""Row of the crosswalk that speaks for a person of whom nothing else is known: entry posts, never an empty
list."""


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
    """One certificate and the certificates it covers, itself included; its bit is its place in the file."""

    code: str
    label: str
    covers: frozenset[str]
    bit: int

    @property
    def short(self) -> str:
        """As people say it: 'A2驾照' for 机动车驾驶证A2, else the label."""
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

    def covered(code: str) -> frozenset[str]:
        return frozenset({code}).union(*(covered(c) for c in implied[code]))

    return {
        r["code"]: Certificate(r["code"], r["label"], covered(r["code"]), bit) for bit, r in enumerate(rows)
    }


def held(codes: Iterable[str]) -> frozenset[str]:
    """The given certificates with all that they cover. Unknown codes stand for themselves."""
    known = certificates()
    return frozenset().union(*(known[c].covers if c in known else {c} for c in codes))


@lru_cache(maxsize=4096)
def certificate_bits(codes: frozenset[str]) -> int:
    """The certificates as a 64-bit set.

    Raises:
        KeyError: a code that data/certificates.csv lacks.
    """
    known = certificates()
    return sum(1 << known[code].bit for code in codes)


def occupation_number(code: str) -> int:
    """An occupation code as one integer, '4-02-02-02' -> 4020202; 0 when there is none or it is malformed."""
    digits = code.replace("-", "")
    return int(digits) if digits.isascii() and digits.isdigit() and len(digits) <= 9 else 0
