from collections.abc import Iterable, Iterator
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from tqdm import tqdm

from search import indexing, outbox
from search.backends import kept_engines
from search.backends.base import Backend, Unavailable
from search.indexing import Batch


class Command(BaseCommand):
    help = (
        "Builds the search index from every open position, verified employer and fair to come: the"
        " database's, and that of the server where one is chosen."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--if-stale",
            action="store_true",
            help="do nothing when the index is of this version and as long as it should be; a server that"
            " does not answer is left for later",
        )
        parser.add_argument(
            "--catch-up",
            action="store_true",
            help="only tell the server what it has not been told yet (what the periodic job does)",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if options["catch_up"]:
            try:
                self.stdout.write(f"search index: {outbox.synchronise_server()} entries told")
            except Unavailable as error:
                raise CommandError(f"the server does not answer: {error}") from error
            return
        for engine in kept_engines():
            try:
                self._build(engine, if_stale=options["if_stale"])
            except Unavailable as error:
                if not options["if_stale"]:
                    raise CommandError(f"{engine.name} does not answer: {error}") from error
                # The portal starts all the same: the database answers, and the periodic job catches up.
                self.stderr.write(f"search index: {engine.name} does not answer, left for later: {error}")

    def _build(self, engine: Backend, *, if_stale: bool) -> None:
        if if_stale and indexing.is_current(backend=engine):
            self.stdout.write(f"search index ({engine.name}): current")
            return
        count = indexing.rebuild(progress=_bar, backend=engine)
        self.stdout.write(f"search index ({engine.name}): {count} entries")


def _bar(batches: Iterable[Batch]) -> Iterator[Batch]:
    with tqdm(total=indexing.count_records(), unit="entry", desc="search index") as bar:
        for kind, ids in batches:
            yield kind, ids
            bar.update(len(ids))
