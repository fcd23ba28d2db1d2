import random
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from openpyxl import Workbook
from tqdm import tqdm

from portal.demo.loading.position_import_file import position_file_generator
from portal.stations.models import Station


class Command(BaseCommand):
    help = "Write an Excel file (岗位征集表) of positions of one invented employer, with some invalid rows."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("path", type=Path)
        parser.add_argument("--rows", type=int, default=40)
        parser.add_argument("--bad", type=float, default=0.1, help="share of wrong rows, 0 to 1")
        parser.add_argument("--seed", type=int, default=20_261_212)

    def handle(self, *, path: Path, rows: int, bad: float, seed: int, **options: Any) -> None:
        rng = random.Random(seed)  # noqa: S311  (invented data, not secrets)
        try:
            generator = position_file_generator(rng, Station.objects.all())
        except LookupError as error:
            raise CommandError(str(error)) from error
        book = Workbook(write_only=True)
        worksheet = book.create_sheet("岗位征集表")
        worksheet.append(generator.headers)
        for row in tqdm(generator.rows(rows, round(rows * bad)), total=rows, unit="row", desc=path.name):
            worksheet.append(row)
        book.save(path)
