import random
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from openpyxl import Workbook
from tqdm import tqdm

from portal.demo.loading.record_import_file import record_file_generator
from portal.stations.models import Station


class Command(BaseCommand):
    help = "Write an Excel file of invented veterans of this database's stations, with some invalid rows."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("path", type=Path)
        parser.add_argument("--rows", type=int, default=1_000)
        parser.add_argument("--bad", type=float, default=0.01, help="share of wrong rows, 0 to 1")
        parser.add_argument("--seed", type=int, default=20_261_212)

    def handle(self, *, path: Path, rows: int, bad: float, seed: int, **options: Any) -> None:
        rng = random.Random(seed)  # noqa: S311  (invented data, not secrets)
        try:
            generator = record_file_generator(rng, Station.objects.all())
        except LookupError as error:
            raise CommandError(str(error)) from error
        book = Workbook(write_only=True)
        worksheet = book.create_sheet("退役军人档案")
        worksheet.append(generator.headers)
        for row in tqdm(generator.rows(rows, bad), total=rows, unit="row", desc=path.name):
            worksheet.append(row)
        book.save(path)
