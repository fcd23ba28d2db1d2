"""Menus, shortcuts and style sheet of Wagtail's admin."""

from typing import Any

from django.http import Http404, HttpRequest
from django.templatetags.static import static
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from wagtail import hooks
from wagtail.admin.menu import MenuItem
from wagtail.admin.ui.components import Component
from wagtail.documents.models import AbstractDocument
from wagtail.models import Page

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
from cms.uploads import may_serve

# help: links to guides in English on other hosts. users, groups: rights follow appointments.
HIDDEN_MENU_ITEMS = {"help", "users", "groups"}
SECTIONS: tuple[tuple[type[Page], type[Page]], ...] = (
    (FairIndexPage, JobFairPage),
    (NewsIndexPage, NewsPage),
    (PolicyIndexPage, PolicyPage),
    (BaseIndexPage, BasePage),
)


def _remove_hidden(items: list[MenuItem]) -> None:
    items[:] = [item for item in items if item.name not in HIDDEN_MENU_ITEMS]


@hooks.register("before_serve_document")
def require_live_page(document: AbstractDocument, request: HttpRequest) -> None:
    """Serve a file only where a live page uses it, or to editors.

    Raises:
        Http404: no live page uses it.
    """
    if not may_serve(document, request):
        raise Http404("no live page uses this file")


@hooks.register("construct_main_menu")
def trim_main_menu(_request: HttpRequest, items: list[MenuItem]) -> None:
    _remove_hidden(items)


@hooks.register("construct_settings_menu")
def trim_settings_menu(_request: HttpRequest, items: list[MenuItem]) -> None:
    _remove_hidden(items)


class StartPanel(Component):
    """Links to list and add the pages of each section."""

    name = "start"
    order = 90
    template_name = "cms/desk_start.html"

    def get_context_data(self, parent_context: Any) -> dict[str, Any]:
        sections = []
        for index_model, page_model in SECTIONS:
            index = index_model.objects.first()
            if index is not None:
                name = page_model._meta.model_name
                add = reverse("wagtailadmin_pages:add", args=["cms", name, index.pk])
                explore = reverse("wagtailadmin_explore", args=[index.pk])
                sections.append((page_model._meta.verbose_name, add, explore))
        return {"sections": sections}


@hooks.register("construct_homepage_panels")
def add_start_panel(_request: HttpRequest, panels: list[Component]) -> None:
    panels.append(StartPanel())


@hooks.register("insert_global_admin_css")
def add_admin_styles() -> SafeString:
    return format_html('<link rel="stylesheet" href="{}">', static("portal/cms.css"))
