"""Command that fills an empty portal with invented data."""

import time
from argparse import ArgumentParser
from importlib import import_module
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from portal.demo import logins
from portal.demo.scale import SCALES
from portal.stations.models import Station

SEED = 20_261_212
LOGINS_FILE = "demo_logins.txt"


class Command(BaseCommand):
    help = "Fill an empty portal with invented data. The same seed gives the same city."

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
        start_time = time.monotonic()
        # Imported only when needed: every later `make run` calls this command too.
        city = import_module("portal.demo.city")
        with transaction.atomic():
            city.load_city(SCALES[scale], seed)
        city.analyze_tables()  # before the first request
        settings.DATA_DIR.mkdir(parents=True, exist_ok=True)
        (settings.DATA_DIR / LOGINS_FILE).write_text(_logins(), encoding="utf-8")
        self.stdout.write(f"demo data, scale {scale}: {time.monotonic() - start_time:.0f} s")


def _logins() -> str:
    lines = ["演示账号（登录页面：/sign-in/；工作人员：/sign-in/staff/）"]
    for login in logins.LOGINS:
        method = (
            f"密码 {login.password}，动态码见验证页"
            if login.password
            else "手机验证码登录，验证码显示在本窗口"
        )
        lines.append(f"  {login.phone}  {login.name}  {login.who}  ——  {method}")
    return "\n".join(lines) + "\n"
