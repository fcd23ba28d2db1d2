"""Importer of position rows.

A row belongs to the position with its external id, or without one to the position that an equal row created.
Missing columns and empty cells change nothing. Good rows are submitted for review.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import Any

from django.utils import timezone

from portal.accounts.models import User
from portal.core import audit
from portal.core.locking import locked
from portal.core.models import Occupation
from portal.employers.models import Employer
from portal.imports import cell_parsing
from portal.imports.cell_text import cell_text
from portal.imports.enums import RowOutcome
from portal.imports.import_kinds import BadRow, RowResult, apply_rules
from portal.imports.models import ImportRun
from portal.imports.row_changes import add_target_ids, select_by_outcome
from portal.positions import occupation_lookup, position_parsing
from portal.positions.actions import announced_fields
from portal.positions.duplicates import DuplicateKey, build_duplicate_key, duplicate_key, live_positions
from portal.positions.enums import CLOSED_STATES, PositionState
from portal.positions.events import announce_positions_changed
from portal.positions.field_rules import POSITION_RULES, served_region_codes
from portal.positions.import_changes import DISTINCT_HINT, PositionChange, PositionRow
from portal.positions.import_columns import COLUMNS
from portal.positions.models import Position
from portal.positions.permissions import can_write_for
from portal.positions.wording_checks import check_position, find_wording_errors, summarize_findings
from portal.positions.wording_exceptions import end_exceptions
from portal.stations.models import Station

# States after which an equal row creates a new position.
_ENDED_STATES = CLOSED_STATES | {PositionState.EXPIRED}
_TEXT_FIELDS = (
    "external_id", "title", "address", "duties", "requirements", "relaxable", "legal_basis", "real_employer",
)  # fmt: skip
_GUESSED_FIELDS = {"occupation_id", "occupation_certainty"}
_DUPLICATE_KEY_FIELDS = (
    "title", "region_id", "pay_from", "pay_to", "occupation_id", "state", "employer_id",
)  # fmt: skip
_LABELS = {column.key: column.label for column in COLUMNS}


class PositionImporter:
    """Parser and writer of the rows of one employer's import."""

    def __init__(self, employer: Employer, by: User | None) -> None:
        """Prepare the import.

        Args:
            by: who imports; None for a preview, which writes nothing.
        """
        self._by = by
        self._employer = employer
        self._can_write = by is None or can_write_for(by, employer)
        self._occupation_codes = frozenset(Occupation.objects.filter(level=4).values_list("pk", flat=True))
        # Row numbers by key, to find repeats within the import.
        self._row_of_external_id: dict[str, int] = {}
        self._row_of_duplicate_key: dict[DuplicateKey, int] = {}
        self._equal_rows: dict[str, int] = {}
        self._parse_region = position_parsing.RegionParser(
            _LABELS["region"], near=self._employer.region_id[:4], served=served_region_codes()
        )
        self._parse_education = position_parsing.EducationParser(_LABELS["education_min"])
        self._parse_certificates = cell_parsing.ListParser(
            _LABELS["certificates"], cell_parsing.find_certificate
        )
        self._choice_parsers = {
            field: cell_parsing.ChoiceParser(label, choices, synonyms)
            for field, (label, choices, synonyms) in position_parsing.CHOICES.items()
        }

    @classmethod
    def build_for_run(cls, run: ImportRun) -> "PositionImporter":
        assert run.subject_id is not None
        employer = Employer.objects.select_related("station", "region").get(pk=run.subject_id)
        return cls(employer, run.by)

    @classmethod
    def build_for_preview(cls, employer_id: int | None) -> "PositionImporter":
        """Return an importer that only reads.

        Args:
            employer_id: None for some employer of the served area that is no agency.

        Raises:
            Employer.DoesNotExist: no employer has this id.
        """
        if employer_id is not None:
            return cls(Employer.objects.select_related("station", "region").get(pk=employer_id), None)
        top = Station.objects.order_by("path").first()
        return cls(Employer(name="", region_id=top.region_id if top else "", is_agency=False), None)

    def read(self, number: int, cells: Mapping[str, Any]) -> PositionRow:
        """Parse one row.

        Raises:
            BadRow: a cell is invalid, or an earlier row of the import is the same position.
        """
        if not self._can_write:
            raise BadRow("member", "您已不是这家单位的经办人，不能替它提交岗位。")
        values = self._parse_values(cells)
        external_id = self._note_external_id(number, values.pop("external_id", None))
        distinct = bool(cell_parsing.parse_yes_no(_LABELS["distinct"], cells.get("distinct")))
        _validate_wording(values)
        key = build_duplicate_key(
            values["title"],
            values["region_id"],
            values["pay_from"],
            values["pay_to"],
            values["occupation_id"],
        )
        first = self._row_of_duplicate_key.setdefault(key, number)
        if first != number and not distinct:
            raise BadRow(
                "similar", f"岗位名称：与本表第 {first} 行重复（地区、月薪、职业也相同）{DISTINCT_HINT}。"
            )
        return PositionRow(external_id, self._digest(values), values, key, distinct)

    def _note_external_id(self, number: int, external_id: str | None) -> str | None:
        if external_id is not None:
            first = self._row_of_external_id.setdefault(external_id, number)
            if first != number:
                raise BadRow("number", f"岗位编号：与本表第 {first} 行相同。")
        return external_id

    def _parse_values(self, cells: Mapping[str, Any]) -> dict[str, Any]:
        """Return field -> value for the filled and the mandatory cells, foreign keys by column name."""
        region, address_in_region = self._parse_region(cells.get("region"))
        pay, pay_labels = _parse_pay_columns(cells)
        values: dict[str, Any] = {
            **{field: cell_text(cells.get(field)) for field in _TEXT_FIELDS},  # the rules fold them
            **pay,
            "headcount": position_parsing.parse_headcount(_LABELS["headcount"], cells.get("headcount")),
            "education_min": self._parse_education(cells.get("education_min")),
            "experience_years": position_parsing.parse_experience(
                _LABELS["experience_years"], cells.get("experience_years")
            ),
            "closes_on": cell_parsing.parse_day(
                _LABELS["closes_on"], cells.get("closes_on"), last_of_month=True
            ),
            "certificates": self._parse_certificate_list(cells.get("certificates")),
            "benefits": _parse_benefits(cells.get("benefits")),
            **{field: parse(cells.get(field)) for field, parse in self._choice_parsers.items()},
        }
        for field in ("travels", "veterans_preferred", "veterans_only"):
            values[field] = cell_parsing.parse_yes_no(_LABELS[field], cells.get(field))
        values["address"] = values["address"] or address_in_region
        values["real_employer"] = values["real_employer"] if self._employer.is_agency else ""
        filled = {
            field: value
            for field, value in values.items()
            if value not in (None, "")
            or POSITION_RULES[field].required
            or (field == "real_employer" and self._employer.is_agency)
        }
        position = Position(employer=self._employer)
        cleaned = apply_rules(POSITION_RULES, filled, labels=_LABELS | pay_labels, current=position)
        cleaned.setdefault("pay_to", cleaned["pay_from"])
        occupation = self._find_occupation(cleaned["title"], cells.get("occupation"))
        return {**cleaned, "region_id": region, **occupation}

    def _parse_certificate_list(self, cell: Any) -> list[str] | None:
        text = cell_parsing.clean_text(cell)
        if not text:
            return None
        return (
            [] if text in {"无", "不限", "无要求", "没有", "不要求"} else list(self._parse_certificates(text))
        )

    def _find_occupation(self, title: str, cell: Any) -> dict[str, Any]:
        """Return the occupation that the cell names, or the most probable one of the title."""
        text = cell_parsing.clean_text(cell)
        if not text:
            guess = occupation_lookup.guess_code(title, self._occupation_codes)
            if guess is None:
                raise BadRow("occupation", f"{_LABELS['occupation']}：{occupation_lookup.NOT_GUESSED}")
            return {"occupation_id": guess[0], "occupation_certainty": guess[1]}
        for code in (text, occupation_lookup.find_code(text)):
            if code in self._occupation_codes:
                return {"occupation_id": code, "occupation_certainty": None}
        message = occupation_lookup.describe_unknown(text)
        raise BadRow("occupation", f"{_LABELS['occupation']}：{message}")

    def _digest(self, values: Mapping[str, Any]) -> str:
        """Return a digest of the row's own values; each repeat of an equal row gets another one."""
        omitted = {"occupation_certainty"} if values["occupation_certainty"] is None else _GUESSED_FIELDS
        own_values = {field: value for field, value in values.items() if field not in omitted}
        text = json.dumps(own_values, ensure_ascii=False, sort_keys=True, default=str)
        count = self._equal_rows[text] = self._equal_rows.get(text, 0) + 1
        return hashlib.sha256(f"{count}:{text}".encode()).hexdigest()

    def write(self, rows: Sequence[PositionRow], *, import_id: int, dry: bool) -> list[RowResult]:
        """Create new positions, change those with the same external id, and submit both for review."""
        locked(self._employer)  # one import at a time: rows are still as read here when they are written
        positions = Position.objects.filter(employer=self._employer)
        external_ids = [row.external_id for row in rows if row.external_id]
        by_external_id = {
            position.external_id: position for position in positions.filter(external_id__in=external_ids)
        }
        id_by_digest = dict(
            positions.filter(import_digest__in=[row.digest for row in rows if not row.external_id])
            .exclude(state__in=_ENDED_STATES)
            .values_list("import_digest", "pk")
        )
        live = {
            duplicate_key(position): position
            for position in live_positions(self._employer).only(*_DUPLICATE_KEY_FIELDS)
        }
        changes = [
            PositionChange(
                self._employer, row, by_external_id.get(row.external_id), id_by_digest.get(row.digest)
            )
            for row in rows
        ]
        results = [change.apply(live) for change in changes]
        if not dry:
            self._save(changes, results, import_id)
        return add_target_ids(results, [change.position.pk for change in changes])

    def _save(self, changes: "list[PositionChange]", results: list[RowResult], import_id: int) -> None:
        new_positions = [
            change.position for change in select_by_outcome(changes, results, RowOutcome.CREATED)
        ]
        updates = select_by_outcome(changes, results, RowOutcome.UPDATED)
        Position.objects.bulk_create(new_positions, batch_size=500)
        if updates:
            self._save_updates(updates)
        new_targets = [(position, {"sheet": import_id}) for position in new_positions]
        audit.record_many(by=self._by, verb="positions.drafted", targets=new_targets)
        audit.record_many(
            by=self._by,
            verb="positions.edited",
            targets=[
                (
                    change.position,
                    {
                        "sheet": import_id,
                        "fields": announced_fields(change.old_values),
                        "before": change.state_before,
                    },
                )
                for change in updates
            ],
        )
        positions = [*new_positions, *(change.position for change in updates)]
        data = {"sheet": import_id, "before": PositionState.DRAFT}
        audit.record_many(
            by=self._by, verb="positions.submit", targets=[(position, data) for position in positions]
        )
        announce_positions_changed([position.pk for position in positions])

    def _save_updates(self, updates: "list[PositionChange]") -> None:
        now = timezone.now()
        for change in updates:
            change.position.updated_at = now
            change.position.wording = summarize_findings(check_position(change.position))
        fields = sorted({field for change in updates for field in change.old_values})
        Position.objects.bulk_update(
            [change.position for change in updates],
            [
                *(field.removesuffix("_id") for field in fields),
                "state",
                "import_digest",
                "wording",
                "submitted_at",
                "updated_at",
            ],
            batch_size=200,
        )
        with_exceptions = Position.objects.filter(
            pk__in=[change.position.pk for change in updates], wording_exceptions__ended_at=None
        ).exclude(wording_exceptions=None)
        assert self._by is not None, "a preview writes nothing"
        for position in with_exceptions:
            end_exceptions(position=position, by=self._by, reason="岗位已修改")


