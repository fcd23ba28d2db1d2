"""Moments of an entry as numbers, its id as the row's own number. The index is made of other rows: it is emptied here, and built anew at the next
`index_search`.
"""

from django.db import migrations, models


def empty(apps, schema_editor):
    apps.get_model("search", "Entry").objects.all().delete()
    apps.get_model("search", "IndexVersion").objects.all().delete()
    if schema_editor.connection.vendor in {"sqlite", "postgresql"}:
        schema_editor.execute("DELETE FROM search_words")


class Migration(migrations.Migration):
    dependencies = [("search", "0004_facets")]

    operations = [
        migrations.RunPython(empty, migrations.RunPython.noop),
        migrations.RemoveIndex("entry", "search_entry_recent"),
        migrations.RemoveIndex("entry", "search_entry_counts"),
        *[
            step
            for name in ("listed_from", "listed_until", "sort_at")
            for step in (
                migrations.RemoveField("entry", name),
                migrations.AddField("entry", name, models.BigIntegerField(default=0), preserve_default=False),
            )
        ],
        migrations.AlterField("entry", "id", models.BigAutoField(primary_key=True, serialize=False)),
        migrations.AddIndex(
            "entry", models.Index(fields=["kind", "-sort_at", "id"], name="search_entry_recent")
        ),
        migrations.AddIndex(
            "entry",
            models.Index(fields=["listed_until", "listed_from", "facets"], name="search_entry_counts"),
        ),
        migrations.RunPython(migrations.RunPython.noop, empty),  # the way back begins here
    ]
