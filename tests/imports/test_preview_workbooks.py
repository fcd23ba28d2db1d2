"""Previews of workbooks as people make them, against JSON written by hand before the code."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from matching.knowledge import occupations
from portal.core.models import Occupation, Region
from tests.factories import make_employer, make_specialty, make_stations
from tests.harness.must import Figure
from tests.imports.preview_cases import (
    FOLDER,
    INPUTS,
    Case,
    differences,
    ensure_workbook,
    load_cases,
    run_preview,
)
from tests.imports.workbooks.made.make_workbooks import BUILDERS

pytestmark = pytest.mark.django_db

TODAY = datetime(2026, 11, 29, 4, tzinfo=UTC)
HEADER = "岗位名称,招聘人数,月薪,工作地区,岗位职责\n"
GIVEN_CASES = load_cases("given", FOLDER / "given")
MADE_CASES = load_cases("made", FOLDER / "made")


@pytest.fixture(autouse=True)
def world() -> Iterator[None]:
    """The stations and regions of the tests, one more county, all occupations, and a fixed day."""
    with time_machine.travel(TODAY, tick=True):
        make_stations()
        make_specialty()
        Region.objects.get_or_create(
            code="440704", defaults={"name": "江海区", "level": "county", "parent_id": "4407"}
        )
        Occupation.objects.bulk_create(
            (Occupation(code=r.code, name=r.name, level=4) for r in occupations().values() if r.level == 4),
            ignore_conflicts=True,
        )
        yield


def test_expected_files_and_workbooks_belong_together(tmp_path: Path) -> None:
    for case in GIVEN_CASES:
        assert case.workbook.exists(), f"{case.name} is missing"
    for folder in ("given", "made"):
        for path in (FOLDER / folder).iterdir():
            if path.suffix in {".xlsx", ".xls", ".ods", ".csv"}:
                assert path.with_name(f"{path.name}.json").exists(), f"{path.name} has no expected file"
    for case in MADE_CASES:
        assert ensure_workbook(case, tmp_path).workbook.exists()
    assert {case.workbook.name for case in MADE_CASES} >= set(BUILDERS)


@pytest.mark.parametrize("case", GIVEN_CASES, ids=lambda case: case.name)
def test_given_workbook_shows_what_was_written_down(case: Case) -> None:
    assert differences(case) == []


@pytest.mark.parametrize("case", MADE_CASES, ids=lambda case: case.name)
def test_made_workbook_shows_what_was_written_down(case: Case, tmp_path: Path) -> None:
    assert differences(ensure_workbook(case, tmp_path)) == []


@pytest.mark.slow
@pytest.mark.must("hold.9")
def test_inputs_and_further_workbooks_show_what_was_written_down(tmp_path: Path, figure: Figure) -> None:
    inputs = load_cases("inputs", INPUTS)
    missing = {path.name for path in INPUTS.iterdir()} ^ {case.workbook.name for case in inputs}
    assert not missing, f"without a workbook or without an expected file: {missing}"
    further = [ensure_workbook(case, tmp_path) for case in (*GIVEN_CASES, *MADE_CASES)]
    wrong = {case.name: problems for case in (*inputs, *further) if (problems := differences(case))}
    figure(f"{len(inputs)} inputs", len(inputs), at_least=13)
    figure(f"{len(further)} further workbooks", len(further), at_least=40)
    figure(
        f"{len(GIVEN_CASES)} of them by somebody who had not read the reader",
        len(GIVEN_CASES),
        at_least=len(further) // 3,
    )
    matches = len(inputs) + len(further) - len(wrong)
    assert wrong == {}
    figure(f"{matches} as written down", matches, at_least=len(inputs) + len(further))


def test_numbers_of_people_are_masked_everywhere(tmp_path: Path) -> None:
    workbook = tmp_path / "13812345678.csv"
    workbook.write_text(
        "陈建国,440705198505010051,13812345678\n李志强,４４０７０５１９８５０５０１０１１５,138 1234 5679\n",
        encoding="utf-8",
    )
    _, report = run_preview("veterans", workbook)
    assert report["status"] == "refused"
    workbook.write_text(
        "姓名,身份证号,手机号码,住址\n440705198505010051,44070519850501,13812345678,电话138-1234-5678\n",
        encoding="utf-8",
    )
    code, report = run_preview("veterans", workbook)
    assert code == 0
    text = str(report)
    for number in ("440705198505010051", "44070519850501", "13812345678", "138-1234-5678"):
        assert number not in text
    assert report["rows"][0]["values"]["phone"] == "138****5678"


def test_employer_decides_what_a_row_needs(tmp_path: Path) -> None:
    workbook = tmp_path / "a.csv"
    workbook.write_text(HEADER + "货车司机,2,6000,新会区,送货\n", encoding="utf-8")
    agency = make_employer(is_agency=True, agency_permit="粤江人服证字2026第001号")
    assert run_preview("positions", workbook)[1]["rows"][0]["errors"] == []
    _, report = run_preview("positions", workbook, "--employer", str(agency.pk))
    assert report["rows"][0]["errors"][0]["code"] == "agency"


def test_rows_past_the_first_are_counted(tmp_path: Path) -> None:
    workbook = tmp_path / "a.csv"
    rows = "".join(f"{at}号线司机,2,6000,新会区,送货\n" for at in range(230))
    workbook.write_text(HEADER + rows, encoding="utf-8")
    _, report = run_preview("positions", workbook)
    assert (len(report["rows"]), report["more"]) == (200, 30)


@pytest.mark.parametrize("number", ["INF", "-INF", "NaN", "1E400"])
def test_number_that_is_not_finite_is_refused_as_an_error_value(number: str, tmp_path: Path) -> None:
    workbook = tmp_path / "a.xls"
    content = BUILDERS["spreadsheet_xml.xls"]().decode()
    for kind, value in (("Number", "2"), ("DateTime", "2026-12-31T00:00:00.000")):
        old, new = (f'ss:Type="{kind}">{value}<', f'ss:Type="Number">{number}<')
        assert old in content
        content = content.replace(old, new, 1)
    workbook.write_text(content, encoding="utf-8")
    code, report = run_preview("positions", workbook)
    assert (code, report["status"]) == (0, "read")
    errors = [(error["column"], error["code"]) for error in report["rows"][0]["errors"]]
    assert {("headcount", "cell_error"), ("closes_on", "cell_error")} <= set(errors)
    assert report["rows"][1]["errors"] == []


@pytest.mark.parametrize(
    "arguments", [["positions", "missing.xlsx"], ["cars", "a.csv"], ["positions", "a.csv", "--employer", "0"]]
)
def test_wrong_usage_is_exit_2(arguments: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("a.csv").write_text(HEADER + "货车司机,2,6000,新会区,送货\n", encoding="utf-8")
    with pytest.raises(CommandError) as error:
        call_command("preview_import", *arguments)
    assert error.value.returncode == 2 or arguments[0] == "cars"


def test_preview_writes_nothing(tmp_path: Path) -> None:
    workbook = tmp_path / "a.csv"
    workbook.write_text(HEADER + "货车司机,2,6000,新会区,送货\n", encoding="utf-8")
    with CaptureQueriesContext(connection) as queries:
        run_preview("positions", workbook)
    assert all(query["sql"].lstrip().startswith("SELECT") for query in queries)
