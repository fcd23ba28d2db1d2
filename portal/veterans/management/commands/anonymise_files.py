"""Anonymise records past the legal retention period."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone
from tqdm import tqdm

from portal.veterans.models import Veteran
from portal.veterans.record_closing import anonymise_record, last_day_kept


class Command(BaseCommand):
    help = "Anonymises closed files past RECORD_RETENTION_YEARS. Cannot be taken back; --dry-run only counts."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="say how many, change nothing")

    def handle(self, *, dry_run: bool, **options: Any) -> None:
        last = last_day_kept(timezone.localdate())
        due = list(Veteran.objects.past_retention(last).values_list("pk", flat=True))
        if dry_run:
            self.stdout.write(f"{len(due)} files were closed on {last} or before and would be anonymised")
            return
        for pk in tqdm(due, unit=" files", disable=None):
            anonymise_record(veteran=Veteran.objects.get(pk=pk), by=None)
        self.stdout.write(f"{len(due)} files anonymised (closed on {last} or before)")
