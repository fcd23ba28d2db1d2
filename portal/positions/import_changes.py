"""Change of one position by a row of an import: its new values in memory, and the result of the row."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils import timezone

from portal.employers.models import Employer
from portal.imports.enums import RowOutcome
from portal.imports.import_kinds import RowResult
from portal.imports.row_changes import to_json_value
from portal.positions.duplicates import DuplicateKey
from portal.positions.enums import CLOSED_STATES
from portal.positions.models import Position
from portal.positions.transitions import TRANSITIONS

DISTINCT_HINT = "。确实是另一个岗位的，请在“确非重复”一列填“是”"


@dataclass(slots=True)
class PositionRow:
    """A parsed row: field values without those that the row leaves open, and its keys."""

    external_id: str | None
    digest: str
    values: dict[str, Any]
    duplicate_key: DuplicateKey
    distinct: bool


class PositionChange:
    """A row, its position in memory, and the values that the row replaces.

    Attributes:
        unchanged_id: primary key of the live position that an equal row created earlier, if any.
        old_values: replaced values by field.
    """

    def __init__(
        self, employer: Employer, row: PositionRow, position: Position | None, unchanged_id: int | None
    ) -> None:
        self.row, self.unchanged_id = row, unchanged_id
        self.is_new = position is None and unchanged_id is None
        self.position = position or Position(employer=employer, external_id=row.external_id)
        self.state_before = self.position.state
        self.old_values: dict[str, Any] = {}

    def apply(self, live: Mapping[DuplicateKey, Position]) -> RowResult:
        """Set the differing values on the position in memory and return the result of the row.

        Args:
            live: the employer's live positions by duplicate key.
        """
        if self.unchanged_id is not None:
            return RowResult(RowOutcome.UNCHANGED, target_id=self.unchanged_id)
        position, values = self.position, self._new_values()
        self.old_values = {
            field: getattr(position, field)
            for field, value in values.items()
            if getattr(position, field) != value
        }
        if not self.is_new and not self.old_values:
            return RowResult(RowOutcome.UNCHANGED, target_id=position.pk)
        if refusal := self._refuse(live):
            return refusal
        before = {
            "fields": {
                field: [to_json_value(old_value), to_json_value(values[field])]
                for field, old_value in self.old_values.items()
            },
            "state": position.state,
            "import_digest": position.import_digest,
        }
        for field in self.old_values:
            setattr(position, field, values[field])
        if not self.is_new:
            position.state = TRANSITIONS.target("edit", position.state)
        position.state = TRANSITIONS.target("submit", position.state)
        position.import_digest, position.submitted_at = self.row.digest, timezone.now()
        if self.is_new:
            return RowResult(RowOutcome.CREATED)
        return RowResult(RowOutcome.UPDATED, target_id=position.pk, before=before)

    def _new_values(self) -> dict[str, Any]:
        values = dict(self.row.values)
        is_guess = values["occupation_certainty"] is not None
        was_guess = self.position.occupation_certainty is not None
        if not self.is_new and is_guess and not (was_guess and self.position.title != values["title"]):
            # A guess must not overwrite a correction.
            del values["occupation_id"], values["occupation_certainty"]
        return values

    def _refuse(self, live: Mapping[DuplicateKey, Position]) -> RowResult | None:
        """Return the result of a row whose position has ended or is a duplicate."""
        position = self.position
        if position.state in CLOSED_STATES:
            return RowResult(
                RowOutcome.BAD,
                code="ended",
                reason=f"岗位编号：这个编号的岗位已结束（{position.get_state_display()}），内容不再更改；"
                "重新招聘请换一个编号。",
            )
        similar = live.get(self.row.duplicate_key)
        if similar is not None and similar.pk != position.pk and not self.row.distinct:
            return RowResult(
                RowOutcome.BAD,
                code="similar",
                reason=f"岗位名称：与已有岗位重复（“{similar.title}”，{similar.get_state_display()}，"
                f"地区、月薪、职业也相同）{DISTINCT_HINT}。",
            )
        return None
