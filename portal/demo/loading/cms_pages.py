"""Published pages of the demo: fairs, bases, policies and news."""

import random
from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Any

from django.utils import timezone
from tqdm import tqdm
from wagtail.models import Page

from cms.actions import add_page, sync_groups
from cms.models import (
    BaseIndexPage,
    BasePage,
    FairIndexPage,
    JobFairPage,
    NewsIndexPage,
    NewsPage,
    PolicyIndexPage,
    PolicyPage,
)
from cms.site_setup import setup_site
from portal.accounts.models import User
from portal.demo.content import articles, invented_fairs
from portal.demo.scale import Scale
from portal.stations.models import Station


def load_fairs(by: User, rng: random.Random, scale: Scale) -> list[JobFairPage]:
    """Publish the fairs, oldest first."""
    setup_site(by=None)
    sync_groups(user=by)  # grants the permission to publish
    index = FairIndexPage.objects.get()
    stations = {station.region_id: station for station in Station.objects.filter(depth__lte=2)}
    pages = []
    for fair in tqdm(
        invented_fairs.invent_fairs(scale.fairs, timezone.localtime().replace(tzinfo=None), rng),
        desc="fairs",
        unit="page",
    ):
        starts, ends = timezone.make_aware(fair.starts), timezone.make_aware(fair.ends)
        page = JobFairPage(
            title=fair.title,
            slug=fair.slug,
            starts_at=starts,
            ends_at=ends,
            mode=fair.mode,
            venue=fair.venue,
            address=fair.address,
            region_id=fair.county,
            organiser=stations[fair.organiser],
            capacity=fair.capacity,
            registration_opens_at=starts - timedelta(days=45),
            registration_closes_at=ends - timedelta(minutes=30),
            summary=fair.summary,
            body=fair.body,
        )
        pages.append(add_page(parent=index, page=page, by=by))
    return pages


def load_articles(by: User) -> None:
    """Publish bases, policies and news."""
    today = timezone.localdate()
    _add(BaseIndexPage.objects.get(), (BasePage(**_base(row)) for row in articles.bases()), by)
    _add(PolicyIndexPage.objects.get(), (PolicyPage(**_story(row)) for row in articles.policies(today)), by)
    pages = [
        NewsPage(**_story(row), day=today - timedelta(days=3 + 6 * number))
        for number, row in enumerate(articles.news())
    ]
    _add(NewsIndexPage.objects.get(), reversed(pages), by)


def _add(parent: Page, pages: Iterable[Page], by: User) -> None:
    for page in pages:
        add_page(parent=parent, page=page, by=by)


def _story(row: Mapping[str, Any]) -> dict[str, Any]:
    fields = dict(row)
    paragraphs = "".join(f"<p>{text}</p>" for text in fields.pop("story"))
    return {**fields, "body": [("text", paragraphs)]}


def _base(row: Mapping[str, Any]) -> dict[str, Any]:
    fields = _story(row)
    fields["region_id"] = fields.pop("county")
    return fields
