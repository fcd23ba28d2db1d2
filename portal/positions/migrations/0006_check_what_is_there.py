from django.db import migrations
from django.db.models import F

from portal.positions.fairness import findings_of, summary

BATCH = 1_000


def check(apps, schema_editor):
    """What stood before the checker is checked too; who waits for review keeps the place in the queue."""
    Position = apps.get_model("positions", "Position")
    Position.objects.filter(state="in_review").update(submitted_at=F("updated_at"))
    changed = []
    for position in Position.objects.iterator(chunk_size=BATCH):
        position.wording = summary(findings_of(position))
        if position.wording:
            changed.append(position)
        if len(changed) >= BATCH:
            Position.objects.bulk_update(changed, ["wording"])
            changed = []
    Position.objects.bulk_update(changed, ["wording"])


class Migration(migrations.Migration):
    dependencies = [("positions", "0005_fair_wording")]

    operations = [migrations.RunPython(check, migrations.RunPython.noop, elidable=True)]
