"""Index maintenance: update single records, or rebuild everything."""

from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import AbstractContextManager, nullcontext
from functools import partial
from typing import Any

from django.db import transaction
from django.utils import timezone

from search import vocabulary
from search.backends import kept_engines
from search.backends.base import Backend
from search.documents import SOURCES, documents_of
from search.models import Entry
from search.query import Kind

BATCH_SIZE = 1000  # records

Batch = tuple[Kind, list[int]]
Progress = Callable[[Iterable[Batch]], Iterable[Batch]]


def refresh(kind: Kind, object_ids: Collection[int], *, backend: Backend | None = None) -> None:
    """Update records in an engine, by default in all maintained engines: add, replace or remove them."""
    ids = sorted(object_ids)
    for engine in [backend] if backend else kept_engines():
        for start in range(0, len(ids), BATCH_SIZE):
            _refresh(engine, kind, ids[start : start + BATCH_SIZE])


def _refresh(engine: Backend, kind: Kind, ids: list[int]) -> None:
    with _transaction_for(engine):
        read_at = timezone.now()
        indexed_documents = documents_of(kind, ids, read_at)
        engine.upsert(indexed_documents, read_at=read_at)
        engine.remove(
            kind, set(ids) - {document.object_id for document in indexed_documents}, read_at=read_at
        )
        if engine.transactional:
            # After the commit: many records share words, so writers would wait for each other.
            transaction.on_commit(
                partial(vocabulary.update_vocabulary, kind, ids, indexed_documents), robust=True
            )


def _transaction_for(engine: Backend) -> AbstractContextManager[Any]:
    """Return a transaction for an engine inside the database.

    SQLite then allows no change between reading rows and writing entries. A server is never called in one.
    """
    return transaction.atomic() if engine.transactional else nullcontext()


def _batches() -> Iterator[Batch]:
    now = timezone.now()
    for kind, source in SOURCES.items():
        ids = list(source.listable(now).order_by("pk").values_list("pk", flat=True))
        yield from ((kind, ids[start : start + BATCH_SIZE]) for start in range(0, len(ids), BATCH_SIZE))


def count_records() -> int:
    """Count the records that `rebuild` will read."""
    now = timezone.now()
    return sum(source.listable(now).count() for source in SOURCES.values())


def rebuild(progress: Progress | None = None, *, backend: Backend | None = None) -> int:
    """Rebuild the index while the old one stays active; return the number of records.

    Args:
        progress: wraps the batches (kind, record ids), e.g. a progress bar.
        backend: the engine; all maintained engines by default.
    """
    count = 0
    for engine in [backend] if backend else kept_engines():
        count = _rebuild(engine, progress)
    return count


def _rebuild(engine: Backend, progress: Progress | None) -> int:
    started_at = timezone.now()
    ids_read: dict[Kind, set[int]] = {kind: set() for kind in Kind}
    vocabulary_builder = vocabulary.VocabularyBuilder()
    batches: Iterable[Batch] = _batches()
    with engine.rebuilding():
        for kind, ids in progress(batches) if progress else batches:
            with _transaction_for(engine):
                read_at = timezone.now()
                indexed_documents = documents_of(kind, ids, read_at)
                engine.upsert(indexed_documents, read_at=read_at)
            vocabulary_builder.add(indexed_documents)
            ids_read[kind].update(ids)
    if engine.transactional:
        vocabulary.replace_vocabulary(vocabulary_builder)
        for kind, kept_ids in ids_read.items():
            indexed_ids = set(Entry.objects.filter(kind=kind).values_list("object_id", flat=True))
            refresh(kind, indexed_ids - kept_ids, backend=engine)
    # Changes during the rebuild may have gone to the old index, or been overwritten by an older batch.
    for kind, source in SOURCES.items():
        refresh(kind, source.changed_since(started_at), backend=engine)
    return sum(map(len, ids_read.values()))


def is_current(*, backend: Backend | None = None) -> bool:
    """Return whether the index is of this version and lists as many records of each kind as the database.

    Args:
        backend: the engine; all maintained engines by default.
    """
    now = timezone.now()
    visible_counts = {kind: source.visible(now).count() for kind, source in SOURCES.items()}
    return all(
        engine.is_built() and engine.listed(now) == visible_counts
        for engine in ([backend] if backend else kept_engines())
    )
