"""Import of veterans' records: parse rows, compare them with the database, write in batches.

A row is matched by the keyed hash of its ID number; missing columns and empty cells change nothing.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from portal.accounts.actions import log_accesses
from portal.accounts.enums import AccessKind
from portal.accounts.models import User
from portal.accounts.roles import Permission
from portal.core import audit
from portal.core.encryption import hash_id_number
from portal.core.enums import Education
from portal.core.validators import birth_date_of
from portal.imports import cell_parsing
from portal.imports.cell_reading import PROBLEMS as CELL_PROBLEMS
from portal.imports.cell_text import cell_text
from portal.imports.enums import RowOutcome
from portal.imports.import_kinds import BadRow, ImportKind, RowResult, apply_rules
from portal.imports.models import ImportRun
from portal.imports.row_changes import add_target_ids, select_by_outcome, to_json_value
from portal.stations.models import Station
from portal.veterans import record_validation
from portal.veterans.enums import (
    Branch,
    EmploymentStatus,
    MoveReason,
    RankGroup,
    RecordSource,
    Settlement,
    Sex,
)
from portal.veterans.events import veteran_records_changed
from portal.veterans.field_rules import RECORD_RULES, SERVICE_RULES, PersonFacts
from portal.veterans.import_columns import COLUMNS
from portal.veterans.import_undo import undo_rows
from portal.veterans.models import Certificate, Service, Veteran
from portal.veterans.record_changes import RecordChange, announce_record_changes, set_values
from portal.veterans.record_moves import station_for_record

KIND = "veterans"
_LABELS = {column.key: column.label for column in COLUMNS}


@dataclass(slots=True)
class RecordRow:
    """One valid row: the person, and the values of the filled cells by field.

    Attributes:
        station_id: the station that the row names; None where it names none.
    """

    id_hash: str
    id_last4: str
    sex: str
    birth_date: date
    values: dict[str, Any]
    station_id: int | None
    services: dict[str, int | None]
    certificates: dict[str, int | None]


class RecordImporter:
    """Import run of a user; rows may name only stations that the user serves."""

    def __init__(self, by: User | None, station: Station | None, paths: Sequence[str]) -> None:
        """Prepare the import.

        Args:
            by: who imports; None for a preview, which writes nothing.
            station: of rows that name none.
            paths: of the stations below which rows may lie.
        """
        self._by, self._default = by, station
        self._served_ids = set(Station.objects.in_subtrees(paths).values_list("pk", flat=True))
        self._stations = record_validation.load_station_index(paths)
        self._regions = cell_parsing.load_region_index()
        self._near_code = min(
            (s.region_id for s in Station.objects.filter(path__in=paths)), key=len, default=""
        )[:4]
        self._row_numbers: dict[str, int] = {}
        self._specialties = cell_parsing.ListParser("军事专业", record_validation.load_specialty_codes().get)
        self._certificates = cell_parsing.ListParser("证书", cell_parsing.find_certificate)
        self._choices = {
            "branch": cell_parsing.ChoiceParser("军种", Branch, record_validation.CHOICE_SYNONYMS[Branch]),
            "rank_group": cell_parsing.ChoiceParser(
                "军衔层级", RankGroup, record_validation.CHOICE_SYNONYMS[RankGroup]
            ),
            "settlement": cell_parsing.ChoiceParser(
                "安置方式", Settlement, record_validation.CHOICE_SYNONYMS[Settlement]
            ),
            "education": cell_parsing.ChoiceParser(
                "最高学历", Education, record_validation.CHOICE_SYNONYMS[Education]
            ),
            "employment_status": cell_parsing.ChoiceParser(
                "就业状况", EmploymentStatus, record_validation.CHOICE_SYNONYMS[EmploymentStatus]
            ),
        }

    @classmethod
    def build_for_run(cls, run: ImportRun) -> "RecordImporter":
        return cls(run.by, run.station, run.by.station_paths(Permission.OPEN_RECORDS))

    @classmethod
    def build_for_preview(cls, _subject_id: int | None) -> "RecordImporter":
        """Return an importer that only reads, as whoever serves the whole network."""
        top = Station.objects.order_by("path").first()
        return cls(None, top, [top.path] if top else [])

    def read(self, number: int, cells: Mapping[str, Any]) -> RecordRow:
        """Parse a row.

        Raises:
            BadRow: an invalid cell, or an earlier row has the same person.
        """
        id_number = record_validation.parse_id_number(cells.get("id_number"))
        born = birth_date_of(id_number)
        row = RecordRow(
            id_hash=hash_id_number(id_number),
            id_last4=id_number[-4:],
            sex=Sex.MALE if int(id_number[16]) % 2 else Sex.FEMALE,
            birth_date=born,
            values=apply_rules(RECORD_RULES, self._values(cells), labels=_LABELS, current=PersonFacts(born)),
            station_id=self._station(cells.get("station")),
            services=self._parse_services(cells.get("specialties")),
            certificates=self._certificates(cells.get("certificates")),
        )
        first = self._row_numbers.setdefault(row.id_hash, number)
        if first != number:
            raise BadRow("duplicate", f"身份证号：与本表第 {first} 行相同，已按第 {first} 行导入。")
        return row

    def _values(self, cells: Mapping[str, Any]) -> dict[str, Any]:
        """Return field -> value of the filled cells; the name is always among them."""
        values: dict[str, Any] = {
            field: cell_text(cells.get(field))  # the rules fold it
            for field in ("phone", "honours", "major", "skills", "address")
        }
        for field in ("household_region", "living_region"):
            values[field] = self._region(_LABELS[field], cells.get(field))
        for field in ("entered_on", "left_on"):
            values[field] = cell_parsing.parse_day(_LABELS[field], cells.get(field))
        for field, words in self._choices.items():
            values[field] = words(cells.get(field))
        values["is_party_member"] = cell_parsing.parse_yes_no(
            _LABELS["is_party_member"], cells.get("is_party_member")
        )
        values["difficulty"] = record_validation.parse_difficulty(cells.get("difficulty"))
        values["disability"] = record_validation.parse_disability(cells.get("disability"))
        filled = {field: value for field, value in values.items() if value not in (None, "", [])}
        return {"name": cell_text(cells.get("name")), **filled}

    def _parse_services(self, cell: Any) -> dict[str, int | None]:
        """Return specialty code -> years, None where the cell names none."""
        services = self._specialties(cell)
        for code, years in services.items():
            if years is not None:
                apply_rules(
                    SERVICE_RULES, {"specialty": code, "years": years},
                    labels={"specialty": "军事专业", "years": "军事专业"},
                )  # fmt: skip
        return services

    def _station(self, cell: Any) -> int | None:
        if not cell_parsing.clean_text(cell):
            if self._default is None or self._default.pk not in self._served_ids:
                raise BadRow("station", "责任服务站：没有填写，上传时也没有选默认服务站。")
            return None
        station, several = self._stations.find(cell)
        if several:
            raise BadRow("station", "责任服务站：有几个同名的服务站，请写上镇街名称或填区划代码。")
        if station is None:
            raise BadRow("station", "责任服务站：没有这个服务站，或不在您的管辖范围内。")
        return int(station.pk)

    def _region(self, label: str, cell: Any) -> str | None:
        if not cell_parsing.clean_text(cell):
            return None
        code, several = self._regions.find(cell, near=self._near_code)
        if several:
            raise BadRow("region", f"{label}：有几个同名的地方，请写上所属市县或填区划代码。")
        if code is None:
            raise BadRow("region", f"{label}：认不出这个地方，请填地名全称或区划代码。")
        return str(code)

    def write(self, rows: Sequence[RecordRow], *, import_id: int, dry: bool) -> list[RowResult]:
        """Write valid rows: create new records, update existing ones where they differ."""
        existing = {
            veteran.id_hash: veteran
            for veteran in Veteran.objects.select_for_update(of=("self",), no_key=True)
            .filter(id_hash__in=[row.id_hash for row in rows])
            .order_by("pk")
        }
        changes = [_Change(row, existing.get(row.id_hash), self._served_ids, self._default) for row in rows]
        _load_related_rows(changes)
        results = [change.apply() for change in changes]
        elsewhere_ids = [change.veteran.pk for change in changes if change.is_elsewhere]
        assert self._by is not None, "a preview writes nothing"
        log_accesses(actor=self._by, file_ids=elsewhere_ids, kind=AccessKind.REFUSED, reason="导入表格")
        if not dry:
            self._save(changes, results, import_id, self._by)
        return add_target_ids(results, [change.veteran.pk for change in changes])

    def _save(self, changes: list["_Change"], results: list[RowResult], import_id: int, by: User) -> None:
        new = select_by_outcome(changes, results, RowOutcome.CREATED)
        updated = select_by_outcome(changes, results, RowOutcome.UPDATED)
        Veteran.objects.bulk_create([change.veteran for change in new], batch_size=500)
        fields = sorted({field for change in updated for field in change.old_values})
        if updated:
            # Upsert of existing rows: Django's bulk_update writes a CASE per field and row, which is slow.
            Veteran.objects.bulk_create(
                [change.veteran for change in updated],
                batch_size=500,
                update_conflicts=True,
                unique_fields=["id"],
                update_fields=[*fields, "name_key", "updated_at"],
            )
        saved_changes = new + updated
        Service.objects.bulk_create(
            (
                Service(veteran_id=c.veteran.pk, specialty_id=code, years=years)
                for c in saved_changes
                for code, years in c.new_services.items()
            ),
            batch_size=2000,
        )
        for change in updated:
            for service in change.changed_services:
                service.save(update_fields=["years"])
        Certificate.objects.bulk_create(
            (
                Certificate(veteran_id=c.veteran.pk, kind=kind)
                for c in saved_changes
                for kind in c.new_certificates
            ),
            batch_size=2000,
        )
        audit.record_many(
            by=by,
            verb="veterans.opened",
            targets=[(c.veteran, {"station": c.veteran.station_id, "sheet": import_id}) for c in new],
        )
        announce_record_changes(
            [change.announced for change in updated], by=by, section="sheet", sheet=import_id
        )


class _Change:
    """Row of an import with the record of its person and the changes to it."""

    def __init__(
        self, row: RecordRow, veteran: Veteran | None, served_ids: set[int], default: Station | None
    ) -> None:
        self.row, self._default = row, default
        self.is_new = veteran is None
        self.is_elsewhere = veteran is not None and veteran.station_id not in served_ids
        self.veteran = veteran or Veteran(
            id_hash=row.id_hash,
            id_last4=row.id_last4,
            sex=row.sex,
            birth_date=row.birth_date,
            source=RecordSource.IMPORTED,
        )
        self.services: dict[str, Service] = {}
        self.certificates: set[str] = set()
        self.old_values: dict[str, Any] = {}
        self.move_reason = MoveReason.LIVES
        self.new_services: dict[str, int] = {}
        self.changed_services: list[Service] = []
        self.new_certificates: list[str] = []

    def apply(self) -> RowResult:
        """Set the differing values on the record in memory and return the result of the row."""
        if self.is_elsewhere:
            return RowResult(
                RowOutcome.BAD,
                code="elsewhere",
                reason="身份证号：此人已在管辖范围外的服务站建档，请与上级服务站核对。",
            )
        if self.veteran.closed_on is not None:
            where = "已并入另一份，请到保留的那份上修改" if self.veteran.merged_into_id else "已经注销"
            return RowResult(RowOutcome.BAD, code="closed", reason=f"身份证号：此人的档案{where}。")
        days = {name: value for name, value in self.row.values.items() if name in {"entered_on", "left_on"}}
        if not self.is_new and RECORD_RULES.split(days, current=self.veteran)[1]:
            return RowResult(
                RowOutcome.BAD, code="dates", reason="退役日期：与档案中的入伍日期对不上，请核对。"
            )
        self.old_values = set_values(self.veteran, self.row.values)
        self._set_station()
        year_changes = self._apply_services()
        self.new_certificates = [kind for kind in self.row.certificates if kind not in self.certificates]
        if self.is_new:
            return RowResult(RowOutcome.CREATED)
        if not (self.old_values or self.new_services or self.changed_services or self.new_certificates):
            return RowResult(RowOutcome.UNCHANGED, target_id=self.veteran.pk)
        before = {
            "fields": {
                field: [to_json_value(old), to_json_value(getattr(self.veteran, field))]
                for field, old in self.old_values.items()
            },
            "services": sorted(self.new_services),
            "years": year_changes,
            "certificates": self.new_certificates,
        }
        return RowResult(RowOutcome.UPDATED, target_id=self.veteran.pk, before=before)

    def _set_station(self) -> None:
        """Set the station: the one that the row names, the default of a new record, or that of a new home."""
        if self.row.station_id is not None:
            self.old_values |= set_values(self.veteran, {"station": self.row.station_id})
            self.move_reason = MoveReason.IMPORTED
        elif self.is_new:
            assert self._default is not None, "a row without a station is bad where there is no default"
            self.veteran.station = self._default
        elif "living_region_id" in self.old_values:
            self.old_values |= set_values(self.veteran, {"station": station_for_record(self.veteran)})

    @property
    def announced(self) -> RecordChange:
        """What this row changed, as every other write announces it."""
        related = set()
        if self.new_services or self.changed_services:
            related.add("specialties")
        if self.new_certificates:
            related.add("certificates")
        return RecordChange(self.veteran, self.old_values, related, self.move_reason)

    def _apply_services(self) -> dict[str, list[int]]:
        """Return specialty code -> [old, new] years of specialties whose years change."""
        years_served = min(max(self.veteran.years_served, 1), 45)
        year_changes = {}
        for code, years in self.row.services.items():
            service = self.services.get(code)
            if service is None:
                self.new_services[code] = years or years_served
            elif years and years != service.years:
                year_changes[code] = [service.years, years]
                service.years = years
                self.changed_services.append(service)
        return year_changes


def _load_related_rows(changes: Iterable[_Change]) -> None:
    """Load specialties and certificates of the existing records of a batch, in two queries."""
    by_record = {change.veteran.pk: change for change in changes if not change.is_new}
    for service in Service.objects.filter(veteran__in=by_record):
        by_record[service.veteran_id].services[service.specialty_id] = service
    for certificate in Certificate.objects.filter(veteran__in=by_record):
        by_record[certificate.veteran_id].certificates.add(certificate.kind)


def _announce_end() -> None:
    veteran_records_changed.send(sender=Veteran)


VETERAN_IMPORT = ImportKind(
    key=KIND,
    label="退役军人档案",
    columns=COLUMNS,
    open_run=RecordImporter.build_for_run,
    open_preview=RecordImporter.build_for_preview,
    undo=undo_rows,
    on_finished=_announce_end,
    problems=CELL_PROBLEMS | record_validation.PROBLEMS,
)
