"""Front page of the portal."""

from typing import Any

from django.db import models
from django.http import HttpRequest
from wagtail.admin.panels import FieldPanel
from wagtail.models import Page

from cms.forms import TextForm
from cms.models.fair_index_page import FairIndexPage
from cms.models.job_fair_page import JobFairPage
from cms.models.news_index_page import NewsIndexPage
from cms.models.news_page import NewsPage
from cms.models.policy_index_page import PolicyIndexPage
from cms.models.policy_page import PolicyPage


class HomePage(Page):
    """Front page: upcoming fairs, policies in force and the latest news."""

    headline = models.CharField("主标题", max_length=40, default="退役军人就业服务平台")
    lead = models.CharField("副标题", max_length=120, blank=True)

    max_count = 1
    base_form_class = TextForm
    template = "cms/home_page.html"
    parent_page_types = ["wagtailcore.Page"]

    content_panels = [*Page.content_panels, FieldPanel("headline"), FieldPanel("lead")]

    class Meta:
        verbose_name = "首页"

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """Add published pages; totals and positions come from template tags of `portal.web`."""
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
