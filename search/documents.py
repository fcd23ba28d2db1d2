"""Documents of the search index: the searchable text of a record, its facets, and when it is listed.

Only public records have documents. There is none for a veteran's record, and none may be added: a search
index must not contain people.
"""

import hashlib
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from functools import cache
from math import asin, cos, radians, sin, sqrt
from typing import Any

from django.conf import settings
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.html import strip_tags

from cms.models import JobFairPage
from matching.tokens import DATA
from portal.core.certificates import CertificateKind
from portal.core.models import Region
from portal.core.region_codes import region_code_chain
from portal.employers.enums import VerificationState
from portal.employers.models import Employer
from portal.positions.enums import PositionState
from portal.positions.models import Position
from search.facets import (
    NUMBERED,
    PAY_BANDS,
    SLOTS,
    FacetValues,
    Kind,
    employer_values,
    fair_values,
    position_values,
)

# Increase when the content of documents changes: existing indexes are then rebuilt.
SHAPE = 4
EARTH_KM = 6371.0088
_NUMBERS = {Kind.POSITION: 0, Kind.FAIR: 1, Kind.EMPLOYER: 2}


@dataclass(frozen=True, slots=True)
class Document:
    """Searchable form of one record.

    Attributes:
        facts: short names (occupation, place, employer), weighted between title and body.
        location: (latitude, longitude).
        listed_from: start of its public life; `listed_until`: exclusive end.
        facet_values: values by facet.
    """

    kind: Kind
    object_id: int
    title: str
    facts: str
    body: str
    region: str
    location: tuple[float, float] | None  # latitude, longitude
    listed_from: datetime
    listed_until: datetime
    sort_at: datetime
    facet_values: FacetValues
    pay_from: int | None = None
    pay_to: int | None = None
    education_min: int | None = None
    certificates: frozenset[str] = frozenset()
    veterans_only: bool = False

    @property
    def number(self) -> int:
        return number(self.kind, self.object_id)


def number(kind: Kind, object_id: int) -> int:
    """Return the number of a record, unique over all kinds."""
    return object_id * 4 + _NUMBERS[kind]


def on_sphere(latitude: float, longitude: float) -> tuple[float, float, float]:
    """Return a place as a point of the unit sphere.

    The chord between two points grows with their distance along the surface, and needs only squares and sums.
    """
    up, east = radians(latitude), radians(longitude)
    return cos(up) * cos(east), cos(up) * sin(east), sin(up)


def km_between(one: tuple[float, float], other: tuple[float, float]) -> float:
    """Return the distance along the surface in kilometres."""
    square = sum((a - b) ** 2 for a, b in zip(on_sphere(*one), on_sphere(*other), strict=True))
    return 2 * EARTH_KM * asin(min(sqrt(square) / 2, 1.0))


@cache
def version() -> str:
    """Return 12 hex digits that change with the form of documents and with the dictionary."""
    dictionary = (DATA / "dictionary.csv").read_bytes()
    shape = f"{SHAPE}:{settings.TIME_ZONE}:{SLOTS}:{NUMBERED}:{PAY_BANDS}:{CertificateKind.values}:"
    return hashlib.sha256(shape.encode() + dictionary).hexdigest()[:12]


def places(codes: Iterable[str]) -> dict[str, str]:
    """Return the full name of each region code, '江门市 新会区 睦洲镇', so that a county finds its towns.

    One query.
    """
    requested = set(codes)
    above = {part for code in requested for part in region_code_chain(code)}
    names = dict(Region.objects.filter(code__in=above).values_list("code", "name"))
    return {
        code: " ".join(names[part] for part in region_code_chain(code)[1:] if part in names)
        for code in requested
    }


def _midnight_after(employer: Employer) -> datetime:
    """Return the first moment at which an employer's verification no longer holds."""
    assert employer.verified_until is not None
    return timezone.make_aware(datetime.combine(employer.verified_until + timedelta(days=1), time.min))


def _to_milliseconds(moment: datetime) -> datetime:
    """Truncate to milliseconds, the precision of Elasticsearch, so that all engines sort alike."""
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)


def plain(html: str) -> str:
    """Return the text of rich text, with a space between elements."""
    return strip_tags(html.replace("<", " <"))


def position_documents(rows: Sequence[Position]) -> list[Document]:
    where = places(row.region_id for row in rows)
    return [_position(row, where[row.region_id]) for row in rows]


def _position(row: Position, place: str) -> Document:
    assert row.published_at is not None
    assert row.expires_at is not None
    facts = [row.occupation.name, row.employer.name, place, row.address, row.get_kind_display()]
    facts += [row.get_shift_display(), *row.certificate_labels, *row.benefits]
    if row.veterans_only or row.veterans_preferred:
        facts.append("定向招录退役军人" if row.veterans_only else "退役军人优先")
    return Document(
        kind=Kind.POSITION,
        object_id=row.pk,
        title=row.title,
        facts=" ".join(facts),
        body=f"{row.duties}\n{row.requirements}\n{row.relaxable}",
        region=row.region_id,
        location=row.region.location,
        listed_from=row.published_at,
        listed_until=min(row.expires_at, _midnight_after(row.employer)),
        sort_at=_to_milliseconds(row.published_at),
        facet_values=position_values(row),
        pay_from=int(row.pay_from),
        pay_to=int(row.pay_to),
        education_min=row.education_min,
        certificates=frozenset(row.certificates),
        veterans_only=row.veterans_only,
    )


