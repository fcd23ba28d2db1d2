import random
from argparse import ArgumentParser
from datetime import date
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from openpyxl import Workbook
from tqdm import tqdm

from portal.core.models import Specialty
from portal.demo.content.people import PeopleMaker
from portal.demo.loading.file_sheet import FileSheet
from portal.demo.loading.people import crosswalk
from portal.stations.enums import StationLevel
from portal.stations.models import Station

_TODAY = date(2026, 6, 30)  # the same seed gives the same people on any day


class Command(BaseCommand):
    help = (
        "Writes a sheet of invented veterans' files of this database's stations, some rows wrong on purpose."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("path", type=Path)
        parser.add_argument("--rows", type=int, default=1_000)
        parser.add_argument("--bad", type=float, default=0.01, help="share of wrong rows, 0 to 1")
        parser.add_argument("--seed", type=int, default=20_261_212)

    def handle(self, *, path: Path, rows: int, bad: float, seed: int, **options: Any) -> None:
        rng = random.Random(seed)  # noqa: S311  (invented data, not secrets)
        lowest = Station.objects.filter(level__in=[StationLevel.TOWN, StationLevel.VILLAGE])
        names = list(lowest.values_list("name", flat=True))
        homes = [
            (code, name if names.count(name) == 1 else code)
            for code, name in lowest.order_by("path").values_list("region_id", "name")
        ]
        specialties = dict(Specialty.objects.values_list("code", "name"))
        if not homes or not specialties:
            raise CommandError(
                "the database has no town stations or no code tables (manage.py load_reference)"
            )
        occupations = {code: found for code, found in crosswalk().items() if code in specialties}
        others = sorted({code for found in occupations.values() for code in found})
        sheet = FileSheet(PeopleMaker(rng, _TODAY, occupations, others), rng, homes, specialties)
        book = Workbook(write_only=True)
        page = book.create_sheet("退役军人档案")
        page.append(sheet.headers)
        for row in tqdm(sheet.rows(rows, bad), total=rows, unit="row", desc=path.name):
            page.append(row)
        book.save(path)
