"""What the two database engines share: filters and counts over `search_entry`, words in a table of their own.

SQL is written out because neither engine's word table is a model. Only constants of this package are pasted
into it; every value travels as a parameter.
"""

from abc import abstractmethod
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from django.db import connection, transaction
from django.db.models import Count

from search import documents
from search.backends.base import Backend, Found
from search.documents import Document, number
from search.models import Entry, IndexVersion
from search.query import Kind, Scope, SearchQuery, Sort
from search.words import Group

Condition = tuple[str, list[Any]]  # SQL and its parameters
_COLUMNS = (
    "kind",
    "object_id",
    "region",
    "pay_to",
    "education_min",
    "listed_from",
    "listed_until",
    "sort_at",
)


class DatabaseBackend(Backend):
    """An engine inside the portal's own database: an entry and its record stand or fall together."""

    transactional = True
    joined: str  # FROM clause that brings the word table beside search_entry e

    @abstractmethod
    def match(self, asked: Sequence[Group], *, any_word: bool) -> Condition:
        """The condition that the words are there."""

    @abstractmethod
    def rank(self, asked: Sequence[Group], *, any_word: bool) -> Condition:
        """What to order by, smallest first."""

    @abstractmethod
    def put_words(self, rows: Sequence[Document]) -> None:
        """Write the words of entries that stand already, replacing older ones."""

    @abstractmethod
    def remove_words(self, numbers: Collection[int]) -> None:
        """Delete the words of these entries."""

    def find(self, query: SearchQuery, asked: Sequence[Group], *, any_word: bool = False) -> Found:
        conditions = [*_scope(query), *_facts(query)]
        source = "search_entry e"
        if asked:
            source = self.joined
            conditions.insert(0, self.match(asked, any_word=any_word))
        regions = self._counts(source, conditions)
        counts: Counter[Kind] = Counter()
        counties: Counter[str] = Counter()
        total = 0
        for (kind, region), count in regions.items():
            inside = region.startswith(query.region)
            if inside:
                counts[kind] += count
            if kind in query.kinds:
                counties[region[:6]] += count
                total += count if inside else 0
        keys: list[tuple[Kind, int]] = []
        if total > query.offset:
            keys = self._page(query, source, [*conditions, *_listed(query)], asked, any_word=any_word)
        return Found(
            keys=keys,
            total=total,
            counts={kind: counts[kind] for kind in Kind},
            counties=tuple(sorted(counties.items(), key=lambda item: (-item[1], item[0]))),
        )

    @staticmethod
    def _counts(source: str, conditions: Sequence[Condition]) -> dict[tuple[Kind, str], int]:
        where, values = _and(conditions)
        sql = f"SELECT e.kind, e.region, COUNT(*) FROM {source} WHERE {where} GROUP BY e.kind, e.region"  # noqa: S608 - constants of ours
        with connection.cursor() as cursor:
            cursor.execute(sql, values)
            return {(Kind(kind), region): count for kind, region, count in cursor.fetchall()}

    def _page(
        self,
        query: SearchQuery,
        source: str,
        conditions: Sequence[Condition],
        asked: Sequence[Group],
        *,
        any_word: bool,
    ) -> list[tuple[Kind, int]]:
        where, values = _and(conditions)
        order = "e.sort_at DESC, e.id"
        ordering_values: list[Any] = []
        if query.sort == Sort.PAY:
            order = f"COALESCE(e.pay_to, 0) DESC, {order}"
        elif query.sort == Sort.RELEVANCE and asked:
            rank, ordering_values = self.rank(asked, any_word=any_word)
            order = f"{rank}, {order}"
        sql = f"SELECT e.kind, e.object_id FROM {source} WHERE {where} ORDER BY {order} LIMIT %s OFFSET %s"  # noqa: S608 - constants of ours
        with connection.cursor() as cursor:
            cursor.execute(sql, [*values, *ordering_values, query.size, query.offset])
            return [(Kind(kind), object_id) for kind, object_id in cursor.fetchall()]

    def put(self, documents: Sequence[Document]) -> None:
        if not documents:
            return
        entries = [
            Entry(id=row.number, **{column: getattr(row, column) for column in _COLUMNS}) for row in documents
        ]
        with transaction.atomic():
            Entry.objects.bulk_create(
                entries, batch_size=500, update_conflicts=True, unique_fields=["id"], update_fields=_COLUMNS
            )
            self.put_words(documents)

    def remove(self, kind: Kind, object_ids: Collection[int]) -> None:
        numbers = [number(kind, object_id) for object_id in object_ids]
        if not numbers:
            return
        with transaction.atomic():
            Entry.objects.filter(pk__in=numbers).delete()
            self.remove_words(numbers)

    def listed(self, now: datetime) -> dict[Kind, int]:
        rows = Entry.objects.filter(listed_from__lte=now, listed_until__gt=now).order_by()
        found = dict(rows.values_list("kind").annotate(n=Count("pk")))
        return {kind: found.get(kind, 0) for kind in Kind}

    def is_built(self) -> bool:
        return IndexVersion.objects.filter(version=documents.version()).exists()

    @contextmanager
    def rebuilding(self) -> Iterator[None]:
        """The old rows serve until each is replaced; `indexing.rebuild` takes out what no longer belongs."""
        yield
        with transaction.atomic():
            self.optimise()
            IndexVersion.objects.all().delete()
            IndexVersion.objects.create(version=documents.version())

    def optimise(self) -> None:
        """Tidy up after many writes. Nothing to do unless an engine says so."""


def _and(conditions: Sequence[Condition]) -> Condition:
    return " AND ".join(f"({sql})" for sql, _ in conditions), [v for _, values in conditions for v in values]


def _scope(query: SearchQuery) -> list[Condition]:
    """What the searcher may see, judged at `query.now`."""
    if query.scope is not Scope.PUBLIC:
        raise ValueError(f"no condition for scope {query.scope!r}")
    moment = connection.ops.adapt_datetimefield_value(query.now)
    return [("e.listed_from <= %s AND e.listed_until > %s", [moment, moment])]


def _facts(query: SearchQuery) -> list[Condition]:
    """Filters that only positions know; whatever has no such fact passes."""
    found: list[Condition] = []
    if query.pay_at_least is not None:
        found.append(("e.pay_to IS NULL OR e.pay_to >= %s", [query.pay_at_least]))
    if query.education_at_most is not None:
        found.append(("e.education_min IS NULL OR e.education_min <= %s", [query.education_at_most]))
    return found


def _listed(query: SearchQuery) -> list[Condition]:
    """What makes the list but not the counts beside it: kinds and region."""
    found: list[Condition] = []
    if query.kinds != frozenset(Kind):
        kinds = sorted(query.kinds)
        found.append((f"e.kind IN ({', '.join(['%s'] * len(kinds))})", list(kinds)))
    if query.region:
        found.append(("e.region >= %s AND e.region < %s", [query.region, query.region + ":"]))
    return found
