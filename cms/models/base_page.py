"""Base (基地): a place that trains veterans or hosts start-ups."""

from django.db import models
from django.utils import timezone
from wagtail.admin.panels import FieldPanel, MultiFieldPanel
from wagtail.models import Page, PageManager, PageQuerySet
from wagtail.search import index

from cms.fields import BodyField
from cms.forms import PlaceForm
from portal.core.models import Region


class BaseKind(models.TextChoices):
    EMPLOYMENT = "employment", "就业创业基地"
    INCUBATOR = "incubator", "创业孵化基地"
    TRAINING = "training", "教育培训（实训）基地"


class BaseLevel(models.TextChoices):
    NATIONAL = "national", "国家级"
    PROVINCE = "province", "省级"
    CITY = "city", "市级"
    COUNTY = "county", "县级"


class BaseQuerySet(PageQuerySet):
    def recognised(self) -> "BaseQuerySet":
        """Return published bases whose recognition (认定) is valid today."""
        today = timezone.localdate()
        return self.live().filter(models.Q(valid_until=None) | models.Q(valid_until__gte=today))


class BasePage(Page):
    """One base with its recognition, place and services."""

    kind = models.CharField("基地类别", max_length=12, choices=BaseKind.choices)
    level = models.CharField("认定级别", max_length=10, choices=BaseLevel.choices)
    region = models.ForeignKey(Region, models.PROTECT, related_name="+", verbose_name="所在地区")
    address = models.CharField("地址", max_length=120)
    area = models.PositiveIntegerField("场地面积（平方米）", null=True, blank=True)
    seats = models.PositiveIntegerField("工位或学位数", null=True, blank=True)
    rent_relief = models.CharField("租金减免", max_length=120, blank=True)
    conditions = models.TextField("入驻或入学条件", max_length=600, blank=True)
    mentors = models.TextField(
        "导师", max_length=600, blank=True, help_text="每行一位：姓名，擅长。须经本人同意后填写。"
    )
    contact_phone = models.CharField("对外联系电话", max_length=30)
    valid_until = models.DateField("认定有效期至", null=True, blank=True)
    summary = models.CharField("一句话介绍", max_length=120, blank=True)
    body = BodyField(verbose_name="详细介绍", blank=True)

    objects = PageManager.from_queryset(BaseQuerySet)()

    base_form_class = PlaceForm
    template = "cms/base_page.html"
    parent_page_types = ["cms.BaseIndexPage"]
    subpage_types: list[str] = []
    search_fields = [*Page.search_fields, index.SearchField("summary")]
    content_panels = [
        *Page.content_panels,
        FieldPanel("summary"),
        MultiFieldPanel([FieldPanel("kind"), FieldPanel("level"), FieldPanel("valid_until")], "类别与认定"),
        MultiFieldPanel(
            [FieldPanel("region"), FieldPanel("address"), FieldPanel("contact_phone")], "地点与联系"
        ),
        MultiFieldPanel(
            [
                FieldPanel("area"),
                FieldPanel("seats"),
                FieldPanel("rent_relief"),
                FieldPanel("conditions"),
                FieldPanel("mentors"),
            ],
            "条件与服务",
        ),
        FieldPanel("body"),
    ]

    class Meta:
        verbose_name = "基地"
        verbose_name_plural = "基地"

    @property
    def mentor_list(self) -> list[str]:
        return [line.strip() for line in self.mentors.splitlines() if line.strip()]

    @property
    def is_recognised(self) -> bool:
        return self.valid_until is None or self.valid_until >= timezone.localdate()
