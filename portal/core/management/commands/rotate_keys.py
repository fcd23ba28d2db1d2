"""Rotate the encryption key of the sensitive fields while the portal serves."""

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from tqdm import tqdm

from portal.core import key_rotation


class Command(BaseCommand):
    help = (
        "Makes a new encryption key and rewrites every sensitive value under it; the portal goes on serving. "
        "An hour later `--retire` takes the older keys away."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--retire", action="store_true", help="take older keys out of the key file")
        parser.add_argument("--now", action="store_true", help="with --retire: the portal stands still")

    def handle(self, *, retire: bool, now: bool, **options: Any) -> None:
        passes = 2 if retire else 1
        with tqdm(total=key_rotation.count_rows_and_files() * passes, unit=" rows", disable=None) as bar:
            try:
                if retire:
                    removed_count = key_rotation.retire(by=None, at_once=now, step=bar.update)
                else:
                    row_count = key_rotation.rotate(by=None, step=bar.update)
            except key_rotation.RotationRefused as refused:
                raise CommandError(str(refused)) from refused
        if not retire:
            self.stdout.write(f"a new key in {settings.FIELD_KEYS_FILE}; {row_count} rows written under it")
            return
        self.stdout.write(f"{removed_count} older keys taken out of {settings.FIELD_KEYS_FILE}")
        if settings.FIELD_ENCRYPTION_KEYS:
            self.stdout.write("nothing needs PORTAL_FIELD_KEYS any more: take it out of the environment")
