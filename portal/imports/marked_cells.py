"""Cells whose value a reader does not vouch for; shared by the child process and the portal."""

from dataclasses import dataclass
from typing import Any

# Marks of cells that have no value.
FORMULA, CELL_ERROR, EXTRA_CELLS, GARBLED = "formula", "cell_error", "extra_cells", "garbled"
# Marks of cells whose value depends on what the column holds.
PARTIAL_DATE = "partial_date"  # a date that is shown without its day or its year
FORMATTED = "formatted"  # a number that is shown with more digits than it has: 2.1 as '2.10', 7 as '007'
MERGED_CELL = "merged"  # written once for several rows


@dataclass(frozen=True, slots=True)
class MarkedCell:
    """A cell with the reason why its value needs care.

    Attributes:
        mark: one of the constants above.
        text: what a spreadsheet program shows.
        value: the stored value, where there is one.
    """

    mark: str
    text: str = ""
    value: Any = None
