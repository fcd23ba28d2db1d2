"""What the database engines know of a document beside its words: enough to filter, count and order.

The words stand in a table of each engine's own (`search_words`, made by migration 0002); a row here and a row
there share their number.
"""

from django.db import models


class Entry(models.Model):
    """One searchable record. `id` is `documents.number(kind, object_id)`: the same record, the same row."""

    id = models.BigIntegerField(primary_key=True)
    kind = models.CharField(max_length=8)
    object_id = models.BigIntegerField()
    region = models.CharField(max_length=12, blank=True)
    pay_to = models.PositiveIntegerField(null=True)
    education_min = models.PositiveSmallIntegerField(null=True)
    # The public scope: from <= now < until.
    listed_from = models.DateTimeField()
    listed_until = models.DateTimeField()
    sort_at = models.DateTimeField()

    class Meta:
        verbose_name = "搜索条目"
        verbose_name_plural = "搜索条目"
        indexes = [
            models.Index(
                fields=["kind", "region", "listed_until", "listed_from", "pay_to", "education_min"],
                name="search_entry_counts",
            ),
            models.Index(fields=["kind", "-sort_at", "id"], name="search_entry_recent"),
        ]


class IndexVersion(models.Model):
    """Which making of documents and words the database's index holds: one row, once built."""

    version = models.CharField(max_length=16)
    built_at = models.DateTimeField(auto_now=True)

    class Meta:
        verbose_name = "搜索索引版本"
        verbose_name_plural = "搜索索引版本"
