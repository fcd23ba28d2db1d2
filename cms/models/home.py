"""The front page."""

from django.db import models
from wagtail.admin.panels import FieldPanel
from wagtail.models import Page


class HomePage(Page):
    """Front page of the portal: what is on, and what to do next."""

    headline = models.CharField("主标题", max_length=40, default="退役军人就业服务平台")
    lead = models.CharField("副标题", max_length=120, blank=True)

    max_count = 1
    parent_page_types = ["wagtailcore.Page"]

    content_panels = [*Page.content_panels, FieldPanel("headline"), FieldPanel("lead")]

    class Meta:
        verbose_name = "首页"
