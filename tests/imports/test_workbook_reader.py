"""Files that people upload: told by content, refused in plain words."""

import io
import zipfile
from datetime import date, datetime

import pytest
from django.core.exceptions import ValidationError
from python_calamine import CalamineWorkbook

from portal.core.child_entry import FileRefusal
from portal.imports import archive_check, column_mapping, table_parser
from portal.imports.import_kinds import get_kind
from portal.imports.workbook_reader import read_table
from portal.imports.workbook_writer import write_rows, write_template
from portal.veterans.import_rows import KIND
from tests.imports.record_imports import xlsx

ROWS = [["姓名", "身份证号"], ["陈建国", "440705198505011234"]]


@pytest.mark.parametrize("coding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_csv_encodings_are_detected(coding: str) -> None:
    content = "\n".join(",".join(row) for row in ROWS).encode(coding)
    table = read_table(content)
    assert [list(table.headers), *(cells for _, cells in table.numbered_rows())] == ROWS


def test_xlsx_row_numbers_match_the_spreadsheet_program() -> None:
    table = read_table(xlsx([[], ["退役军人花名册"], *ROWS]), get_kind(KIND))
    assert table.header_rows == (3,)
    assert list(table.headers) == ROWS[0]
    assert [number for number, _, _ in table.mapped_rows({"name": 0})] == [4]


def test_rows_without_mapped_cells_are_skipped() -> None:
    table = read_table(xlsx([*ROWS, ["", ""], [None, None, "备注"], ["林志强", ""]]))
    assert [number for number, _, _ in table.mapped_rows({"name": 0, "id_number": 1})] == [2, 5]


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "empty"),
        (b"PK\x03\x04 broken", "broken"),
        (b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR", "type"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 no workbook", "type"),
        (b"\n\n", "empty"),
    ],
)
def test_other_file_types_are_refused(content: bytes, code: str) -> None:
    with pytest.raises(ValidationError) as error:
        read_table(content)
    assert error.value.code == code


def test_archive_without_workbook_is_refused() -> None:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        archive.writestr("word/document.xml", "<w/>")
    with pytest.raises(ValidationError) as error:
        read_table(target.getvalue())
    assert error.value.code == "type"


def test_oversized_archive_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archive_check, "MAX_UNPACKED_BYTES", 100)
    with pytest.raises(FileRefusal) as error:
        table_parser.answer({}, xlsx(ROWS), lambda _kind, _payload: None)
    assert error.value.code == "size"


def test_too_many_rows_are_refused() -> None:
    with pytest.raises(ValidationError) as error:
        read_table(b"a\n" * 200_001)
    assert error.value.code == "rows"
    assert len(list(read_table(b"a\n" * 200_000).numbered_rows())) == 199_999


def test_cells_keep_their_types_on_the_way_from_the_child() -> None:
    cells = [
        date(2026, 11, 30),
        datetime.fromisoformat("2026-11-30T08:15"),
        2.5,
        3.0,
        True,
        "文字\n二行",
        None,
    ]
    content = xlsx([["a"] * len(cells), cells])
    direct_rows = CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(0).to_python()
    assert [row for _, row in read_table(content).numbered_rows()] == direct_rows[1:]


def test_headers_are_recognised_by_synonyms() -> None:
    headers = ["序号", "*姓 名（必填）", "公民身份号码", "联系电话", "所属服务站", "备注"]
    assert read_table(xlsx([headers, ["1"] * 6]), get_kind(KIND)).columns == {
        "name": 1,
        "id_number": 2,
        "phone": 3,
        "station": 4,
    }
    assert column_mapping.missing_columns(get_kind(KIND), {"name": 1}) == ["身份证号"]


def test_template_is_readable() -> None:
    kind = get_kind(KIND)
    assert set(read_table(write_template(kind), kind).columns) == {column.key for column in kind.columns}


def test_formula_like_text_is_escaped() -> None:
    content = write_rows([["=1+1", "-5", "@x", "好\x00"]], title="t", headers=["a", "b", "c", "d"])
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        worksheet = archive.read("xl/worksheets/sheet1.xml").decode()
    assert "<f>" not in worksheet
    rows = CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(0).to_python()
    assert rows[1] == ["=1+1", "-5", "@x", "好"]
