"""Reading of one row: its cells by what their columns hold, then the row by its import kind."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from portal.imports.cell_reading import CellProblem, SourceTraits, read_cells
from portal.imports.import_kinds import BadRow, ImportKind, RowImporter
from portal.imports.workbook_reader import Row

_MAX_REASONS = 3


@dataclass(frozen=True, slots=True)
class ReadRow:
    """A row as it was read.

    Attributes:
        values: column key -> text, number or date, without the cells that could not be read.
        parsed: what the import kind made of it; None if the row is refused.
        problems: why it is refused; empty for a good row.
    """

    number: int
    values: Mapping[str, Any]
    parsed: Any
    problems: tuple[CellProblem, ...]

    @property
    def refusal(self) -> BadRow | None:
        """Return the first problem with the reasons of the next ones."""
        if not self.problems:
            return None
        reasons = [problem.reason for problem in self.problems[:_MAX_REASONS]]
        return BadRow(self.problems[0].code, " ".join(reasons))


def read_row(kind: ImportKind, importer: RowImporter, row: Row, traits: SourceTraits) -> ReadRow:
    """Read a row; what is wrong with it stands in the result."""
    values, problems = read_cells(kind, row.values, traits)
    if problems:
        return ReadRow(row.number, values, None, tuple(problems))
    try:
        return ReadRow(row.number, values, importer.read(row.number, values), ())
    except BadRow as refusal:
        column = kind.column_of_reason(refusal.reason)
        problem = CellProblem(column.key if column else "", refusal.code, refusal.reason)
        return ReadRow(row.number, values, None, (problem,))
