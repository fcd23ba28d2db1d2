"""Generator of an import file of veterans, with a share of rows that have known errors."""

import random
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from datetime import date

from portal.core.certificates import CertificateKind
from portal.core.enums import Education
from portal.core.models import Specialty
from portal.core.validators import id_check_character
from portal.demo.content.invented_people import Person, PersonGenerator
from portal.demo.loading.veteran_loading import crosswalk
from portal.stations.enums import StationLevel
from portal.stations.models import Station, StationQuerySet
from portal.veterans.enums import Branch, EmploymentStatus, RankGroup, Settlement
from portal.veterans.import_columns import COLUMNS

_TODAY = date(2026, 6, 30)  # fixed, so that the same seed gives the same people on any day

Row = dict[str, object]
# (region code, name as a clerk writes it) of a station.
Home = tuple[str, str]


def _drop_last_character(row: Row) -> None:
    row["id_number"] = str(row["id_number"])[:-1]


def _set_impossible_day(row: Row) -> None:
    body = f"{str(row['id_number'])[:10]}0231{str(row['id_number'])[14:17]}"
    row["id_number"] = body + id_check_character(body)


def _change_check_character(row: Row) -> None:
    number = str(row["id_number"])
    row["id_number"] = number[:-1] + ("1" if number[-1] != "1" else "2")


def _swap_dates(row: Row) -> None:
    row["entered_on"], row["left_on"] = row["left_on"], row["entered_on"]


def _set_column(column: str, value: str) -> Callable[[Row], None]:
    return lambda row: row.update({column: value})


# Error code -> function that gives a valid row this error. A duplicate needs two rows, see `rows`.
ERRORS: dict[str, Callable[[Row], None]] = {
    "id_form": _drop_last_character,
    "id_birth": _set_impossible_day,
    "id_check": _change_check_character,
    "phone": _set_column("phone", "1381234567"),
    "name": _set_column("name", " "),
    "station": _set_column("station", "云上镇退役军人服务站"),
    "region": _set_column("living_region", "云上县"),
    "dates": _swap_dates,
    "choice": _set_column("education", "学富五车"),
    "unit_name": _set_column("honours", "在75230部队立三等功"),
}
DUPLICATE = "duplicate"
ERROR_KINDS = (*ERRORS, DUPLICATE)
# The demo's people have lower sequence numbers in their ID numbers and lower phones.
_SEQUENCE_FROM = 500
_PHONES_FROM = 19_960_000_000


class RecordFileGenerator:
    """Generator of the rows of an import file.

    Args:
        homes: stations that rows may name.
        specialty_names: code -> name.
    """

    def __init__(
        self,
        maker: PersonGenerator,
        rng: random.Random,
        homes: Sequence[Home],
        specialty_names: dict[str, str],
    ) -> None:
        self._maker, self._rng, self._homes, self._names = maker, rng, homes, specialty_names
        self.headers = [column.label for column in COLUMNS]

    def rows(self, number: int, bad: float) -> Iterator[list[object]]:
        """Yield `number` rows in column order, exactly round(number * bad) of them with an error, in turn."""
        error_kinds = dict(
            zip(
                sorted(self._rng.sample(range(1, number), round(number * bad))),
                (ERROR_KINDS[i % len(ERROR_KINDS)] for i in range(number)),
                strict=False,
            )
        )
        last_valid: Row = {}
        for index in range(number):
            row = self._row(index)
            kind = error_kinds.get(index)
            if kind == DUPLICATE:
                # The days go with the number: it holds the day of birth.
                row |= {key: last_valid[key] for key in ("id_number", "entered_on", "left_on")}
            elif kind is not None:
                ERRORS[kind](row)
            else:
                last_valid = row
            yield [row[column.key] for column in COLUMNS]

    def _row(self, index: int) -> Row:
        rng = self._rng
        code, station = rng.choice(self._homes)
        person = self._maker.make(code[:6])
        body = f"{person.id_number[:14]}{int(person.id_number[14:17]) + _SEQUENCE_FROM:03d}"
        return {
            "name": person.name,
            "id_number": body + id_check_character(body),
            "phone": str(_PHONES_FROM + index),
            "station": code if rng.random() < 0.3 else station,
            "address": f"{rng.choice('东西南北中')}{rng.choice('华胜兴安')}路{rng.randint(1, 300)}号",
            "household_region": code[:6],
            "living_region": code,
            "branch": Branch(person.branch).label,
            "entered_on": _date_cell(person.entered_on, rng),
            "left_on": _date_cell(person.left_on, rng),
            "rank_group": RankGroup(person.rank_group).label,
            "settlement": Settlement(person.settlement).label,
            "honours": person.honours,
            "is_party_member": "是" if person.is_party_member else "否",
            "education": Education(person.education).label,
            "major": person.major,
            "specialties": self._specialties(person),
            "certificates": "、".join(str(CertificateKind(kind).label) for kind in person.certificates),
            "skills": person.skills,
            "employment_status": EmploymentStatus(person.employment_status).label,
            "difficulty": rng.choice(("大病", "低保家庭", "子女就学")) if rng.random() < 0.03 else "",
            "disability": rng.choice(("七级", "八级", "十级")) if rng.random() < 0.02 else "",
        }

    def _specialties(self, person: Person) -> str:
        return "、".join(self._names[code] for code in person.specialties)


def _date_cell(day: date, rng: random.Random) -> object:
    """Return a date or its text in one of two forms."""
    draw = rng.random()
    if draw < 0.5:
        return day
    return f"{day:%Y-%m-%d}" if draw < 0.8 else f"{day.year}年{day.month}月{day.day}日"


def record_file_generator(rng: random.Random, stations: StationQuerySet) -> RecordFileGenerator:
    """Return a generator of rows about people of these stations (towns and villages).

    Raises:
        LookupError: there are no such stations, or the code tables are not loaded.
    """
    lowest = stations.filter(level__in=[StationLevel.TOWN, StationLevel.VILLAGE]).order_by("path")
    name_counts = Counter(Station.objects.values_list("name", flat=True))
    # A name shared by two stations is replaced by the code.
    homes = [
        (code, name if name_counts[name] == 1 else code)
        for code, name in lowest.values_list("region_id", "name")
    ]
    specialties = dict(Specialty.objects.values_list("code", "name"))
    if not homes or not specialties:
        raise LookupError("no town stations, or no code tables (manage.py load_reference)")
    occupations = {code: codes for code, codes in crosswalk().items() if code in specialties}
    others = sorted({code for codes in occupations.values() for code in codes})
    return RecordFileGenerator(PersonGenerator(rng, _TODAY, occupations, others), rng, homes, specialties)
