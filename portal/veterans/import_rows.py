"""Files by sheet: one run over a sheet. The key is the ID number's keyed
hash; a column that is not in the sheet and a cell that is empty change nothing.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.utils import timezone

from portal.accounts.actions import log_accesses
from portal.accounts.enums import AccessKind
from portal.accounts.models import User
from portal.accounts.roles import Permission
from portal.core import audit
from portal.core.encryption import lookup_hash
from portal.core.enums import Education
from portal.core.validators import birth_date_of
from portal.imports import cell_parsing
from portal.imports.enums import RowOutcome
from portal.imports.import_kinds import BadRow, ImportKind, RowResult
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
from portal.veterans.import_columns import COLUMNS
from portal.veterans.import_undo import undo
from portal.veterans.models import Certificate, Service, Veteran
from portal.veterans.record_moves import announce_moves

KIND = "veterans"


@dataclass(slots=True)
class RecordRow:
    """One good row: who it is, and what it says about them (nothing that the sheet leaves open)."""

    id_hash: str
    id_last4: str
    sex: str
    birth_date: date
    values: dict[str, Any]
    services: dict[str, int | None]
    certificates: dict[str, int | None]


class RecordImporter:
    """One run over a sheet of files, by somebody who serves some stations."""

    def __init__(self, by: User, station: Station | None) -> None:
        paths = by.station_paths(Permission.OPEN_RECORDS)
        self._by, self._default = by, station
        self._served = set(Station.objects.in_subtrees(paths).values_list("pk", flat=True))
        self._stations = record_validation.station_places(paths)
        self._regions = cell_parsing.load_region_index()
        self._near = min((s.region_id for s in Station.objects.filter(path__in=paths)), key=len, default="")[
            :4
        ]
        self._seen: dict[str, int] = {}
        self._latest = timezone.localdate() + timedelta(days=366)
        self._specialties = cell_parsing.ListParser("军事专业", record_validation.specialties().get)
        self._certificates = cell_parsing.ListParser("证书", cell_parsing.find_certificate)
        self._choices = {
            "branch": cell_parsing.ChoiceParser("军种", Branch, record_validation.SAID[Branch]),
            "rank_group": cell_parsing.ChoiceParser("军衔层级", RankGroup, record_validation.SAID[RankGroup]),
            "settlement": cell_parsing.ChoiceParser(
                "安置方式", Settlement, record_validation.SAID[Settlement]
            ),
            "education": cell_parsing.ChoiceParser("最高学历", Education, record_validation.SAID[Education]),
            "employment_status": cell_parsing.ChoiceParser(
                "就业状况", EmploymentStatus, record_validation.SAID[EmploymentStatus]
            ),
        }

    def read(self, number: int, cells: Mapping[str, Any]) -> RecordRow:
        """What a row says.

        Raises:
            BadRow: a cell cannot be taken in, or the sheet had the person before.
        """
        name = cell_parsing.parse_text("姓名", cells.get("name"), 40)
        if not name:
            raise BadRow("name", "姓名：没有填写。")
        id_number = record_validation.id_number(cells.get("id_number"))
        values = self._values(cells)
        values["name"] = name
        row = RecordRow(
            id_hash=lookup_hash(id_number),
            id_last4=id_number[-4:],
            sex=Sex.MALE if int(id_number[16]) % 2 else Sex.FEMALE,
            birth_date=birth_date_of(id_number),
            values={field: value for field, value in values.items() if value not in {None, ""}},
            services=self._specialties(cells.get("specialties")),
            certificates=self._certificates(cells.get("certificates")),
        )
        first = self._seen.setdefault(row.id_hash, number)
        if first != number:
            raise BadRow("duplicate", f"身份证号：与本表第 {first} 行相同，已按第 {first} 行导入。")
        return row

    def _values(self, cells: Mapping[str, Any]) -> dict[str, Any]:
        values: dict[str, Any] = {"phone": record_validation.phone(cells.get("phone"))}
        if values["phone"]:
            values["phone_hash"] = lookup_hash(values["phone"])
        values["station_id"] = self._station(cells.get("station"))
        for field, label in (("household_region", "户籍所在地"), ("living_region", "现居住地")):
            values[f"{field}_id"] = self._region(label, cells.get(field))
        for field, label in (("entered_on", "入伍日期"), ("left_on", "退役日期")):
            values[field] = cell_parsing.parse_date(label, cells.get(field), latest=self._latest)
        if not _in_order(values["entered_on"], values["left_on"]):
            raise BadRow("dates", "退役日期：应晚于入伍日期，请核对。")
        for field, words in self._choices.items():
            values[field] = words(cells.get(field))
        values["is_party_member"] = cell_parsing.parse_yes_no("中共党员", cells.get("is_party_member"))
        values["honours"] = cell_parsing.parse_text("立功受奖", cells.get("honours"), 120)
        values["major"] = cell_parsing.parse_text("所学专业", cells.get("major"), 60)
        values["skills"] = cell_parsing.parse_text("技能特长", cells.get("skills"), 500)
        # Not guarded: '五大队' is how villages are still called.
        values["address"] = cell_parsing.parse_text("住址", cells.get("address"), 120, allow_unit_names=True)
        values["difficulty"] = record_validation.sensitive_text("困难类型", cells.get("difficulty"))
        values["disability"] = record_validation.sensitive_text("残疾等级", cells.get("disability"))
        return values

    def _station(self, cell: Any) -> int:
        if not cell_parsing.clean_text(cell):
            if self._default is None or self._default.pk not in self._served:
                raise BadRow("station", "责任服务站：没有填写，上传时也没有选默认服务站。")
            return self._default.pk
        station, several = self._stations.find(cell)
        if several:
            raise BadRow("station", "责任服务站：有几个同名的服务站，请写上镇街名称或填区划代码。")
        if station is None:
            raise BadRow("station", "责任服务站：没有这个服务站，或不在您的管辖范围内。")
        return int(station.pk)

    def _region(self, label: str, cell: Any) -> str | None:
        if not cell_parsing.clean_text(cell):
            return None
        code, several = self._regions.find(cell, near=self._near)
        if several:
            raise BadRow("region", f"{label}：有几个同名的地方，请写上所属市县或填区划代码。")
        if code is None:
            raise BadRow("region", f"{label}：认不出这个地方，请填地名全称或区划代码。")
        return str(code)

    def write(self, rows: Sequence[RecordRow], *, import_id: int, dry: bool) -> list[RowResult]:
        """Bring good rows in: new files are made, known ones get what differs."""
        known = {
            file.id_hash: file for file in Veteran.objects.filter(id_hash__in=[row.id_hash for row in rows])
        }
        changes = [_Change(row, known.get(row.id_hash), self._served) for row in rows]
        _find_beside(changes)
        results = [change.judge() for change in changes]
        elsewhere = [change.file.pk for change in changes if change.closed]
        log_accesses(actor=self._by, file_ids=elsewhere, kind=AccessKind.REFUSED, reason="导入表格")
        if not dry:
            self._save(changes, results, import_id)
        return add_target_ids(results, [change.file.pk for change in changes])

    def _save(self, changes: list["_Change"], results: list[RowResult], import_id: int) -> None:
        made = select_by_outcome(changes, results, RowOutcome.CREATED)
        changed = select_by_outcome(changes, results, RowOutcome.UPDATED)
        Veteran.objects.bulk_create([change.file for change in made], batch_size=500)
        fields = sorted({field for change in changed for field in change.replaced})
        if changed:
            # An upsert that always finds its row: Django's bulk_update writes a CASE a field and row.
            Veteran.objects.bulk_create(
                [change.file for change in changed],
                batch_size=500,
                update_conflicts=True,
                unique_fields=["id"],
                update_fields=[*fields, "updated_at"],
            )
        saved = made + changed
        Service.objects.bulk_create(
            (
                Service(veteran_id=c.file.pk, specialty_id=code, years=years)
                for c in saved
                for code, years in c.new_services.items()
            ),
            batch_size=2000,
        )
        for change in changed:
            for service in change.longer:
                service.save(update_fields=["years"])
        Certificate.objects.bulk_create(
            (Certificate(veteran_id=c.file.pk, kind=kind) for c in saved for kind in c.new_certificates),
            batch_size=2000,
        )
        announce_moves(
            [
                (c.file.pk, c.replaced["station_id"], c.file.station_id)
                for c in changed
                if "station_id" in c.replaced
            ],
            reason=MoveReason.SHEET,
            by=self._by,
        )
        audit.record_many(
            by=self._by,
            verb="veterans.opened",
            targets=[(c.file, {"station": c.file.station_id, "sheet": import_id}) for c in made],
        )
        audit.record_many(
            by=self._by,
            verb="veterans.updated",
            targets=[
                (c.file, {"section": "sheet", "sheet": import_id, "fields": sorted(c.replaced)})
                for c in changed
            ],
        )


class _Change:
    """A row beside the file it belongs to, and what it would change."""

    def __init__(self, row: RecordRow, file: Veteran | None, served: set[int]) -> None:
        self.row = row
        self.is_new = file is None
        self.closed = file is not None and file.station_id not in served
        self.file = file or Veteran(
            id_hash=row.id_hash,
            id_last4=row.id_last4,
            sex=row.sex,
            birth_date=row.birth_date,
            source=RecordSource.IMPORTED,
        )
        self.services: dict[str, Service] = {}
        self.certificates: set[str] = set()
        self.replaced: dict[str, Any] = {}
        self.new_services: dict[str, int] = {}
        self.longer: list[Service] = []
        self.new_certificates: list[str] = []

    def judge(self) -> RowResult:
        """Set what differs on the file in memory, and say what that makes of the row."""
        if self.closed:
            return RowResult(
                RowOutcome.BAD,
                code="elsewhere",
                reason="身份证号：此人已在管辖范围外的服务站建档，请与上级服务站核对。",
            )
        values = self.row.values
        self.replaced = {
            field: getattr(self.file, field)
            for field, value in values.items()
            if getattr(self.file, field) != value
        }
        for field in self.replaced:
            setattr(self.file, field, values[field])
        if not _in_order(self.file.entered_on, self.file.left_on):
            return RowResult(
                RowOutcome.BAD, code="dates", reason="退役日期：与档案中的入伍日期对不上，请核对。"
            )
        longer = self._judge_services()
        self.new_certificates = [kind for kind in self.row.certificates if kind not in self.certificates]
        if self.is_new:
            return RowResult(RowOutcome.CREATED)
        if not (self.replaced or self.new_services or self.longer or self.new_certificates):
            return RowResult(RowOutcome.UNCHANGED, target_id=self.file.pk)
        before = {
            "fields": {
                field: [to_json_value(old), to_json_value(values[field])]
                for field, old in self.replaced.items()
            },
            "services": sorted(self.new_services),
            "years": longer,
            "certificates": self.new_certificates,
        }
        return RowResult(RowOutcome.UPDATED, target_id=self.file.pk, before=before)

    def _judge_services(self) -> dict[str, list[int]]:
        served = min(max(self.file.years_served, 1), 45)
        longer = {}
        for code, years in self.row.services.items():
            held = self.services.get(code)
            if held is None:
                self.new_services[code] = years or served
            elif years and years != held.years:
                longer[code] = [held.years, years]
                held.years = years
                self.longer.append(held)
        return longer


def _find_beside(changes: Iterable[_Change]) -> None:
    """The rows beside the known files of a chunk, in two queries."""
    known = {change.file.pk: change for change in changes if not change.is_new}
    for service in Service.objects.filter(veteran__in=known):
        known[service.veteran_id].services[service.specialty_id] = service
    for held in Certificate.objects.filter(veteran__in=known):
        known[held.veteran_id].certificates.add(held.kind)


def _in_order(entered: date | None, left: date | None) -> bool:
    return entered is None or left is None or left > entered


def _finished() -> None:
    veteran_records_changed.send(sender=Veteran)


KIND_OF_FILES = ImportKind(
    key=KIND,
    label="退役军人档案",
    columns=COLUMNS,
    open_run=lambda run: RecordImporter(run.by, run.station),
    undo=undo,
    on_finished=_finished,
    problems=record_validation.PROBLEMS,
)
