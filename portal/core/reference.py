"""Load the code tables from the files of settings.REFERENCE_DIR; loading again changes nothing."""

import csv
import gzip
from pathlib import Path

from django.conf import settings
from django.db import transaction

from portal.core.enums import RegionLevel
from portal.core.models import Occupation, Region, Specialty


def _rows(name: str) -> list[dict[str, str]]:
    path = Path(settings.REFERENCE_DIR) / name
    content = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    return list(csv.DictReader(content.decode("utf-8").splitlines()))


def regions_from_rows(rows: list[dict[str, str]]) -> list[Region]:
    """Build regions from rows of code, name, parent, level and, where known, lat and lon."""
    return [
        Region(
            code=row["code"],
            name=row["name"],
            level=RegionLevel(row["level"]),
            parent_id=row["parent"] or None,
            latitude=float(row["lat"]) if row.get("lat") else None,
            longitude=float(row["lon"]) if row.get("lon") else None,
        )
        for row in rows
    ]


def upsert_regions(regions: list[Region]) -> None:
    """Insert the regions, or update those that exist, parents first."""
    Region.objects.bulk_create(
        sorted(regions, key=lambda r: len(r.code)),
        batch_size=500,
        update_conflicts=True,
        unique_fields=["code"],
        update_fields=["name", "level", "parent", "latitude", "longitude"],
    )


@transaction.atomic
def load_reference() -> dict[str, int]:
    """Insert or update regions, occupations and specialties; return the number of rows of each."""
    located = {r.code: r for r in Region.objects.exclude(latitude=None)}
    regions = regions_from_rows(_rows("regions.csv"))
    for region in regions:  # a place found on the map keeps its coordinates
        if region.latitude is None and region.code in located:
            region.latitude, region.longitude = located[region.code].latitude, located[region.code].longitude
    upsert_regions(regions)
    occupations = [
        Occupation(code=row["code"], name=row["name"], level=int(row["level"]), tasks=row["tasks"])
        for row in _rows("occupations.csv.gz")
    ]
    Occupation.objects.bulk_create(
        occupations,
        batch_size=500,
        update_conflicts=True,
        unique_fields=["code"],
        update_fields=["name", "level", "tasks"],
    )
    specialties = [
        Specialty(
            code=row["code"],
            name=row["military_specialty"],
            branch=row["branch"],
            occupations=row["civilian_occupations"].replace("|", "、"),
        )
        for row in _rows("crosswalk.csv")
    ]
    Specialty.objects.bulk_create(
        specialties,
        batch_size=500,
        update_conflicts=True,
        unique_fields=["code"],
        update_fields=["name", "branch", "occupations"],
    )
    return {"regions": len(regions), "occupations": len(occupations), "specialties": len(specialties)}
