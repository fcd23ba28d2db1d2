"""The search for plain numbers finds one when there is one."""

import logging
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from portal.core.encryption import lookup_hash
from portal.veterans.models import Veteran
from tests.factories import make_id_number, make_phone, make_veteran
from tests.harness.leaks import _noted_numbers, found_in
from tests.house.fresh_clone import WholeSuite

PHONE, ID_NUMBER = "13800001234", "44070519850501123X"


@pytest.mark.parametrize(
    "text", [PHONE, f"x{PHONE}y", f"7{PHONE}9", ID_NUMBER, f"name{ID_NUMBER}ab", ID_NUMBER.lower()]
)
def test_a_known_number_is_found_wherever_it_stands(tmp_path: Path, text: str) -> None:
    path = tmp_path / "page"
    path.write_bytes(b"\x00\xff" + text.encode() + b"\x01")
    assert found_in(path, {PHONE.encode(), ID_NUMBER.encode()})
    assert not found_in(path, {b"13800005678"})


def test_numbers_are_known_as_soon_as_they_are_looked_up(db: None) -> None:
    phone, number = make_phone(), make_id_number()
    lookup_hash(phone), lookup_hash(number)
    assert {phone.encode(), number.encode()} <= _noted_numbers


def test_what_is_logged_is_searched(log_of_the_run: Any, caplog: pytest.LogCaptureFixture) -> None:
    logging.getLogger("portal.test").warning("a line of this test")
    assert "a line of this test" in log_of_the_run.read_text(encoding="utf-8")


@pytest.mark.django_db
def test_a_file_leaves_no_plain_number_in_its_row() -> None:
    veteran = make_veteran()
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM veterans_veteran WHERE id = %s", [veteran.pk])
        row = "|".join(str(value) for value in cursor.fetchone())
    assert veteran.phone not in row
    assert Veteran.objects.get().phone == veteran.phone


@pytest.mark.must("files.3")
@pytest.mark.slow
def test_a_full_run_leaves_no_plain_number(whole_suite: WholeSuite, figure: Any) -> None:
    """The suites themselves, as `make test` runs them, in processes of their own."""
    on_sqlite, _, on_postgres = whole_suite.output.partition("\non PostgreSQL (")
    for name, output in (("SQLite", on_sqlite), ("PostgreSQL", on_postgres)):
        summaries = [line for line in output.splitlines() if "phones and ID numbers" in line]
        assert summaries, f"{name}: {output[-2000:]}"
        assert all(line.endswith(": 0 found") for line in summaries), summaries  # a line for each process
        figure(f"{name}: {'; '.join(summaries)}")
