from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from portal.accounts.enums import FactorKind
from portal.accounts.models import User
from portal.accounts.second_factor import permit_enrolment, reset_devices


class Command(BaseCommand):
    help = "Permit the first operator, whom nobody else can permit, to set up a second factor."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("phone")
        parser.add_argument("--reset", action="store_true", help="remove the devices set up before")

    def handle(self, *, phone: str, reset: bool, **options: Any) -> None:
        try:
            user = User.objects.get_by_natural_key(phone)
        except User.DoesNotExist as error:
            raise CommandError("no account has this phone") from error
        if reset:
            reset_devices(user=user, by=None)
        permission = permit_enrolment(user=user, kind=FactorKind.APP, by=None)
        self.stdout.write(f"permitted until {permission.expires_at:%Y-%m-%d %H:%M %Z}")
