"""Elasticsearch engine, for data that exceeds one machine. It gets tokenised text and needs no plugin.

An index is named after its mapping and the version of the documents. Readers and writers use two aliases; a
rebuild fills a new index and switches both aliases atomically.
"""

from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from django.conf import settings
from django.utils import timezone
from elasticsearch import ApiError, Elasticsearch, NotFoundError, TransportError, dsl
from elasticsearch.helpers import BulkIndexError, bulk

from search.backends.base import Backend, EngineResult, Unavailable, Unbuilt
from search.backends.elasticsearch_query import (
    by_facet,
    counts,
    facet_counts,
    facts,
    keys_of,
    order,
    scope,
    words,
)
from search.backends.elasticsearch_shape import fingerprint, mapping, source
from search.documents import Document, number
from search.query import DEEPEST, Kind, Scope, SearchQuery
from search.words import Group

PREFIX = "portal-search"
READ, WRITE = f"{PREFIX}-read", f"{PREFIX}-write"
# For writes and builds; searches have the shorter ELASTICSEARCH_TIMEOUT.
_WORK_TIMEOUT = 30  # seconds


@lru_cache(maxsize=4)
def _client(url: str) -> Elasticsearch:
    # No retries: the task queue repeats writes, and a search falls back on the database.
    return Elasticsearch(url, request_timeout=_WORK_TIMEOUT, max_retries=0)


@contextmanager
def _translate_errors() -> Iterator[None]:
    """Convert errors of the client to Unavailable or Unbuilt."""
    try:
        yield
    except NotFoundError as error:
        raise Unbuilt(str(error)[:200]) from error
    except (ApiError, TransportError) as error:
        raise Unavailable(f"{type(error).__name__}: {str(error)[:200]}") from error


class ElasticsearchBackend(Backend):
    name = "elasticsearch"
    transactional = False

    def __init__(self, url: str | None = None) -> None:
        self.address = url or settings.ELASTICSEARCH_URL
        self.client = _client(self.address)
        self._target = WRITE

    @property
    def _search_client(self) -> Elasticsearch:
        """Client with the short timeout of a page request."""
        return self.client.options(request_timeout=settings.ELASTICSEARCH_TIMEOUT)

    def find(self, query: SearchQuery, groups: Sequence[Group], *, any_word: bool = False) -> EngineResult:
        filters = by_facet(query)
        request = dsl.Search(using=self._search_client, index=READ)
        request = request.query(dsl.Q("bool", filter=[*scope(query), *facts(query)]))
        if groups:
            request = request.query(words(groups, any_word=any_word))
        # A count ignores its own facet's filter; the list respects all filters.
        if filters:
            request = request.post_filter(dsl.Q("bool", filter=list(filters.values())))
        facet_counts(request, filters)
        sort_keys = order(query, groups)
        request = request.sort(*sort_keys).source(["kind", "object_id"])
        request = request.extra(track_total_hits=True)
        cursor = self.own_cursor(query)
        start = 0 if cursor else self.offset(query)
        if start + query.size > DEEPEST:  # cursor of another engine beyond this engine's limit
            return EngineResult(keys=[], total=0, facets={})
        if cursor:
            request = request.extra(search_after=keys_of(cursor)[-len(sort_keys) :])
        with _translate_errors():
            response = request[start : start + query.size].execute()
        total = response.hits.total.value  # type: ignore[attr-defined]  # attribute added by dsl
        hits = list(response)
        next_cursor_text = ""
        if hits and self.offset(query) + len(hits) < total:
            *first, milliseconds, entry = hits[-1].meta.sort
            sort_at = datetime.fromtimestamp(milliseconds / 1000, UTC)
            next_cursor_text = self.next_cursor(query, first[0] if first else 0, sort_at, entry)
        return EngineResult(
            keys=[(Kind(hit.kind), hit.object_id) for hit in hits],
            total=total,
            facets=counts(response.aggregations),
            next=next_cursor_text,
        )

    def upsert(self, documents: Sequence[Document], *, read_at: datetime) -> None:
        version = _version(read_at)
        self._bulk(
            [
                {"_op_type": "index", "_id": str(row.number), **version, "_source": source(row)}
                for row in documents
            ]
        )

    def remove(self, kind: Kind, object_ids: Collection[int], *, read_at: datetime) -> None:
        version = _version(read_at)
        self._bulk([{"_op_type": "delete", "_id": str(number(kind, each)), **version} for each in object_ids])

    def _bulk(self, actions: list[dict[str, Any]]) -> None:
        is_serving = self._target == WRITE
        if not actions or (is_serving and not self._exists(WRITE)):
            return  # no index yet: the first `index_search` reads these records too
        with _translate_errors():
            try:
                bulk(
                    self.client,
                    [{"_index": self._target, **action} for action in actions],
                    refresh="wait_for" if is_serving else False,
                )
            except BulkIndexError as error:
                # 404: already removed. 409: a later version was written.
                failures = [e for e in error.errors if next(iter(e.values())).get("status") not in {404, 409}]
                if failures:
                    raise Unavailable(
                        f"{len(failures)} entries were refused, the first: {failures[0]}"
                    ) from error

    def _exists(self, alias: str) -> bool:
        with _translate_errors():
            return bool(self.client.indices.exists_alias(name=alias))

    def listed(self, now: datetime) -> dict[Kind, int]:
        request = dsl.Search(using=self.client, index=READ)
        request = request.query(dsl.Q("bool", filter=scope(SearchQuery(scope=Scope.PUBLIC, now=now))))
        request.aggs.bucket("kinds", "terms", field="kind")
        with _translate_errors():
            buckets = request[:0].execute().aggregations.kinds.buckets
        result = {bucket.key: bucket.doc_count for bucket in buckets}
        return {kind: result.get(kind.value, 0) for kind in Kind}

    def is_built(self) -> bool:
        return any(name.split("-")[2] == fingerprint() for name in self._indices(self._search_client))

    def _indices(self, client: Elasticsearch | None = None) -> list[str]:
        """Return the names of the active indices."""
        with _translate_errors():
            try:
                return list((client or self.client).indices.get_alias(name=READ).body)
            except NotFoundError:
                return []

    @contextmanager
    def rebuilding(self) -> Iterator[None]:
        """Fill a new index beside the active one, then switch both aliases and delete the old one."""
        name = f"{PREFIX}-{fingerprint()}-{timezone.now():%Y%m%d%H%M%S%f}"
        index = dsl.Index(name, using=self.client)
        index.settings(number_of_shards=1, number_of_replicas=0, refresh_interval="-1")
        index.mapping(mapping())
        with _translate_errors():
            index.create()
        self._target = name
        try:
            yield
        except BaseException:
            self.client.options(ignore_status=404).indices.delete(index=name)
            raise
        finally:
            self._target = WRITE
        old = self._indices()
        moves = [{"add": {"index": name, "alias": alias}} for alias in (READ, WRITE)]
        moves += [
            {"remove": {"index": old_index, "alias": alias}} for old_index in old for alias in (READ, WRITE)
        ]
        with _translate_errors():
            index.put_settings(settings={"index": {"refresh_interval": "1s"}})
            index.refresh()
            self.client.indices.update_aliases(actions=moves)
            for old_index in old:
                self.client.indices.delete(index=old_index)


def _version(read_at: datetime) -> dict[str, Any]:
    """Return the external version of a write, the time its record was read: no later one is lost."""
    return {"version": int(read_at.timestamp() * 1_000_000), "version_type": "external_gte"}
