"""The area that the bureau serves: counties (县) and towns (镇) of the cities that its stations stand in."""

from django.db.models import Q
from django.db.models.functions import Substr

from portal.core.enums import RegionLevel
from portal.core.models import Region, RegionQuerySet
from portal.stations.models import Station

_CITY_CODE_LENGTH = 4


def served_regions() -> RegionQuerySet:
    """Return the counties and towns of the served area; before any station is loaded, all that are known.

    A county without a station of its own is served by the city's.
    """
    regions = Region.objects.filter(level__in=[RegionLevel.COUNTY, RegionLevel.TOWN])
    city = Substr("region_id", 1, _CITY_CODE_LENGTH)
    cities = Station.objects.order_by().annotate(city=city).values_list("city", flat=True).distinct()
    in_a_city = Q()
    for code in sorted(code for code in cities if len(code) == _CITY_CODE_LENGTH):
        in_a_city |= Q(code__startswith=code)
    return regions.filter(in_a_city)
