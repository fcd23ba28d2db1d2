"""Statistics published as open data, counted from rows, with their definitions."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Sum
from django.db.models.functions import Substr

from portal.positions.models import Position
from portal.reports.cohorts import district_names, occupation_group_names
from portal.reports.public_totals import MIN_PUBLISHED_COUNT, count_portal_totals
from portal.reports.report_filter import COUNTY_CODE_LENGTH, OCCUPATION_GROUP_LENGTH

# Published key, attribute of PortalTotals, label, unit, definition.
OPEN_FIGURES = (
    ("fairs", "fairs", "已举办招聘会", "场", "已发布且已经开始的招聘会场数。"),
    ("employers", "employers", "已核验单位", "家", "核验通过且仍在有效期内的用人单位数。"),
    ("positions", "positions", "在招岗位", "个", "已审核、在有效期内、单位核验有效的岗位数。"),
    ("headcount", "headcount", "招聘人数", "人", "在招岗位的招聘人数之和。"),
    ("reached", "confirmed_intentions", "达成意向", "人次", "退役军人和用人单位双方都已确认的就业意向数。"),
    ("onboarded", "onboarded", "已到岗", "人", "经本平台意向到岗的退役军人数，一人只计一次。"),
)
SUPPRESSION_NOTE = f"涉及个人的数字小于 {MIN_PUBLISHED_COUNT} 时不公布。岗位和单位逐条公开，照实计数。"


@dataclass(frozen=True, slots=True)
class OpenFigure:
    """One published figure; `value` is None where a count of people is suppressed."""

    key: str
    label: str
    unit: str
    definition: str
    value: int | None


@dataclass(frozen=True, slots=True)
class OpenCell:
    """Open positions and their headcount in one county, or of one group of occupations."""

    code: str
    name: str
    positions: int
    headcount: int


@dataclass(frozen=True, slots=True)
class OpenStatistics:
    as_of: datetime
    figures: tuple[OpenFigure, ...]
    counties: tuple[OpenCell, ...]
    occupations: tuple[OpenCell, ...]


def count_open_statistics() -> OpenStatistics:
    """Count the published statistics. Nine queries."""
    totals = count_portal_totals()
    return OpenStatistics(
        as_of=totals.as_of,
        figures=tuple(
            OpenFigure(key, label, unit, definition, getattr(totals, attribute))
            for key, attribute, label, unit, definition in OPEN_FIGURES
        ),
        counties=_cells(
            "region_id",
            COUNTY_CODE_LENGTH,
            totals.as_of,
            district_names(),
        ),
        occupations=_cells(
            "occupation_id",
            OCCUPATION_GROUP_LENGTH,
            totals.as_of,
            occupation_group_names(),
        ),
    )


def _cells(field: str, length: int, now: datetime, names: dict[str, str]) -> tuple[OpenCell, ...]:
    """Count open positions by the first `length` characters of a code, the largest cell first."""
    rows = (
        Position.objects.open_at(now)
        .order_by()
        .annotate(cell=Substr(field, 1, length))
        .values("cell")
        .annotate(n=Count("pk"), people=Sum("headcount"))
        .order_by("-n", "cell")
    )
    return tuple(OpenCell(row["cell"], names.get(row["cell"], ""), row["n"], row["people"]) for row in rows)
