"""The demo city's places and its four-level station network."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from portal.core.models import Region
from portal.core.reference import regions_from_rows, upsert_regions
from portal.demo.loading.bulk_insert import insert
from portal.stations.actions import begin_history
from portal.stations.enums import StationLevel
from portal.stations.models import Station

_OPENED = date(2019, 1, 1)


def load_places(rows: Iterable[Mapping[str, str]]) -> None:
    """Towns and villages below the counties of the national table, with approximate coordinates."""
    upsert_regions(regions_from_rows([dict(row) for row in rows]))


def load_stations(offices: Iterable[Mapping[str, Any]]) -> dict[str, Station]:
    """One station a place, parents first; returns them by region name.

    `offices` have region_code, name, address, phone and opening_hours. Paths are worked out here and written
    in one go: adding 1,411 nodes one by one through the tree takes a minute.
    """
    regions = Region.objects.in_bulk()
    made: dict[str, Station] = {}
    for office in sorted(offices, key=lambda row: (len(row["region_code"]), row["region_code"])):
        region = regions[office["region_code"]]
        parent = made.get(region.parent_id or "")
        depth = parent.depth + 1 if parent else 1
        siblings = parent.numchild if parent else 0
        station = Station(
            path=Station._get_path(parent.path if parent else "", depth, siblings + 1),
            depth=depth,
            numchild=0,
            name=office["name"],
            level=StationLevel(region.level),
            region=region,
            address=office["address"],
            phone=office["phone"],
            opening_hours=office["opening_hours"],
            opened_on=_OPENED,
        )
        if parent:
            parent.numchild += 1
        made[region.code] = station
    insert(Station, made.values(), total=len(made), label="stations")
    begin_history(made.values())
    # Names of places repeat in a city's villages; the last one stands, and only towns and above are asked
    # for.
    ordered = sorted(made.values(), key=lambda station: -station.depth)
    return {station.region.name: station for station in ordered}
