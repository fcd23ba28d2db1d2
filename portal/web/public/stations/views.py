"""Where the next service station is and when it is open, for everybody."""

from typing import Any

import django_filters
from django.core.paginator import Paginator
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from portal.stations.enums import StationLevel
from portal.stations.models import Station, StationArea, path_range

PAGE_SIZE = 20


class StationFilter(django_filters.FilterSet):
    """A county, a town, or a part of the place's name; a merged village leads to the station that took it
    over.
    """

    q = django_filters.CharFilter(label="镇街、村或服务站名称", method="named")
    county = django_filters.ModelChoiceFilter(
        label="县（市、区）", queryset=Station.objects.none(), method="below", empty_label="全部"
    )
    town = django_filters.ModelChoiceFilter(
        label="镇（街道）", queryset=Station.objects.none(), method="below", empty_label="全部"
    )

    class Meta:
        model = Station
        fields = ["q", "county", "town"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        now = Station.objects.open_on(timezone.localdate())
        self.filters["county"].queryset = now.filter(level=StationLevel.COUNTY)
        self.filters["town"].queryset = now.filter(level=StationLevel.TOWN)

    def named(self, rows: QuerySet, name: str, value: str) -> QuerySet:
        places = StationArea.objects.filter(ends_on=None, region__name__icontains=value.strip())
        return rows.filter(Q(name__icontains=value.strip()) | Q(pk__in=places.values("station")))

    def below(self, rows: QuerySet, name: str, value: Station) -> QuerySet:
        return rows.filter(path_range("path", value.path))


@require_safe
def stations(request: HttpRequest) -> HttpResponse:
    """Every open station with address, phone and opening hours, in the order of the network."""
    found = StationFilter(request.GET, queryset=Station.objects.open_on(timezone.localdate()))
    filtered = any(request.GET.get(name) for name in found.filters)
    context = {
        "page": Paginator(found.qs, PAGE_SIZE).get_page(request.GET.get("page")),
        "form": found.form,
        "clear_url": reverse("public:stations") if filtered else "",
    }
    return render(request, "public/stations/stations.html", context)
