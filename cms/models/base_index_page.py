"""List of bases (基地), with filters."""

from typing import Any

import django_filters
from django.db import models
from django.http import HttpRequest
from wagtail.admin.panels import FieldPanel
from wagtail.models import Page

from cms.forms import TextForm
from cms.index_pages import clear_filters_url, paginate
from cms.models.base_page import BaseKind, BaseLevel, BasePage


class BaseFilter(django_filters.FilterSet):
    kind = django_filters.ChoiceFilter(label="基地类别", choices=BaseKind.choices, empty_label="全部类别")
    level = django_filters.ChoiceFilter(label="认定级别", choices=BaseLevel.choices, empty_label="全部级别")

    class Meta:
        model = BasePage
        fields = ["kind", "level"]


class BaseIndexPage(Page):
    """Bases whose recognition is valid today."""

    intro = models.CharField("栏目说明", max_length=160, blank=True)

    show_in_menus_default = True
    max_count = 1
    base_form_class = TextForm
    template = "cms/base_index_page.html"
    parent_page_types = ["cms.HomePage"]
    subpage_types = ["cms.BasePage"]
    content_panels = [*Page.content_panels, FieldPanel("intro")]

    class Meta:
        verbose_name = "基地栏目"

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        rows = BasePage.objects.recognised().child_of(self).select_related("region").order_by("title", "pk")
        filterset = BaseFilter(request.GET, queryset=rows)
        return {
            **super().get_context(request, *args, **kwargs),
            "filter_form": filterset.form,
            "clear_url": clear_filters_url(filterset),
            "rows": paginate(filterset.qs, request, 12),
        }
