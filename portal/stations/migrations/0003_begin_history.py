"""Every station has had its name and its region since it was opened."""

from typing import Any

from django.db import migrations

BATCH = 500


def begin(apps: Any, schema_editor: Any) -> None:
    station, name, area = (
        apps.get_model("stations", model) for model in ("Station", "StationName", "StationArea")
    )
    last = 0
    while rows := list(station.objects.filter(pk__gt=last).order_by("pk")[:BATCH]):
        spans = [{"station": row, "starts_on": row.opened_on, "ends_on": row.closed_on} for row in rows]
        name.objects.bulk_create(name(name=s["station"].name, **s) for s in spans)
        area.objects.bulk_create(area(region_id=s["station"].region_id, **s) for s in spans)
        last = rows[-1].pk


class Migration(migrations.Migration):
    dependencies = [("stations", "0002_history")]

    # Backwards the tables themselves go, with the migration before.
    operations = [migrations.RunPython(begin, migrations.RunPython.noop)]
