"""Facets: packing of their values, room for further ones, filters of each engine from one table."""

from itertools import pairwise

import numpy as np
import pytest

from search import facets
from search.facets import CHOICE_FACETS, SLOTS, Facet


def test_slots_of_a_column_do_not_overlap() -> None:
    for column in range(len(facets.COLUMNS)):
        slots = sorted(
            (slot for slot in SLOTS.values() if slot.column == column), key=lambda slot: slot.start
        )
        for slot, following in pairwise(slots):
            assert slot.start + slot.width <= following.start
        assert all(slot.start + slot.width <= facets.COLUMN_BITS for slot in slots)


def test_facets_beyond_the_first_column_go_to_the_second() -> None:
    widths = {name: slot.width for name, slot in SLOTS.items()}
    further = {f"facet {number}": 8 for number in range(7)}
    slots = facets.allocate_slots({**widths, **further})
    assert {name: slots[name] for name in SLOTS} == SLOTS, "present facets keep their place"
    assert {slots[name].column for name in further} == {0, 1}


def test_more_facets_than_all_columns_hold_are_refused() -> None:
    with pytest.raises(ValueError, match="no room for the facet"):
        facets.allocate_slots({f"facet {number}": 20 for number in range(7)})


def test_values_in_the_second_column_are_packed_and_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    slots = {**SLOTS, Facet.SIZE: facets.Slot(column=1, start=40, width=3)}
    monkeypatch.setattr(facets, "SLOTS", slots)
    sizes = list(CHOICE_FACETS[Facet.SIZE].choices)[:2]
    rows = [
        facets.pack({Facet.KIND: ("employer",), Facet.SIZE: (size,)}, veterans_only=False)
        for size in (sizes[0], sizes[1], sizes[1])
    ]
    columns = list(np.array(rows, np.int64).T)
    counts = facets.count(columns, np.zeros(3, np.int64), {})
    assert counts[Facet.SIZE] == {sizes[0]: 1, sizes[1]: 2}
    assert counts[Facet.KIND] == {"employer": 3}
    assert facets.packed_condition(Facet.SIZE, [sizes[1]]) == "(e.facets_2 >> 40) & 7 IN (0, 2)"


def test_each_choice_facet_of_a_page_has_its_own_parameter_and_place() -> None:
    suggestions = facets.page_facets()
    assert len({item.parameter for item in suggestions}) == len(suggestions)
    assert [item.display_order for item in suggestions] == list(range(1, len(suggestions) + 1))
    assert sorted(item.widening_order for item in suggestions) == list(range(1, len(suggestions) + 1))
    assert set(CHOICE_FACETS) < set(Facet)


def test_unknown_choices_are_refused() -> None:
    facets.check_choices({Facet.SHIFT: {"night"}})
    with pytest.raises(ValueError, match="shift must be known values, not noon"):
        facets.check_choices({Facet.SHIFT: {"night", "noon"}})
    with pytest.raises(ValueError, match="no facet with choices"):
        facets.check_choices({Facet.PAY: {"0-3000"}})
