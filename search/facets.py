"""Search facets: the properties that hits are filtered and counted by, one object each.

A new facet with fixed choices is one `Facet` member and one `ChoiceFacet` in CHOICE_FACETS: the query, its
address, all engines, the filter panel, the chips and the widening of an empty search read this table.

A database reads the values of a record from packed numbers (`search_entry.facets`, `facets_2`), as one column
for each facet costs as much as the search itself.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from matching.knowledge import occupations
from portal.core.enums import Education, Shift
from portal.employers.enums import Industry, SizeBand
from portal.positions.enums import PositionKind

if TYPE_CHECKING:
    from portal.employers.models import Employer
    from portal.positions.models import Position

Packed = NDArray[np.int64]
FacetValues = Mapping["Facet", tuple[str, ...]]
Counts = Mapping["Facet", Mapping[str, int]]


class Kind(StrEnum):  # no docstring: the API's schema would show it
    POSITION = "position"
    FAIR = "fair"
    EMPLOYER = "employer"
    POLICY = "policy"
    BASE = "base"
    NEWS = "news"


class Facet(StrEnum):
    """Key of a facet. Its counts ignore the facet's own filter and respect all others."""

    KIND = "kind"
    COUNTY = "county"
    PAY = "pay"  # by PAY_BANDS; a position whose range overlaps two bands counts in both
    EDUCATION = "education"  # by the minimum that a position requires
    JOB_KIND = "job_kind"
    SHIFT = "shift"
    INDUSTRY = "industry"
    TRADE = "trade"  # 中类 of the classification of occupations
    SIZE = "size"


# Yuan per month: lower bound, and exclusive upper bound. The keys are the values of Facet.PAY.
PAY_BANDS: dict[str, tuple[int, int | None]] = {
    "0-3000": (0, 3000),
    "3000-5000": (3000, 5000),
    "5000-8000": (5000, 8000),
    "8000-12000": (8000, 12000),
    "12000-": (12000, None),
}

# Groups of occupations (中类): first four characters of their codes -> names.
TRADES: dict[str, str] = {row.code[:4]: row.name for row in occupations().values() if row.level == 2}


def _trade(position: "Position") -> str:
    group = position.occupation_id[:4]
    return group if group in TRADES else ""


@dataclass(frozen=True, slots=True)
class ChoiceFacet:
    """Facet with fixed choices, at most one per record.

    Attributes:
        facet: key of the counts, and name of the field in Elasticsearch.
        label: Chinese name of the filter.
        choices: value -> Chinese label, in the order of the panel.
        position: value of a position, "" if it has none.
        employer: value of an employer; None if employers have no such property.
        parameter: name in the address; "" for a filter that no page offers.
        display_order: place among the panels, the chips and the parameters of the address.
        widening_order: place among the filters that an empty search gives up, the least important first.
        most_frequent_first: whether the panel lists choices by their count.
    """

    facet: Facet
    label: str
    choices: Mapping[str, str]
    position: Callable[["Position"], str]
    employer: Callable[["Employer"], str] | None = None
    parameter: str = ""
    display_order: int = 0
    widening_order: int = 0
    most_frequent_first: bool = False

    def known_values(self, values: Collection[str]) -> tuple[str, ...]:
        """Return those of `values` that are choices, in the order of the choices."""
        return tuple(choice for choice in self.choices if choice in values)

    def sql_filter(self, values: Collection[str]) -> str:
        """Return the SQL condition over `search_entry e` for any of these values, or none at all."""
        return packed_condition(self.facet, values)

    def elasticsearch_filter(self, values: Collection[str]) -> dict[str, Any]:
        """Return the Elasticsearch condition for any of these values, or none at all."""
        absent = {"bool": {"must_not": [{"exists": {"field": self.facet.value}}]}}
        return {"bool": {"should": [absent, {"terms": {self.facet.value: sorted(values)}}]}}


def _choices(enum: Any) -> dict[str, str]:
    return {value: str(label) for value, label in enum.choices}


