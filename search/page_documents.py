"""Documents of the pages of the CMS: fairs, policies, bases and news."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone

from cms.models import BasePage, JobFairPage, NewsPage, PolicyPage
from search.document import Document, places, plain, to_milliseconds
from search.facets import Kind, page_values

PAGE_KINDS = (Kind.FAIR, Kind.POLICY, Kind.BASE, Kind.NEWS)
_ALWAYS = datetime(2199, 12, 31, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class PageSource:
    """Source of the documents of one kind of page.

    Attributes:
        model: its page model.
        listable: pages that are listed at a moment, or will be without another write.
        visible: pages of the public scope at a moment.
        documents: documents of pages.
        body: text for the snippet.
    """

    model: Any
    listable: Callable[[datetime], QuerySet[Any]]
    visible: Callable[[datetime], QuerySet[Any]]
    documents: Callable[[Sequence[Any]], list[Document]]
    body: Callable[[Any], str]


def stream_text(value: Any) -> str:
    """Return the text of a stream of blocks."""
    return " ".join(plain(text) for text in value.stream_block.get_searchable_content(value))


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))


def _first_published(page: Any) -> datetime:
    moment: datetime = page.first_published_at or page.latest_revision_created_at or timezone.now()
    return moment


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
            sort_at=to_milliseconds(row.starts_at),
            facet_values=page_values(Kind.FAIR, row.region_id),
        )
        for row in rows
    ]


def policy_documents(rows: Sequence[PolicyPage]) -> list[Document]:
    where = places(row.region_id for row in rows if row.region_id)
    return [
        Document(
            kind=Kind.POLICY,
            object_id=row.pk,
            title=row.title,
            facts=" ".join(
                ["政策", row.get_topic_display(), where.get(row.region_id or "", ""), row.office, row.source_title]
            ),
            body=f"{_policy_body(row)}\n{stream_text(row.body)}",
            region=row.region_id or "",
            location=None,
            listed_from=max(_midnight(row.valid_from), _first_published(row)),
            listed_until=_midnight(row.valid_to + timedelta(days=1)) if row.valid_to else _ALWAYS,
            sort_at=to_milliseconds(_midnight(row.valid_from)),
            facet_values=page_values(Kind.POLICY, row.region_id or ""),
        )
        for row in rows
    ]


def base_documents(rows: Sequence[BasePage]) -> list[Document]:
    where = places(row.region_id for row in rows)
    return [
        Document(
            kind=Kind.BASE,
            object_id=row.pk,
            title=row.title,
            facts=" ".join(
                ["基地", row.get_kind_display(), row.get_level_display(), where[row.region_id], row.address]
            ),
            body=f"{row.summary} {row.conditions} {row.rent_relief}\n{stream_text(row.body)}",
            region=row.region_id,
            location=row.region.location,
            listed_from=_first_published(row),
            listed_until=_midnight(row.valid_until + timedelta(days=1)) if row.valid_until else _ALWAYS,
            sort_at=to_milliseconds(_first_published(row)),
            facet_values=page_values(Kind.BASE, row.region_id),
        )
        for row in rows
    ]


def news_documents(rows: Sequence[NewsPage]) -> list[Document]:
    return [
        Document(
            kind=Kind.NEWS,
            object_id=row.pk,
            title=row.title,
            facts=" ".join(["资讯", row.source]),
            body=f"{row.summary}\n{stream_text(row.body)}",
            region="",
            location=None,
            listed_from=_first_published(row),
            listed_until=_ALWAYS,
            sort_at=to_milliseconds(_midnight(row.day)),
            facet_values=page_values(Kind.NEWS, ""),
        )
        for row in rows
    ]


def _policy_body(row: PolicyPage) -> str:
    return f"{row.summary} {row.amount} {row.condition}"


def _fairs(now: datetime) -> QuerySet[Any]:
    rows: QuerySet[Any] = JobFairPage.objects.live().filter(ends_at__gt=now).select_related("region")
    return rows


def _policies(now: datetime) -> QuerySet[Any]:
    """Return published policies that have not ended; a later one becomes visible on its first day."""
    rows: QuerySet[Any] = PolicyPage.objects.live().exclude(valid_to__lt=timezone.localdate(now))
    return rows.select_related("region")


def _policies_in_force(now: datetime) -> QuerySet[Any]:
    return _policies(now).filter(valid_from__lte=timezone.localdate(now))


def _bases(now: datetime) -> QuerySet[Any]:
    rows: QuerySet[Any] = BasePage.objects.live().exclude(valid_until__lt=timezone.localdate(now))
    return rows.select_related("region")


def _news(now: datetime) -> QuerySet[Any]:
    rows: QuerySet[Any] = NewsPage.objects.live()
    return rows


SOURCES: Mapping[Kind, PageSource] = {
    Kind.FAIR: PageSource(
        JobFairPage, _fairs, _fairs, fair_documents, lambda row: f"{row.summary} {plain(row.body)}"
    ),
    Kind.POLICY: PageSource(
        PolicyPage, _policies, _policies_in_force, policy_documents, lambda row: _policy_body(row)
    ),
    Kind.BASE: PageSource(
        BasePage, _bases, _bases, base_documents, lambda row: f"{row.summary} {stream_text(row.body)}"
    ),
    Kind.NEWS: PageSource(
        NewsPage, _news, _news, news_documents, lambda row: f"{row.summary} {stream_text(row.body)}"
    ),
}
