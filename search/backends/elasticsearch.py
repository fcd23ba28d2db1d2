"""Elasticsearch, for when one machine is too small. Words arrive cut, so a server needs no plugin.

An index is named after its mapping and the version of the documents. Readers and writers know two aliases
only; a rebuild fills a new index beside the old one and moves both aliases in one step.
"""

import hashlib
import json
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from functools import lru_cache
from typing import Any

from django.conf import settings
from django.utils import timezone
from elasticsearch import Elasticsearch, dsl
from elasticsearch.helpers import bulk

from matching.tokens import tokenize
from search import documents
from search.backends.base import Backend, Found
from search.documents import Document, number
from search.query import DEEPEST, Kind, Scope, SearchQuery, Sort
from search.words import Group

PREFIX = "portal-search"
READ, WRITE = f"{PREFIX}-read", f"{PREFIX}-write"
_MOST_COUNTIES = 4000  # there are 3,351 regions down to the county
_REGION_LEVELS = (2, 4, 6, 9, 12)
_FIELDS = ("title^8", "facts^3", "body")


def mapping() -> dsl.Mapping:
    """Fields of a document; anything else is refused."""
    found = dsl.Mapping()
    found.meta("dynamic", "strict")
    for field in ("title", "facts", "body"):
        found.field(field, "text", analyzer="whitespace")
    for field in ("kind", "county", "regions"):
        found.field(field, "keyword")
    for field in ("object_id", "number"):
        found.field(field, "long")
    for field in ("pay_to", "education_min"):
        found.field(field, "integer")
    for field in ("listed_from", "listed_until", "sort_at"):
        found.field(field, "date")
    return found


def fingerprint() -> str:
    """Eight hex digits: of the mapping, and of how documents and words are made."""
    shape = json.dumps(mapping().to_dict(), sort_keys=True) + documents.version()
    return hashlib.sha256(shape.encode()).hexdigest()[:8]


@lru_cache(maxsize=4)
def _client(url: str) -> Elasticsearch:
    return Elasticsearch(url, request_timeout=30)


class ElasticsearchBackend(Backend):
    transactional = False

    def __init__(self, url: str | None = None) -> None:
        self.client = _client(url or settings.ELASTICSEARCH_URL)
        self._target = WRITE

    def find(self, query: SearchQuery, asked: Sequence[Group], *, any_word: bool = False) -> Found:
        if not self.client.indices.exists_alias(name=READ):
            return Found(keys=[], total=0, counts=dict.fromkeys(Kind, 0), counties=())
        kinds = dsl.Q("terms", kind=sorted(query.kinds))
        region = dsl.Q("term", regions=query.region) if query.region else dsl.Q("match_all")
        asking = dsl.Search(using=self.client, index=READ)
        asking = asking.query(dsl.Q("bool", filter=[*_scope(query), *_facts(query)]))
        if asked:
            asking = asking.query(_words(asked, any_word=any_word))
        # Counts look past the filter that they are counts of; the list does not.
        asking = asking.post_filter(kinds & region)
        asking.aggs.bucket("of_kind", "filter", region).bucket("kinds", "terms", field="kind")
        asking.aggs.bucket("of_county", "filter", kinds).bucket(
            "counties", "terms", field="county", size=_MOST_COUNTIES
        )
        asking = asking.sort(*_order(query, asked)).source(["kind", "object_id"])
        asking = asking.extra(track_total_hits=True)[query.offset : query.offset + query.size]
        answer = asking.execute()
        counts = {bucket.key: bucket.doc_count for bucket in answer.aggregations.of_kind.kinds.buckets}
        counties = [(b.key, b.doc_count) for b in answer.aggregations.of_county.counties.buckets]
        return Found(
            keys=[(Kind(hit.kind), hit.object_id) for hit in answer],
            total=answer.hits.total.value,  # type: ignore[attr-defined]  # dsl hangs it on the list
            counts={kind: counts.get(kind.value, 0) for kind in Kind},
            counties=tuple(sorted(counties, key=lambda item: (-item[1], item[0]))),
        )

    def put(self, documents: Sequence[Document]) -> None:
        if self._target == WRITE and not self.client.indices.exists_alias(name=WRITE):
            return  # nothing was built yet: the first `index_search` will read these records too
        actions = ({"_index": self._target, "_id": str(row.number), **_source(row)} for row in documents)
        bulk(self.client, actions, refresh="wait_for" if self._target == WRITE else False)

    def remove(self, kind: Kind, object_ids: Collection[int]) -> None:
        if not object_ids or not self.client.indices.exists_alias(name=WRITE):
            return
        actions = (
            {"_op_type": "delete", "_index": WRITE, "_id": str(number(kind, object_id))}
            for object_id in object_ids
        )
        bulk(self.client, actions, refresh="wait_for", raise_on_error=False)

    def listed(self, now: datetime) -> dict[Kind, int]:
        return self.find(SearchQuery(scope=Scope.PUBLIC, now=now, size=1), []).counts

    def is_built(self) -> bool:
        if not self.client.indices.exists_alias(name=READ):
            return False
        return any(name.split("-")[2] == fingerprint() for name in self._indices())

    def _indices(self) -> list[str]:
        """Names of the indices that serve."""
        return list(self.client.indices.get_alias(name=READ).body)

    @contextmanager
    def rebuilding(self) -> Iterator[None]:
        """A new index beside the one that serves; both aliases move when it is full, the old one goes."""
        name = f"{PREFIX}-{fingerprint()}-{timezone.now():%Y%m%d%H%M%S%f}"
        index = dsl.Index(name, using=self.client)
        index.settings(number_of_shards=1, number_of_replicas=0, refresh_interval="-1")
        index.mapping(mapping())
        index.create()
        self._target = name
        try:
            yield
        except BaseException:
            index.delete()
            raise
        finally:
            self._target = WRITE
        index.put_settings(settings={"index": {"refresh_interval": "1s"}})
        index.refresh()
        old = self._indices() if self.client.indices.exists_alias(name=READ) else []
        moves = [{"add": {"index": name, "alias": alias}} for alias in (READ, WRITE)]
        moves += [{"remove": {"index": was, "alias": alias}} for was in old for alias in (READ, WRITE)]
        self.client.indices.update_aliases(actions=moves)
        for was in old:
            self.client.indices.delete(index=was)


