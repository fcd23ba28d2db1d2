"""Elasticsearch queries: the same conditions as `search.backends.conditions` in SQL."""

from collections.abc import Mapping, Sequence
from typing import Any

from elasticsearch import dsl

from search.backends.base import TRAIT_STEP, title_steps
from search.cursor import Cursor
from search.facets import CHOICE_FACETS
from search.query import Facet, Kind, Near, Scope, SearchQuery, Sort
from search.words import Group

SearchParams = dsl.query.Query
_FIELDS = ("title^8", "facts^3", "body")
_MAX_VALUES = 4000  # values of a facet; there are 3,351 regions down to the county


def scope(query: SearchQuery) -> list[SearchParams]:
    """Return the conditions of the query's scope at `query.now`."""
    if query.scope is not Scope.PUBLIC:
        raise ValueError(f"no condition for scope {query.scope!r}")
    now = query.now.isoformat()
    return [dsl.Q("range", listed_from={"lte": now}), dsl.Q("range", listed_until={"gt": now})]


def facts(query: SearchQuery) -> list[SearchParams]:
    """Return the filters that are no facets."""
    not_a_position = ~dsl.Q("term", kind=Kind.POSITION.value)
    not_a_fair = ~dsl.Q("term", kind=Kind.FAIR.value)
    result: list[SearchParams] = []
    if query.certificates:
        result.append(not_a_position | dsl.Q("terms", certificates=sorted(query.certificates)))
    if query.veterans_only:
        result.append(not_a_position | dsl.Q("term", veterans_only=True))
    if query.near:
        result.append(dsl.Q("geo_distance", distance=f"{query.near.km}km", place=_point(query.near)))
    if query.published_since:
        result.append(dsl.Q("range", listed_from={"gte": query.published_since.isoformat()}))
    ends_after, begins_before = query.fair_interval
    if ends_after:
        result.append(not_a_fair | dsl.Q("range", listed_until={"gt": ends_after.isoformat()}))
    if begins_before:
        result.append(not_a_fair | dsl.Q("range", sort_at={"lt": begins_before.isoformat()}))
    return result


def stated(query: SearchQuery) -> list[SearchParams]:
    """Return the conditions that stand in the text of a query; other kinds than positions pass."""
    criteria = query.criteria
    wanted: list[SearchParams] = [dsl.Q("terms", traits=sorted(traits)) for traits in criteria.any_traits]
    if criteria.without_traits:
        wanted.append(~dsl.Q("terms", traits=sorted(criteria.without_traits)))
    limits: tuple[tuple[str, str, int | None], ...] = (
        ("pay_to", "gte", criteria.pay_at_least),
        ("pay_from", "lte", criteria.pay_at_most),
        ("education_min", "lte", criteria.education_at_most),
        ("education_min", "gte", criteria.education_at_least),
    )
    wanted += [dsl.Q("range", **{field: {way: limit}}) for field, way, limit in limits if limit is not None]
    if criteria.without_certificates:
        wanted.append(~dsl.Q("terms", certificates=sorted(criteria.without_certificates)))
    wanted += [
        ~_any_of(exclusion.alternatives, in_title=exclusion.in_title) for exclusion in query.exclusions
    ]
    result: list[SearchParams] = []
    if wanted:
        result.append(~dsl.Q("term", kind=Kind.POSITION.value) | dsl.Q("bool", filter=wanted))
    if criteria.regions:
        no_place = ~dsl.Q("term", kind=Kind.POSITION.value) & _absent("regions")
        result.append(dsl.Q("terms", regions=list(criteria.regions)) | no_place)
    return result


def steps(query: SearchQuery, groups: Sequence[Group]) -> list[SearchParams]:
    """Return what moves a hit forward: titles with the words, and stated wishes."""
    exact_title = query.exact_title if groups else ""
    titles = [(_any_of(each, in_title=True), step) for each, step in title_steps(groups, exact_title)]
    traits = [
        (dsl.Q("terms", traits=sorted(each)), TRAIT_STEP) for each in query.criteria.better_traits
    ]
    if query.criteria.better_regions:
        traits.append((dsl.Q("terms", regions=list(query.criteria.better_regions)), TRAIT_STEP))
    return [dsl.Q("constant_score", filter=condition, boost=step) for condition, step in (*titles, *traits)]