def employer_documents(rows: Sequence[Employer]) -> list[Document]:
    where = places(row.region_id for row in rows)
    return [
        Document(
            kind=Kind.EMPLOYER,
            object_id=row.pk,
            title=row.name,
            facts=" ".join([row.get_industry_display(), row.get_nature_display(), where[row.region_id]]),
            body=f"{row.address}\n{row.introduction}",
            region=row.region_id,
            location=row.region.location,
            listed_from=row.verified_at or row.created_at,
            listed_until=_midnight_after(row),
            sort_at=_to_milliseconds(row.verified_at or row.created_at),
            facet_values=employer_values(row),
        )
        for row in rows
    ]


def fair_documents(rows: Sequence[JobFairPage]) -> list[Document]:
    where = places(row.region_id for row in rows)
    return [
        Document(
            kind=Kind.FAIR,
            object_id=row.pk,
            title=row.title,
            facts=" ".join(["招聘会", row.venue, row.address, where[row.region_id], row.get_mode_display()]),
            body=f"{row.summary}\n{plain(row.body)}",
            region=row.region_id,
            location=row.region.location,
            listed_from=row.first_published_at or row.starts_at - timedelta(days=365),
            listed_until=row.ends_at,
            sort_at=_to_milliseconds(row.starts_at),
            facet_values=fair_values(row.region_id),
        )
        for row in rows
    ]


def _listable_positions(now: datetime) -> QuerySet[Position]:
    rows = Position.objects.filter(state=PositionState.OPEN, published_at__isnull=False, expires_at__gt=now)
    rows = rows.filter(
        employer__state=VerificationState.VERIFIED, employer__verified_until__gte=timezone.localdate(now)
    )
    # Prefetched: a batch has few distinct occupations and regions. Deferred: decrypting a phone number costs
    # as much as segmenting the text of a position.
    rows = rows.select_related("employer").prefetch_related("occupation", "region")
    return rows.defer("employer__contact_phone")


def _listable_employers(now: datetime) -> QuerySet[Employer]:
    day = timezone.localdate(now)
    rows = Employer.objects.filter(state=VerificationState.VERIFIED, verified_until__gte=day)
    return rows.select_related("region").defer("contact_phone")


def _open_fairs(now: datetime) -> QuerySet[JobFairPage]:
    rows: QuerySet[JobFairPage] = JobFairPage.objects.live().filter(ends_at__gt=now).select_related("region")
    return rows


def _ids(rows: QuerySet[Any]) -> list[int]:
    return list(rows.values_list("pk", flat=True))


@dataclass(frozen=True, slots=True)
class Source:
    """Source of the documents of one kind.

    Attributes:
        listable: rows that are listed at a moment, or will be without another write.
        visible: rows of the public scope at a moment, with everything that a page shows.
        documents: documents of rows.
        title: title of a row; `body`: text for the snippet.
        changed_since: ids of rows, listable or not, that were written at or after a moment.
    """

    listable: Callable[[datetime], QuerySet[Any]]
    visible: Callable[[datetime], QuerySet[Any]]
    documents: Callable[[Sequence[Any]], list[Document]]
    title: Callable[[Any], str]
    body: Callable[[Any], str]
    changed_since: Callable[[datetime], list[int]]


SOURCES: dict[Kind, Source] = {
    Kind.POSITION: Source(
        listable=_listable_positions,
        visible=lambda now: Position.objects.open_at(now).with_details().defer("employer__contact_phone"),
        documents=position_documents,
        title=lambda row: row.title,
        body=lambda row: f"{row.duties} {row.requirements}",
        changed_since=lambda moment: _ids(
            Position.objects.filter(Q(updated_at__gte=moment) | Q(employer__updated_at__gte=moment))
        ),
    ),
    Kind.FAIR: Source(
        listable=_open_fairs,
        visible=_open_fairs,
        documents=fair_documents,
        title=lambda row: row.title,
        body=lambda row: f"{row.summary} {plain(row.body)}",
        changed_since=lambda moment: _ids(
            JobFairPage.objects.filter(
                Q(last_published_at__gte=moment) | Q(latest_revision_created_at__gte=moment)
            )
        ),
    ),
    Kind.EMPLOYER: Source(
        listable=_listable_employers,
        visible=_listable_employers,
        documents=employer_documents,
        title=lambda row: row.name,
        body=lambda row: row.introduction,
        changed_since=lambda moment: _ids(Employer.objects.filter(updated_at__gte=moment)),
    ),
}


def documents_of(kind: Kind, object_ids: Collection[int], now: datetime) -> list[Document]:
    """Return the documents of those records that have one."""
    source = SOURCES[kind]
    return source.documents(list(source.listable(now).filter(pk__in=object_ids).order_by("pk")))
