"""Fold what was stored before: names lose invisible characters and get their key, phones get one spelling."""

from django.db import migrations

from portal.core.encryption import hash_phone
from portal.core.text_folding import display_name, fold_name, fold_phone

_BATCH = 1_000


def _fold(apps, schema_editor):
    rows = apps.get_model("veterans", "Veteran").objects.order_by("pk")
    last = 0
    while batch := list(rows.filter(pk__gt=last)[:_BATCH]):
        last = batch[-1].pk
        for row in batch:
            row.name = display_name(row.name)
            row.name_key = fold_name(row.name)[:80]
            row.phone = fold_phone(row.phone)
            row.phone_hash = hash_phone(row.phone) if row.phone else ""
        rows.model.objects.bulk_update(batch, ["name", "name_key", "phone", "phone_hash"])


class Migration(migrations.Migration):
    dependencies = [("veterans", "0002_name_key")]

    operations = [migrations.RunPython(_fold, migrations.RunPython.noop)]
