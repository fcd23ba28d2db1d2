"""Files by sheet: what makes a row bad, what an import changes, what it leaves alone, and taking it back."""

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
from portal.veterans.enums import RecordSource
from portal.veterans.events import veteran_records_changed
from portal.veterans.models import Veteran
from tests.factories import make_id_number, make_specialty, make_staff, make_stations, make_veteran
from tests.imports.record_imports import counts, full_person, person, problems, take_in, workbook_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def clerk() -> Any:
    make_specialty()
    make_specialty("squad_leader", "班长")
    return make_staff(make_stations()["睦洲镇"])


def test_every_column_arrives(clerk: Any) -> None:
    said = full_person()
    sheet = take_in(clerk, workbook_of(said))
    assert counts(sheet) == {"created": 1}
    file = Veteran.objects.with_details().get()
    assert file.id_hash == lookup_hash(said["id_number"])
    assert (file.name, file.phone, file.address) == ("陈建国", said["phone"], "睦洲镇新沙路6号")
    assert file.phone_hash == lookup_hash(said["phone"])
    assert (file.entered_on, file.left_on) == (date(2003, 12, 1), date(2015, 12, 1))
    assert (file.household_region_id, file.living_region_id) == ("440705", "440705109")
    assert (file.branch, file.rank_group, file.employment_status) == ("army", "nco_middle", "unemployed")
    assert (file.education, file.is_party_member, file.source) == (2, True, RecordSource.IMPORTED)
    assert (file.difficulty, file.disability) == ("大病", "八级")
    assert [(s.specialty_id, s.years) for s in file.services.all()] == [("driver", 8)]
    assert {c.kind for c in file.certificates.all()} == {"driving_a2", "forklift_n1"}
    opened = AuditEvent.objects.get(verb="veterans.opened")
    assert opened.target_id == str(file.pk)
    assert opened.data == {"station": file.station_id, "sheet": sheet.pk}


