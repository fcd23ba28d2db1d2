"""Page forms of the editors that limit the choices of regions and organisers."""

from typing import Any

from django.db.models import Q
from wagtail.admin.forms import WagtailAdminPageForm

from portal.accounts.models import User
from portal.core.enums import RegionLevel
from portal.core.models import Region
from portal.stations.enums import StationLevel
from portal.stations.models import Station, path_range


class PlaceForm(WagtailAdminPageForm):
    """Form that offers the province, city and counties of the network as regions, not all 3,351."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = Q(pk=self.instance.region_id)
        for code in Station.objects.filter(depth=1).values_list("region_id", flat=True):
            inside = path_range("code", code) & Q(level__in=[RegionLevel.CITY, RegionLevel.COUNTY])
            choices |= inside | Q(code=code[:2])
        self.fields["region"].queryset = Region.objects.filter(choices)


class FairForm(PlaceForm):
    """Form of a fair; offers the centres where the editor has an appointment as organisers."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        centres = Q(level__in=[StationLevel.CITY, StationLevel.COUNTY]) | Q(pk=self.instance.organiser_id)
        rows = Station.objects.filter(centres)
        if isinstance(self.for_user, User) and not self.for_user.is_superuser:
            rows = rows.in_subtrees(
                [appointment.station.path for appointment in self.for_user.current_appointments]
            )
        self.fields["organiser"].queryset = rows
