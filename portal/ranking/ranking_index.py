"""Life of the ranking index: built from all open positions, kept up to date one position at a time; and of
the people index, built from all who agreed to matching and look for work."""

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from django.conf import settings
from django.utils import timezone

from matching import Index, IndexStore, People, PeopleStore, Posting, Profile
from portal.positions.models import Position
from portal.ranking import ranking_versions
from portal.ranking.matchable_people import changed_since, matchable
from portal.ranking.posting_mapping import to_posting, to_profile

POSITIONS_PENDING = 1000
PEOPLE_PENDING = 300
"""Changes since the last rebuild that the next worker's task merges."""

_stores: dict[Path, IndexStore] = {}
_people: dict[Path, PeopleStore] = {}


def store() -> IndexStore:
    """This process's view of the index folder; a generation is memory-mapped once and shared."""
    path = Path(settings.MATCHING_INDEX_DIR)
    if path not in _stores:
        path.mkdir(parents=True, exist_ok=True)
        _stores[path] = IndexStore(path)
    return _stores[path]


def people_store() -> PeopleStore:
    """This process's view of the people index, beside that of the positions."""
    path = Path(settings.MATCHING_INDEX_DIR) / "people"
    if path not in _people:
        _people[path] = PeopleStore(path)
    return _people[path]


def _open_postings() -> Iterator[Posting]:
    rows = Position.objects.open_at().with_details().order_by("pk")
    return (to_posting(position) for position in rows.iterator(chunk_size=2000))


def rebuild(progress: Callable[[Iterable[Posting]], Iterable[Posting]] | None = None) -> int:
    """Build a new generation from every open position and switch to it; returns the number of positions.

    `progress` wraps the postings as they are read, e.g. a tqdm bar.
    """
    since = timezone.now()  # what `refresh` brings while the rows are read is kept on top of them
    index = Index.build(_open_postings(), progress=progress)
    store().publish(index, since=since)
    return len(index)


def rebuild_people(progress: Callable[[Iterable[Profile]], Iterable[Profile]] | None = None) -> int:
    """Build the people index anew for the positions' index that serves; returns the number of people.

    Until the next time, people who changed since are asked one by one (`people.changed_since`).
    """
    index = store().current()
    if index is None:
        return 0
    since = timezone.now()
    rows = matchable().with_details().order_by("pk")
    profiles = (to_profile(veteran) for veteran in rows.iterator(chunk_size=1000))
    people = People.build(progress(profiles) if progress else profiles, index, read_at=since)
    people_store().publish(people)
    return len(people)


def refresh(position_ids: Iterable[int]) -> None:
    """Bring these positions up to date: in when they are open, out when they are not."""
    wanted = set(position_ids)
    found = list(Position.objects.open_at().with_details().filter(pk__in=wanted))
    store().apply(
        upserts=[to_posting(position) for position in found],
        removals=sorted(wanted - {position.pk for position in found}),
    )


def keep_small() -> None:
    """Build anew what changed so much since the last time that asking it has become slow."""
    if store().pending > POSITIONS_PENDING:
        rebuild()
        rebuild_people()  # its weights are those of the positions' index
        return
    people = people_store().current()
    if people is not None and len(changed_since(people.read_at)) > PEOPLE_PENDING:
        rebuild_people()


def warm() -> None:
    """Load what the first ranking of a process needs: dictionaries, compiled loops, the two indexes."""
    index, _ = store().current(), people_store().current()
    if index is not None:
        index.rank(Profile(id=0, skills="驾驶"), k=1, now=timezone.now())


def forget() -> None:
    """Let go of every opened index folder (its memory maps close with it)."""
    _stores.clear()
    _people.clear()
    ranking_versions.forget()
