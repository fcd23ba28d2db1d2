"""Tables of the rows behind a figure: one per model, with names only where the reader may see them."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Model, QuerySet
from django.urls import reverse

from cms.models import JobFairPage
from portal.accounts.models import User
from portal.accounts.roles import Permission
from portal.confirmations.enums import Satisfaction
from portal.confirmations.models import Answer
from portal.employers.models import Employer
from portal.fairs.models import Booth, CheckIn, Registration
from portal.follow_ups.models import FollowUp
from portal.placements.models import Placement, PlacementTransition
from portal.placements.workflow import STEP_LABELS
from portal.positions.models import Position
from portal.reports.report_scope import ReportScope
from portal.stations.models import Station
from portal.veterans.models import Veteran
from portal.web.templatetags.ui import cn_date, cn_datetime


@dataclass(frozen=True, slots=True)
class Cell:
    """Text of a cell with an optional link; `number` is set where the text is a count."""

    text: Any
    url: str = ""
    number: int | None = None


@dataclass(frozen=True, slots=True)
class TableRow:
    """One row of a table."""

    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class Reader:
    """User who reads a table, with the station paths that decide on names and links."""

    user: User
    scope: ReportScope
    review_paths: tuple[str, ...]  # stations where the user reviews employers
    fair_paths: tuple[str, ...]  # stations where the user runs fairs

    def veteran_cell(self, veteran: Veteran, noun: str, pk: int, url_name: str = "placement") -> Cell:
        """Return the veteran's name with a link, or `noun` and the key where the name is not visible."""
        if self.scope.can_name_people_at(veteran.station.path):
            return Cell(veteran.name, reverse(f"staff:{url_name}", args=[pk]))
        return Cell(f"{noun} {pk} 号")


def build_reader(user: User, scope: ReportScope) -> Reader:
    """Return the reader of a report with this scope."""
    return Reader(
        user,
        scope,
        tuple(user.station_paths(Permission.REVIEW_EMPLOYERS)),
        tuple(user.station_paths(Permission.RUN_FAIRS)),
    )


def _is_below(paths: Sequence[str], station: Station) -> bool:
    return any(station.path.startswith(path) for path in paths)


def _fair(reader: Reader, fair: JobFairPage) -> Sequence[Any]:
    url = reverse("staff:fair", args=[fair.pk]) if _is_below(reader.fair_paths, fair.organiser) else ""
    return Cell(fair.title, url), cn_datetime(fair.starts_at), fair.organiser.name, fair.get_mode_display()


def _booth(reader: Reader, booth: Booth) -> Sequence[Any]:
    url = (
        reverse("staff:booth", args=[booth.pk]) if _is_below(reader.fair_paths, booth.fair.organiser) else ""
    )
    return Cell(booth.employer.name, url), booth.number, booth.fair.title, cn_date(booth.fair.starts_at)


def _employer(reader: Reader, employer: Employer) -> Sequence[Any]:
    url = (
        reverse("staff:employer", args=[employer.pk])
        if _is_below(reader.review_paths, employer.station)
        else ""
    )
    return (
        Cell(employer.name, url),
        employer.uscc,
        employer.get_industry_display(),
        employer.region.name,
    )


def _position(reader: Reader, position: Position) -> Sequence[Any]:
    can_review = _is_below(reader.review_paths, position.employer.station)
    return (
        Cell(position.title, reverse("staff:position", args=[position.pk]) if can_review else ""),
        position.employer.name,
        position.occupation.name,
        position.region.name,
        f"{position.headcount} 人",
    )


def _registration(reader: Reader, row: Registration) -> Sequence[Any]:
    return (
        reader.veteran_cell(row.veteran, "档案", row.veteran_id, "veteran"),
        row.veteran.station.name,
        row.fair.title,
        f"第 {row.number} 号",
    )


def _check_in(reader: Reader, row: CheckIn) -> Sequence[Any]:
    if row.registration is None:
        first, station = Cell(f"{row.get_kind_display()}（第 {row.pk} 次入场）"), ""
    else:
        veteran = row.registration.veteran
        first, station = reader.veteran_cell(veteran, "档案", veteran.pk, "veteran"), veteran.station.name
    return first, row.get_kind_display(), station, row.fair.title, cn_datetime(row.at)


def _placement(reader: Reader, row: Placement) -> Sequence[Any]:
    return (
        reader.veteran_cell(row.veteran, "意向", row.pk),
        row.position.title,
        row.position.employer.name,
        row.veteran.station.name,
        cn_date(row.recorded_at),
        row.get_state_display(),
    )


def _veteran(reader: Reader, veteran: Veteran) -> Sequence[Any]:
    return (
        reader.veteran_cell(veteran, "档案", veteran.pk, "veteran"),
        veteran.station.name,
        veteran.get_employment_status_display(),
    )


