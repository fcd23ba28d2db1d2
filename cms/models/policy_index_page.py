"""List of policies: those in force, and those that have ended."""

from typing import Any

import django_filters
from django.db import models
from django.http import HttpRequest
from django.utils import timezone
from wagtail.admin.panels import FieldPanel
from wagtail.models import Page

from cms.forms import TextForm
from cms.index_pages import PassThroughFilter, clear_filters_url, paginate
from cms.models.policy_page import PolicyPage, PolicyTopic


class PolicyFilter(django_filters.FilterSet):
    topic = django_filters.ChoiceFilter(label="政策类别", choices=PolicyTopic.choices, empty_label="全部类别")
    when = PassThroughFilter()

    class Meta:
        model = PolicyPage
        fields = ["topic"]


class PolicyIndexPage(Page):
    """Policies in force, and under a tab of their own those that have ended."""

    intro = models.CharField("栏目说明", max_length=160, blank=True)

    show_in_menus_default = True
    max_count = 1
    base_form_class = TextForm
    template = "cms/policy_index_page.html"
    parent_page_types = ["cms.HomePage"]
    subpage_types = ["cms.PolicyPage"]
    content_panels = [*Page.content_panels, FieldPanel("intro")]

    class Meta:
        verbose_name = "政策栏目"

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        shows_ended = request.GET.get("when") == "ended"
        rows = PolicyPage.objects.live().child_of(self).select_related("region")
        rows = rows.filter(valid_to__lt=timezone.localdate()) if shows_ended else rows.in_force()
        filterset = PolicyFilter(request.GET, queryset=rows.order_by("-valid_from", "-pk"))
        return {
            **super().get_context(request, *args, **kwargs),
            "filter_form": filterset.form,
            "clear_url": clear_filters_url(filterset),
            "rows": paginate(filterset.qs, request, 12),
            "tabs": [
                {"label": "现行有效", "url": "?", "current": not shows_ended, "count": None},
                {"label": "已过期", "url": "?when=ended", "current": shows_ended, "count": None},
            ],
        }