def _parse_pay_columns(cells: Mapping[str, Any]) -> tuple[dict[str, int | None], dict[str, str]]:
    """Parse the two pay columns, or the one that holds both ends.

    A range in a cell that is merged over both columns is read as one.

    Returns:
        The values of `pay_from` and `pay_to`, and the labels of their columns where these are not their own.
    """
    if cells.get("pay_from") and cells.get("pay_from") == cells.get("pay_to"):
        both = position_parsing.parse_pay_range(_LABELS["pay_from"], cells["pay_from"])
        if both is not None:
            return {"pay_from": both[0], "pay_to": both[1]}, {}
    low = position_parsing.parse_pay(_LABELS["pay_from"], cells.get("pay_from"))
    high = position_parsing.parse_pay(_LABELS["pay_to"], cells.get("pay_to"))
    if low is not None:
        return {"pay_from": low, "pay_to": high}, {}
    ends = position_parsing.parse_pay_range(_LABELS["pay"], cells.get("pay"))
    is_one_column = ends is not None or ("pay" in cells and "pay_from" not in cells)
    labels = dict.fromkeys(("pay_from", "pay_to"), _LABELS["pay"]) if is_one_column else {}
    low, high = ends or (None, None)
    return {"pay_from": low, "pay_to": high}, labels


def _validate_wording(values: Mapping[str, Any]) -> None:
    """Refuse the wording that the form refuses too."""
    errors = find_wording_errors(values)
    if errors:
        field, field_errors = next(iter(errors.items()))
        raise BadRow("wording", f"{_LABELS[field]}：{field_errors[0].messages[0]}")


def _parse_benefits(cell: Any) -> list[str] | None:
    text = cell_parsing.clean_text(cell)
    if not text:
        return None
    words = (word.strip() for word in cell_parsing.LIST_SEPARATORS.split(text))
    return [word for word in words if word and word not in {"无", "没有"}]
