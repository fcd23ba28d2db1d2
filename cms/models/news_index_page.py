"""List of news, latest first."""

from typing import Any

from django.http import HttpRequest
from wagtail.models import Page

from cms.forms import TextForm
from cms.index_pages import paginate
from cms.models.news_page import NewsPage


class NewsIndexPage(Page):
    show_in_menus_default = True
    max_count = 1
    base_form_class = TextForm
    template = "cms/news_index_page.html"
    parent_page_types = ["cms.HomePage"]
    subpage_types = ["cms.NewsPage"]

    class Meta:
        verbose_name = "资讯栏目"

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        rows = NewsPage.objects.live().child_of(self).order_by("-day", "-pk")
        return {**super().get_context(request, *args, **kwargs), "rows": paginate(rows, request, 15)}
