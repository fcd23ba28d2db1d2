"""Common part of the database engines: filters and counts over `search_entry`, words in a separate table.

SQL is written out because no model describes the word tables. Only constants of this package are inserted
into it; every value is a parameter.
"""

from abc import abstractmethod
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from itertools import chain
from typing import Any

import numpy as np
from django.db import connection, transaction
from django.db.models import Count

from search import documents, facets
from search.backends import conditions
from search.backends.base import TRAIT_STEP, Backend, EngineResult, Page, title_steps
from search.backends.conditions import Condition
from search.cursor import Cursor
from search.document import Document, number, on_sphere
from search.models import Entry, IndexVersion
from search.query import Facet, Kind, SearchQuery, Sort
from search.reading.criteria import trait_mask
from search.words import Exclusion, Group

NO_KEY = "0"  # sort by date only


class DatabaseBackend(Backend):
    """Engine inside the portal's own database: entries change in the transaction of their records."""

    transactional = True
    word_source: str  # FROM clause that brings the word table beside search_entry e

    @abstractmethod
    def match(self, groups: Sequence[Group], *, any_word: bool) -> Condition:
        """Return the condition that the words occur."""

    @abstractmethod
    def rank(self, groups: Sequence[Group], *, any_word: bool) -> Condition:
        """Return the score of the words, smallest first, smaller than any step in size."""

    @abstractmethod
    def has_words(self, alternatives: Sequence[Sequence[str]], *, in_title: bool) -> Condition:
        """Return the condition over `e` that the words of any alternative occur, in the title or anywhere."""

    @abstractmethod
    def put_words(self, rows: Sequence[Document]) -> None:
        """Write the words of existing entries, replacing older ones."""

    @abstractmethod
    def remove_words(self, numbers: Collection[int]) -> None:
        """Delete the words of these entries."""

    def find(self, query: SearchQuery, groups: Sequence[Group], *, any_word: bool = False) -> EngineResult:
        must = [*conditions.scope(query), *conditions.facts(query), *conditions.stated(query)]
        must += [self._excludes(exclusion) for exclusion in query.exclusions]
        source = "search_entry e"
        if groups:
            source = self.word_source
            must.insert(0, self.match(groups, any_word=any_word))
        filters = conditions.by_facet(query)
        columns, failed, bits = self._read_facets(source, must, {**filters, **conditions.packed(query)})
        total = int(np.count_nonzero(failed == 0))
        page = Page()
        if total > self.offset(query):
            must += filters.values()
            quick = self.best_page(query, must, groups, any_word=any_word, among=len(failed), total=total)
            page = quick or self._page(query, source, must, groups, any_word=any_word)
        return EngineResult(
            keys=page.keys, total=total, facets=facets.count(columns, failed, bits), next=page.next
        )

    def _excludes(self, exclusion: Exclusion) -> Condition:
        sql, values = self.has_words(exclusion.alternatives, in_title=exclusion.in_title)
        return f"e.kind <> %s OR NOT ({sql})", [Kind.POSITION.value, *values]

    def _relevance(self, query: SearchQuery, groups: Sequence[Group], *, any_word: bool) -> Condition:
        """Return the sort key by relevance: the score of the words, less a step for each title and trait."""
        steps = [(sql, values, TRAIT_STEP) for sql, values in conditions.better(query)]
        rank, rank_values = NO_KEY, []
        if groups:
            rank, rank_values = self.word_rank(query, groups, any_word=any_word)
        return _less_steps(rank, rank_values, steps)

    def word_rank(self, query: SearchQuery, groups: Sequence[Group], *, any_word: bool) -> Condition:
        """Return the part of the sort key that the words alone decide."""
        steps = [
            (*self.has_words(alternatives, in_title=True), step)
            for alternatives, step in title_steps(groups, query.exact_title)
        ]
        return _less_steps(*self.rank(groups, any_word=any_word), steps)

    def _read_facets(
        self, source: str, must: Sequence[Condition], filters: Mapping[Facet, Condition]
    ) -> tuple[list[facets.Packed], facets.Packed, dict[Facet, int]]:
        """Read the packed facets of every record within the words and the scope, in one pass.

        Returns:
            The packed numbers for each of facets.USED_COLUMNS; for each record the sum of the bits of the
            filters that it fails; the bit of each filter.
        """
        bits = {facet: 1 << place for place, facet in enumerate(filters)}
        where, values = conditions.all_of(must)
        failures, failure_values = ["0"], []
        for facet, (sql, sql_values) in filters.items():
            failures.append(f"CASE WHEN {sql} THEN 0 ELSE {bits[facet]} END")
            failure_values += sql_values
        first, *others = (f"e.{column}" for column in facets.USED_COLUMNS)
        failed_sql, shift = " | ".join(failures), len(bits)
        source = f"FROM {source} WHERE {where}"
        values = [*failure_values, *values]
        if facets.FIRST_COLUMN_BITS + shift > facets.COLUMN_BITS:
            failed, *columns = self.numbers([failed_sql, first, *others], source, values)
            return columns, failed, bits
        # The failed filters fit into the first column: one number less to read.
        both, *columns = self.numbers([f"{first} << {shift} | {failed_sql}", *others], source, values)
        return [both >> shift, *columns], both & ((1 << shift) - 1), bits

    def numbers(self, expressions: Sequence[str], source: str, values: Sequence[Any]) -> list[facets.Packed]:
        """Return the integers of each expression for every row, in any order, the same for all."""
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT {', '.join(expressions)} {source}", values)
            rows = cursor.fetchall()
        width = len(expressions)
        numbers = np.fromiter(chain.from_iterable(rows), dtype=np.int64, count=len(rows) * width)
        table = numbers.reshape(len(rows), width)
        return [table[:, at] for at in range(width)]

    def _page(
        self,
        query: SearchQuery,
        source: str,
        must: Sequence[Condition],
        groups: Sequence[Group],
        *,
        any_word: bool,
    ) -> Page:
        first, first_values = self._first_key(query, groups, any_word=any_word)
        where, values = conditions.all_of(must)
        sql = f"SELECT {first} AS first_key, e.sort_at, e.id, e.kind, e.object_id FROM {source} WHERE {where}"  # noqa: S608 - constants of ours
        values = [*first_values, *values]
        engine_cursor = self.own_cursor(query)
        if engine_cursor:
            behind, behind_values = _behind(engine_cursor)
            sql = f"SELECT * FROM ({sql}) found WHERE {behind}"  # noqa: S608 - constants of ours
            values += behind_values
        # A constant to order by keeps SQLite from walking the index that has the dates in order already.
        order = "sort_at DESC, id" if first == NO_KEY else "first_key, sort_at DESC, id"
        sql += f" ORDER BY {order} LIMIT %s OFFSET %s"
        with connection.cursor() as cursor:
            # One row more than the page shows whether there is a next page.
            cursor.execute(sql, [*values, query.size + 1, 0 if engine_cursor else self.offset(query)])
            rows = cursor.fetchall()
        return self.page_of(query, rows)

    def best_page(
        self,
        query: SearchQuery,
        must: Sequence[Condition],
        groups: Sequence[Group],
        *,
        any_word: bool,
        among: int,
        total: int,
    ) -> Page | None:
        """Return the same page faster than by sorting all hits, or None if the engine cannot.

        Args:
            query: the query.
            must: conditions, those of the words first.
            groups: words of the query.
            any_word: any of the words suffices.
            among: number of hits that contain the words.
            total: number of those that pass all filters.
        """
        return None

    def page_of(self, query: SearchQuery, rows: Sequence[tuple[Any, ...]]) -> Page:
        """Return the page of rows (key, date, entry, kind, id), which may be one more than its size."""
        rows_of_page = rows[: query.size]
        keys = [(Kind(kind), object_id) for *_, kind, object_id in rows_of_page]
        if len(rows) <= query.size:
            return Page(keys)
        first_key, sort_at, entry, *_ = rows_of_page[-1]
        return Page(
            keys, self.next_cursor(query, float(first_key), conditions.from_microseconds(sort_at), entry)
        )

    def _first_key(self, query: SearchQuery, groups: Sequence[Group], *, any_word: bool) -> Condition:
        """Return the first sort key, before the date, smallest first."""
        if query.sort == Sort.PAY:
            return "-COALESCE(e.pay_to, 0)", []
        if query.sort == Sort.DISTANCE and query.near:
            return conditions.chord(query.near)
        if query.sort == Sort.RELEVANCE and (groups or query.criteria.has_wishes):
            return self._relevance(query, groups, any_word=any_word)
        return NO_KEY, []

    def upsert(self, documents: Sequence[Document], *, read_at: datetime) -> None:
        if not documents:
            return
        with transaction.atomic():
            with connection.cursor() as cursor:
                # Raw SQL: model instances would take a quarter of the time of a full build.
                cursor.executemany(_UPSERT, [_entry(row) for row in documents])
            self.put_words(documents)

    def remove(self, kind: Kind, object_ids: Collection[int], *, read_at: datetime) -> None:
        numbers = [number(kind, object_id) for object_id in object_ids]
        if not numbers:
            return
        with transaction.atomic():
            Entry.objects.filter(pk__in=numbers).delete()
            self.remove_words(numbers)

    def listed(self, now: datetime) -> dict[Kind, int]:
        rows = Entry.objects.filter(
            listed_from__lte=conditions.to_microseconds(now), listed_until__gt=conditions.to_microseconds(now)
        ).order_by()
        result = dict(rows.values_list("kind").annotate(n=Count("pk")))
        return {kind: result.get(kind, 0) for kind in Kind}

    def is_built(self) -> bool:
        return IndexVersion.objects.filter(version=documents.version()).exists()

    @contextmanager
    def rebuilding(self) -> Iterator[None]:
        """Replace rows one by one while old ones stay active; `indexing.rebuild` removes obsolete ones."""
        yield
        with transaction.atomic():
            self.optimise()
            IndexVersion.objects.all().delete()
            IndexVersion.objects.create(version=documents.version())

    def optimise(self) -> None:
        """Optimise the tables after many writes; no operation by default."""