BAD = [
    ({"id_number": "44070519850501"}, "id_form"),
    ({"id_number": 440705198505011234.0}, "id_form"),
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


@pytest.mark.parametrize(("wrong", "code"), BAD)
def test_a_bad_row_names_its_column_and_stops_no_other(clerk: Any, wrong: dict[str, Any], code: str) -> None:
    columns = list(dict.fromkeys([*person(), *wrong]))
    sheet = take_in(clerk, workbook_of(person(**wrong), person(), columns=columns))
    assert counts(sheet) == {"created": 1, "bad": 1}
    assert problems(sheet) == {2: code}
    label = next(column.label for column in import_rows.COLUMNS if column.key in wrong)
    row = sheet.rows.get(number=2)
    assert row.reason.startswith((label, "退役日期"))
    assert "75230" not in row.reason
    assert not re.search(r"\d{11}", row.reason)  # not even an example: the reason is stored as it reads
    number, reason, cells = next(import_runner.bad_rows(sheet))
    assert (number, reason) == (2, row.reason)
    assert str(next(iter(wrong.values()))).strip() in {"", *cells} or code == "id_form"


def test_of_a_number_twice_the_first_good_row_counts(clerk: Any) -> None:
    number = make_id_number()
    rows = [person(id_number=number, phone="1"), person(id_number=number), person(id_number=number.lower())]
    sheet = take_in(clerk, workbook_of(*rows))
    assert problems(sheet) == {2: "phone", 4: "duplicate"}
    assert "第 3 行" in sheet.rows.get(number=4).reason


def test_the_same_sheet_twice_changes_nothing(clerk: Any) -> None:
    content = workbook_of(full_person(), person(), person(name=""))
    take_in(clerk, content)
    before = list(Veteran.objects.order_by("pk").values())
    events = AuditEvent.objects.filter(target_type="veterans.veteran").count()
    again = take_in(clerk, content)
    assert counts(again) == {"unchanged": 2, "bad": 1}
    assert list(Veteran.objects.order_by("pk").values()) == before
    assert AuditEvent.objects.filter(target_type="veterans.veteran").count() == events


def test_an_empty_cell_erases_nothing_and_a_filled_one_replaces(clerk: Any) -> None:
    said = full_person()
    take_in(clerk, workbook_of(said))
    sheet = take_in(
        clerk,
        workbook_of({
            **said, "phone": "13700000001", "address": "", "skills": "", "education": "本科",
            "specialties": "班长", "certificates": "",
        }),
    )  # fmt: skip
    assert counts(sheet) == {"updated": 1}
    file = Veteran.objects.with_details().get()
    assert (file.phone, file.phone_hash) == ("13700000001", lookup_hash("13700000001"))
    assert (file.address, file.skills, file.education) == ("睦洲镇新沙路6号", "长途驾驶", 3)
    assert {s.specialty_id: s.years for s in file.services.all()} == {"driver": 8, "squad_leader": 12}
    assert file.certificates.count() == 2
    event = AuditEvent.objects.get(verb="veterans.updated")
    assert event.data["fields"] == ["education", "phone", "phone_hash"]


def test_an_exit_before_the_entry_on_file_is_a_bad_row(clerk: Any) -> None:
    said = person(entered_on="2003-12-01")
    take_in(clerk, workbook_of(said))
    later = {**said, "left_on": "2001-12-01"}
    del later["entered_on"]
    assert problems(take_in(clerk, workbook_of(later))) == {2: "dates"}


def test_another_stations_person_is_refused_without_a_name_and_noted(clerk: Any) -> None:
    said = person(id_number=make_id_number())
    other = make_veteran(
        station=make_stations()["司前镇"], name="别站的人", id_hash=lookup_hash(said["id_number"])
    )
    sheet = take_in(clerk, workbook_of(said))
    assert problems(sheet) == {2: "elsewhere"}
    reason = sheet.rows.get().reason
    assert "司前" not in reason
    assert "别站的人" not in reason
    assert AccessLog.objects.get(file_id=other.pk).kind == AccessKind.REFUSED
    other.refresh_from_db()
    assert other.name == "别站的人"
    above = make_staff(make_stations()["新会区"], StationRole.HEAD)
    assert counts(take_in(above, workbook_of(said))) == {"updated": 1}


def test_names_of_places(clerk: Any) -> None:
    Region.objects.create(code="440783", name="开平市", level="county", parent_id="4407")
    Region.objects.create(code="440783102", name="睦洲镇", level="town", parent_id="440783")
    rows = [
        person(station="睦洲镇", living_region="440705109"),
        person(station="440705109201", living_region="新会区睦洲镇"),
        person(station="", living_region="江门市 新会区"),
        person(living_region="睦洲镇"),
    ]
    sheet = take_in(clerk, workbook_of(*rows), station=make_stations()["南安村"])
    assert problems(sheet) == {5: "region"}
    files = Veteran.objects.order_by("pk").values_list("station__region__name", "living_region__name")
    assert list(files) == [("睦洲镇", "睦洲镇"), ("南安村", "睦洲镇"), ("南安村", "新会区")]


def test_a_dry_run_writes_no_file_and_says_what_would_happen(clerk: Any) -> None:
    content = workbook_of(person(), person(phone="1"))
    sheet = take_in(clerk, content, dry=True)
    assert (sheet.state, counts(sheet), problems(sheet)) == (
        ImportState.CHECKED, {"created": 1, "bad": 1}, {3: "phone"},
    )  # fmt: skip
    assert not Veteran.objects.exists()
    actions.start(run=sheet, by=clerk, enqueue=False)
    sheet = import_runner.execute(ImportRun.objects.get(pk=sheet.pk), dry=False)
    assert (sheet.state, counts(sheet)) == (ImportState.DONE, {"created": 1, "bad": 1})


def _listed(clerk: Any) -> list[Any]:
    fields = ["name", "id_hash", "phone", "station", "services__specialty", "certificates__kind"]
    return list(Veteran.objects.order_by("id_hash", "certificates__kind").values_list(*fields))


def test_broken_off_between_chunks_it_goes_on_to_the_same_end(
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
    whole = take_in(clerk, content, chunk=2)
    expected = counts(whole), problems(whole), _listed(clerk)
    Veteran.objects.all().delete()
    ImportRun.objects.all().delete()

    def dies(sheet: ImportRun) -> None:
        raise KeyboardInterrupt

    sheet = actions.upload(by=clerk, kind=import_rows.KIND, name="x.xlsx", content=content)
    sheet = actions.start(run=sheet, by=clerk, enqueue=False)
    with pytest.raises(KeyboardInterrupt):
        import_runner.execute(sheet, dry=False, chunk=2, progress=dies)
    found = actions.find_interrupted(by=clerk, kind=import_rows.KIND, content=content)
    assert found == sheet
    assert found.done == 2
    ended = import_runner.execute(found, dry=False, chunk=2)
    assert (counts(ended), problems(ended), _listed(clerk)) == expected
    assert actions.find_interrupted(by=clerk, kind=import_rows.KIND, content=content) is None


def test_a_run_that_was_overtaken_stops(clerk: Any) -> None:
    content = workbook_of(person(), person(), person())
    sheet = actions.upload(by=clerk, kind=import_rows.KIND, name="x.xlsx", content=content)
    late = actions.start(run=sheet, by=clerk, enqueue=False)
    import_runner.execute(ImportRun.objects.get(pk=sheet.pk), dry=False)
    with pytest.raises(import_runner.Superseded):
        import_runner.execute(late, dry=False)
    assert Veteran.objects.count() == 3


def test_a_person_who_is_entered_at_the_same_moment_is_known_the_second_time(
    clerk: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = person(education="本科")
    take_in(clerk, workbook_of({**said, "education": "大专"}))
    seen, everybody = [], import_rows.Veteran.objects.filter

    def late(**asked: Any) -> Any:
        """The first look comes too early."""
        seen.append(asked)
        return everybody(pk=0) if len(seen) == 1 else everybody(**asked)

    monkeypatch.setattr(import_rows.Veteran.objects, "filter", late)
    assert counts(take_in(clerk, workbook_of(said))) == {"updated": 1}


def test_a_run_that_fails_says_so_and_can_be_undone(clerk: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    chunks = []

    def fails(*args: Any, **kwargs: Any) -> Any:
        chunks.append(1)
        if len(chunks) == 2:
            raise RuntimeError
        return noted(*args, **kwargs)

    noted = import_runner._save_rows
    monkeypatch.setattr(import_runner, "_save_rows", fails)
    with pytest.raises(RuntimeError):
        take_in(clerk, workbook_of(person(), person(), person()), chunk=2)
    sheet = ImportRun.objects.get()
    assert (sheet.state, counts(sheet)) == (ImportState.FAILED, {"created": 2})
    assert "请联系管理员" in sheet.error
    assert _undone(sheet, clerk).state == ImportState.UNDONE
    assert not Veteran.objects.exists()


def test_cancelled_it_stops_at_the_next_chunk_and_keeps_what_is_in(clerk: Any) -> None:
    sheet = actions.upload(
        by=clerk, kind=import_rows.KIND, name="x.xlsx", content=workbook_of(person(), person(), person())
    )
    sheet = actions.start(run=sheet, by=clerk, enqueue=False)
    sheet = import_runner.execute(
        sheet, dry=False, chunk=2, progress=lambda now: actions.cancel(run=now, by=clerk)
    )
    assert (sheet.state, sheet.done, Veteran.objects.count()) == (ImportState.CANCELLED, 2, 2)
    assert sheet.can_be_undone


def test_upper_rooms_are_told_once(clerk: Any) -> None:
    told = []
    veteran_records_changed.connect(lambda **_: told.append(1), weak=False, dispatch_uid="test")
    try:
        take_in(clerk, workbook_of(*(person() for _ in range(5))), chunk=2)
    finally:
        veteran_records_changed.disconnect(dispatch_uid="test")
    assert told == [1]


def _undone(sheet: ImportRun, by: Any) -> ImportRun:
    return import_runner.revert(actions.undo(run=sheet, by=by, enqueue=False), chunk=2)


def test_undo_takes_back_what_nobody_touched(clerk: Any) -> None:
    kept = make_veteran(station=make_stations()["睦洲镇"])
    rows = [full_person(), person(), person(), person(name="")]
    sheet = take_in(clerk, workbook_of(*rows))
    touched = Veteran.objects.get(id_hash=lookup_hash(rows[1]["id_number"]))
    veterans.update_record(veteran=touched, by=clerk, section="contact", values={"skills": "电工"})
    sheet = _undone(sheet, clerk)
    assert sheet.state == ImportState.UNDONE
    assert set(Veteran.objects.all()) == {kept, touched}
    stays = sheet.rows.exclude(kept_reason="").get()
    assert stays.target_id == touched.pk
    assert AuditEvent.objects.get(verb="sheets.undone").data == {"undone": 2, "stayed": 1}
    assert AuditEvent.objects.filter(verb="veterans.removed").count() == 2


def test_undo_puts_back_fields_that_still_say_what_the_import_wrote(clerk: Any) -> None:
    said = full_person()
    take_in(clerk, workbook_of(said))
    before = Veteran.objects.values().get()
    sheet = take_in(
        clerk,
        workbook_of({
            **said, "name": "陈建华", "phone": "13700000001", "left_on": "2016-12-01", "education": "本科",
            "specialties": "汽车驾驶员9年、班长", "certificates": "焊工证",
        }),
    )  # fmt: skip
    assert counts(sheet) == {"updated": 1}
    file = Veteran.objects.get()
    veterans.update_record(veteran=file, by=clerk, section="about", values={"name": "陈建设"})
    sheet = _undone(sheet, clerk)
    after = Veteran.objects.values().get()
    differing = {name for name in after if after[name] != before[name]}
    assert differing == {"name", "updated_at"}
    assert [(s.specialty_id, s.years) for s in file.services.all()] == [("driver", 8)]
    assert {c.kind for c in file.certificates.all()} == {"driving_a2", "forklift_n1"}
    assert "姓名" in sheet.rows.get().kept_reason


def test_undo_leaves_two_dates_in_order(clerk: Any) -> None:
    said = person(entered_on="2003-12-01", left_on="2005-12-01", phone="13700000001")
    take_in(clerk, workbook_of(said))
    later = {"entered_on": "2013-12-01", "left_on": "2015-12-01", "phone": "13700000002"}
    sheet = take_in(clerk, workbook_of({**said, **later}))
    file = Veteran.objects.get()
    values = {"entered_on": date(2012, 12, 1)}
    veterans.update_record(veteran=file, by=clerk, section="service", values=values)
    sheet = _undone(sheet, clerk)
    file.refresh_from_db()
    assert (file.entered_on, file.left_on) == (date(2012, 12, 1), date(2015, 12, 1))
    assert (file.phone, file.phone_hash) == ("13700000001", lookup_hash("13700000001"))
    stays = sheet.rows.get(outcome="updated").kept_reason
    assert "入伍日期" in stays
    assert "手机" not in stays


def test_undo_is_offered_for_a_day(clerk: Any) -> None:
    sheet = take_in(clerk, workbook_of(person()))
    ImportRun.objects.update(finished_at=timezone.now() - timedelta(hours=25))
    sheet.refresh_from_db()
    with pytest.raises(ValidationError):
        actions.undo(run=sheet, by=clerk, enqueue=False)


def test_a_clerk_who_moved_away_takes_nothing_back(clerk: Any) -> None:
    sheet = take_in(clerk, workbook_of(person()))
    clerk.appointments.update(station=make_stations()["司前镇"])
    sheet = ImportRun.objects.get(pk=sheet.pk)
    sheet = _undone(sheet, clerk)
    assert Veteran.objects.count() == 1
    assert sheet.rows.get().kept_reason
