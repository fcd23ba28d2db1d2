import time
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.db.models import Count
from tqdm import tqdm

from portal.accounts.models import User
from portal.accounts.roles import Permission
from portal.core.encryption import hash_phone
from portal.imports import actions, import_runner
from portal.imports.enums import ImportState, RowOutcome
from portal.imports.import_kinds import get_kind
from portal.imports.models import ImportRun
from portal.imports.workbook_writer import write_bad_rows
from portal.stations.models import Station
from portal.veterans.import_rows import KIND


class Command(BaseCommand):
    help = (
        "Imports veterans' files from an xlsx, xls or csv file in the name of a member of staff. An "
        "interrupted import resumes when the command is run again; a finished one changes nothing."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("path", type=Path)
        parser.add_argument(
            "--by",
            required=True,
            metavar="PHONE",
            help="phone number of the clerk, head or operator who imports",
        )
        parser.add_argument(
            "--station", metavar="CODE", help="region code of the station of rows that name none"
        )
        parser.add_argument("--dry-run", action="store_true", help="report the outcomes, write nothing")
        parser.add_argument(
            "--result", type=Path, metavar="OUT.xlsx", help="write the bad rows to this workbook"
        )

    def handle(
        self, *, path: Path, by: str, station: str | None, dry_run: bool, result: Path | None, **options: Any
    ) -> None:
        start_time = time.monotonic()
        user = User.objects.filter(phone_hash=hash_phone(by), is_active=True).first()
        if user is None or not user.has_station_permission(Permission.OPEN_RECORDS):
            raise CommandError("--by is not the phone number of a user whose appointment may open records")
        try:
            run = self._start_run(path, user, self._station(station, user), dry=dry_run)
        except (OSError, ValidationError) as error:
            raise CommandError(" ".join(getattr(error, "messages", [str(error)]))) from error
        with tqdm(total=run.total, initial=run.done, unit="row", desc=path.name) as bar:
            try:
                run = import_runner.execute(
                    run, dry=dry_run, progress=lambda current: bar.update(current.done - bar.n)
                )
            except import_runner.Superseded as error:
                raise CommandError("another process has taken over this import") from error
        if run.state == ImportState.FAILED:
            raise CommandError(run.error)
        self._report(run, time.monotonic() - start_time)
        if result is not None:
            result.write_bytes(write_bad_rows(run))

    def _start_run(self, path: Path, user: User, station: Station | None, *, dry: bool) -> ImportRun:
        content = path.read_bytes()
        if not dry and (run := actions.find_interrupted(by=user, kind=KIND, content=content)):
            self.stdout.write(f"resumes after row {run.done} of {run.total}")
            return run
        run = actions.upload(by=user, kind=KIND, name=path.name, content=content, station=station)
        take_step = actions.check if dry else actions.start
        return take_step(run=run, by=user, enqueue=False)

    def _station(self, code: str | None, user: User) -> Station | None:
        if code is None:
            return None
        below = Station.objects.in_subtrees(user.station_paths(Permission.OPEN_RECORDS))
        station = below.filter(region=code).first()
        if station is None:
            raise CommandError("--station is not below the stations that this person serves")
        return station

    def _report(self, run: ImportRun, seconds: float) -> None:
        self.stdout.write(
            f"import {run.pk}: {run.total} rows, {run.created} created, {run.updated} updated, "
            f"{run.unchanged} unchanged, {run.bad} bad; {seconds:.0f} s"
        )
        problems = get_kind(run.kind).problems
        bad = run.rows.filter(outcome=RowOutcome.BAD).order_by()
        for code, number in bad.values_list("code").annotate(number=Count("pk")).order_by("code"):
            self.stdout.write(f"  {number:6} {code}: {problems.get(code, '')}")
