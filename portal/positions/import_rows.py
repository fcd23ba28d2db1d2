"""Importer of position rows.

A row belongs to the position with its external id, or without one to the position that an equal row created.
Missing columns and empty cells change nothing. Good rows are submitted for review.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.utils import timezone

from portal.core import audit
from portal.core.locking import locked
from portal.core.models import Occupation
from portal.employers.models import Employer
from portal.imports import cell_parsing
from portal.imports.enums import RowOutcome
from portal.imports.import_kinds import BadRow, RowResult
from portal.imports.models import ImportRun
from portal.imports.row_changes import add_target_ids, select_by_outcome, to_json_value
from portal.positions import occupation_lookup, position_parsing
from portal.positions.duplicates import DuplicateKey, build_duplicate_key, duplicate_key, live_positions
from portal.positions.enums import CLOSED_STATES, PositionState
from portal.positions.events import announce_positions_changed
from portal.positions.import_columns import COLUMNS
from portal.positions.models import EXTERNAL_ID_PATTERN, Position
from portal.positions.permissions import can_write_for
from portal.positions.wording_checks import check_position, find_wording_errors, summarize_findings
from portal.positions.wording_exceptions import end_exceptions

# States after which an equal row creates a new position.
_ENDED_STATES = CLOSED_STATES | {PositionState.EXPIRED}
_FOREIGN_KEYS = ("employer", "occupation", "region")
_GUESSED_FIELDS = {"occupation_id", "occupation_certainty"}
_DUPLICATE_KEY_FIELDS = (
    "title", "region_id", "pay_from", "pay_to", "occupation_id", "state", "employer_id",
)  # fmt: skip
_MAX_DAYS_OPEN = 366
_LABELS = {column.key: column.label for column in COLUMNS}
_DISTINCT_HINT = "。确实是另一个岗位的，请在“确非重复”一列填“是”"


@dataclass(slots=True)
class PositionRow:
    """A parsed row: field values without those that the row leaves open, and its keys."""

    external_id: str | None
    digest: str
    values: dict[str, Any]
    duplicate_key: DuplicateKey
    distinct: bool


class PositionImporter:
    """Parser and writer of the rows of one employer's import."""

    def __init__(self, run: ImportRun) -> None:
        assert run.subject_id is not None
        self._by = run.by
        self._employer = Employer.objects.select_related("station", "region").get(pk=run.subject_id)
        self._can_write = can_write_for(run.by, self._employer)
        self._occupation_codes = frozenset(Occupation.objects.filter(level=4).values_list("pk", flat=True))
        # Row numbers by key, to find repeats within the import.
        self._row_of_external_id: dict[str, int] = {}
        self._row_of_duplicate_key: dict[DuplicateKey, int] = {}
        self._equal_rows: dict[str, int] = {}
        self._today = timezone.localdate()
        self._parse_region = position_parsing.RegionParser(
            _LABELS["region"], near=self._employer.region_id[:4]
        )
        self._parse_education = position_parsing.EducationParser(_LABELS["education_min"])
        self._parse_certificates = cell_parsing.ListParser(
            _LABELS["certificates"], cell_parsing.find_certificate
        )
        self._choice_parsers = {
            field: cell_parsing.ChoiceParser(label, choices, synonyms)
            for field, (label, choices, synonyms) in position_parsing.CHOICES.items()
        }

    def read(self, number: int, cells: Mapping[str, Any]) -> PositionRow:
        """Parse one row.

        Raises:
            BadRow: a cell is invalid, or an earlier row of the import is the same position.
        """
        if not self._can_write:
            raise BadRow("member", "您已不是这家单位的经办人，不能替它提交岗位。")
        values = self._parse_values(cells)
        external_id = self._parse_external_id(number, cells.get("external_id"))
        distinct = bool(cell_parsing.parse_yes_no(_LABELS["distinct"], cells.get("distinct")))
        self._validate_fields(values)
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
                "similar", f"岗位名称：与本表第 {first} 行重复（地区、月薪、职业也相同）{_DISTINCT_HINT}。"
            )
        return PositionRow(external_id, self._digest(values), values, key, distinct)

    def _parse_external_id(self, number: int, cell: Any) -> str | None:
        text = cell_parsing.clean_text(cell)
        if not text:
            return None
        if not EXTERNAL_ID_PATTERN.fullmatch(text):
            raise BadRow("number", "岗位编号：只能用字母、数字、汉字和 - _ . / #，最多64位，中间不留空格。")
        first = self._row_of_external_id.setdefault(text, number)
        if first != number:
            raise BadRow("number", f"岗位编号：与本表第 {first} 行相同。")
        return text

    def _parse_values(self, cells: Mapping[str, Any]) -> dict[str, Any]:
        """Return field -> value for the filled cells."""
        title = _parse_text(cells, "title", 60)
        if not title:
            raise BadRow("title", "岗位名称：没有填写。")
        pay_from, pay_to = _parse_pay_columns(cells)
        address = _parse_text(cells, "address", 120)
        region, address_in_region = self._parse_region(cells.get("region"))
        duties = _parse_text(cells, "duties", 2000)
        if not duties:
            raise BadRow("duties", "岗位职责：没有填写。")
        values: dict[str, Any] = {
            "title": title,
            "headcount": position_parsing.parse_headcount(_LABELS["headcount"], cells.get("headcount")),
            "pay_from": pay_from,
            "pay_to": pay_to,
            "region_id": region,
            "address": address or address_in_region[:120],
            "education_min": self._parse_education(cells.get("education_min")),
            "experience_years": position_parsing.parse_experience(
                _LABELS["experience_years"], cells.get("experience_years")
            ),
            "duties": duties,
            "requirements": _parse_text(cells, "requirements", 2000),
            "relaxable": _parse_text(cells, "relaxable", 120),
            "legal_basis": _parse_text(cells, "legal_basis", 300),
            "real_employer": self._parse_real_employer(cells),
            "closes_on": cell_parsing.parse_date(
                _LABELS["closes_on"],
                cells.get("closes_on"),
                earliest=self._today,
                latest=self._today + timedelta(days=_MAX_DAYS_OPEN),
            ),
            **{field: parse(cells.get(field)) for field, parse in self._choice_parsers.items()},
        }
        for field in ("travels", "veterans_preferred", "veterans_only"):
            values[field] = cell_parsing.parse_yes_no(_LABELS[field], cells.get(field))
        values = {field: value for field, value in values.items() if value not in {None, ""}}
        for field, items in (
            ("certificates", self._parse_certificate_list(cells.get("certificates"))),
            ("benefits", _parse_benefits(cells)),
        ):
            if items is not None:
                values[field] = items
        return values | self._find_occupation(title, cells.get("occupation"))

    def _parse_real_employer(self, cells: Mapping[str, Any]) -> str:
        if not self._employer.is_agency:
            return ""
        name = _parse_text(cells, "real_employer", 80)
        if not name:
            raise BadRow("agency", "实际用人单位：人力资源服务机构代招的岗位，请写明实际用人单位。")
        return name

    def _parse_certificate_list(self, cell: Any) -> list[str] | None:
        text = cell_parsing.clean_text(cell)
        if not text:
            return None
        return (
            [] if text in {"无", "不限", "无要求", "没有", "不要求"} else list(self._parse_certificates(text))
        )

    def _find_occupation(self, title: str, cell: Any) -> dict[str, Any]:
        """Return the occupation that the cell names, or the most probable one of the cell and the title."""
        text = cell_parsing.clean_text(cell)
        for code in (text, occupation_lookup.find_code(text) if text else None):
            if code in self._occupation_codes:
                return {"occupation_id": code, "occupation_certainty": None}
        guess = occupation_lookup.guess_code(f"{text} {title}".strip(), self._occupation_codes)
        if guess is None:
            raise BadRow("occupation", "职业分类：从岗位名称看不出是什么职业，请填写职业名称。")
        return {"occupation_id": guess[0], "occupation_certainty": guess[1]}

    def _validate_fields(self, values: Mapping[str, Any]) -> None:
        """Apply the validators of the model's fields."""
        position = Position(employer=self._employer, **values)
        try:
            position.clean_fields(exclude=_FOREIGN_KEYS)
        except ValidationError as error:
            field, messages = next(iter(error.message_dict.items()))
            raise BadRow("form", f"{_LABELS.get(field, field)}：{messages[0]}") from error

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
            _Change(self._employer, row, by_external_id.get(row.external_id), id_by_digest.get(row.digest))
            for row in rows
        ]
        results = [change.apply(live) for change in changes]
        if not dry:
            self._save(changes, results, import_id)
        return add_target_ids(results, [change.position.pk for change in changes])

    def _save(self, changes: "list[_Change]", results: list[RowResult], import_id: int) -> None:
        new_positions = [
            change.position for change in select_by_outcome(changes, results, RowOutcome.CREATED)
        ]
        updates = select_by_outcome(changes, results, RowOutcome.UPDATED)
        Position.objects.bulk_create(new_positions, batch_size=500)
        if updates:
            self._save_updates(updates)
        new_targets = [(position, {"sheet": import_id}) for position in new_positions]
        updated_targets = [(change.position, {"sheet": import_id}) for change in updates]
        audit.record_many(by=self._by, verb="positions.drafted", targets=new_targets)
        audit.record_many(
            by=self._by,
            verb="positions.edited",
            targets=[
                (change.position, {"sheet": import_id, "fields": sorted(change.old_values)})
                for change in updates
            ],
        )
        audit.record_many(by=self._by, verb="positions.submit", targets=new_targets + updated_targets)
        # New positions are not public before their review: only changed ones are announced.
        announce_positions_changed([change.position.pk for change in updates])

    def _save_updates(self, updates: "list[_Change]") -> None:
        now = timezone.now()
        for change in updates:
            change.position.updated_at = now
            change.position.wording = summarize_findings(check_position(change.position))
        fields = sorted({field for change in updates for field in change.old_values})
        Position.objects.bulk_update(
            [change.position for change in updates],
            [
                *(field.removesuffix("_id") for field in fields),
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
        for position in with_exceptions:
            end_exceptions(position=position, by=self._by, reason="岗位已修改")


class _Change:
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
        position.state, position.import_digest = PositionState.IN_REVIEW, self.row.digest
        position.submitted_at = timezone.now()
        if self.is_new:
            return RowResult(RowOutcome.CREATED)
        self.old_values["state"] = before["state"]
        return RowResult(RowOutcome.UPDATED, target_id=position.pk, before=before)

    def _new_values(self) -> dict[str, Any]:
        values = dict(self.row.values)
        is_guess = values["occupation_certainty"] is not None
        if not self.is_new and is_guess and self.position.title == values["title"]:
            # A guess from the same title must not overwrite a correction.
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
                f"地区、月薪、职业也相同）{_DISTINCT_HINT}。",
            )
        return None


def _parse_text(cells: Mapping[str, Any], key: str, max_length: int) -> str:
    return cell_parsing.parse_text(_LABELS[key], cells.get(key), max_length)


def _parse_pay_columns(cells: Mapping[str, Any]) -> tuple[int, int]:
    """Parse the two pay columns, or the one that holds both ends."""
    low = position_parsing.parse_pay(_LABELS["pay_from"], cells.get("pay_from"))
    high = position_parsing.parse_pay(_LABELS["pay_to"], cells.get("pay_to"))
    if low is not None:
        return position_parsing.check_pay(_LABELS["pay_from"], low, low if high is None else high)
    ends = position_parsing.parse_pay_range(_LABELS["pay"], cells.get("pay"))
    if ends is None:
        label = _LABELS["pay" if "pay" in cells and "pay_from" not in cells else "pay_from"]
        raise BadRow("pay", f"{label}：没有填写，请写明每月最低多少元。")
    return ends


def _validate_wording(values: Mapping[str, Any]) -> None:
    """Refuse the wording that the form refuses too."""
    errors = find_wording_errors(values)
    if errors:
        field, field_errors = next(iter(errors.items()))
        raise BadRow("wording", f"{_LABELS[field]}：{field_errors[0].messages[0]}")


def _parse_benefits(cells: Mapping[str, Any]) -> list[str] | None:
    text = _parse_text(cells, "benefits", 200)
    if not text:
        return None
    words = [word.strip() for word in cell_parsing.LIST_SEPARATORS.split(text)]
    return list(dict.fromkeys(word[:20] for word in words if word and word not in {"无", "没有"}))
