"""Tables of the database engines: filters, counts and sort keys of documents, and the vocabulary.

The words are in a table of each engine (`search_words`, created by migration 0002); rows share their number.
"""

import uuid
from typing import TYPE_CHECKING

from django.db import models
from django.utils import timezone

from portal.accounts.models import User
from portal.core.models import TimestampedModel

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

LONGEST_ADDRESS = 600  # of a saved search


class Entry(models.Model):
    """One searchable record. `id` is `documents.number(kind, object_id)`: the same record, the same row."""

    # Always given. An AutoField all the same: on SQLite that, and no other whole number, is the row's own
    # number, which the words' table has as well, so that a hit's entry is one look-up away and not two.
    id = models.BigAutoField(primary_key=True)
    kind = models.CharField(max_length=8)
    object_id = models.BigIntegerField()
    # Values of the facets, packed (search.facets.SLOTS).
    facets = models.BigIntegerField(default=0)
    facets_2 = models.BigIntegerField(default=0)
    # Moments are microseconds since 1970: SQLite keeps a date as text, and these are read for every hit.
    # The public scope: from <= now < until.
    listed_from = models.BigIntegerField()
    listed_until = models.BigIntegerField()
    sort_at = models.BigIntegerField()
    region = models.CharField(max_length=12, blank=True)
    pay_from = models.PositiveIntegerField(null=True)
    pay_to = models.PositiveIntegerField(null=True)
    education_min = models.PositiveSmallIntegerField(null=True)
    # A bit for each certificate that is asked for, numbered as in core.certificates.CertificateKind.
    certificates = models.BigIntegerField(default=0)
    # A bit for each trait that a position states, numbered as in search.reading.criteria.Trait.
    traits = models.BigIntegerField(default=0)
    # The place on a ball of radius 1 (on_sphere); all or none of the three.
    x = models.FloatField(null=True)
    y = models.FloatField(null=True)
    z = models.FloatField(null=True)

    class Meta:
        verbose_name = "搜索条目"
        verbose_name_plural = "搜索条目"
        indexes = [
            models.Index(fields=["kind", "-sort_at", "id"], name="search_entry_recent"),
            models.Index(
                fields=["listed_until", "listed_from", "facets", "facets_2", "traits"],
                name="search_entry_counts",
            ),
        ]


class IndexVersion(models.Model):
    """Version of documents and words in the database index: one row, once built."""

    version = models.CharField(max_length=16)
    built_at = models.DateTimeField(auto_now=True)

    class Meta:
        verbose_name = "搜索索引版本"
        verbose_name_plural = "搜索索引版本"


class TermKind(models.TextChoices):
    """Kind of a term, shown with suggestions. A text of two kinds has the first of them."""

    WORD = "word", "岗位"  # in titles: 叉车, 电工
    OCCUPATION = "occupation", "职业"
    TITLE = "title", "岗位"  # a whole title
    FAIR = "fair", "招聘会"
    EMPLOYER = "employer", "用人单位"
    POLICY = "policy", "政策"
    BASE = "base", "基地"
    NEWS = "news", "资讯"
    FACT = "fact", "关键词"  # outside titles only: 包吃住, 睦洲镇, ERP


class Term(models.Model):
    """Word or phrase that a visible record contains, and that may be searched."""

    text = models.CharField(max_length=80, unique=True)  # normalised as matching.tokens does
    kind = models.CharField(max_length=10, choices=TermKind.choices)
    # Title count: number of documents with the term in their title.
    weight = models.PositiveIntegerField()
    # Other count: number of documents with the term elsewhere, at the last build.
    aside = models.PositiveIntegerField(default=0)
    # Visible until the last of these documents is no longer listed.
    until = models.DateTimeField()

    class Meta:
        verbose_name = "搜索词"
        verbose_name_plural = "搜索词"


class Key(models.Model):
    """Prefix key of a term: as written, in pinyin, or by initials.

    Attributes:
        at: 0 for the term's start, 1, 2 … for a later word of it ('远航' in 江门市远航物流有限公司).
        backwards: reversed key, for starts only, for mistakes in the first half of a word.
    """

    class Way(models.IntegerChoices):
        TEXT = 0, "文字"
        PINYIN = 1, "拼音"
        INITIALS = 2, "首字母"

    term = models.ForeignKey(Term, models.CASCADE, related_name="keys")
    key = models.CharField(max_length=80, db_index=True)
    backwards = models.CharField(max_length=80, blank=True, db_index=True)
    way = models.PositiveSmallIntegerField(choices=Way.choices)
    at = models.PositiveSmallIntegerField(default=0)

    class Meta:
        verbose_name = "搜索词键"
        verbose_name_plural = "搜索词键"


class Phrase(models.Model):
    """Name of one document, so that its term is removed with the last such document.

    `id` is the document's number.
    """

    id = models.BigIntegerField(primary_key=True)
    text = models.CharField(max_length=80, db_index=True)
    kind = models.CharField(max_length=10, choices=TermKind.choices)
    until = models.DateTimeField()

    class Meta:
        verbose_name = "搜索短语"
        verbose_name_plural = "搜索短语"


class PendingIndexUpdate(models.Model):
    """Changed record that is not yet sent to the search server (transactional outbox).

    Written in the transaction of the change and deleted once the server has it.
    """

    kind = models.CharField(max_length=8)
    object_id = models.BigIntegerField()
    # The change that is meant: one that happens while the row is being sent gives it a new one.
    change = models.UUIDField(default=uuid.uuid4)
    since = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = "待送条目"
        verbose_name_plural = "待送条目"
        constraints = [models.UniqueConstraint(fields=["kind", "object_id"], name="search_unsent_once")]


class SavedSearchQuerySet(models.QuerySet["SavedSearch"]):
    def visible_to(self, user: "User | AnonymousUser") -> "SavedSearchQuerySet":
        """Return the user's own searches."""
        return self.filter(user=user) if isinstance(user, User) and user.is_active else self.none()

    def with_alerts(self) -> "SavedSearchQuerySet":
        return self.filter(alerts=True, user__is_active=True)


class SavedSearch(TimestampedModel):
    """Search saved by a user, optionally with alerts about new matches."""

    user = models.ForeignKey(User, models.CASCADE, related_name="saved_searches", verbose_name="用户")
    name = models.CharField("名称", max_length=60)
    # As search.params.SearchParams writes it, so that the same search is the same address.
    address = models.CharField("条件", max_length=LONGEST_ADDRESS)
    alerts = models.BooleanField("有新岗位时告诉我", default=True)
    # Positions published before this time were reported, or existed when the search was saved.
    seen_at = models.DateTimeField("看到", default=timezone.now)

    objects = SavedSearchQuerySet.as_manager()

    class Meta:
        verbose_name = "保存的搜索"
        verbose_name_plural = "保存的搜索"
        ordering = ["-id"]
        constraints = [models.UniqueConstraint(fields=["user", "address"], name="saved_search_once")]

    def __str__(self) -> str:
        return self.name
