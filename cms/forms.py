"""What the editor's forms ask beyond the models."""

from typing import Any

from django.db.models import Q
from wagtail.admin.forms import WagtailAdminPageForm

from portal.accounts.models import User
from portal.core.enums import RegionLevel
from portal.core.models import Region
from portal.stations.enums import StationLevel
from portal.stations.models import Station, path_range


class PlaceForm(WagtailAdminPageForm):
    """Offers the network's own province, city and counties as the region, not the whole country's 3,351."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        wanted = Q(pk=self.instance.region_id)
        for code in Station.objects.filter(depth=1).values_list("region_id", flat=True):
            inside = path_range("code", code) & Q(level__in=[RegionLevel.CITY, RegionLevel.COUNTY])
            wanted |= inside | Q(code=code[:2])
        self.fields["region"].queryset = Region.objects.filter(wanted)


class FairForm(PlaceForm):
    """A fair is organised by a centre that the editor serves."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        centres = Q(level__in=[StationLevel.CITY, StationLevel.COUNTY]) | Q(pk=self.instance.organiser_id)
        rows = Station.objects.filter(centres)
        if isinstance(self.for_user, User) and not self.for_user.is_superuser:
            rows = rows.in_subtrees([post.station.path for post in self.for_user.current_appointments])
        self.fields["organiser"].queryset = rows
