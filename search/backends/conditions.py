"""SQL conditions of a query's filters over `search_entry e`, for both databases.

Only constants of this package are inserted into SQL; every value is a parameter.
"""

from collections.abc import Collection, Sequence
from datetime import UTC, datetime, timedelta
from math import radians, sin
from typing import Any

from portal.core.certificates import CertificateKind
from search.document import EARTH_KM, on_sphere
from search.facets import CHOICE_FACETS, SLOTS, VETERANS_ONLY, packed_condition, packed_kind
from search.query import Facet, Kind, Near, Scope, SearchQuery
from search.reading.criteria import trait_mask

Condition = tuple[str, list[Any]]  # SQL and its parameters
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def to_microseconds(value: datetime) -> int:
    """Convert a moment to microseconds since 1970, as stored in an entry."""
    return (value - _EPOCH) // timedelta(microseconds=1)


def from_microseconds(value: int) -> datetime:
    return _EPOCH + timedelta(microseconds=value)


def all_of(conditions: Sequence[Condition]) -> Condition:
    return " AND ".join(f"({sql})" for sql, _ in conditions), [v for _, values in conditions for v in values]


def scope(query: SearchQuery) -> list[Condition]:
    """Return the conditions of the query's scope at `query.now`."""
    if query.scope is not Scope.PUBLIC:
        raise ValueError(f"no condition for scope {query.scope!r}")
    now = to_microseconds(query.now)
    return [("e.listed_from <= %s AND e.listed_until > %s", [now, now])]


def facts(query: SearchQuery) -> list[Condition]:
    """Return the filters that are no facets: the same for the hits and for all counts."""
    filters: list[Condition] = []
    if query.certificates:
        filters.append(
            ("e.certificates & %s <> 0 OR e.kind <> %s", [certificates(query.certificates), *_POSITION])
        )
    if query.veterans_only:
        filters.append((f"{SLOTS[VETERANS_ONLY].sql} = 1 OR e.kind <> %s", [*_POSITION]))
    if query.near:
        square, values = chord(query.near)
        filters.append((f"{square} <= %s", [*values, _reach(query.near)]))
    if query.published_since:
        filters.append(("e.listed_from >= %s", [to_microseconds(query.published_since)]))
    ends_after, begins_before = query.fair_interval
    if ends_after:
        filters.append(
            ("e.kind <> %s OR e.listed_until > %s", [Kind.FAIR.value, to_microseconds(ends_after)])
        )
    if begins_before:
        filters.append(("e.kind <> %s OR e.sort_at < %s", [Kind.FAIR.value, to_microseconds(begins_before)]))
    return filters


def stated(query: SearchQuery) -> list[Condition]:
    """Return the conditions that stand in the text of a query. They are about positions; other kinds pass.

    Only columns of the index `search_entry_counts` are read for conditions on traits and kinds.
    """
    criteria = query.criteria
    conditions: list[Condition] = []
    masks = [trait_mask(traits) for traits in criteria.any_traits]
    conditions += [("e.traits & %s <> 0", [mask]) for mask in masks]
    if criteria.without_traits:
        conditions.append(("e.traits & %s = 0", [trait_mask(criteria.without_traits)]))
    limits = (
        ("e.pay_to >= %s", criteria.pay_at_least),
        ("e.pay_from <= %s", criteria.pay_at_most),
        ("e.education_min <= %s", criteria.education_at_most),
        ("e.education_min >= %s", criteria.education_at_least),
    )
    conditions += [(sql, [limit]) for sql, limit in limits if limit is not None]
    if criteria.without_certificates:
        conditions.append(("e.certificates & %s = 0", [certificates(criteria.without_certificates)]))
    result: list[Condition] = []
    if conditions:
        sql, values = all_of(conditions)
        kind = f"{SLOTS[Facet.KIND].sql} <> {packed_kind(Kind.POSITION)}"
        result.append((f"{kind} OR ({sql})", values))
    if criteria.regions:
        within, places = _within(criteria.regions)
        result.append((f"{within} OR e.region = '' AND e.kind <> %s", [*places, *_POSITION]))
    return result


def _within(codes: Collection[str]) -> Condition:
    """Return the condition that the place is in or below any of these regions."""
    sql = " OR ".join(["(e.region >= %s AND e.region < %s)"] * len(codes))
    return sql, [bound for code in codes for bound in (code, f"{code}:")]


def better(query: SearchQuery) -> list[Condition]:
    """Return the conditions that move a position forward, one step each."""
    criteria = query.criteria
    steps: list[Condition] = [("e.traits & %s <> 0", [trait_mask(traits)]) for traits in criteria.better_traits]
    return [*steps, _within(criteria.better_regions)] if criteria.better_regions else steps


def by_facet(query: SearchQuery) -> dict[Facet, Condition]:
    """Return the filter of each facet in the query. Records without a value pass."""
    filters: dict[Facet, Condition] = {}
    if query.kinds != frozenset(Kind):
        kinds = sorted(query.kinds)
        filters[Facet.KIND] = f"e.kind IN ({', '.join(['%s'] * len(kinds))})", list(kinds)
    if query.region:
        filters[Facet.COUNTY] = "e.region >= %s AND e.region < %s", [query.region, query.region + ":"]
    pay = [
        ("e.pay_to IS NULL OR e.pay_to >= %s", [query.pay_at_least]),
        ("e.pay_from IS NULL OR e.pay_from < %s", [query.pay_below]),
    ]
    if pay := [(sql, values) for sql, values in pay if values != [None]]:
        filters[Facet.PAY] = all_of(pay)
    if query.education_at_most is not None:
        filters[Facet.EDUCATION] = (
            "e.education_min IS NULL OR e.education_min <= %s",
            [query.education_at_most],
        )
    for facet, values in query.choices.items():
        if values:
            filters[facet] = CHOICE_FACETS[facet].sql_filter(values), []
    return filters


def packed(query: SearchQuery) -> dict[Facet, Condition]:
    """Return those filters of `by_facet` that the packed numbers can express.

    Counts over all entries then read a covering index only.
    """
    filters: dict[Facet, Condition] = {}
    if query.kinds != frozenset(Kind):
        filters[Facet.KIND] = packed_condition(Facet.KIND, query.kinds), []
    if len(query.region) == 6:
        filters[Facet.COUNTY] = f"{SLOTS[Facet.COUNTY].sql} = %s", [int(query.region)]
    return filters


_POSITION = (Kind.POSITION.value,)


_BITS = {code: 1 << number for number, code in enumerate(CertificateKind.values)}


def certificates(codes: Collection[str]) -> int:
    """Return a bit mask of certificates."""
    return sum(_BITS[code] for code in codes)


def chord(near: Near) -> Condition:
    """Return the squared chord to a place on the unit sphere; NULL for a record without coordinates.

    It is monotonic in the distance along the surface, and as exact as the haversine formula.
    """
    x, y, z = on_sphere(near.latitude, near.longitude)
    return (
        "((e.x - %s) * (e.x - %s) + (e.y - %s) * (e.y - %s) + (e.z - %s) * (e.z - %s))",
        [x, x, y, y, z, z],
    )


def _reach(near: Near) -> float:
    """Return the squared chord of `near.km` along the surface."""
    return float((2 * sin(min(near.km / EARTH_KM, radians(180)) / 2)) ** 2)
