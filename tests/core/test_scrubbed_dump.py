"""Command that writes a copy of all rows without personal values."""

import io
from pathlib import Path

import pytest
from django.core.management import call_command

from tests.factories import make_veteran

pytestmark = pytest.mark.django_db


def test_dump_names_its_file_and_counts_its_rows(tmp_path: Path) -> None:
    make_veteran()
    file, out = tmp_path / "city.jsonl", io.StringIO()
    call_command("dump_scrubbed", str(file), stdout=out)
    count = len(file.read_text(encoding="utf-8").splitlines())
    assert count > 1
    assert out.getvalue() == f"{file}: {count} rows\n"


def test_dump_overwrites_no_file(tmp_path: Path) -> None:
    file = tmp_path / "city.jsonl"
    file.write_text("kept", encoding="utf-8")
    with pytest.raises(FileExistsError):
        call_command("dump_scrubbed", str(file))
    assert file.read_text(encoding="utf-8") == "kept"
