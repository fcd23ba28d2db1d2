"""A position sheet of one invented firm, a share of its rows wrong in known ways."""

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


def _says(column: str, value: object) -> Callable[[Row], None]:
    return lambda row: row.update({column: value})


def _reversed(row: Row) -> None:
    row["pay_from"], row["pay_to"] = row["pay_to"], row["pay_from"]


# What makes a good row a bad one -> problem code. A repeated number needs two rows and stands apart.
SPOILERS: tuple[tuple[str, Callable[[Row], None]], ...] = (
    ("title", _says("title", " ")),
    ("pay", _reversed),
    ("pay", _says("pay_from", "面议")),
    ("region", _says("region", "云上县")),
    ("headcount", _says("headcount", "若干")),
    ("choice", _says("education_min", "学富五车")),
    ("years", _says("experience_years", "丰富")),
    ("duties", _says("duties", "")),
    ("unit_name", _says("duties", "原75230部队驻地安保")),
    ("dates", _says("closes_on", "2020-01-01")),
)
REPEATED = "number"
CODES = frozenset({code for code, _ in SPOILERS} | {REPEATED})


class PositionFileGenerator:
    """Rows of a sheet. `places` are counties and towns as a firm writes them."""

    headers = tuple(column.label for column in COLUMNS if column.in_template)

    def __init__(self, maker: PositionGenerator, rng: random.Random, places: Sequence[str]) -> None:
        self._maker, self._rng, self._places = maker, rng, places

    def rows(self, number: int, bad: int) -> Iterator[list[object]]:
        """`number` rows in column order, exactly `bad` of them wrong, the ways in turn."""
        wrong = dict(zip(sorted(self._rng.sample(range(1, number), bad)), range(bad), strict=True))
        last_good: Row = {}
        for index in range(number):
            row = self._row(index)
            way = wrong.get(index, -1) % (len(SPOILERS) + 1) if index in wrong else None
            if way is None:
                last_good = row
            elif way == len(SPOILERS):
                row["external_id"] = last_good["external_id"]
            else:
                SPOILERS[way][1](row)
            yield [row.get(column.key, "") for column in COLUMNS if column.in_template]

    def _post(self) -> InventedPosition:
        """A post that the wording checker lets through: a row is wrong on purpose or not at all."""
        while _blocked(post := self._maker.make(self._rng.choice("CFGHLNOQ"))):
            continue
        return post

    def _row(self, index: int) -> Row:
        rng, post = self._rng, self._post()
        return {
            "external_id": f"GW-{index + 1:05d}",
            # Numbered like the lines of a big firm: no two posts of a sheet are one.
            "title": f"{post.title[:48]}{index + 1:05d}",
            "headcount": post.headcount if rng.random() < 0.8 else f"{post.headcount}人",
            "kind": PositionKind(post.kind).label,
            "pay_from": post.pay_from if rng.random() < 0.7 else f"{post.pay_from / 1000:g}k",
            "pay_to": post.pay_to,
            "region": rng.choice(self._places),
            "address": f"{rng.choice('东西南北中')}{rng.choice('华胜兴安')}路{rng.randint(1, 300)}号",
            "education_min": _education(post, rng),
            "experience_years": f"{post.experience}年以上" if post.experience else "不限",
            "certificates": "、".join(str(CertificateKind(kind).label) for kind in post.certificates),
            "duties": post.duties,
            "requirements": post.requirements,
            "benefits": "、".join(post.benefits),
            "relaxable": post.relaxable,
            "shift": Shift(post.shift).label,
            "travels": "是" if post.travels else "否",
            "veterans_preferred": "是" if post.veterans_preferred else "否",
        }


def _blocked(post: InventedPosition) -> bool:
    return bool(
        find_wording_errors({"title": post.title, "duties": post.duties, "requirements": post.requirements})
    )


def _education(post: InventedPosition, rng: random.Random) -> str:
    if not post.education:
        return "不限"
    words = ("", "高中", "大专", "本科", "研究生")
    return f"{words[post.education]}及以上" if rng.random() < 0.5 else str(Education(post.education).label)


def position_file_generator(rng: random.Random, stations: StationQuerySet) -> PositionFileGenerator:
    """A maker of rows about posts in the places of these stations.

    Raises:
        LookupError: there are none, or the code tables are not loaded.
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
