"""Mapping and source of a document in Elasticsearch."""

import hashlib
import json
from typing import Any

from elasticsearch import dsl

from portal.core.region_codes import region_code_chain
from search import documents
from search.document import Document
from search.facets import Facet


def mapping() -> dsl.Mapping:
    """Return the fields of a document; any other field is rejected."""
    shape = dsl.Mapping()
    shape.meta("dynamic", "strict")
    for field in ("title", "facts", "body"):
        shape.field(field, "text", analyzer="whitespace")
    for field in ("regions", "certificates", "traits", *Facet):
        shape.field(str(field), "keyword")
    for field in ("object_id", "number"):
        shape.field(field, "long")
    for field in ("pay_from", "pay_to", "pay_order", "education_min"):
        shape.field(field, "integer")
    for field in ("listed_from", "listed_until", "sort_at"):
        shape.field(field, "date")
    shape.field("veterans_only", "boolean")
    shape.field("place", "geo_point")
    return shape


def fingerprint() -> str:
    """Return eight hex digits that change with the mapping, the documents or the dictionary."""
    shape = json.dumps(mapping().to_dict(), sort_keys=True) + documents.version()
    return hashlib.sha256(shape.encode()).hexdigest()[:8]


def source(row: Document) -> dict[str, Any]:
    """Return the stored form of a document: tokenised text, and its region with all regions above it."""
    place = {"place": {"lat": row.location[0], "lon": row.location[1]}} if row.location else {}
    return {
        "number": row.number,
        "object_id": row.object_id,
        "title": " ".join(row.title_words()),
        "facts": " ".join(row.facts_words()),
        "body": " ".join(row.body_words()),
        "regions": region_code_chain(row.region),
        "pay_from": row.pay_from,
        "pay_to": row.pay_to,
        "pay_order": row.pay_to or 0,
        "education_min": row.education_min,
        "certificates": sorted(row.certificates),
        "traits": sorted(row.traits),
        "veterans_only": row.veterans_only,
        "listed_from": row.listed_from.isoformat(),
        "listed_until": row.listed_until.isoformat(),
        "sort_at": row.sort_at.isoformat(),
        **place,
        **{
            facet.value: values if len(values) > 1 else values[0]
            for facet, values in row.facet_values.items()
        },
    }
