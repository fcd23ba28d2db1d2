"""List of job fairs: upcoming, running and past, with filters."""

from datetime import date
from typing import Any

import django_filters
from django.db import models
from django.db.models import Count, Q
from django.db.models.functions import TruncMonth
from django.http import HttpRequest
from django.utils import timezone
from wagtail.admin.panels import FieldPanel
from wagtail.models import Page

from cms.forms import TextForm
from cms.index_pages import PassThroughFilter, clear_filters_url, paginate
from cms.models.job_fair_page import FairMode, JobFairPage, JobFairQuerySet
from portal.core.enums import RegionLevel
from portal.core.models import Region
from portal.stations.models import path_range


class FairFilter(django_filters.FilterSet):
    """Filters by county, mode and month (`month=2026-12`)."""

    county = django_filters.ModelChoiceFilter(
        label="县（市、区）", queryset=Region.objects.none(), method="in_county", empty_label="全部地区"
    )
    mode = django_filters.ChoiceFilter(label="举办方式", choices=FairMode.choices, empty_label="全部方式")
    month = django_filters.ChoiceFilter(label="月份", method="in_month", empty_label="全部月份")
    when = PassThroughFilter()

    class Meta:
        model = JobFairPage
        fields = ["county", "mode", "month"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fairs = JobFairPage.objects.live().order_by()
        region_codes = fairs.values_list("region_id", flat=True).distinct()
        county_codes = {code[:6] for code in region_codes}
        self.filters["county"].queryset = Region.objects.filter(
            code__in=county_codes, level__in=[RegionLevel.CITY, RegionLevel.COUNTY]
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
    """Fairs under three tabs: upcoming (running ones included), running, and past."""

    intro = models.CharField("栏目说明", max_length=160, blank=True)

    show_in_menus_default = True
    max_count = 1
    base_form_class = TextForm
    template = "cms/fair_index_page.html"
    parent_page_types = ["cms.HomePage"]
    subpage_types = ["cms.JobFairPage"]
    content_panels = [*Page.content_panels, FieldPanel("intro")]

    class Meta:
        verbose_name = "招聘会栏目"

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        now = timezone.now()
        fairs = JobFairPage.objects.child_of(self)
        tab_queries = {"upcoming": fairs.upcoming, "running": fairs.running, "past": fairs.past}
        current_tab = request.GET.get("when", "")
        if current_tab not in tab_queries:
            current_tab = "upcoming"
        rows = tab_queries[current_tab](now).select_related("region")
        filterset = FairFilter(request.GET, queryset=rows)
        counts = fairs.live().aggregate(
            upcoming=Count("pk", filter=Q(ends_at__gt=now)),
            running=Count("pk", filter=Q(ends_at__gt=now, starts_at__lte=now)),
            past=Count("pk", filter=Q(ends_at__lte=now)),
        )
        tabs = [
            ("upcoming", "可参加", "?"),
            ("running", "正在举办", "?when=running"),
            ("past", "已结束", "?when=past"),
        ]
        return {
            **super().get_context(request, *args, **kwargs),
            "when": current_tab,
            "filter_form": filterset.form,
            "clear_url": clear_filters_url(filterset),
            "rows": paginate(filterset.qs, request, 12),
            "tabs": [
                {"label": label, "url": url, "current": key == current_tab, "count": counts[key]}
                for key, label, url in tabs
            ],
        }
