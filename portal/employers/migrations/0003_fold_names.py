"""Fold what was stored before: names lose invisible characters and get their key."""

from django.db import migrations

from portal.core.text_folding import display_name, fold_name

_BATCH = 1_000


def _fold(apps, schema_editor):
    rows = apps.get_model("employers", "Employer").objects.order_by("pk")
    last = 0
    while batch := list(rows.filter(pk__gt=last)[:_BATCH]):
        last = batch[-1].pk
        for row in batch:
            row.name = display_name(row.name)
            row.name_key = fold_name(row.name)[:160]
        rows.model.objects.bulk_update(batch, ["name", "name_key"])


class Migration(migrations.Migration):
    dependencies = [("employers", "0002_name_key")]

    operations = [migrations.RunPython(_fold, migrations.RunPython.noop)]
