"""Import of records: bad rows, changes of existing records, interruption, cancelling, and undo."""

import re
from datetime import date, timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from portal.accounts.enums import AccessKind
from portal.accounts.models import AccessLog
from portal.accounts.roles import StationRole
from portal.core.encryption import lookup_hash
from portal.core.models import AuditEvent, Region
from portal.imports import actions, import_runner
from portal.imports.enums import ImportState
from portal.imports.models import ImportRun
from portal.veterans import actions as veterans
from portal.veterans import import_rows
from portal.veterans.enums import CloseReason, RecordSource
from portal.veterans.events import veteran_records_changed
from portal.veterans.import_columns import COLUMNS
from portal.veterans.models import RecordMove, Veteran
from tests.factories import make_id_number, make_specialty, make_staff, make_stations, make_veteran
from tests.imports.record_imports import counts, full_person, person, problems, take_in, workbook_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def clerk() -> Any:
    make_specialty()
    make_specialty("squad_leader", "班长")
    return make_staff(make_stations()["睦洲镇"])


def test_every_column_is_imported(clerk: Any) -> None:
    cells = full_person()
    run = take_in(clerk, workbook_of(cells))
    assert counts(run) == {"created": 1}
    record = Veteran.objects.with_details().get()
    assert record.id_hash == lookup_hash(cells["id_number"])
    assert (record.name, record.phone, record.address) == ("陈建国", cells["phone"], "睦洲镇新沙路6号")
    assert record.phone_hash == lookup_hash(cells["phone"])
    assert (record.entered_on, record.left_on) == (date(2003, 12, 1), date(2015, 12, 1))
    assert (record.household_region_id, record.living_region_id) == ("440705", "440705109")
    assert (record.branch, record.rank_group, record.employment_status) == (
        "army",
        "nco_middle",
        "unemployed",
    )
    assert (record.education, record.is_party_member, record.source) == (2, True, RecordSource.IMPORTED)
    assert (record.difficulty, record.disability) == ("重大疾病", "八级")
    assert [(s.specialty_id, s.years) for s in record.services.all()] == [("driver", 8)]
    assert {c.kind for c in record.certificates.all()} == {"driving_a2", "forklift_n1"}
    event = AuditEvent.objects.get(verb="veterans.opened")
    assert event.target_id == str(record.pk)
    assert event.data == {"station": record.station_id, "sheet": run.pk}


BAD_CELLS = [
    ({"id_number": "44070519850501"}, "id_form"),
    ({"id_number": 440705198505011234.0}, "scientific"),
    ({"id_number": "440705198502301234"}, "id_birth"),
    ({"id_number": "440705198505010011"}, "id_check"),
    ({"phone": "1381234567"}, "phone"),
    ({"phone": "13812345678/13912345678"}, "phone"),
    ({"name": " "}, "name"),
    ({"station": "云上镇"}, "station"),
    ({"station": "司前镇退役军人服务站"}, "station"),
    ({"station": ""}, "station"),
    ({"living_region": "云上县"}, "region"),
    ({"entered_on": "去年"}, "dates"),
    ({"left_on": "3015-01-01"}, "dates"),
    ({"entered_on": "2015-12-01", "left_on": "2003-12-01"}, "dates"),
    ({"education": "学富五车"}, "choice"),
    ({"is_party_member": "也许"}, "choice"),
    ({"specialties": "屠龙"}, "choice"),
    ({"certificates": "A9驾照"}, "choice"),
    ({"honours": "在75230部队立功"}, "unit_name"),
    ({"skills": "解放军第四野战军驾驶"}, "unit_name"),
    ({"major": "好" * 61}, "too_long"),
]


@pytest.mark.parametrize(("changes", "code"), BAD_CELLS)
def test_bad_row_names_its_column_and_other_rows_are_imported(
    clerk: Any, changes: dict[str, Any], code: str
) -> None:
    columns = list(dict.fromkeys([*person(), *changes]))
    run = take_in(clerk, workbook_of(person(**changes), person(), columns=columns))
    assert counts(run) == {"created": 1, "bad": 1}
    assert problems(run) == {2: code}
    label = next(column.label for column in COLUMNS if column.key in changes)
    row = run.rows.get(number=2)
    assert row.reason.startswith((label, "退役日期"))
    assert "75230" not in row.reason
    assert not re.search(r"\d{11}", row.reason)  # no number, not even an example: the reason is stored
    number, reason, cells = next(import_runner.bad_rows(run))
    assert (number, reason) == (2, row.reason)
    assert str(next(iter(changes.values()))).strip() in {"", *cells} or code == "scientific"


