"""News (资讯)."""

from typing import Any

from django.db import models
from django.http import HttpRequest
from django.utils import timezone
from wagtail.admin.panels import FieldPanel
from wagtail.fields import StreamField
from wagtail.models import Page
from wagtail.search import index

from cms.blocks import StoryBlock
from cms.models.listing import one_page


class NewsPage(Page):
    """One piece of news."""

    day = models.DateField("日期", default=timezone.localdate)
    source = models.CharField("来源", max_length=60, blank=True)
    summary = models.CharField("摘要", max_length=160)
    body = StreamField(StoryBlock(), verbose_name="正文")

    template = "cms/news_page.html"
    parent_page_types = ["cms.NewsIndexPage"]
    subpage_types: list[str] = []
    search_fields = [*Page.search_fields, index.SearchField("summary")]
    content_panels = [
        *Page.content_panels,
        FieldPanel("day"),
        FieldPanel("source"),
        FieldPanel("summary"),
        FieldPanel("body"),
    ]

    class Meta:
        verbose_name = "资讯"
        verbose_name_plural = "资讯"
        indexes = [models.Index(fields=["-day"], name="news_day")]


class NewsIndexPage(Page):
    """List of news, latest first."""

    show_in_menus_default = True
    max_count = 1
    template = "cms/news_index_page.html"
    parent_page_types = ["cms.HomePage"]
    subpage_types = ["cms.NewsPage"]

    class Meta:
        verbose_name = "资讯栏目"

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        rows = NewsPage.objects.live().child_of(self).order_by("-day", "-pk")
        return {**super().get_context(request, *args, **kwargs), "rows": one_page(rows, request, 15)}
