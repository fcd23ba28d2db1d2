"""Plain text page: about, privacy."""

from wagtail.admin.panels import FieldPanel
from wagtail.models import Page

from cms.fields import BodyField
from cms.forms import TextForm


class InfoPage(Page):
    """Text page directly below the front page."""

    body = BodyField(verbose_name="正文", blank=True)

    base_form_class = TextForm
    template = "cms/info_page.html"
    parent_page_types = ["cms.HomePage"]
    subpage_types: list[str] = []
    content_panels = [*Page.content_panels, FieldPanel("body")]

    class Meta:
        verbose_name = "普通页面"
        verbose_name_plural = "普通页面"