def test_first_valid_row_of_a_repeated_id_number_is_imported(clerk: Any) -> None:
    number = make_id_number()
    rows = [person(id_number=number, phone="1"), person(id_number=number), person(id_number=number.lower())]
    run = take_in(clerk, workbook_of(*rows))
    assert problems(run) == {2: "phone", 4: "duplicate"}
    assert "第 3 行" in run.rows.get(number=4).reason


def test_second_import_of_the_same_file_changes_nothing(clerk: Any) -> None:
    content = workbook_of(full_person(), person(), person(name=""))
    take_in(clerk, content)
    before = list(Veteran.objects.order_by("pk").values())
    events = AuditEvent.objects.filter(target_type="veterans.veteran").count()
    second_run = take_in(clerk, content)
    assert counts(second_run) == {"unchanged": 2, "bad": 1}
    assert list(Veteran.objects.order_by("pk").values()) == before
    assert AuditEvent.objects.filter(target_type="veterans.veteran").count() == events


def test_empty_cells_keep_values_and_other_cells_replace_them(clerk: Any) -> None:
    cells = full_person()
    take_in(clerk, workbook_of(cells))
    run = take_in(
        clerk,
        workbook_of({
            **cells, "phone": "13700000001", "address": "", "skills": "", "education": "本科",
            "specialties": "班长", "certificates": "",
        }),
    )  # fmt: skip
    assert counts(run) == {"updated": 1}
    record = Veteran.objects.with_details().get()
    assert (record.phone, record.phone_hash) == ("13700000001", lookup_hash("13700000001"))
    assert (record.address, record.skills, record.education) == ("睦洲镇新沙路6号", "长途驾驶", 3)
    assert {s.specialty_id: s.years for s in record.services.all()} == {"driver": 8, "squad_leader": 12}
    assert record.certificates.count() == 2
    event = AuditEvent.objects.get(verb="veterans.updated")
    assert event.data["fields"] == ["education", "phone", "specialties"]


def test_exit_before_the_entry_of_the_record_is_a_bad_row(clerk: Any) -> None:
    cells = person(entered_on="2003-12-01")
    take_in(clerk, workbook_of(cells))
    later = {**cells, "left_on": "2001-12-01"}
    del later["entered_on"]
    assert problems(take_in(clerk, workbook_of(later))) == {2: "dates"}


def test_person_of_another_station_is_refused_without_details_and_logged(clerk: Any) -> None:
    cells = person(id_number=make_id_number())
    record = make_veteran(
        station=make_stations()["司前镇"], name="别站的人", id_hash=lookup_hash(cells["id_number"])
    )
    run = take_in(clerk, workbook_of(cells))
    assert problems(run) == {2: "elsewhere"}
    reason = run.rows.get().reason
    assert "司前" not in reason
    assert "别站的人" not in reason
    assert AccessLog.objects.get(file_id=record.pk).kind == AccessKind.REFUSED
    record.refresh_from_db()
    assert record.name == "别站的人"
    county_head = make_staff(make_stations()["新会区"], StationRole.HEAD)
    assert counts(take_in(county_head, workbook_of(cells))) == {"updated": 1}


def test_places_are_found_by_name_path_or_code(clerk: Any) -> None:
    Region.objects.create(code="440783", name="开平市", level="county", parent_id="4407")
    Region.objects.create(code="440783102", name="睦洲镇", level="town", parent_id="440783")
    rows = [
        person(station="睦洲镇", living_region="440705109"),
        person(station="440705109201", living_region="新会区睦洲镇"),
        person(station="", living_region="江门市 新会区"),
        person(living_region="睦洲镇"),
    ]
    run = take_in(clerk, workbook_of(*rows), station=make_stations()["南安村"])
    assert problems(run) == {5: "region"}
    places = Veteran.objects.order_by("pk").values_list("station__region__name", "living_region__name")
    assert list(places) == [("睦洲镇", "睦洲镇"), ("南安村", "睦洲镇"), ("南安村", "新会区")]


def test_dry_run_writes_no_record_and_reports_the_outcomes(clerk: Any) -> None:
    content = workbook_of(person(), person(phone="1"))
    run = take_in(clerk, content, dry=True)
    assert (run.state, counts(run), problems(run)) == (
        ImportState.CHECKED, {"created": 1, "bad": 1}, {3: "phone"},
    )  # fmt: skip
    assert not Veteran.objects.exists()
    actions.start(run=run, by=clerk, enqueue=False)
    run = import_runner.execute(ImportRun.objects.get(pk=run.pk), dry=False)
    assert (run.state, counts(run)) == (ImportState.DONE, {"created": 1, "bad": 1})


def _list_records(clerk: Any) -> list[Any]:
    fields = ["name", "id_hash", "phone", "station", "services__specialty", "certificates__kind"]
    return list(Veteran.objects.order_by("id_hash", "certificates__kind").values_list(*fields))


