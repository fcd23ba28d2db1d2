"""Policy (政策): a benefit with amount, condition, region, source document and dates.

The office that the source names decides whether a policy applies to a person, so no page promises anything.
"""

from django.core.exceptions import ValidationError
from django.db import models
from django.utils import timezone
from wagtail.admin.panels import FieldPanel, MultiFieldPanel
from wagtail.models import Page, PageManager, PageQuerySet
from wagtail.search import index

from cms.fields import BodyField
from cms.forms import PlaceForm
from portal.core.models import Region


class PolicyTopic(models.TextChoices):
    EMPLOYMENT = "employment", "就业"
    BUSINESS = "business", "创业"
    TRAINING = "training", "培训与学历"
    EMPLOYER = "employer", "用人单位"


class PolicyQuerySet(PageQuerySet):
    def in_force(self) -> "PolicyQuerySet":
        """Return published policies that are valid today."""
        today = timezone.localdate()
        ends = models.Q(valid_to=None) | models.Q(valid_to__gte=today)
        return self.live().filter(ends, valid_from__lte=today)


class PolicyPage(Page):
    """One benefit, as its source document states it."""

    topic = models.CharField("类别", max_length=12, choices=PolicyTopic.choices)
    summary = models.CharField("一句话说明", max_length=120)
    amount = models.CharField("金额或待遇", max_length=160)
    condition = models.TextField("适用条件", max_length=800)
    region = models.ForeignKey(
        Region,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="适用地区",
        help_text="全国适用的不填。",
    )
    source_title = models.CharField("依据文件", max_length=120)
    source_number = models.CharField("文号", max_length=60, blank=True)
    source_url = models.URLField("文件链接", blank=True)
    office = models.CharField("办理单位", max_length=80, blank=True)
    valid_from = models.DateField("施行日期")
    valid_to = models.DateField("有效期至", null=True, blank=True, help_text="没有写明截止日期的可以不填。")
    body = BodyField(verbose_name="办理说明", blank=True)

    objects = PageManager.from_queryset(PolicyQuerySet)()

    base_form_class = PlaceForm
    template = "cms/policy_page.html"
    parent_page_types = ["cms.PolicyIndexPage"]
    subpage_types: list[str] = []
    search_fields = [*Page.search_fields, index.SearchField("summary"), index.SearchField("condition")]
    content_panels = [
        *Page.content_panels,
        FieldPanel("topic"),
        FieldPanel("summary"),
        MultiFieldPanel(
            [FieldPanel("amount"), FieldPanel("condition"), FieldPanel("region"), FieldPanel("office")],
            "给谁、给什么",
        ),
        MultiFieldPanel(
            [FieldPanel("source_title"), FieldPanel("source_number"), FieldPanel("source_url")], "依据"
        ),
        MultiFieldPanel([FieldPanel("valid_from"), FieldPanel("valid_to")], "有效期"),
        FieldPanel("body"),
    ]

    class Meta:
        verbose_name = "政策"
        verbose_name_plural = "政策"
        constraints = [
            models.CheckConstraint(
                condition=models.Q(valid_to=None) | models.Q(valid_to__gte=models.F("valid_from")),
                name="policy_ends_after_start",
            )
        ]

    def clean(self) -> None:
        super().clean()
        if self.valid_from and self.valid_to and self.valid_to < self.valid_from:
            raise ValidationError({"valid_to": "有效期不能早于施行日期。"})

    @property
    def place(self) -> str:
        return self.region.name if self.region is not None else "全国"

    @property
    def is_in_force(self) -> bool:
        today = timezone.localdate()
        return self.valid_from <= today and (self.valid_to is None or self.valid_to >= today)