def _source(row: Document) -> dict[str, Any]:
    """The document as it is stored: words cut, a region with everything above it."""
    return {
        "number": row.number,
        "kind": row.kind.value,
        "object_id": row.object_id,
        "title": " ".join(tokenize(row.title)),
        "facts": " ".join(tokenize(row.facts)),
        "body": " ".join(tokenize(row.body)),
        "county": row.region[:6],
        "regions": [row.region[:length] for length in _REGION_LEVELS if length <= len(row.region)],
        "pay_to": row.pay_to,
        "education_min": row.education_min,
        "listed_from": row.listed_from.isoformat(),
        "listed_until": row.listed_until.isoformat(),
        "sort_at": row.sort_at.isoformat(),
    }


def _scope(query: SearchQuery) -> list[dsl.query.Query]:
    """What the searcher may see, judged at `query.now`."""
    if query.scope is not Scope.PUBLIC:
        raise ValueError(f"no condition for scope {query.scope!r}")
    now = query.now.isoformat()
    return [dsl.Q("range", listed_from={"lte": now}), dsl.Q("range", listed_until={"gt": now})]


def _facts(query: SearchQuery) -> list[dsl.query.Query]:
    """Filters that only positions know; whatever has no such fact passes."""
    found = []
    if query.pay_at_least is not None:
        found.append(_absent("pay_to") | dsl.Q("range", pay_to={"gte": query.pay_at_least}))
    if query.education_at_most is not None:
        found.append(
            _absent("education_min") | dsl.Q("range", education_min={"lte": query.education_at_most})
        )
    return found


def _absent(field: str) -> dsl.query.Query:
    return ~dsl.Q("exists", field=field)


def _words(asked: Sequence[Group], *, any_word: bool) -> dsl.query.Query:
    each = [_one(group) for group in asked]
    return dsl.Q("bool", should=each, minimum_should_match=1) if any_word else dsl.Q("bool", must=each)


def _one(group: Group) -> dsl.query.Query:
    each = [_all_of(words) for words in group.alternatives]
    return each[0] if len(each) == 1 else dsl.Q("bool", should=each, minimum_should_match=1)


def _all_of(words: Sequence[str]) -> dsl.query.Query:
    each = [_standing(word) for word in words]
    return each[0] if len(each) == 1 else dsl.Q("bool", must=each)


def _standing(word: str) -> dsl.query.Query:
    return dsl.Q("multi_match", query=word, fields=list(_FIELDS), type="best_fields", analyzer="keyword")


def _order(query: SearchQuery, asked: Sequence[Group]) -> list[Any]:
    last = [{"sort_at": {"order": "desc"}}, {"number": {"order": "asc"}}]
    if query.sort == Sort.PAY:
        return [{"pay_to": {"order": "desc", "missing": "_last"}}, *last]
    return [{"_score": {"order": "desc"}}, *last] if query.sort == Sort.RELEVANCE and asked else last


assert DEEPEST <= 10_000  # index.max_result_window, which a server grants without being asked
