"""All that hits are counted by, packed into one whole number for each record.

A database counts eight facets of ten thousand hits by reading one number of each: a column for every facet
costs as much as the search itself, and a GROUP BY over all of them makes nearly as many groups as there are
hits.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from portal.core.enums import Education, Shift
from portal.employers.enums import Industry, SizeBand
from portal.positions.enums import PositionKind
from search.query import PAY_BANDS, TRADES, Facet, Kind

if TYPE_CHECKING:
    from search.documents import Document

Packed = NDArray[np.int64]

# Numbered from 1 in this order; 0 says that a record has no such fact.
CHOICES: dict[Facet, tuple[str, ...]] = {
    Facet.KIND: tuple(Kind),
    Facet.EDUCATION: tuple(map(str, Education.values)),
    Facet.JOB_KIND: tuple(PositionKind.values),
    Facet.SHIFT: tuple(Shift.values),
    Facet.INDUSTRY: tuple(Industry.values),
    Facet.SIZE: tuple(SizeBand.values),
    Facet.TRADE: tuple(TRADES),
}


@dataclass(frozen=True, slots=True)
class Slot:
    """Some bits of the packed number."""

    start: int
    width: int

    @property
    def mask(self) -> int:
        return (1 << self.width) - 1

    def put(self, value: int) -> int:
        return value << self.start

    def of(self, packed: Packed) -> Packed:
        return (packed >> self.start) & self.mask


def _slots(widths: Mapping[Facet, int]) -> dict[Facet, Slot]:
    made, start = {}, 0
    for facet, width in widths.items():
        made[facet] = Slot(start, width)
        start += width
    return made


# The county's six digits are a number; the pay is a bit for each band that the range touches.
SLOTS = _slots(
    {
        **{facet: len(values).bit_length() for facet, values in CHOICES.items()},
        Facet.PAY: len(PAY_BANDS),
        Facet.COUNTY: 20,
    }
)
VETERANS_ONLY = Slot(max(slot.start + slot.width for slot in SLOTS.values()), 1)
FILTERS = len(Facet)  # bits that a query needs beside the packed number: which filters a record fails
assert VETERANS_ONLY.start + VETERANS_ONLY.width + FILTERS < 63


def bands(pay_from: int | None, pay_to: int | None) -> tuple[str, ...]:
    """Names of the bands that a post's pay touches."""
    if pay_from is None or pay_to is None:
        return ()
    return tuple(
        name for name, (low, high) in PAY_BANDS.items() if pay_to >= low and (high is None or pay_from < high)
    )


def values(document: "Document") -> dict[Facet, tuple[str, ...]]:
    """What a document counts as, by facet."""
    one = {
        Facet.KIND: document.kind.value,
        Facet.COUNTY: document.region[:6],
        Facet.EDUCATION: "" if document.education_min is None else str(document.education_min),
        Facet.JOB_KIND: document.job_kind,
        Facet.SHIFT: document.shift,
        Facet.INDUSTRY: document.industry,
        Facet.SIZE: document.size,
        Facet.TRADE: document.trade,
    }
    found: dict[Facet, tuple[str, ...]] = {facet: (value,) for facet, value in one.items() if value}
    touched = bands(document.pay_from, document.pay_to)
    return {**found, Facet.PAY: touched} if touched else found


def pack(document: "Document") -> int:
    packed = VETERANS_ONLY.put(int(document.veterans_only))
    for facet, names in values(document).items():
        if facet == Facet.COUNTY:
            number = int(names[0])
        elif facet == Facet.PAY:
            number = sum(1 << list(PAY_BANDS).index(name) for name in names)
        else:
            number = CHOICES[facet].index(names[0]) + 1
        packed |= SLOTS[facet].put(number)
    return packed


def numbers(facet: Facet, asked: Collection[str]) -> list[int]:
    """The numbers of these values in their slot, and 0: a record that has no such fact passes."""
    return [0, *(CHOICES[facet].index(value) + 1 for value in sorted(asked))]


def count(packed: Packed, failed: Packed, bits: Mapping[Facet, int]) -> dict[Facet, dict[str, int]]:
    """How many records there are by each value of each facet, its own filter lifted.

    Args:
        packed: one number a record.
        failed: for each record, the sum of the bits of the filters that it fails.
        bits: the bit of each facet that is filtered by.
    """
    passing = packed[failed == 0] if bits else packed
    return {
        facet: _count(facet, packed[(failed & ~bits[facet]) == 0] if facet in bits else passing)
        for facet in Facet
    }


def _count(facet: Facet, packed: Packed) -> dict[str, int]:
    found = SLOTS[facet].of(packed)
    if facet == Facet.COUNTY:
        codes, many = np.unique(found, return_counts=True)
        pairs = zip(map(str, codes.tolist()), many.tolist(), strict=True)
        return {code: n for code, n in pairs if code != "0"}
    if facet == Facet.PAY:
        return {
            name: n for bit, name in enumerate(PAY_BANDS) if (n := int(np.count_nonzero(found & (1 << bit))))
        }
    many = np.bincount(found, minlength=len(CHOICES[facet]) + 1)
    # Not strict: an index of another version, until it is built anew, may hold numbers that mean nothing now.
    return {value: n for value, n in zip(CHOICES[facet], many[1:].tolist(), strict=False) if n}
