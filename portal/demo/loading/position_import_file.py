"""Generator of an import file of positions of one employer, with rows that have known errors."""

import random
from collections.abc import Callable, Iterator, Sequence

from portal.core.certificates import CertificateKind
from portal.core.enums import Education, Shift
from portal.core.models import Occupation
from portal.demo.content.invented_positions import InventedPosition, PositionGenerator
from portal.demo.content.rare_jobs import build_rare_jobs
from portal.demo.loading.veteran_loading import occupation_codes
from portal.positions.enums import PositionKind
from portal.positions.import_columns import COLUMNS
from portal.positions.wording_checks import find_wording_errors
from portal.stations.enums import StationLevel
from portal.stations.models import StationQuerySet

Row = dict[str, object]


def _set_column(column: str, value: object) -> Callable[[Row], None]:
    return lambda row: row.update({column: value})


def _swap_pay(row: Row) -> None:
    row["pay_from"], row["pay_to"] = row["pay_to"], row["pay_from"]


# (error code, function that gives a valid row this error). A duplicate needs two rows, see `rows`.
ERRORS: tuple[tuple[str, Callable[[Row], None]], ...] = (
    ("title", _set_column("title", " ")),
    ("pay", _swap_pay),
    ("pay", _set_column("pay_from", "面议")),
    ("region", _set_column("region", "云上县")),
    ("headcount", _set_column("headcount", "若干")),
    ("choice", _set_column("education_min", "学富五车")),
    ("years", _set_column("experience_years", "丰富")),
    ("duties", _set_column("duties", "")),
    ("unit_name", _set_column("duties", "原75230部队驻地安保")),
    ("dates", _set_column("closes_on", "2020-01-01")),
)
DUPLICATE = "number"
CODES = frozenset({code for code, _ in ERRORS} | {DUPLICATE})


class PositionFileGenerator:
    """Generator of the rows of an import file. `places`: names of counties and towns."""

    headers = tuple(column.label for column in COLUMNS if column.in_template)

    def __init__(self, maker: PositionGenerator, rng: random.Random, places: Sequence[str]) -> None:
        self._maker, self._rng, self._places = maker, rng, places

    def rows(self, number: int, bad: int) -> Iterator[list[object]]:
        """Yield `number` rows in column order, exactly `bad` of them with an error, in turn."""
        error_indexes = dict(zip(sorted(self._rng.sample(range(1, number), bad)), range(bad), strict=True))
        last_valid: Row = {}
        for index in range(number):
            row = self._row(index)
            error = error_indexes.get(index, -1) % (len(ERRORS) + 1) if index in error_indexes else None
            if error is None:
                last_valid = row
            elif error == len(ERRORS):
                row["external_id"] = last_valid["external_id"]
            else:
                ERRORS[error][1](row)
            yield [row.get(column.key, "") for column in COLUMNS if column.in_template]

    def _lawful_position(self) -> InventedPosition:
        """Return a position without wording errors, so that only intended errors occur."""
        while _has_wording_errors(position := self._maker.make(self._rng.choice("CFGHLNOQ"))):
            continue
        return position

    def _row(self, index: int) -> Row:
        rng, position = self._rng, self._lawful_position()
        return {
            "external_id": f"GW-{index + 1:05d}",
            # Numbered, so that no two positions of a file are equal.
            "title": f"{position.title[:48]}{index + 1:05d}",
            "headcount": position.headcount if rng.random() < 0.8 else f"{position.headcount}人",
            "kind": PositionKind(position.kind).label,
            "pay_from": position.pay_from if rng.random() < 0.7 else f"{position.pay_from / 1000:g}k",
            "pay_to": position.pay_to,
            "region": rng.choice(self._places),
            "address": f"{rng.choice('东西南北中')}{rng.choice('华胜兴安')}路{rng.randint(1, 300)}号",
            "education_min": _education(position, rng),
            "experience_years": f"{position.experience}年以上" if position.experience else "不限",
            "certificates": "、".join(str(CertificateKind(kind).label) for kind in position.certificates),
            "duties": position.duties,
            "requirements": position.requirements,
            "benefits": "、".join(position.benefits),
            "relaxable": position.relaxable,
            "shift": Shift(position.shift).label,
            "travels": "是" if position.travels else "否",
            "veterans_preferred": "是" if position.veterans_preferred else "否",
        }


def _has_wording_errors(position: InventedPosition) -> bool:
    return bool(
        find_wording_errors(
            {"title": position.title, "duties": position.duties, "requirements": position.requirements}
        )
    )


def _education(position: InventedPosition, rng: random.Random) -> str:
    if not position.education:
        return "不限"
    words = ("", "高中", "大专", "本科", "研究生")
    return (
        f"{words[position.education]}及以上"
        if rng.random() < 0.5
        else str(Education(position.education).label)
    )


def position_file_generator(rng: random.Random, stations: StationQuerySet) -> PositionFileGenerator:
    """Return a generator of rows about positions in the places of these stations.

    Raises:
        LookupError: there are no such stations, or the code tables are not loaded.
    """
    levels = [StationLevel.COUNTY, StationLevel.TOWN]
    rows = stations.filter(level__in=levels).select_related("region__parent").order_by("path")
    places = [
        row.region.name if row.level == StationLevel.COUNTY else f"{row.region.parent.name}{row.region.name}"
        for row in rows
        if row.region.parent is not None
    ]
    codes = occupation_codes()
    if not places or not codes:
        raise LookupError("no stations, or no code tables (manage.py load_reference)")
    entries = Occupation.objects.filter(level=4).values_list("code", "name", "tasks")
    return PositionFileGenerator(PositionGenerator(rng, codes, build_rare_jobs(entries)), rng, places)
