"""Verify the hash chain of the audit log."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from tqdm import tqdm

from portal.core import audit
from portal.core.models import AuditLink


class Command(BaseCommand):
    help = (
        "Computes every link of the event log's hash chain anew. Write the head down in another place: with "
        "--expect a later run proves that nothing was cut off the end."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--expect", default="", help="a head that an earlier run printed")
        parser.add_argument("--link", action="store_true", help="first link what stands outside the chain")

    def handle(self, *, expect: str, link: bool, **options: Any) -> None:
        if link:
            self.stdout.write(f"linked {audit.link_new_events(whole_log=True)} events")
        with tqdm(total=AuditLink.objects.count(), unit=" links", disable=None) as bar:
            report = audit.verify(known_head=expect, step=bar.update)
        self.stdout.write(f"links {report.links}, head {report.head}, outside the chain {report.unlinked}")
        if report.broken_at is not None:
            raise CommandError(f"the chain breaks at event {report.broken_at}: the log was tampered with")
        if report.unlinked:
            raise CommandError(
                f"{report.unlinked} events stand outside the chain: a process ended between its commit and "
                "the link, or they were slipped in; --link takes them in once somebody has looked"
            )