def test_interrupted_run_resumes_and_ends_with_the_same_result(
    clerk: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = make_id_number()
    people = [
        full_person(),
        person(id_number=number),
        person(name=""),
        full_person(),
        person(id_number=number),
    ]
    content = workbook_of(*people)
    full_run = take_in(clerk, content, chunk=2)
    full_result = counts(full_run), problems(full_run), _list_records(clerk)
    Veteran.objects.all().delete()
    ImportRun.objects.all().delete()

    def interrupt(run: ImportRun) -> None:
        raise KeyboardInterrupt

    run = actions.upload(by=clerk, kind=import_rows.KIND, name="x.xlsx", content=content)
    run = actions.start(run=run, by=clerk, enqueue=False)
    with pytest.raises(KeyboardInterrupt):
        import_runner.execute(run, dry=False, chunk=2, progress=interrupt)
    interrupted_run = actions.find_interrupted(by=clerk, kind=import_rows.KIND, content=content)
    assert interrupted_run == run
    assert interrupted_run.done == 2
    resumed_run = import_runner.execute(interrupted_run, dry=False, chunk=2)
    assert (counts(resumed_run), problems(resumed_run), _list_records(clerk)) == full_result
    assert actions.find_interrupted(by=clerk, kind=import_rows.KIND, content=content) is None


def test_run_superseded_by_another_process_stops(clerk: Any) -> None:
    content = workbook_of(person(), person(), person())
    run = actions.upload(by=clerk, kind=import_rows.KIND, name="x.xlsx", content=content)
    stale_run = actions.start(run=run, by=clerk, enqueue=False)
    import_runner.execute(ImportRun.objects.get(pk=run.pk), dry=False)
    with pytest.raises(import_runner.Superseded):
        import_runner.execute(stale_run, dry=False)
    assert Veteran.objects.count() == 3


def test_record_created_concurrently_is_updated_on_the_second_attempt(
    clerk: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    cells = person(education="本科")
    take_in(clerk, workbook_of({**cells, "education": "大专"}))
    calls: list[dict[str, Any]] = []
    filter_records = Veteran.objects.filter

    def filter_late(**conditions: Any) -> Any:
        """Return no record at the first call, as if it were created afterwards."""
        calls.append(conditions)
        return filter_records(pk=0) if len(calls) == 1 else filter_records(**conditions)

    monkeypatch.setattr(Veteran.objects, "filter", filter_late)
    assert counts(take_in(clerk, workbook_of(cells))) == {"updated": 1}


def test_failed_run_stores_an_error_and_can_be_undone(clerk: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    chunks = []

    def fail_at_second_chunk(*args: Any, **kwargs: Any) -> Any:
        chunks.append(1)
        if len(chunks) == 2:
            raise RuntimeError
        return save_rows(*args, **kwargs)

    save_rows = import_runner._save_rows
    monkeypatch.setattr(import_runner, "_save_rows", fail_at_second_chunk)
    with pytest.raises(RuntimeError):
        take_in(clerk, workbook_of(person(), person(), person()), chunk=2)
    run = ImportRun.objects.get()
    assert (run.state, counts(run)) == (ImportState.FAILED, {"created": 2})
    assert "请联系管理员" in run.error
    assert _undo(run, clerk).state == ImportState.UNDONE
    assert not Veteran.objects.exists()


def test_cancelled_run_stops_at_the_next_chunk_and_keeps_imported_rows(clerk: Any) -> None:
    run = actions.upload(
        by=clerk, kind=import_rows.KIND, name="x.xlsx", content=workbook_of(person(), person(), person())
    )
    run = actions.start(run=run, by=clerk, enqueue=False)

    def cancel(current: ImportRun) -> None:
        actions.cancel(run=current, by=clerk)

    run = import_runner.execute(run, dry=False, chunk=2, progress=cancel)
    assert (run.state, run.done, Veteran.objects.count()) == (ImportState.CANCELLED, 2, 2)
    assert run.can_be_undone


def test_upper_apps_receive_one_event_per_run(clerk: Any) -> None:
    events: list[int] = []
    veteran_records_changed.connect(lambda **_: events.append(1), weak=False, dispatch_uid="test")
    try:
        take_in(clerk, workbook_of(*(person() for _ in range(5))), chunk=2)
    finally:
        veteran_records_changed.disconnect(dispatch_uid="test")
    assert events == [1]


def _undo(run: ImportRun, by: Any) -> ImportRun:
    return import_runner.revert(actions.undo(run=run, by=by, enqueue=False), chunk=2)


def test_undo_deletes_created_records_that_nobody_changed(clerk: Any) -> None:
    earlier_record = make_veteran(station=make_stations()["睦洲镇"])
    rows = [full_person(), person(), person(), person(name="")]
    run = take_in(clerk, workbook_of(*rows))
    changed_record = Veteran.objects.get(id_hash=lookup_hash(rows[1]["id_number"]))
    veterans.update_record(veteran=changed_record, by=clerk, section="contact", values={"skills": "电工"})
    run = _undo(run, clerk)
    assert run.state == ImportState.UNDONE
    assert set(Veteran.objects.all()) == {earlier_record, changed_record}
    kept_row = run.rows.exclude(kept_reason="").get()
    assert kept_row.target_id == changed_record.pk
    assert AuditEvent.objects.get(verb="sheets.undone").data == {"undone": 2, "stayed": 1}
    assert AuditEvent.objects.filter(verb="veterans.removed").count() == 2


def test_undo_restores_fields_that_still_hold_imported_values(clerk: Any) -> None:
    cells = full_person()
    take_in(clerk, workbook_of(cells))
    before: dict[str, Any] = dict(Veteran.objects.values().get())
    run = take_in(
        clerk,
        workbook_of({
            **cells, "name": "陈建华", "phone": "13700000001", "left_on": "2016-12-01", "education": "本科",
            "specialties": "汽车驾驶员9年、班长", "certificates": "焊工证",
        }),
    )  # fmt: skip
    assert counts(run) == {"updated": 1}
    record = Veteran.objects.get()
    veterans.update_record(veteran=record, by=clerk, section="about", values={"name": "陈建设"})
    run = _undo(run, clerk)
    after: dict[str, Any] = dict(Veteran.objects.values().get())
    changed_fields = {name for name, value in after.items() if value != before[name]}
    assert changed_fields == {"name", "name_key", "updated_at"}
    assert [(s.specialty_id, s.years) for s in record.services.all()] == [("driver", 8)]
    assert {c.kind for c in record.certificates.all()} == {"driving_a2", "forklift_n1"}
    assert "姓名" in run.rows.get().kept_reason


def test_undo_keeps_both_dates_when_one_was_changed(clerk: Any) -> None:
    cells = person(entered_on="2003-12-01", left_on="2005-12-01", phone="13700000001")
    take_in(clerk, workbook_of(cells))
    later = {"entered_on": "2013-12-01", "left_on": "2015-12-01", "phone": "13700000002"}
    run = take_in(clerk, workbook_of({**cells, **later}))
    record = Veteran.objects.get()
    values = {"entered_on": date(2012, 12, 1)}
    veterans.update_record(veteran=record, by=clerk, section="service", values=values)
    run = _undo(run, clerk)
    record.refresh_from_db()
    assert (record.entered_on, record.left_on) == (date(2012, 12, 1), date(2015, 12, 1))
    assert (record.phone, record.phone_hash) == ("13700000001", lookup_hash("13700000001"))
    reason = run.rows.get(outcome="updated").kept_reason
    assert "入伍日期" in reason
    assert "手机" not in reason


def test_undo_is_refused_after_a_day(clerk: Any) -> None:
    run = take_in(clerk, workbook_of(person()))
    ImportRun.objects.update(finished_at=timezone.now() - timedelta(hours=25))
    run.refresh_from_db()
    with pytest.raises(ValidationError):
        actions.undo(run=run, by=clerk, enqueue=False)


def test_clerk_who_changed_station_undoes_nothing(clerk: Any) -> None:
    run = take_in(clerk, workbook_of(person()))
    clerk.appointments.update(station=make_stations()["司前镇"])
    run = ImportRun.objects.get(pk=run.pk)
    run = _undo(run, clerk)
    assert Veteran.objects.count() == 1
    assert run.rows.get().kept_reason


def test_station_changed_by_an_import_is_a_move(clerk: Any) -> None:
    row = person(name="黄志明")
    take_in(clerk, workbook_of(row, columns=[*row]))
    row["station"] = "南安村退役军人服务站"
    take_in(clerk, workbook_of(row, columns=[*row]))
    move = RecordMove.objects.get()
    stations = make_stations()
    assert (move.from_station, move.to_station) == (stations["睦洲镇"], stations["南安村"])
    assert (move.reason, move.on) == ("sheet", timezone.localdate())
    assert move.veteran.station == stations["南安村"]


def test_row_of_a_closed_record_is_refused(clerk: Any) -> None:
    row = person(name="黄志明")
    take_in(clerk, workbook_of(row, columns=[*row]))
    Veteran.objects.update(closed_on=timezone.localdate(), close_reason=CloseReason.values[0])
    run = take_in(clerk, workbook_of({**row, "name": "黄志强"}, columns=[*row]))
    assert problems(run) == {2: "closed"}
    assert Veteran.objects.get().name == "黄志明"
