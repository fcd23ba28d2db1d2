from collections.abc import Iterable, Iterator
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from tqdm import tqdm  # type: ignore[import-untyped, unused-ignore]

from search import indexing
from search.indexing import Batch


class Command(BaseCommand):
    help = "Builds the search index from every open position, verified employer and fair to come."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--if-stale",
            action="store_true",
            help="do nothing when the index is of this version and as long as it should be",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if options["if_stale"] and indexing.is_current():
            self.stdout.write("search index: current")
            return
        count = indexing.rebuild(progress=_bar)
        self.stdout.write(f"search index: {count} entries")


def _bar(batches: Iterable[Batch]) -> Iterator[Batch]:
    with tqdm(total=indexing.countable(), unit="entry", desc="search index") as bar:
        for kind, ids in batches:
            yield kind, ids
            bar.update(len(ids))
