"""Gazetteer of the served city, read from the table of regions."""

from django.db.models import Q

from portal.core.enums import RegionLevel
from portal.core.models import Region
from portal.stations.models import Station
from search.reading.places import Gazetteer, Place


def load_gazetteer() -> Gazetteer:
    """Return the served cities with their districts and towns. One query."""
    roots = Station.objects.filter(depth=1).values("region")
    below = Q(parent__in=roots) | Q(parent__parent__in=roots, level=RegionLevel.TOWN)
    rows = Region.objects.filter(Q(pk__in=roots) | below).order_by("pk").values_list("code", "name")
    return Gazetteer(tuple(Place(code, name) for code, name in rows))