CHOICE_FACETS: dict[Facet, ChoiceFacet] = {
    item.facet: item
    for item in (
        ChoiceFacet(
            Facet.JOB_KIND,
            "用工形式",
            _choices(PositionKind),
            position=lambda row: row.kind,
            parameter="job_kind",
            display_order=3,
            widening_order=4,
        ),
        ChoiceFacet(
            Facet.SHIFT,
            "班次",
            _choices(Shift),
            position=lambda row: row.shift,
            parameter="shift",
            display_order=2,
            widening_order=1,
        ),
        ChoiceFacet(
            Facet.INDUSTRY,
            "行业",
            _choices(Industry),
            position=lambda row: row.employer.industry,
            employer=lambda row: row.industry,
            parameter="industry",
            display_order=4,
            widening_order=2,
        ),
        ChoiceFacet(
            Facet.SIZE,
            "单位规模",
            _choices(SizeBand),
            position=lambda row: row.employer.size_band,
            employer=lambda row: row.size_band,
        ),
        ChoiceFacet(
            Facet.TRADE,
            "职业类别",
            TRADES,
            position=_trade,
            parameter="group",
            display_order=1,
            widening_order=3,
            most_frequent_first=True,
        ),
    )
}


def page_facets() -> list[ChoiceFacet]:
    """Return the choice facets that pages offer as filters, in display order."""
    page_items = [item for item in CHOICE_FACETS.values() if item.parameter]
    return sorted(page_items, key=lambda item: item.display_order)


def facets_to_widen() -> list[ChoiceFacet]:
    """Return the choice facets in the order in which an empty search gives them up."""
    return sorted(page_facets(), key=lambda item: item.widening_order)


def check_choices(choices: Mapping[Facet, Collection[str]]) -> None:
    """Check that all values are choices of their facet.

    Raises:
        ValueError: an unknown value, or a facet without fixed choices.
    """
    for facet, values in choices.items():
        if facet not in CHOICE_FACETS:
            raise ValueError(f"no facet with choices: {facet!r}")
        if unknown := set(values) - set(CHOICE_FACETS[facet].choices):
            raise ValueError(f"{facet} must be known values, not {', '.join(sorted(unknown))}")


def overlapping_bands(pay_from: int, pay_to: int) -> tuple[str, ...]:
    """Return the names of the pay bands that a range overlaps."""
    return tuple(
        name for name, (low, high) in PAY_BANDS.items() if pay_to >= low and (high is None or pay_from < high)
    )


def position_values(row: "Position") -> FacetValues:
    """Return the values of a position by facet."""
    values = {item.facet: item.position(row) for item in CHOICE_FACETS.values()}
    return _without_empty(
        {
            Facet.KIND: (Kind.POSITION.value,),
            Facet.COUNTY: (row.region_id[:6],),
            Facet.EDUCATION: (str(row.education_min),),
            **{facet: (value,) for facet, value in values.items()},
            Facet.PAY: overlapping_bands(int(row.pay_from), int(row.pay_to)),
        }
    )


def employer_values(row: "Employer") -> FacetValues:
    """Return the values of an employer by facet."""
    values = {item.facet: item.employer(row) for item in CHOICE_FACETS.values() if item.employer}
    return _without_empty(
        {
            Facet.KIND: (Kind.EMPLOYER.value,),
            Facet.COUNTY: (row.region_id[:6],),
            **{facet: (value,) for facet, value in values.items()},
        }
    )


def page_values(kind: Kind, region: str) -> FacetValues:
    """Return the values of a page of the CMS by facet."""
    return _without_empty({Facet.KIND: (kind.value,), Facet.COUNTY: (region[:6],)})


def _without_empty(values: FacetValues) -> FacetValues:
    return {facet: names for facet, names in values.items() if any(names)}


# --- Packed numbers of the database engines ---

COLUMNS = ("facets", "facets_2")
COLUMN_BITS = 63

# Values numbered from 1 in this order; 0 for a record without a value.
NUMBERED: dict[Facet, tuple[str, ...]] = {
    Facet.KIND: tuple(Kind),
    Facet.EDUCATION: tuple(map(str, Education.values)),
    **{facet: tuple(item.choices) for facet, item in CHOICE_FACETS.items()},
}
VETERANS_ONLY = "veterans_only"  # a filter, packed like a facet


@dataclass(frozen=True, slots=True)
class Slot:
    """Bits of a packed number."""

    column: int
    start: int
    width: int

    @property
    def mask(self) -> int:
        return (1 << self.width) - 1

    @property
    def sql(self) -> str:
        return f"(e.{COLUMNS[self.column]} >> {self.start}) & {self.mask}"

    def extract(self, columns: Sequence[Packed]) -> Packed:
        return (columns[self.column] >> self.start) & self.mask


