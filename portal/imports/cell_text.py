"""Text of a spreadsheet cell, as a person would type it."""

from datetime import date, datetime
from typing import Any

from portal.imports.marked_cells import MarkedCell


def cell_text(cell: Any) -> str:
    """Return the cell as text: dates in ISO form, whole numbers without '.0'."""
    if isinstance(cell, MarkedCell):
        return cell.text
    if isinstance(cell, datetime):
        return cell.date().isoformat()
    if isinstance(cell, date):
        return cell.isoformat()
    if isinstance(cell, bool):
        return "是" if cell else "否"
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return "" if cell is None else str(cell)
