import json
import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand

from portal.positions.wording.scores import BadFileError, read_labelled_lines, score_lines


class Command(BaseCommand):
    help = "Measure the wording checker on a CSV file of labelled lines (text, label, category)."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)

    def handle(self, *, file: Path, **options: Any) -> None:
        try:
            lines = read_labelled_lines(file)
        except BadFileError as error:
            self.stderr.write(str(error))
            sys.exit(2)
        self.stdout.write(json.dumps(score_lines(lines), ensure_ascii=False))
