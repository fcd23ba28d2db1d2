"""Generated import file of records: the given number of errors of every kind, and no others."""

from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from django.core.files.storage import storages
from django.core.management import CommandError, call_command

from portal.accounts.roles import StationRole
from portal.core.reference import load_reference
from portal.demo.loading.record_import_file import ERROR_KINDS
from portal.imports import actions, import_runner
from portal.imports.models import ImportRun
from portal.veterans.import_rows import KIND
from portal.veterans.models import Veteran
from tests.factories import make_staff, make_stations
from tests.imports.record_imports import person, workbook_of

pytestmark = pytest.mark.django_db


def test_generated_file_is_imported_with_expected_errors(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    load_reference()
    operator = make_staff(make_stations()["江门市"], StationRole.OPERATOR)
    path, result = tmp_path / "files.xlsx", tmp_path / "bad.xlsx"
    call_command("make_files_sheet", path, rows=220, bad=0.1, seed=3)
    call_command("import_files", path, by=operator.phone, result=result)
    run = ImportRun.objects.get()
    assert (run.total, run.created, run.bad) == (220, 198, 22)
    assert Counter(run.rows.filter(outcome="bad").values_list("code", flat=True)) == dict.fromkeys(
        ERROR_KINDS, 2
    )
    assert "198 created, 0 updated, 0 unchanged, 22 bad" in capsys.readouterr().out
    call_command("import_files", result, by=operator.phone, dry_run=True)
    # The file of errors can be uploaded as it is; of a duplicate number one row is left, which is valid.
    again = ImportRun.objects.all()[0]
    assert (again.total, again.created, again.bad) == (22, 0, 20)


def test_import_command_needs_permission_for_the_station(tmp_path: Path) -> None:
    path = tmp_path / "files.xlsx"
    path.write_bytes(workbook_of(person()))
    reviewer = make_staff(make_stations()["江门市"], StationRole.REVIEWER)
    with pytest.raises(CommandError, match="--by is not"):
        call_command("import_files", path, by=reviewer.phone)
    clerk = make_staff(make_stations()["睦洲镇"])
    for elsewhere in ("4407", "440705102", "999999"):
        with pytest.raises(CommandError, match="--station is not below"):
            call_command("import_files", path, by=clerk.phone, station=elsewhere)
    assert not ImportRun.objects.exists()
    assert not Veteran.objects.exists()


def test_import_command_names_an_unreadable_file(tmp_path: Path) -> None:
    clerk = make_staff(make_stations()["睦洲镇"])
    path = tmp_path / "x.xlsx"
    with pytest.raises(CommandError, match="No such file"):
        call_command("import_files", path, by=clerk.phone)
    path.write_bytes(b"PK\x03\x04")
    with pytest.raises(CommandError, match="文件已损坏"):
        call_command("import_files", path, by=clerk.phone)


def test_import_command_gives_rows_without_a_station_the_one_chosen(tmp_path: Path) -> None:
    clerk = make_staff(make_stations()["睦洲镇"])
    path = tmp_path / "files.xlsx"
    path.write_bytes(workbook_of(person(station=""), person()))
    call_command("import_files", path, by=clerk.phone, station="440705109201")
    names = Veteran.objects.order_by("pk").values_list("station__region__name", flat=True)
    assert list(names) == ["南安村", "睦洲镇"]


def test_import_command_refuses_a_user_who_has_left(tmp_path: Path) -> None:
    clerk = make_staff(make_stations()["睦洲镇"], is_active=False)
    with pytest.raises(CommandError, match="--by is not"):
        call_command("import_files", tmp_path / "x.xlsx", by=clerk.phone)


def _interrupt(current: ImportRun) -> None:
    raise KeyboardInterrupt


def test_import_command_resumes_an_interrupted_import_but_checks_afresh(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    clerk = make_staff(make_stations()["睦洲镇"])
    content = workbook_of(*(person() for _ in range(3)))
    path = tmp_path / "files.xlsx"
    path.write_bytes(content)
    run = actions.upload(by=clerk, kind=KIND, name=path.name, content=content)
    run = actions.start(run=run, by=clerk, enqueue=False)

    with pytest.raises(KeyboardInterrupt):
        import_runner.execute(run, dry=False, chunk=2, progress=_interrupt)
    call_command("import_files", path, by=clerk.phone, dry_run=True)
    assert "resumes" not in capsys.readouterr().out
    assert Veteran.objects.count() == 2
    call_command("import_files", path, by=clerk.phone)
    assert "resumes after row 2 of 3" in capsys.readouterr().out
    assert Veteran.objects.count() == 3


def test_import_command_fails_when_the_run_does(tmp_path: Path) -> None:
    clerk = make_staff(make_stations()["睦洲镇"])
    content = workbook_of(person(), person())
    path, result = tmp_path / "files.xlsx", tmp_path / "bad.xlsx"
    path.write_bytes(content)
    run = actions.upload(by=clerk, kind=KIND, name=path.name, content=content)
    run = actions.start(run=run, by=clerk, enqueue=False)
    with pytest.raises(KeyboardInterrupt):
        import_runner.execute(run, dry=False, chunk=1, progress=_interrupt)
    storages["private"].delete(run.stored_as)
    with pytest.raises(CommandError, match="已不在服务器上"):
        call_command("import_files", path, by=clerk.phone, result=result)
    assert not result.exists()


def test_import_command_says_that_another_process_took_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clerk = make_staff(make_stations()["睦洲镇"])
    path = tmp_path / "files.xlsx"
    path.write_bytes(workbook_of(person()))

    def supersede(run: ImportRun, **_: Any) -> ImportRun:
        raise import_runner.Superseded

    monkeypatch.setattr(import_runner, "execute", supersede)
    with pytest.raises(CommandError, match="another process has taken over"):
        call_command("import_files", path, by=clerk.phone)
