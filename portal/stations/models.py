"""The four-level service network (四级服务体系) of city, county, town and village stations."""

from collections.abc import Iterable
from datetime import date

from django.db import models
from django.db.models import F, OuterRef, Q, Subquery
from django.utils import timezone
from treebeard.mp_tree import MP_Node, MP_NodeManager, MP_NodeQuerySet

from portal.core.models import Region, TimestampedModel
from portal.core.region_codes import region_code_chain
from portal.core.validators import validate_no_unit_name
from portal.stations.enums import StationLevel


def path_range(field: str, path: str) -> Q:
    """Return the condition that `field` holds a treebeard path inside the subtree of `path`.

    It is a range, not LIKE: SQLite does not use an index for the LIKE that Django writes. 'Z' sorts last
    among the characters of a path (0-9A-Z) in every collation.
    """
    return Q(**{f"{field}__gte": path, f"{field}__lte": path + "Z" * 16})


def in_subtrees(field: str, paths: Iterable[str]) -> Q:
    """Return the condition that the station at `field` is in the subtree of any of `paths`.

    Args:
        field: lookup path from the filtered model to the station; '' when it is the station itself.
    """
    name = f"{field}__path" if field else "path"
    condition = Q(pk__in=[])
    for path in paths:
        condition |= path_range(name, path)
    return condition


def highest(paths: Iterable[str]) -> list[str]:
    """Return the tree paths that lie below none of the others."""
    roots: list[str] = []
    for path in sorted(paths):
        if not roots or not path.startswith(roots[-1]):
            roots.append(path)
    return roots


def keyed_in_subtrees(field: str, paths: Iterable[str]) -> Q:
    """Return the condition of `in_subtrees` on the station's key, without a join.

    For lists that use an index beginning with that key; no condition at all when `paths` cover the whole
    network. Building it costs one query.
    """
    paths = list(paths)
    if not paths:
        return Q(pk__in=[])
    if not Station.objects.filter(depth=1).exclude(path__in=paths).exists():
        return Q()
    return Q(**{f"{field}__in": Station.objects.in_subtrees(paths).values("pk")})


class StationQuerySet(MP_NodeQuerySet):
    def in_subtrees(self, paths: Iterable[str]) -> "StationQuerySet":
        return self.filter(in_subtrees("", paths))

    def open_on(self, day: date) -> "StationQuerySet":
        return self.filter(opened_on__lte=day).filter(Q(closed_on=None) | Q(closed_on__gt=day))

    def named_on(self, day: date) -> "StationQuerySet":
        """Annotate `name_then`, the name on `day`; None where the station did not exist."""
        names = StationName.objects.on(day).filter(station=OuterRef("pk"))
        return self.annotate(name_then=Subquery(names.values("name")[:1]))

    def serving(self, region_code: str, day: date | None = None) -> "Station | None":
        """Return the station of a region on `day` (default: today): its own, or the nearest above it."""
        areas = StationArea.objects.on(day or timezone.localdate()).filter(
            region__in=region_code_chain(region_code)
        )
        area = areas.select_related("station").order_by("-region_id").first()  # a longer code sorts later
        return area.station if area else None


class StationManager(MP_NodeManager.from_queryset(StationQuerySet)):  # type: ignore[misc]  # treebeard has no types
    def get_queryset(self) -> StationQuerySet:
        return StationQuerySet(self.model, using=self._db).order_by("path")


class Station(MP_Node, TimestampedModel):
    """A veterans' service station (退役军人服务中心/站)."""

    # Current name and the region it is named after; those of other days are in StationName and StationArea.
    name = models.CharField("名称", max_length=60, validators=[validate_no_unit_name])
    level = models.CharField("级别", max_length=10, choices=StationLevel.choices)
    region = models.ForeignKey(Region, models.PROTECT, related_name="stations", verbose_name="区划")
    address = models.CharField("地址", max_length=120, blank=True, validators=[validate_no_unit_name])
    phone = models.CharField("办公电话", max_length=20, blank=True)
    opening_hours = models.CharField("办公时间", max_length=80, blank=True)
    opened_on = models.DateField("启用日期")
    # The first day without it.
    closed_on = models.DateField("停用日期", null=True, blank=True)
    # The station that its people moved to when it was merged or closed.
    succeeded_by = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="predecessors", verbose_name="接收服务站"
    )

    node_order_by: list[str] = []

    objects = StationManager()

    class Meta:
        verbose_name = "服务站"
        verbose_name_plural = "服务站"
        constraints = [
            models.CheckConstraint(
                condition=Q(closed_on=None) | Q(closed_on__gte=F("opened_on")),
                name="station_closed_after_opened",
            ),
            models.UniqueConstraint(
                fields=["region"], condition=Q(closed_on=None), name="station_region_open_once"
            ),
            models.CheckConstraint(
                condition=Q(succeeded_by=None) | Q(closed_on__isnull=False) & ~Q(succeeded_by=F("id")),
                name="station_succeeded_when_closed",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_open(self) -> bool:
        return self.closed_on is None


class SpanQuerySet(models.QuerySet):
    def on(self, day: date) -> "SpanQuerySet":
        """Restrict to the rows that are valid on `day`."""
        return self.filter(starts_on__lte=day).filter(Q(ends_on=None) | Q(ends_on__gt=day))


class Span(models.Model):
    """Base of facts that are valid for a station from `starts_on` to the day before `ends_on`."""

    starts_on = models.DateField("开始日期")
    ends_on = models.DateField("结束日期", null=True, blank=True)

    objects = SpanQuerySet.as_manager()

    class Meta:
        abstract = True


class StationName(Span):
    """Name of a station and the days on which it was valid."""

    station = models.ForeignKey(Station, models.PROTECT, related_name="names", verbose_name="服务站")
    name = models.CharField("名称", max_length=60)

    class Meta:
        verbose_name = "服务站曾用名"
        verbose_name_plural = "服务站曾用名"
        ordering = ["starts_on", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["station"], condition=Q(ends_on=None), name="station_name_current_once"
            ),
            models.CheckConstraint(
                condition=Q(ends_on=None) | Q(ends_on__gte=F("starts_on")), name="station_name_ends_later"
            ),
        ]


class StationArea(Span):
    """Region that a station served and the days on which it did; a region has one station on any day."""

    station = models.ForeignKey(Station, models.PROTECT, related_name="areas", verbose_name="服务站")
    region = models.ForeignKey(Region, models.PROTECT, related_name="areas", verbose_name="区划")

    class Meta:
        verbose_name = "服务区划"
        verbose_name_plural = "服务区划"
        ordering = ["starts_on", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["region"], condition=Q(ends_on=None), name="station_area_current_once"
            ),
            models.CheckConstraint(
                condition=Q(ends_on=None) | Q(ends_on__gte=F("starts_on")), name="station_area_ends_later"
            ),
        ]
