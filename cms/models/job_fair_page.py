"""Published page of a job fair (招聘会). Booths, registrations and check-ins are in `portal.fairs`."""

from datetime import datetime, timedelta

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.utils import timezone
from wagtail.admin.panels import FieldPanel, MultiFieldPanel
from wagtail.fields import RichTextField
from wagtail.models import Page, PageManager, PageQuerySet
from wagtail.search import index

from cms.forms import FairForm
from portal.core.models import Region
from portal.stations.models import Station

LONGEST_FAIR = timedelta(days=62)
FIRST_FAIR_YEAR = 2018  # the year in which the service network began
YEARS_AHEAD = 2


class FairMode(models.TextChoices):
    OFFLINE = "offline", "线下"
    ONLINE = "online", "线上"
    BOTH = "both", "线上线下同步"


class JobFairQuerySet(PageQuerySet):
    def upcoming(self, now: datetime | None = None) -> "JobFairQuerySet":
        """Return published fairs that have not ended (running ones included), soonest first."""
        return self.live().filter(ends_at__gt=now or timezone.now()).order_by("starts_at", "pk")

    def past(self, now: datetime | None = None) -> "JobFairQuerySet":
        return self.live().filter(ends_at__lte=now or timezone.now()).order_by("-starts_at", "-pk")

    def running(self, now: datetime | None = None) -> "JobFairQuerySet":
        return self.upcoming(now).filter(starts_at__lte=now or timezone.now())


class JobFairPage(Page):
    """One job fair: time, place, organiser and registration window."""

    starts_at = models.DateTimeField("开始时间")
    ends_at = models.DateTimeField("结束时间")
    mode = models.CharField("举办方式", max_length=8, choices=FairMode.choices, default=FairMode.OFFLINE)
    venue = models.CharField("场地", max_length=80, blank=True)
    address = models.CharField("地址", max_length=120, blank=True)
    region = models.ForeignKey(Region, models.PROTECT, related_name="+", verbose_name="举办地区")
    online_url = models.URLField("线上入口", blank=True)
    organiser = models.ForeignKey(Station, models.PROTECT, related_name="fairs", verbose_name="主办服务中心")
    capacity = models.PositiveIntegerField("可容纳人数", default=300)
    registration_opens_at = models.DateTimeField("报名开始")
    registration_closes_at = models.DateTimeField("报名截止")
    # Events of 1,000 people or more need a permit from public security before publication.
    security_permit = models.CharField("大型活动安全许可编号", max_length=60, blank=True)
    summary = models.CharField("一句话介绍", max_length=120, blank=True)
    body = RichTextField("详细介绍", blank=True, features=["h2", "h3", "bold", "ol", "ul", "link"])

    objects = PageManager.from_queryset(JobFairQuerySet)()

    base_form_class = FairForm
    template = "cms/job_fair_page.html"
    parent_page_types = ["cms.FairIndexPage"]
    subpage_types: list[str] = []

    search_fields = [*Page.search_fields, index.SearchField("summary")]
    content_panels = [
        *Page.content_panels,
        FieldPanel("summary"),
        MultiFieldPanel([FieldPanel("starts_at"), FieldPanel("ends_at"), FieldPanel("mode")], "时间与方式"),
        MultiFieldPanel(
            [FieldPanel("venue"), FieldPanel("address"), FieldPanel("region"), FieldPanel("online_url")],
            "地点",
        ),
        MultiFieldPanel(
            [
                FieldPanel("organiser"),
                FieldPanel("capacity"),
                FieldPanel("security_permit"),
                FieldPanel("registration_opens_at"),
                FieldPanel("registration_closes_at"),
            ],
            "组织与报名",
        ),
        FieldPanel("body"),
    ]

    class Meta:
        verbose_name = "招聘会"
        verbose_name_plural = "招聘会"
        indexes = [models.Index(fields=["starts_at"], name="fair_starts")]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_at__gt=models.F("starts_at")), name="fair_ends_after_start"
            ),
            models.CheckConstraint(
                condition=Q(registration_closes_at__gt=models.F("registration_opens_at")),
                name="fair_registration_window",
            ),
        ]

    def clean(self) -> None:
        super().clean()
        errors = {}
        if self.starts_at and self.ends_at and self.ends_at <= self.starts_at:
            errors["ends_at"] = "结束时间必须晚于开始时间。"
        if self.starts_at and self.ends_at and self.ends_at > self.starts_at + LONGEST_FAIR:
            errors["ends_at"] = f"一场招聘会最多 {LONGEST_FAIR.days} 天，请核对结束时间。"
        for name in ("starts_at", "ends_at", "registration_opens_at", "registration_closes_at"):
            moment = getattr(self, name)
            if moment and not FIRST_FAIR_YEAR <= moment.year <= timezone.localdate().year + YEARS_AHEAD:
                errors[name] = "年份不合理，请核对。"
        if self.registration_closes_at and self.ends_at and self.registration_closes_at > self.ends_at:
            errors["registration_closes_at"] = "报名截止不能晚于招聘会结束。"
        if (
            self.registration_opens_at
            and self.registration_closes_at
            and self.registration_closes_at <= self.registration_opens_at
        ):
            errors["registration_closes_at"] = "报名截止必须晚于报名开始。"
        if self.mode != FairMode.ONLINE and not (self.venue and self.address):
            errors["venue"] = "线下招聘会请填写场地和地址。"
        if self.capacity and self.capacity >= 1000 and not self.security_permit:
            errors["security_permit"] = "预计1000人及以上的活动，须先取得公安机关安全许可并填写编号。"
        if errors:
            raise ValidationError(errors)

    @property
    def is_over(self) -> bool:
        return self.ends_at <= timezone.now()

    @property
    def is_running(self) -> bool:
        return self.starts_at <= timezone.now() < self.ends_at

    @property
    def registration_is_open(self) -> bool:
        return self.live and self.registration_opens_at <= timezone.now() < self.registration_closes_at
