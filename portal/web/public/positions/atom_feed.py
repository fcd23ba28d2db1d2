"""Atom feed of new positions."""

from datetime import datetime

from django.conf import settings
from django.contrib.syndication.views import Feed
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.cache import get_conditional_response, patch_cache_control, set_response_etag
from django.utils.feedgenerator import Atom1Feed
from django.views.decorators.http import require_safe

from portal.core.text_folding import display_line, visible_text
from portal.positions.models import Position
from portal.web.shared.absolute_urls import absolute_url
from portal.web.templatetags.ui import pay

MAX_ITEMS = 50


class LatestPositions(Feed):
    """The most recently published open positions.

    Texts lose what XML does not allow: rows may be older than the folding of what people type.
    """

    feed_type = Atom1Feed
    language = "zh-CN"
    title = f"{settings.WAGTAIL_SITE_NAME}：最新岗位"
    subtitle = "此刻在招的岗位，最新发布的在前。关闭、过期的随即不在其中。"

    def link(self) -> str:
        return absolute_url(reverse("public:positions"))

    def feed_url(self) -> str:
        return absolute_url(reverse("public:positions-feed"))

    def items(self) -> list[Position]:
        rows = Position.objects.open_at().with_details().defer("employer__contact_phone")
        return list(rows.order_by("-published_at", "-pk")[:MAX_ITEMS])

    def item_title(self, item: Position) -> str:
        return display_line(item.title)

    def item_description(self, item: Position) -> str:
        facts = f"{item.employer.name}　{pay(item)}　{item.region.name}　招 {item.headcount} 人"
        return visible_text(f"{facts}\n{item.duties}")

    def item_link(self, item: Position) -> str:
        return absolute_url(reverse("public:position", args=[item.pk]))

    def item_author_name(self, item: Position) -> str:
        return display_line(item.employer.name)

    def item_pubdate(self, item: Position) -> datetime | None:
        return item.published_at

    def item_updateddate(self, item: Position) -> datetime:
        return item.updated_at

    def item_categories(self, item: Position) -> tuple[str, ...]:
        return (item.occupation.name,)


_feed = LatestPositions()


@require_safe
def positions(request: HttpRequest) -> HttpResponse:
    """Return the feed; a request with the current ETag gets 304."""
    response = _feed(request)
    # The newest position's time misses positions that closed since: only the ETag is reliable.
    del response["Last-Modified"]
    patch_cache_control(response, no_cache=True)
    set_response_etag(response)
    conditional = get_conditional_response(request, etag=response.headers["ETag"], response=response)
    return conditional or response
