"""Generator of veterans: names, valid ID numbers, service, jobs and wishes."""

import random
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from portal.demo.content.toml_files import read_toml

_ID_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)

_BRANCH_OF_FIELD = {"sea": "navy", "air": "air_force"}
_BRANCH_OF_SPECIALTY = {
    "sonar": "navy",
    "ship_electrician": "navy",
    "damage_control": "navy",
    "marine_corps": "navy",
    "airfield_services": "air_force",
    "armoured_driver": "army",
    "armoured_mechanic": "army",
    "infantry": "army",
    "artillery": "army",
    "internal_guard": "armed_police",
    "firefighter": "armed_police",
}
# Years of service: range, weight, and the usual rank group.
_SERVICE_YEARS = (
    ((2, 2), 44, "conscript"),
    ((3, 5), 20, "nco_junior"),
    ((6, 8), 15, "nco_junior"),
    ((9, 12), 11, "nco_middle"),
    ((13, 16), 6, "nco_middle"),
    ((17, 26), 4, "nco_senior"),
)
_TWO_TERMS_FROM = 2022  # since then discharge is in March or September


@dataclass(slots=True)
class Person:
    """One invented veteran; codes as in the database, pay in yuan a month. `id_number` is only hashed."""

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
    """Wishes of a person about work; an empty value means no limit."""

    occupations: tuple[str, ...]
    lowest_pay: int | None
    accepts_shift: bool
    accepts_travel: bool
    own_county: bool
    text: str = ""
    starts_in_days: int | None = None
    wants_training: bool = False
    wants_business: bool = False


def _check(body: str) -> str:
    return "10X98765432"[sum(int(d) * w for d, w in zip(body, _ID_WEIGHTS, strict=True)) % 11]


