"""Generated import file of records: the given number of errors of every kind, and no others."""

from collections import Counter
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from portal.accounts.roles import StationRole
from portal.core.reference import load_reference
from portal.demo.loading.record_import_file import ERROR_KINDS
from portal.imports.models import ImportRun
from tests.factories import make_staff, make_stations

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
    reviewer = make_staff(make_stations()["江门市"], StationRole.REVIEWER)
    with pytest.raises(CommandError):
        call_command("import_files", tmp_path / "x.xlsx", by=reviewer.phone)
    clerk = make_staff(make_stations()["睦洲镇"])
    with pytest.raises(CommandError):
        call_command("import_files", tmp_path / "x.xlsx", by=clerk.phone, station="4407")
    (tmp_path / "x.xlsx").write_bytes(b"PK\x03\x04")
    with pytest.raises(CommandError):
        call_command("import_files", tmp_path / "x.xlsx", by=clerk.phone)
