"""The four-level service network (四级服务体系): city, county, town and village. Knows no user."""

from collections.abc import Iterable
from datetime import date

from django.db import models
from django.db.models import Q
from treebeard.mp_tree import MP_Node, MP_NodeManager, MP_NodeQuerySet

from portal.core.models import Region, TimestampedModel
from portal.stations.enums import StationLevel


def path_range(field: str, path: str) -> Q:
    """Condition that `field` holds a treebeard path inside the subtree of `path`.

    A range, not LIKE: SQLite does not use an index for the LIKE that Django writes. 'Z' sorts last among the
    characters of a path (0-9A-Z) in every collation.
    """
    return Q(**{f"{field}__gte": path, f"{field}__lte": path + "Z" * 16})


def in_subtrees(field: str, paths: Iterable[str]) -> Q:
    """Condition that the station reached by `field` ('' for the station itself) lies below any of `paths`."""
    name = f"{field}__path" if field else "path"
    condition = Q(pk__in=[])
    for path in paths:
        condition |= path_range(name, path)
    return condition


def keyed_in_subtrees(field: str, paths: Iterable[str]) -> Q:
    """The same condition by the key of the station that `field` holds.

    For lists that walk an index which begins with that key: no join, and no condition at all for somebody who
    serves the whole network. Costs one query when it is made.
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


class StationManager(MP_NodeManager.from_queryset(StationQuerySet)):  # type: ignore[misc]
    def get_queryset(self) -> StationQuerySet:
        return StationQuerySet(self.model, using=self._db).order_by("path")


class Station(MP_Node, TimestampedModel):
    """A veterans' service station (退役军人服务中心/站)."""

    name = models.CharField("名称", max_length=60)
    level = models.CharField("级别", max_length=10, choices=StationLevel.choices)
    region = models.OneToOneField(Region, models.PROTECT, related_name="station", verbose_name="区划")
    address = models.CharField("地址", max_length=120, blank=True)
    phone = models.CharField("办公电话", max_length=20, blank=True)
    opening_hours = models.CharField("办公时间", max_length=80, blank=True)
    opened_on = models.DateField("启用日期")
    closed_on = models.DateField("停用日期", null=True, blank=True)

    node_order_by: list[str] = []

    objects = StationManager()

    class Meta:
        verbose_name = "服务站"
        verbose_name_plural = "服务站"
        constraints = [
            models.CheckConstraint(
                condition=Q(closed_on=None) | Q(closed_on__gte=models.F("opened_on")),
                name="station_closed_after_opened",
            )
        ]

    def __str__(self) -> str:
        return self.name