class PersonGenerator:
    """Generator of people with unique ID numbers and phones.

    Args:
        occupations: military specialty -> occupation codes, from the crosswalk.
        others: occupation codes that anybody may wish for.
    """

    def __init__(
        self,
        rng: random.Random,
        today: date,
        occupations: dict[str, tuple[str, ...]],
        others: Sequence[str],
    ) -> None:
        self.rng, self.today, self.occupations, self.others = rng, today, occupations, others
        self._words = read_toml("words.toml")["people"]
        self._specialties = [row for row in self._words["specialties"] if row[0] in occupations]
        self._weights = [row[1] for row in self._specialties]
        self._serial = 0
        self._same_day: Counter[tuple[str, date]] = Counter()

    def make(self, county: str) -> Person:
        rng = self.rng
        self._serial += 1
        (shortest, longest), _, rank = rng.choices(_SERVICE_YEARS, [row[1] for row in _SERVICE_YEARS])[0]
        service_years = rng.randint(shortest, longest)
        left = self._left()
        entry = left.replace(year=left.year - service_years)
        born = date(entry.year - rng.randint(18, 21), rng.randint(1, 12), rng.randint(1, 28))
        woman = rng.random() < 0.06
        specialty, _, field_name, certificates = rng.choices(self._specialties, self._weights)[0]
        trade = self._words["fields"][field_name]
        age = self.today.year - born.year
        if service_years >= 8 and rng.random() < 0.18:
            rank = "officer"
        education = self._education(age, officer=rank == "officer")
        status = self._status(age)
        second = service_years >= 5 and specialty != "squad_leader" and rng.random() < 0.15
        body = self._body(county, born, woman)
        return Person(
            name=self._name(born.year, woman),
            sex="female" if woman else "male",
            id_number=body + _check(body),
            birth_date=born,
            phone=str(19_910_000_000 + self._serial),
            branch=self._branch(specialty, field_name),
            specialties=(specialty, "squad_leader") if second else (specialty,),
            entered_on=entry,
            left_on=left,
            rank_group=rank,
            settlement=self._settlement(service_years, age, rank),
            honours=self._honours(rank),
            is_party_member=rng.random() < 0.35,
            education=education,
            major=rng.choice(trade["majors"]) if education >= 2 or rng.random() < 0.4 * education else "",
            skills=self._skills(trade),
            certificates=self._certificates(certificates),
            jobs=self._jobs(age - 20 - service_years, trade),
            employment_status=status,
            wish=self._wish(specialty, status)
            if status in {"unemployed", "flexible"} or rng.random() < 0.15
            else None,
        )

    def _left(self) -> date:
        year = self.today.year - self.rng.randint(1, 36)
        month = self.rng.choice((3, 9)) if year >= _TWO_TERMS_FROM else 12
        return date(year, month, 1)

    def _education(self, age: int, *, officer: bool) -> int:
        if officer:
            return self.rng.choices((2, 3, 4), (30, 62, 8))[0]
        shares = (16, 50, 24, 9, 1) if age < 40 else (38, 50, 10, 2, 0)
        return self.rng.choices((0, 1, 2, 3, 4), shares)[0]

    def _body(self, county: str, born: date, woman: bool) -> str:
        """Return the first 17 characters of an ID number; the sequence number is odd for men."""
        self._same_day[county, born] += 1
        return f"{county}{born:%Y%m%d}{self._same_day[county, born] * 2 + (not woman):03d}"

    def _name(self, year: int, woman: bool) -> str:
        rng, words = self.rng, self._words
        surname = rng.choice(words["surnames"])
        if rng.random() < 0.012:
            surname = rng.choice(words["compound_surnames"])
        row = next(row for row in words["given"] if year <= row["until"])
        if woman:
            row = words["given_women"]
        elif rng.random() < 0.12:
            return str(surname + rng.choice(row["alone"]))
        first, second = rng.choice(row["first"]), rng.choice(row["second"])
        return str(surname + first + (second if second != first else ""))

    def _honours(self, rank: str) -> str:
        """Return an honour that matches the rank group: a conscript cannot be 优秀士官."""
        other_rank = {"conscript": "士官", "officer": "士"}.get(rank, "义务兵")
        return str(self.rng.choice([word for word in self._words["honours"] if other_rank not in word]))

    def _skills(self, trade: dict[str, list[str]]) -> str:
        own = self.rng.choice(trade["skills"])
        if self.rng.random() < 0.35:
            return f"{own}；{self.rng.choice(self._words['fields']['plain']['skills'])}"
        return own

    def _branch(self, specialty: str, field_name: str) -> str:
        usual = _BRANCH_OF_SPECIALTY.get(specialty) or _BRANCH_OF_FIELD.get(field_name)
        if usual and specialty != "uav_operator":
            return usual
        branches = ("army", "navy", "air_force", "rocket_force", "armed_police", "support_force")
        return self.rng.choices(branches, (54, 12, 12, 4, 14, 4))[0]

    def _settlement(self, service_years: int, age: int, rank: str) -> str:
        if rank == "officer":
            return self.rng.choices(("transferred", "monthly_pension", "retired"), (6, 3, age >= 50))[0]
        if service_years >= 16:
            return self.rng.choices(("monthly_pension", "assigned", "retired"), (3, 5, age >= 55))[0]
        if service_years >= 12:
            return self.rng.choice(("assigned", "self_employed"))
        if self.rng.random() < 0.001:
            return "supported"
        return "demobilised" if age > 60 and self.rng.random() < 0.2 else "self_employed"

    def _status(self, age: int) -> str:
        if age >= 60:
            return "retired"
        names = ("employed", "unemployed", "flexible", "self_employed", "studying", "not_seeking")
        return self.rng.choices(names, (58, 16, 13, 6, 3 if age < 27 else 0, 4))[0]

    def _certificates(self, usual: list[str]) -> tuple[str, ...]:
        rng = self.rng
        codes = [code for code in usual if rng.random() < 0.6]
        if rng.random() < 0.62 and not any(code.startswith("driving") for code in codes):
            codes.append("driving_c1")
        if rng.random() < 0.12:
            codes.append(
                rng.choice(("forklift_n1", "electrician_low", "fire_facility", "welder", "food_health"))
            )
        return tuple(dict.fromkeys(codes))

    def _jobs(self, years: int, trade: dict[str, list[list[str]]]) -> tuple[tuple[str, str, int], ...]:
        """Return civilian jobs after service, one related to it and one of another kind."""
        rng = self.rng
        if years <= 1 or rng.random() < 0.35:
            return ()
        number = rng.choices((1, 2), (70, 30))[0]
        others = self._words["fields"]["plain"]["jobs"]
        candidates = dict([rng.choice(trade["jobs"]), rng.choice(others)])
        selection = rng.sample(sorted(candidates.items()), min(number, len(candidates)))
        return tuple(
            (title, duties, rng.randint(1, max(1, min(8, years // number)))) for title, duties in selection
        )

    def _wish(self, specialty: str, status: str) -> PersonWish:
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
            text=rng.choice(self._words["wishes"]) if rng.random() < 0.5 else "",
            starts_in_days=rng.choice((0, 7, 15, 30, 60)) if status == "unemployed" else None,
            wants_training=rng.random() < 0.3,
            wants_business=rng.random() < 0.1,
        )
