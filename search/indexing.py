"""Keeping the index: one record at a time as it changes, or all of them from the beginning."""

from collections.abc import Callable, Collection, Iterable, Iterator
from functools import partial

from django.db import transaction
from django.utils import timezone

from search import get_backend, vocabulary
from search.backends.base import Backend
from search.documents import SOURCES, documents_of
from search.models import Entry
from search.query import Kind

BATCH = 1000  # records

Batch = tuple[Kind, list[int]]
Progress = Callable[[Iterable[Batch]], Iterable[Batch]]


def refresh(kind: Kind, object_ids: Collection[int], *, backend: Backend | None = None) -> None:
    """Bring these records up to date: in when they may be found, out when not."""
    backend = backend or get_backend()
    ids = sorted(object_ids)
    for start in range(0, len(ids), BATCH):
        batch = ids[start : start + BATCH]
        with transaction.atomic():
            found = documents_of(kind, batch, timezone.now())
            backend.put(found)
            backend.remove(kind, set(batch) - {document.object_id for document in found})
            # After the commit: words are shared by many records, and nobody should wait for another's.
            transaction.on_commit(partial(vocabulary.follow, kind, batch, found), robust=True)


def _batches() -> Iterator[Batch]:
    now = timezone.now()
    for kind, source in SOURCES.items():
        ids = list(source.listable(now).order_by("pk").values_list("pk", flat=True))
        yield from ((kind, ids[start : start + BATCH]) for start in range(0, len(ids), BATCH))


def countable() -> int:
    """How many records `rebuild` is going to read."""
    now = timezone.now()
    return sum(source.listable(now).count() for source in SOURCES.values())


def rebuild(progress: Progress | None = None) -> int:
    """Index everything anew while the old index goes on serving; returns the number of records.

    `progress` wraps the batches (kind, record ids), e.g. with a bar.
    """
    backend = get_backend()
    started = timezone.now()
    seen: dict[Kind, set[int]] = {kind: set() for kind in Kind}
    heard = vocabulary.Heard()
    batches: Iterable[Batch] = _batches()
    with backend.rebuilding():
        for kind, ids in progress(batches) if progress else batches:
            # On SQLite no change slips in between reading rows and writing entries; elsewhere, see below.
            with transaction.atomic():
                found = documents_of(kind, ids, timezone.now())
                backend.put(found)
            heard.add(found)
            seen[kind].update(ids)
    vocabulary.replace(heard)
    if backend.transactional:
        for kind, known in seen.items():
            indexed = set(Entry.objects.filter(kind=kind).values_list("object_id", flat=True))
            refresh(kind, indexed - known, backend=backend)
    # What changed meanwhile may have gone to the index that served until now, or been overtaken by a batch.
    for kind, source in SOURCES.items():
        refresh(kind, source.changed_since(started), backend=backend)
    return sum(map(len, seen.values()))


def is_current() -> bool:
    """The index is of this version, and finds as many records of each kind as there are now."""
    backend = get_backend()
    if not backend.is_built():
        return False
    now = timezone.now()
    there = {kind: source.visible(now).count() for kind, source in SOURCES.items()}
    return backend.listed(now) == there
