"""News article (资讯)."""

from django.db import models
from django.utils import timezone
from wagtail.admin.panels import FieldPanel
from wagtail.models import Page
from wagtail.search import index

from cms.fields import BodyField
from cms.forms import TextForm


class NewsPage(Page):
    """One news article."""

    day = models.DateField("日期", default=timezone.localdate)
    source = models.CharField("来源", max_length=60, blank=True)
    summary = models.CharField("摘要", max_length=160)
    body = BodyField(verbose_name="正文")

    base_form_class = TextForm
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