def allocate_slots(widths: Mapping[str, int]) -> dict[str, Slot]:
    """Place each width in the first column with room.

    Raises:
        ValueError: all columns are full; `search_entry` needs another one.
    """
    slots: dict[str, Slot] = {}
    used_bits = [0] * len(COLUMNS)
    for name, width in widths.items():
        column = next((at for at, bits in enumerate(used_bits) if bits + width <= COLUMN_BITS), None)
        if column is None:
            raise ValueError(f"no room for the facet {name!r}: add a column to search_entry and COLUMNS")
        slots[name] = Slot(column, used_bits[column], width)
        used_bits[column] += width
    return slots


def _widths() -> dict[str, int]:
    """Return the bits of each facet. The first ones keep their place when facets are added at the end."""
    first = (
        Facet.KIND,
        Facet.EDUCATION,
        Facet.JOB_KIND,
        Facet.SHIFT,
        Facet.INDUSTRY,
        Facet.SIZE,
        Facet.TRADE,
    )
    return {
        **{facet: len(NUMBERED[facet]).bit_length() for facet in first},
        Facet.PAY: len(PAY_BANDS),  # a bit for each band
        Facet.COUNTY: 20,  # the six digits of the code
        VETERANS_ONLY: 1,
        **{facet: len(names).bit_length() for facet, names in NUMBERED.items() if facet not in first},
    }


SLOTS = allocate_slots(_widths())
USED_COLUMNS = COLUMNS[: 1 + max(slot.column for slot in SLOTS.values())]
FIRST_COLUMN_BITS = max(slot.start + slot.width for slot in SLOTS.values() if slot.column == 0)


def pack(values: FacetValues, *, veterans_only: bool) -> tuple[int, ...]:
    """Return the packed numbers of a record, one for each of COLUMNS."""
    packed = [0] * len(COLUMNS)

    def set_bits(name: str, number: int) -> None:
        packed[SLOTS[name].column] |= number << SLOTS[name].start

    set_bits(VETERANS_ONLY, int(veterans_only))
    for facet, names in values.items():
        if facet == Facet.COUNTY:
            set_bits(facet, int(names[0]))
        elif facet == Facet.PAY:
            set_bits(facet, sum(1 << list(PAY_BANDS).index(name) for name in names))
        else:
            set_bits(facet, NUMBERED[facet].index(names[0]) + 1)
    return tuple(packed)


def packed_kind(kind: Kind) -> int:
    """Return the number of a kind in the packed numbers."""
    return NUMBERED[Facet.KIND].index(kind) + 1


def packed_condition(facet: Facet, values: Iterable[str]) -> str:
    """Return the SQL condition that a record has one of these values of a numbered facet, or none."""
    numbers = [0, *(NUMBERED[facet].index(value) + 1 for value in sorted(values))]
    return f"{SLOTS[facet].sql} IN ({', '.join(map(str, numbers))})"


def count(
    columns: Sequence[Packed], failed: Packed, filter_bits: Mapping[Facet, int]
) -> dict[Facet, dict[str, int]]:
    """Count the records by each value of each facet, ignoring the facet's own filter.

    Args:
        columns: packed numbers of the records, for each of USED_COLUMNS.
        failed: for each record, the sum of the bits of the filters that it fails.
        filter_bits: the bit of each facet with a filter.
    """
    passing_columns = [column[failed == 0] for column in columns] if filter_bits else columns
    counts = {}
    for facet in Facet:
        rows = passing_columns
        if facet in filter_bits:
            rows = [column[(failed & ~filter_bits[facet]) == 0] for column in columns]
        counts[facet] = _count_values(facet, SLOTS[facet].extract(rows))
    return counts


def _count_values(facet: Facet, numbers: Packed) -> dict[str, int]:
    if facet == Facet.COUNTY:
        codes, sizes = np.unique(numbers, return_counts=True)
        pairs = zip(map(str, codes.tolist()), sizes.tolist(), strict=True)
        return {code: size for code, size in pairs if code != "0"}
    if facet == Facet.PAY:
        bands = {name: numbers & (1 << bit) for bit, name in enumerate(PAY_BANDS)}
        return {name: size for name, band in bands.items() if (size := int(np.count_nonzero(band)))}
    sizes = np.bincount(numbers, minlength=len(NUMBERED[facet]) + 1)
    # Not strict: an index of an older version may hold numbers without a meaning until it is rebuilt.
    return {value: size for value, size in zip(NUMBERED[facet], sizes[1:].tolist(), strict=False) if size}
