import json
import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.exceptions import ObjectDoesNotExist
from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError

from portal.imports.import_kinds import get_kind
from portal.imports.preview import READ_STATUS, preview_import


class Command(BaseCommand):
    help = (
        "Shows what an import would read from a file: the last line is JSON. Writes nothing. Exit 0: read, "
        "1: refused, or a sheet must be chosen, 2: wrong usage."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("kind", choices=["positions", "veterans"])
        parser.add_argument("file", type=Path)
        parser.add_argument(
            "--employer", type=int, metavar="ID", help="whose positions; without it some employer, no agency"
        )
        parser.add_argument("--sheet", dest="worksheet", metavar="NAME", help="the worksheet to read")

    def handle(
        self, *, kind: str, file: Path, employer: int | None, worksheet: str | None, **options: Any
    ) -> None:
        try:
            content = file.read_bytes()
        except (OSError, ValueError) as error:
            raise CommandError(f"cannot read the file: {error}", returncode=2) from error
        if employer is not None and kind != "positions":
            raise CommandError("--employer is for positions only", returncode=2)
        import_kind = get_kind(kind)
        try:
            report = preview_import(import_kind, content, subject_id=employer, worksheet=worksheet)
        except ObjectDoesNotExist as error:
            raise CommandError(f"no employer {employer}", returncode=2) from error
        except DatabaseError as error:
            raise CommandError(f"the database does not answer: {error}", returncode=2) from error
        self.stdout.write(json.dumps(report, ensure_ascii=True))
        if report["status"] != READ_STATUS:
            sys.exit(1)
