from functools import partial
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from tqdm import tqdm

from portal.positions.models import Position
from portal.recommendations import indexing


class Command(BaseCommand):
    help = "Builds the ranking index from all open positions and switches to it."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--if-missing", action="store_true", help="do nothing when an index serves already"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if options["if_missing"] and indexing.store().current() is not None:
            self.stdout.write("ranking index: current")
            return
        total = Position.objects.open_at().count()
        bar = partial(tqdm, total=total, unit="position", desc="ranking index")
        count = indexing.rebuild(progress=bar)
        self.stdout.write(f"ranking index: {count} open positions")
