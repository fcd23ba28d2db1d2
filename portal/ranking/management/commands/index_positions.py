from functools import partial
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from tqdm import tqdm

from portal.positions.models import Position
from portal.ranking import ranking_index
from portal.ranking.matchable_people import matchable_veterans


class Command(BaseCommand):
    help = "Builds the ranking index from all open positions, and the people's from all who agreed to it."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--if-missing", action="store_true", help="do nothing when an index serves already"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        is_served = (
            ranking_index.store().current() is not None and ranking_index.people_store().current() is not None
        )
        if options["if_missing"] and is_served:
            self.stdout.write("ranking index: current")
            return
        total = Position.objects.open_at().count()
        bar = partial(tqdm, total=total, unit="position", desc="ranking index", disable=None)
        count = ranking_index.rebuild(progress=bar)
        bar = partial(
            tqdm, total=matchable_veterans().count(), unit="person", desc="people index", disable=None
        )
        people = ranking_index.rebuild_people(progress=bar)
        self.stdout.write(f"ranking index: {count} open positions, {people} people")
