"""Public list of service stations with addresses and opening hours."""

from typing import Any

import django_filters
from django.core.paginator import Paginator
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from portal.core.text_folding import fold_words
from portal.stations.enums import StationLevel
from portal.stations.models import Station, StationArea, path_range

PAGE_SIZE = 20


class StationFilter(django_filters.FilterSet):
    """Filter by county, town or name; a merged village finds the station that took it over."""

    q = django_filters.CharFilter(label="镇街、村或服务站名称", method="filter_by_name")
    county = django_filters.ModelChoiceFilter(
        label="县（市、区）", queryset=Station.objects.none(), method="filter_by_subtree", empty_label="全部"
    )
    town = django_filters.ModelChoiceFilter(
        label="镇（街道）", queryset=Station.objects.none(), method="filter_by_subtree", empty_label="全部"
    )

    class Meta:
        model = Station
        fields = ["q", "county", "town"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        now = Station.objects.open_on(timezone.localdate())
        self.filters["county"].queryset = now.filter(level=StationLevel.COUNTY)
        self.filters["town"].queryset = now.filter(level=StationLevel.TOWN)

    def filter_by_name(self, rows: QuerySet, name: str, value: str) -> QuerySet:
        words = fold_words(value)
        places = StationArea.objects.filter(ends_on=None, region__name__icontains=words)
        return rows.filter(Q(name__icontains=words) | Q(pk__in=places.values("station")))

    def filter_by_subtree(self, rows: QuerySet, name: str, value: Station) -> QuerySet:
        return rows.filter(path_range("path", value.path))


@require_safe
def stations(request: HttpRequest) -> HttpResponse:
    """List the open stations with address, phone and opening hours, in network order."""
    station_filter = StationFilter(request.GET, queryset=Station.objects.open_on(timezone.localdate()))
    is_filtered = any(request.GET.get(name) for name in station_filter.filters)
    context = {
        "page": Paginator(station_filter.qs, PAGE_SIZE).get_page(request.GET.get("page")),
        "form": station_filter.form,
        "clear_url": reverse("public:stations") if is_filtered else "",
    }
    return render(request, "public/stations/stations.html", context)
