"""Documents of the search index: the searchable text of a record, its facets, and when it is listed.

Only public records have documents. There is none for a veteran's record, and none may be added: a search
index must not contain people.
"""

import hashlib
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from functools import cache
from typing import Any

from django.conf import settings
from django.db.models import Q, QuerySet
from django.utils import timezone

from matching.tokens import DATA
from portal.core.certificates import CertificateKind
from portal.employers.enums import VerificationState
from portal.employers.models import Employer
from portal.positions.enums import PositionState
from portal.positions.models import Position
from search import page_documents
from search.document import Document, places, to_milliseconds
from search.facets import NUMBERED, PAY_BANDS, SLOTS, Kind, employer_values, position_values
from search.page_documents import PAGE_KINDS
from search.position_traits import required_education, text_of, traits_of
from search.reading.certificates import certificates_in, mark_of
from search.reading.criteria import Trait
from search.reading.trades import TABLES

# Increase when the content of documents changes: existing indexes are then rebuilt.
SHAPE = 5
LEAST_CERTAINTY = 0.6  # of a guessed occupation whose name is searched


@cache
def version() -> str:
    """Return 12 hex digits that change with the form of documents and with the words of the dictionaries."""
    words = b"".join(path.read_bytes() for path in (DATA / "dictionary.csv", *TABLES) if path.exists())
    shape = f"{SHAPE}:{settings.TIME_ZONE}:{SLOTS}:{NUMBERED}:{PAY_BANDS}:{CertificateKind.values}:{list(Trait)}:"
    return hashlib.sha256(shape.encode() + words).hexdigest()[:12]


def _midnight_after(employer: Employer) -> datetime:
    """Return the first moment at which an employer's verification no longer holds."""
    assert employer.verified_until is not None
    return timezone.make_aware(datetime.combine(employer.verified_until + timedelta(days=1), time.min))


def position_documents(rows: Sequence[Position]) -> list[Document]:
    where = places(row.region_id for row in rows)
    return [_position(row, where[row.region_id]) for row in rows]


def _position(row: Position, place: str) -> Document:
    assert row.published_at is not None
    assert row.expires_at is not None
    text = text_of(row)
    # A guess that is seldom right says less than the title.
    is_sure = row.occupation_certainty is None or row.occupation_certainty >= LEAST_CERTAINTY
    facts = [row.occupation.name if is_sure else "", row.employer.name, place, row.address, row.get_kind_display()]
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
        sort_at=to_milliseconds(row.published_at),
        facet_values=position_values(row),
        pay_from=int(row.pay_from),
        pay_to=int(row.pay_to),
        education_min=required_education(row, text),
        certificates=frozenset(row.certificates),
        veterans_only=row.veterans_only,
        traits=traits_of(row, text),
        marks=tuple(map(mark_of, sorted({*row.certificates, *certificates_in(text)}))),
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
            sort_at=to_milliseconds(row.verified_at or row.created_at),
            facet_values=employer_values(row),
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


def _page_source(pages: page_documents.PageSource) -> Source:
    return Source(
        listable=pages.listable,
        visible=pages.visible,
        documents=pages.documents,
        title=lambda row: row.title,
        body=pages.body,
        changed_since=lambda moment: _ids(
            pages.model.objects.filter(
                Q(last_published_at__gte=moment) | Q(latest_revision_created_at__gte=moment)
            )
        ),
    )


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
    Kind.EMPLOYER: Source(
        listable=_listable_employers,
        visible=_listable_employers,
        documents=employer_documents,
        title=lambda row: row.name,
        body=lambda row: row.introduction,
        changed_since=lambda moment: _ids(Employer.objects.filter(updated_at__gte=moment)),
    ),
    **{kind: _page_source(page_documents.SOURCES[kind]) for kind in PAGE_KINDS},
}


def documents_of(kind: Kind, object_ids: Collection[int], now: datetime) -> list[Document]:
    """Return the documents of those records that have one."""
    source = SOURCES[kind]
    return source.documents(list(source.listable(now).filter(pk__in=object_ids).order_by("pk")))