def _less_steps(
    rank: str, values: Sequence[Any], steps: Sequence[tuple[str, Sequence[Any], float]]
) -> Condition:
    """Return a sort key less the steps of those conditions that hold."""
    terms = [f"(CASE WHEN {sql} THEN {step} ELSE 0 END)" for sql, _, step in steps]
    return " - ".join([rank, *terms]), [*values, *(value for _, values, _ in steps for value in values)]


_COLUMNS = (
    "id",
    "kind",
    "object_id",
    *facets.COLUMNS,
    "listed_from",
    "listed_until",
    "sort_at",
    "region",
    "pay_from",
    "pay_to",
    "education_min",
    "certificates",
    "traits",
    "x",
    "y",
    "z",
)
_UPSERT = (
    f"INSERT INTO search_entry ({', '.join(_COLUMNS)}) VALUES ({', '.join(['%s'] * len(_COLUMNS))})"  # noqa: S608 - constants of ours
    f" ON CONFLICT (id) DO UPDATE SET {', '.join(f'{name} = EXCLUDED.{name}' for name in _COLUMNS[1:])}"
)


def _entry(row: Document) -> tuple[Any, ...]:
    """Return the document in the order of _COLUMNS."""
    return (
        row.number,
        row.kind.value,
        row.object_id,
        *facets.pack(row.facet_values, veterans_only=row.veterans_only),
        conditions.to_microseconds(row.listed_from),
        conditions.to_microseconds(row.listed_until),
        conditions.to_microseconds(row.sort_at),
        row.region,
        row.pay_from,
        row.pay_to,
        row.education_min,
        conditions.certificates(row.certificates),
        trait_mask(row.traits),
        *(on_sphere(*row.location) if row.location else (None, None, None)),
    )


def _behind(cursor: Cursor) -> Condition:
    """Return the condition for rows after the hit of a cursor."""
    first, sort_at = float(cursor.first), conditions.to_microseconds(cursor.sort_at)
    return (
        "first_key > %s OR (first_key = %s AND (sort_at < %s OR (sort_at = %s AND id > %s)))",
        [first, first, sort_at, sort_at, cursor.entry],
    )
