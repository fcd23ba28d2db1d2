"""Write all rows without personal, sensitive and secret values."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core import serializers
from django.core.management.base import BaseCommand
from tqdm import tqdm

from portal.core.scrubbing import scrubbed_models, scrubbed_rows


class Command(BaseCommand):
    """Serialises every table as JSON lines, for `manage.py loaddata` into an empty, migrated database."""

    help = "Write a copy of all rows without personal, sensitive and secret values, as JSON lines"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, help="a new file, ending in .jsonl")

    def handle(self, *, file: Path, **options: Any) -> None:
        total = 0
        with file.open("x", encoding="utf-8") as out:
            for model in tqdm(scrubbed_models(), desc="tables", unit="table", disable=None):
                for row in scrubbed_rows(model):
                    serializers.serialize("jsonl", [row], stream=out)
                    total += 1
        self.stdout.write(f"{file}: {total} rows")
