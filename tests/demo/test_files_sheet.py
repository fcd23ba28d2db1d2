"""The invented sheet of files: as many wrong rows as asked for, of every kind, and the rest right."""

from collections import Counter

import pytest
from django.core.management import CommandError, call_command

from portal.accounts.roles import StationRole
from portal.core.reference import load_reference
from portal.demo.loading.record_import_file import ERROR_KINDS
from portal.imports.models import ImportRun
from tests.factories import make_staff, make_stations

pytestmark = pytest.mark.django_db


def test_the_command_takes_in_what_the_generator_makes(tmp_path, capsys) -> None:
    load_reference()
    operator = make_staff(make_stations()["江门市"], StationRole.OPERATOR)
    sheet, result = tmp_path / "files.xlsx", tmp_path / "bad.xlsx"
    call_command("make_files_sheet", sheet, rows=220, bad=0.1, seed=3)
    call_command("import_files", sheet, by=operator.phone, result=result)
    taken = ImportRun.objects.get()
    assert (taken.total, taken.created, taken.bad) == (220, 198, 22)
    assert Counter(taken.rows.filter(outcome="bad").values_list("code", flat=True)) == dict.fromkeys(
        ERROR_KINDS, 2
    )
    assert "198 created, 0 updated, 0 unchanged, 22 bad" in capsys.readouterr().out
    call_command("import_files", result, by=operator.phone, dry_run=True)
    # What came back can be uploaded as it is; of a number that stood there twice, one is left.
    again = ImportRun.objects.first()
    assert (again.total, again.created, again.bad) == (22, 0, 20)


def test_the_command_refuses_who_opens_no_files(tmp_path) -> None:
    reviewer = make_staff(make_stations()["江门市"], StationRole.REVIEWER)
    with pytest.raises(CommandError):
        call_command("import_files", tmp_path / "x.xlsx", by=reviewer.phone)
    clerk = make_staff(make_stations()["睦洲镇"])
    with pytest.raises(CommandError):
        call_command("import_files", tmp_path / "x.xlsx", by=clerk.phone, station="4407")
    (tmp_path / "x.xlsx").write_bytes(b"PK\x03\x04")
    with pytest.raises(CommandError):
        call_command("import_files", tmp_path / "x.xlsx", by=clerk.phone)
