import json
from functools import partial
from pathlib import Path
from typing import Any

from django.core.exceptions import PermissionDenied
from django.core.management.base import BaseCommand, CommandError, CommandParser
from tqdm import tqdm

from portal.accounts.models import User
from portal.core.encryption import hash_phone
from portal.learning import evaluation_report, report_generation
from portal.learning.enums import Outcome


class Command(BaseCommand):
    help = "Says whether a ranking learnt from outcomes beats the one in use, on fairs it has not seen."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--by", required=True, help="phone number of the city's operator")
        parser.add_argument("--seed", type=int, default=1)
        parser.add_argument("--controls", type=int, default=evaluation_report.CONTROLS, help="shuffled runs")
        parser.add_argument("--output", type=Path, help="write the figures here as JSON")

    def handle(self, *, by: str, seed: int, controls: int, output: Path | None, **options: Any) -> None:
        operator = User.objects.filter(phone_hash=hash_phone(by)).first()
        if operator is None:
            raise CommandError("no user has this phone number")
        try:
            report = report_generation.generate_report(
                by=operator,
                seed=seed,
                controls=controls,
                reading_progress=partial(tqdm, desc="impressions", unit="row", disable=None),
                progress=partial(tqdm, desc="report and controls", unit="run", disable=None),
            )
        except PermissionDenied as error:
            raise CommandError("only an operator of the whole city makes this report") from error
        if output is not None:
            output.write_text(json.dumps(report.figures, ensure_ascii=False, indent=1), encoding="utf-8")
        self.stdout.write(f"report {report.pk}: {report.verdict}")
        for row in report.figures.get("comparisons", []):
            ips = row["ips"]
            self.stdout.write(
                f"  {Outcome(row['outcome']).name.lower()}: {ips['now']:.1f} -> {ips['new']:.1f} in 1,000"
                f" lists,"
                f" {ips['lift']:+.1%} [{ips['low']:+.1%}, {ips['high']:+.1%}]"
            )
        if "controls" in report.figures:
            runs = report.figures["controls"]
            self.stdout.write(f"  shuffled: better in {runs['found']} of {runs['runs']}")