def _step(reader: Reader, row: PlacementTransition) -> Sequence[Any]:
    placement = row.placement
    return (
        reader.veteran_cell(placement.veteran, "意向", placement.pk),
        STEP_LABELS.get(row.step, row.step),
        cn_date(row.happened_on),
        placement.position.title,
        placement.position.employer.name,
        placement.veteran.station.name,
    )


def _call(reader: Reader, row: FollowUp) -> Sequence[Any]:
    placement = row.placement
    is_visible = reader.scope.can_name_people_at(row.station.path)
    first = reader.veteran_cell(placement.veteran, "回访", row.pk, "follow-up")
    return (
        first if is_visible else Cell(f"回访 {row.pk} 号"),
        row.get_kind_display(),
        cn_date(row.call_on),
        row.get_state_display(),
        row.station.name,
        placement.position.employer.name,
    )


def _answer(reader: Reader, row: Answer) -> Sequence[Any]:
    """Return the degree and the day; the comment is shown only on the placement's page."""
    if row.satisfaction is None:
        raise ValueError("the answer has no degree of satisfaction")
    placement = row.placement
    return (
        reader.veteran_cell(placement.veteran, "意向", placement.pk),
        f"{Satisfaction(row.satisfaction).label}（{row.satisfaction} 分）",
        cn_date(row.at),
        placement.position.title,
        placement.position.employer.name,
        placement.veteran.station.name,
    )


@dataclass(frozen=True, slots=True)
class RowTable:
    """Table of one model: columns, cells of a row, related models to select, and order."""

    columns: tuple[str, ...]
    build_cells: Callable[[Reader, Any], Sequence[Any]]
    related: tuple[str, ...]
    order: tuple[str, ...]


def veterans_of(rows: Iterable[Any]) -> list[Veteran]:
    """Return the veterans that the rows are about, for the access log; rows about nobody are left out."""
    veterans = []
    for row in rows:
        source = getattr(row, "registration", None) or getattr(row, "placement", None) or row
        veteran = source if isinstance(source, Veteran) else getattr(source, "veteran", None)
        if veteran is not None:
            veterans.append(veteran)
    return veterans


ROW_TABLES: dict[type[Model], RowTable] = {
    JobFairPage: RowTable(
        ("招聘会", "开始时间", "主办", "方式"), _fair, ("organiser",), ("-starts_at", "-pk")
    ),
    Booth: RowTable(
        ("用人单位", "展位号", "招聘会", "日期"),
        _booth,
        ("employer", "fair__organiser"),
        ("-fair__starts_at", "number", "pk"),
    ),
    Employer: RowTable(
        ("用人单位", "信用代码", "行业", "地区"), _employer, ("region", "station"), ("name", "pk")
    ),
    Position: RowTable(
        ("岗位", "用人单位", "职业", "工作地区", "招聘人数"),
        _position,
        ("employer__station", "occupation", "region"),
        ("employer__name", "pk"),
    ),
    Registration: RowTable(
        ("退役军人", "服务站", "招聘会", "报名序号"),
        _registration,
        ("veteran__station", "fair"),
        ("fair", "number"),
    ),
    CheckIn: RowTable(
        ("来访者", "类别", "服务站", "招聘会", "入场时间"),
        _check_in,
        ("registration__veteran__station", "fair"),
        ("-at", "-pk"),
    ),
    Placement: RowTable(
        ("退役军人", "岗位", "用人单位", "服务站", "登记于", "进展"),
        _placement,
        ("veteran__station", "position__employer"),
        ("-recorded_at", "-pk"),
    ),
    Veteran: RowTable(("退役军人", "服务站", "就业状况"), _veteran, ("station",), ("pk",)),
    PlacementTransition: RowTable(
        ("退役军人", "步骤", "发生日期", "岗位", "用人单位", "服务站"),
        _step,
        ("placement__veteran__station", "placement__position__employer"),
        ("-happened_on", "-pk"),
    ),
    Answer: RowTable(
        ("退役军人", "满意程度", "回答日期", "岗位", "用人单位", "服务站"),
        _answer,
        ("placement__veteran__station", "placement__position__employer"),
        ("-at", "-pk"),
    ),
    FollowUp: RowTable(
        ("退役军人", "回访", "联系日期", "状态", "责任站", "用人单位"),
        _call,
        ("placement__veteran__station", "placement__position__employer", "station"),
        ("call_on", "pk"),
    ),
}


def row_table_for(rows: "QuerySet[Any]") -> RowTable:
    """Return the table of the rows' model."""
    return ROW_TABLES[rows.model]


def order_rows(rows: "QuerySet[Any]") -> "QuerySet[Any]":
    """Return the rows in the order of their table, with the related models selected."""
    table = row_table_for(rows)
    return rows.order_by(*table.order).select_related(*table.related)


def build_row(table: RowTable, reader: Reader, row: Any) -> TableRow:
    """Return the table row of one object."""
    cells = (cell if isinstance(cell, Cell) else Cell(cell) for cell in table.build_cells(reader, row))
    return TableRow(tuple(cells))
