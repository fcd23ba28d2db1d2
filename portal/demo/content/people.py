"""Invented veterans: names, numbers with right check characters, service and wishes."""

import random
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from portal.demo.content.files import toml

_ID_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)

_SEA = {"ship_engine", "deck_and_harbour"}


@dataclass(slots=True)
class Person:
    """One invented veteran. `id_number` is only ever hashed; pay in yuan a month; codes as the database has
    them.
    """

    name: str
    sex: str
    id_number: str
    birth_date: date
    phone: str
    branch: str
    specialties: tuple[str, ...]
    entered_on: date
    left_on: date
    rank_group: str
    settlement: str
    honours: str
    is_party_member: bool
    education: int
    major: str
    skills: str
    certificates: tuple[str, ...]
    jobs: tuple[tuple[str, str, int], ...]
    employment_status: str
    wish: "PersonWish | None" = field(default=None)


@dataclass(slots=True)
class PersonWish:
    """What the person looks for; empty means no limit."""

    occupations: tuple[str, ...]
    lowest_pay: int | None
    accepts_shift: bool
    accepts_travel: bool
    own_county: bool


def _check(body: str) -> str:
    return "10X98765432"[sum(int(d) * w for d, w in zip(body, _ID_WEIGHTS, strict=True)) % 11]


class PeopleMaker:
    """Makes people one after the other; no two share a number.

    `occupations` says which occupation codes each specialty of the crosswalk leads to, `others` are codes
    that anybody may wish for.
    """

    def __init__(
        self,
        rng: random.Random,
        today: date,
        occupations: dict[str, tuple[str, ...]],
        others: Sequence[str],
    ) -> None:
        self.rng, self.today, self.occupations, self.others = rng, today, occupations, others
        self._words = toml("words.toml")["people"]
        self._specialties = [row for row in self._words["specialties"] if row[0] in occupations]
        self._weights = [row[1] for row in self._specialties]
        self._serial = 0
        self._same_day: Counter[tuple[str, date]] = Counter()

    def make(self, county: str) -> Person:
        rng = self.rng
        self._serial += 1
        served = rng.choices((2, 3, 5, 8, 12, 16, 20), (40, 8, 24, 12, 10, 4, 2))[0]
        left = date(rng.randint(self.today.year - 36, self.today.year - 1), rng.choice((9, 12)), 1)
        entered = left.replace(year=left.year - served)
        born = date(entered.year - rng.randint(18, 21), rng.randint(1, 12), rng.randint(1, 28))
        woman = rng.random() < 0.06
        specialty, _, certificates = rng.choices(self._specialties, self._weights)[0]
        age = self.today.year - born.year
        body = self._body(county, born, woman)
        education = rng.choices((0, 1, 2, 3, 4), (16, 50, 24, 9, 1) if age < 40 else (38, 50, 10, 2, 0))[0]
        status = self._status(age)
        return Person(
            name=self._name(born.year, woman),
            sex="female" if woman else "male",
            id_number=body + _check(body),
            birth_date=born,
            phone=str(19_910_000_000 + self._serial),
            branch=self._branch(specialty),
            specialties=(specialty,),
            entered_on=entered,
            left_on=left,
            rank_group=self._rank(served),
            settlement=self._settlement(served, age),
            honours=rng.choice(self._words["honours"]),
            is_party_member=rng.random() < 0.35,
            education=education,
            major=rng.choice(self._words["majors"]) if education >= 1 else "",
            skills=rng.choice(self._words["skills"]),
            certificates=self._certificates(certificates),
            jobs=self._jobs(age - 20 - served),
            employment_status=status,
            wish=self._wish(specialty)
            if status in {"unemployed", "flexible"} or rng.random() < 0.15
            else None,
        )

    def _body(self, county: str, born: date, woman: bool) -> str:
        """The first 17 characters of an ID number; the sequence of a place and day is odd for men."""
        self._same_day[county, born] += 1
        return f"{county}{born:%Y%m%d}{self._same_day[county, born] * 2 + (not woman):03d}"

    def _name(self, year: int, woman: bool) -> str:
        words = self._words
        if woman:
            given = words["given_women"]
        elif year < 1972:
            given = words["given_before_1972"]
        else:
            given = words["given_before_1992"] if year < 1992 else words["given_later"]
        return str(self.rng.choice(words["surnames"]) + self.rng.choice(given))

    def _branch(self, specialty: str) -> str:
        if specialty in _SEA:
            return "navy"
        branches = ("army", "navy", "air_force", "rocket_force", "armed_police", "support_force")
        return self.rng.choices(branches, (54, 12, 12, 4, 14, 4))[0]

    def _rank(self, served: int) -> str:
        if served <= 2:
            return "conscript"
        if served <= 8:
            return "nco_junior"
        return self.rng.choice(("nco_middle", "officer")) if served <= 12 else "nco_senior"

    def _settlement(self, served: int, age: int) -> str:
        if served >= 16:
            return self.rng.choice(("monthly_pension", "transferred", "assigned"))
        if served == 12:
            return self.rng.choice(("assigned", "self_employed"))
        return "demobilised" if age > 60 and self.rng.random() < 0.2 else "self_employed"

    def _status(self, age: int) -> str:
        if age >= 60:
            return "retired"
        names = ("employed", "unemployed", "flexible", "self_employed", "studying", "not_seeking")
        return self.rng.choices(names, (58, 16, 13, 6, 3 if age < 27 else 0, 4))[0]

    def _certificates(self, usual: list[str]) -> tuple[str, ...]:
        rng = self.rng
        held = [code for code in usual if rng.random() < 0.6]
        if rng.random() < 0.62 and not any(code.startswith("driving") for code in held):
            held.append("driving_c1")
        if rng.random() < 0.12:
            held.append(
                rng.choice(("forklift_n1", "electrician_low", "fire_facility", "welder", "food_health"))
            )
        return tuple(dict.fromkeys(held))

    def _jobs(self, years: int) -> tuple[tuple[str, str, int], ...]:
        if years <= 1 or self.rng.random() < 0.35:
            return ()
        number = self.rng.choices((1, 2), (70, 30))[0]
        return tuple(
            (title, duties, self.rng.randint(1, max(1, min(8, years // number))))
            for title, duties in self.rng.sample(self._words["jobs"], number)
        )

    def _wish(self, specialty: str) -> PersonWish:
        rng = self.rng
        own = list(self.occupations[specialty])
        wished = rng.sample(own, min(len(own), rng.randint(1, 2)))
        if rng.random() < 0.5:
            wished.append(rng.choice(self.others))
        return PersonWish(
            occupations=tuple(dict.fromkeys(wished)),
            lowest_pay=rng.choice((None, 4000, 4500, 5000, 5000, 5500, 6000, 7000)),
            accepts_shift=rng.random() < 0.7,
            accepts_travel=rng.random() < 0.5,
            own_county=rng.random() < 0.6,
        )
