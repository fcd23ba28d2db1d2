"""Django's `migrate`, which refuses a database from before the migrations were reset."""

from typing import Any

from django.conf import settings
from django.core.management.base import CommandError
from django.core.management.commands import migrate
from django.db import connections

from portal.core.old_database import REFUSAL, is_from_before_reset


class Command(migrate.Command):
    def handle(self, *args: Any, **options: Any) -> None:
        if is_from_before_reset(connections[options["database"]]):
            raise CommandError(REFUSAL.format(folder=settings.DATA_DIR))
        super().handle(*args, **options)
