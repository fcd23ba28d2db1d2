"""Build and refresh the indexes of the ranking.

The ranking index holds all open positions and is updated one position at a time; the people index holds all
people who consented to matching and look for work.
"""

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from django.conf import settings
from django.utils import timezone

from matching import Index, IndexStore, People, PeopleStore, Posting, Profile
from portal.positions.models import Position
from portal.ranking import ranking_versions
from portal.ranking.matchable_people import list_changed_since, matchable_veterans
from portal.ranking.posting_mapping import to_posting, to_profile

MAX_PENDING_POSITIONS = 1000
MAX_PENDING_PEOPLE = 300
"""Changes since the last rebuild above which a worker task rebuilds the index."""

_stores: dict[Path, IndexStore] = {}
_people_stores: dict[Path, PeopleStore] = {}


def store() -> IndexStore:
    """Return the position index store of this process; a generation is memory-mapped once and shared."""
    path = Path(settings.MATCHING_INDEX_DIR)
    if path not in _stores:
        path.mkdir(parents=True, exist_ok=True)
        _stores[path] = IndexStore(path)
    return _stores[path]


def people_store() -> PeopleStore:
    """Return the people index store of this process, in a folder below that of the positions."""
    path = Path(settings.MATCHING_INDEX_DIR) / "people"
    if path not in _people_stores:
        _people_stores[path] = PeopleStore(path)
    return _people_stores[path]


def _open_postings() -> Iterator[Posting]:
    rows = Position.objects.open_at().with_details().order_by("pk")
    return (to_posting(position) for position in rows.iterator(chunk_size=2000))


def rebuild(progress: Callable[[Iterable[Posting]], Iterable[Posting]] | None = None) -> int:
    """Build a new generation from every open position and switch to it; return the number of positions.

    Args:
        progress: wraps the postings as they are read, e.g. a tqdm bar.
    """
    since = timezone.now()  # updates by `refresh` during the build are kept on top of the new generation
    index = Index.build(_open_postings(), progress=progress)
    store().publish(index, since=since)
    return len(index)


def rebuild_people(progress: Callable[[Iterable[Profile]], Iterable[Profile]] | None = None) -> int:
    """Rebuild the people index for the current position index; return the number of people.

    People who change afterwards are scored one by one until the next rebuild (`list_changed_since`).

    Args:
        progress: wraps the profiles as they are read, e.g. a tqdm bar.
    """
    index = store().current()
    if index is None:
        return 0
    since = timezone.now()
    rows = matchable_veterans().with_details().order_by("pk")
    profiles = (to_profile(veteran) for veteran in rows.iterator(chunk_size=1000))
    people = People.build(progress(profiles) if progress else profiles, index, read_at=since)
    people_store().publish(people)
    return len(people)


def refresh(position_ids: Iterable[int]) -> None:
    """Update these positions in the index: add or replace the open ones, remove the others."""
    ids = set(position_ids)
    open_positions = list(Position.objects.open_at().with_details().filter(pk__in=ids))
    store().apply(
        upserts=[to_posting(position) for position in open_positions],
        removals=sorted(ids - {position.pk for position in open_positions}),
    )


def rebuild_if_stale() -> None:
    """Rebuild an index after so many changes that queries have become slow."""
    if store().pending > MAX_PENDING_POSITIONS:
        rebuild()
        rebuild_people()  # its term weights are those of the position index
        return
    people = people_store().current()
    if people is not None and len(list_changed_since(people.read_at)) > MAX_PENDING_PEOPLE:
        rebuild_people()


def warm_up() -> None:
    """Load the dictionaries, compiled kernels and both indexes before the first request of a process."""
    index, _ = store().current(), people_store().current()
    if index is not None:
        index.rank(Profile(id=0, skills="驾驶"), k=1, now=timezone.now())


def clear_caches() -> None:
    """Close every opened index folder, with its memory maps, and the cached ranking version."""
    _stores.clear()
    _people_stores.clear()
    ranking_versions.clear_cache()
