"""Job fairs (招聘会) as they are published. The fair desk (booths, tickets) hangs off them from above."""

from datetime import date, datetime
from typing import Any

import django_filters
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Count, Q
from django.db.models.functions import TruncMonth
from django.http import HttpRequest
from django.utils import timezone
from wagtail.admin.panels import FieldPanel, MultiFieldPanel
from wagtail.fields import RichTextField
from wagtail.models import Page, PageManager, PageQuerySet
from wagtail.search import index

from cms.forms import FairForm
from cms.models.listing import KeepFilter, clear_link, one_page
from portal.core.enums import RegionLevel
from portal.core.models import Region
from portal.stations.models import Station, path_range


class FairMode(models.TextChoices):
    OFFLINE = "offline", "线下"
    ONLINE = "online", "线上"
    BOTH = "both", "线上线下同步"


class JobFairQuerySet(PageQuerySet):
    def upcoming(self, now: datetime | None = None) -> "JobFairQuerySet":
        """Published, and not over yet (live ones included), soonest first."""
        return self.live().filter(ends_at__gt=now or timezone.now()).order_by("starts_at", "pk")

    def past(self, now: datetime | None = None) -> "JobFairQuerySet":
        return self.live().filter(ends_at__lte=now or timezone.now()).order_by("-starts_at", "-pk")

    def running(self, now: datetime | None = None) -> "JobFairQuerySet":
        return self.upcoming(now).filter(starts_at__lte=now or timezone.now())


class JobFairPage(Page):
    """One job fair."""

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
    # Events of 1,000 people or more need a permit of the public-security organ before publication.
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


class FairFilter(django_filters.FilterSet):
    """Fairs by county, way of holding and month (`?month=2026-12`)."""

    county = django_filters.ModelChoiceFilter(
        label="县（市、区）", queryset=Region.objects.none(), method="in_county", empty_label="全部地区"
    )
    mode = django_filters.ChoiceFilter(label="举办方式", choices=FairMode.choices, empty_label="全部方式")
    month = django_filters.ChoiceFilter(label="月份", method="in_month", empty_label="全部月份")
    when = KeepFilter()

    class Meta:
        model = JobFairPage
        fields = ["county", "mode", "month"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fairs = JobFairPage.objects.live().order_by()
        held_in = fairs.values_list("region_id", flat=True).distinct()
        codes = {code[:6] for code in held_in}
        self.filters["county"].queryset = Region.objects.filter(
            code__in=codes, level__in=[RegionLevel.CITY, RegionLevel.COUNTY]
        )
        months = fairs.values_list(TruncMonth("starts_at"), flat=True).distinct()
        self.filters["month"].extra["choices"] = [
            (f"{month:%Y-%m}", f"{month.year}年{month.month}月") for month in sorted(months, reverse=True)
        ]

    def in_county(self, rows: JobFairQuerySet, name: str, value: Region) -> JobFairQuerySet:
        return rows.filter(path_range("region_id", value.pk))

    def in_month(self, rows: JobFairQuerySet, name: str, value: str) -> JobFairQuerySet:
        month = date.fromisoformat(f"{value}-01")
        return rows.filter(starts_at__year=month.year, starts_at__month=month.month)


class FairIndexPage(Page):
    """List of fairs: those to come, those running now, those that are over."""

    intro = models.CharField("栏目说明", max_length=160, blank=True)

    show_in_menus_default = True
    max_count = 1
    template = "cms/fair_index_page.html"
    parent_page_types = ["cms.HomePage"]
    subpage_types = ["cms.JobFairPage"]
    content_panels = [*Page.content_panels, FieldPanel("intro")]

    class Meta:
        verbose_name = "招聘会栏目"

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        now = timezone.now()
        fairs = JobFairPage.objects.child_of(self)
        when = request.GET.get("when", "")
        chosen = {"running": fairs.running, "past": fairs.past}.get(when, fairs.upcoming)(now)
        found = FairFilter(request.GET, queryset=chosen.select_related("region"))
        counts = fairs.live().aggregate(
            coming=Count("pk", filter=Q(ends_at__gt=now)),
            running=Count("pk", filter=Q(ends_at__gt=now, starts_at__lte=now)),
            past=Count("pk", filter=Q(ends_at__lte=now)),
        )
        shown = when if when in ("running", "past") else "coming"
        tabs = [
            ("coming", "可参加", "?"),
            ("running", "正在举办", "?when=running"),
            ("past", "已结束", "?when=past"),
        ]
        return {
            **super().get_context(request, *args, **kwargs),
            "when": shown,
            "filter_form": found.form,
            "clear_url": clear_link(found),
            "rows": one_page(found.qs, request, 12),
            "tabs": [
                {"label": label, "url": url, "current": key == shown, "count": counts[key]}
                for key, label, url in tabs
            ],
        }