def _any_of(alternatives: Sequence[Sequence[str]], *, in_title: bool) -> SearchParams:
    fields = _FIELDS[:1] if in_title else _FIELDS
    ways = [
        dsl.Q("bool", must=[_word_query(word, fields) for word in alternative]) for alternative in alternatives
    ]
    return dsl.Q("bool", should=ways, minimum_should_match=1)


def by_facet(query: SearchQuery) -> dict[Facet, SearchParams]:
    """Return the filter of each facet in the query. Records without a value pass."""
    result: dict[Facet, SearchParams] = {}
    if query.kinds != frozenset(Kind):
        result[Facet.KIND] = dsl.Q("terms", kind=sorted(query.kinds))
    if query.region:
        result[Facet.COUNTY] = dsl.Q("term", regions=query.region)
    pay: list[SearchParams] = []
    if query.pay_at_least is not None:
        pay.append(_absent("pay_to") | dsl.Q("range", pay_to={"gte": query.pay_at_least}))
    if query.pay_below is not None:
        pay.append(_absent("pay_from") | dsl.Q("range", pay_from={"lt": query.pay_below}))
    if pay:
        result[Facet.PAY] = dsl.Q("bool", filter=pay)
    if query.education_at_most is not None:
        result[Facet.EDUCATION] = _absent("education_min") | dsl.Q(
            "range", education_min={"lte": query.education_at_most}
        )
    for facet, values in query.choices.items():
        if values:
            result[facet] = dsl.Q(CHOICE_FACETS[facet].elasticsearch_filter(values))
    return result


def _absent(field: str) -> SearchParams:
    return ~dsl.Q("exists", field=field)


def _point(near: Near) -> dict[str, float]:
    return {"lat": near.latitude, "lon": near.longitude}


def facet_counts(request: dsl.Search, filters: Mapping[Facet, SearchParams]) -> None:
    """Add an aggregation for each facet, with the filters of all other facets."""
    for facet in Facet:
        others = [condition for of, condition in filters.items() if of != facet]
        within = dsl.Q("bool", filter=others) if others else dsl.Q("match_all")
        request.aggs.bucket(facet.value, "filter", within).bucket(
            "values", "terms", field=facet.value, size=_MAX_VALUES
        )


def counts(aggregations: Any) -> dict[Facet, dict[str, int]]:
    return {
        facet: {bucket.key: bucket.doc_count for bucket in aggregations[facet.value]["values"].buckets}
        for facet in Facet
    }


def words(groups: Sequence[Group], *, any_word: bool) -> SearchParams:
    parts = [_one(group) for group in groups]
    return dsl.Q("bool", should=parts, minimum_should_match=1) if any_word else dsl.Q("bool", must=parts)


def _one(group: Group) -> SearchParams:
    parts = [_all_of(alternative) for alternative in group.alternatives]
    return parts[0] if len(parts) == 1 else dsl.Q("bool", should=parts, minimum_should_match=1)


def _all_of(alternative: Sequence[str]) -> SearchParams:
    parts = [_word_query(word) for word in alternative]
    return parts[0] if len(parts) == 1 else dsl.Q("bool", must=parts)


def _word_query(word: str, fields: Sequence[str] = _FIELDS) -> SearchParams:
    return dsl.Q("multi_match", query=word, fields=list(fields), type="best_fields", analyzer="keyword")


def order(query: SearchQuery, groups: Sequence[Group]) -> list[Any]:
    last = [{"sort_at": {"order": "desc"}}, {"number": {"order": "asc"}}]
    if query.sort == Sort.PAY:
        return [{"pay_order": {"order": "desc"}}, *last]
    if query.sort == Sort.DISTANCE and query.near:
        return [{"_geo_distance": {"place": _point(query.near), "order": "asc", "unit": "km"}}, *last]
    is_scored = bool(groups or query.criteria.has_wishes)
    return [{"_score": {"order": "desc"}}, *last] if query.sort == Sort.RELEVANCE and is_scored else last


def keys_of(cursor: Cursor) -> list[float | int]:
    """Return the sort keys of a cursor: the first key, the date in milliseconds, the number."""
    return [cursor.first, round(cursor.sort_at.timestamp() * 1000), cursor.entry]
