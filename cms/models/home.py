"""The front page."""

from typing import Any

from django.db import models
from django.http import HttpRequest
from wagtail.admin.panels import FieldPanel
from wagtail.models import Page

from cms.models.fairs import FairIndexPage, JobFairPage
from cms.models.news import NewsIndexPage, NewsPage
from cms.models.policies import PolicyIndexPage, PolicyPage


class HomePage(Page):
    """Front page of the portal: what is on, and what to do next."""

    headline = models.CharField("主标题", max_length=40, default="退役军人就业服务平台")
    lead = models.CharField("副标题", max_length=120, blank=True)

    max_count = 1
    template = "cms/home_page.html"
    parent_page_types = ["wagtailcore.Page"]

    content_panels = [*Page.content_panels, FieldPanel("headline"), FieldPanel("lead")]

    class Meta:
        verbose_name = "首页"

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """Adds what is published; figures and positions come by template tags from above."""
        sections = {type(page): page for page in Page.objects.live().child_of(self).specific()}
        return {
            **super().get_context(request, *args, **kwargs),
            "fairs": list(JobFairPage.objects.upcoming().select_related("region")[:3]),
            "policies": list(PolicyPage.objects.in_force().order_by("-valid_from", "-pk")[:4]),
            "news": list(NewsPage.objects.live().order_by("-day", "-pk")[:4]),
            "fair_index": sections.get(FairIndexPage),
            "policy_index": sections.get(PolicyIndexPage),
            "news_index": sections.get(NewsIndexPage),
        }
