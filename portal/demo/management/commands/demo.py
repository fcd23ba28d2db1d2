"""Fills an empty portal with believable, invented data."""

import random
import time
from argparse import ArgumentParser
from functools import partial
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import connection, transaction
from tqdm import tqdm

from portal.demo import logins
from portal.demo.content.places import offices, places
from portal.demo.loading.changes import load_changes
from portal.demo.loading.confirmations import load_confirmations
from portal.demo.loading.desk import load_booths, load_registrations, positions_by_employer
from portal.demo.loading.dossiers import load_dossiers
from portal.demo.loading.duplicates import load_duplicates
from portal.demo.loading.employers import load_employers, load_positions
from portal.demo.loading.histories import load_placements
from portal.demo.loading.network import load_places, load_stations
from portal.demo.loading.pages import load_articles, load_fairs
from portal.demo.loading.people import load_veterans
from portal.demo.loading.posts import load_posts
from portal.demo.loading.reviewing import load_reviewing
from portal.demo.loading.searches import load_searches
from portal.demo.loading.sheets import load_sheet
from portal.demo.loading.staff import load_staff
from portal.demo.loading.tokens import load_tokens
from portal.demo.loading.visits import load_visits
from portal.demo.scale import SCALES, Scale
from portal.learning import report_generation
from portal.stations.models import Station

SEED = 20_261_212
LOGINS_FILE = "demo_logins.txt"


class Command(BaseCommand):
    help = "Fills an empty portal with believable, invented data. The same seed gives the same city."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--scale", choices=sorted(SCALES), default="small")
        parser.add_argument("--seed", type=int, default=SEED)
        parser.add_argument("--if-empty", action="store_true", help="do nothing when there is data already")

    def handle(self, *, scale: str, seed: int, if_empty: bool, **options: Any) -> None:
        if not getattr(settings, "DEMO", False):
            raise CommandError("demo data belongs into a demo only (settings.DEMO)")
        if Station.objects.exists():
            if if_empty:
                self.stdout.write("demo data: there is data already")
                return
            raise CommandError("the database holds data already; give the demo a fresh PORTAL_DATA")
        started = time.monotonic()
        with transaction.atomic():
            load(SCALES[scale], seed)
        _tell_the_planner()  # before the first page
        settings.DATA_DIR.mkdir(parents=True, exist_ok=True)
        (settings.DATA_DIR / LOGINS_FILE).write_text(_logins(), encoding="utf-8")
        self.stdout.write(f"demo data, scale {scale}: {time.monotonic() - started:.0f} s")


def load(scale: Scale, seed: int) -> None:
    """Everything of one scale, from the ground up."""
    rng = random.Random(seed)  # noqa: S311  (invented data, not secrets)
    load_places(places())
    stations = load_stations(offices())
    operator = load_staff(stations)
    employers = load_employers(operator, rng, scale)
    load_positions(employers, rng, scale)
    load_tokens(employers[0], operator)
    with_account = load_veterans(stations, rng, scale)
    load_duplicates(stations)
    load_visits(stations, operator, rng)
    load_sheet(stations, seed)
    fairs = load_fairs(operator, rng, scale)
    load_articles(operator)
    booths = load_booths(fairs, positions_by_employer(), rng)
    came = load_registrations(fairs, with_account, operator, rng, scale)
    load_dossiers(employers, operator, with_account, random.Random(seed))  # noqa: S311
    load_placements(fairs, booths, came, operator, rng, scale)
    _tell_the_planner()  # from here on pages' own queries are asked
    load_confirmations()
    load_posts(seed)
    load_changes(stations, operator)
    load_reviewing(seed)
    load_searches()
    report_generation.run(
        by=operator,
        seed=seed,
        reading_progress=partial(tqdm, desc="impressions read", unit="row"),
        progress=partial(tqdm, desc="report on the ranking", unit="run"),
    )


def _tell_the_planner() -> None:
    """Let the database count its rows: PostgreSQL that takes every table for empty joins each with each, for
    minutes.
    """
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def _logins() -> str:
    lines = ["演示账号（登录页面：/sign-in/；工作人员：/sign-in/staff/）"]
    for login in logins.LOGINS:
        how = (
            f"密码 {login.password}，动态码见验证页"
            if login.password
            else "手机验证码登录，验证码显示在本窗口"
        )
        lines.append(f"  {login.phone}  {login.name}  {login.who}  ——  {how}")
    return "\n".join(lines) + "\n"
