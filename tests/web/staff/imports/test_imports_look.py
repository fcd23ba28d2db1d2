"""Import pages in Chromium at 390 and 1280 px, and the whole run without JavaScript."""

from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook

from portal.accounts.roles import StationRole
from portal.imports import actions
from portal.veterans.import_rows import KIND
from portal.veterans.models import Veteran
from tests.factories import make_id_number, make_specialty, make_staff, make_stations
from tests.imports.record_imports import full_person, person, take_in, workbook_of
from tests.imports.workbooks.made.workbook_parts import save

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def clerk() -> Any:
    make_specialty()
    return make_staff(make_stations()["睦洲镇"])


def _workbook() -> bytes:
    return workbook_of(
        full_person(name="赵小川"), person(name="孙一", phone="12"), person(name="李四", station="云上镇")
    )


@pytest.mark.parametrize("width", [390, 1280])
def test_import_steps_look_right(open_page: Any, sign_in: Any, look: Any, clerk: Any, width: Any) -> None:
    page = open_page(width=width)
    sign_in(page, clerk)
    page.goto("/desk/sheets/new/")
    look(page, "sheet-new")
    uploaded = actions.upload(by=clerk, kind=KIND, name="花名册.xlsx", content=_workbook())
    page.goto(f"/desk/sheets/{uploaded.pk}/")
    look(page, "sheet-columns")
    checked = take_in(clerk, _workbook(), dry=True)
    page.goto(f"/desk/sheets/{checked.pk}/")
    look(page, "sheet-checked")
    running = actions.upload(by=clerk, kind=KIND, name="全镇.xlsx", content=_workbook())
    actions.start(run=running, by=clerk, enqueue=False)
    page.goto(f"/desk/sheets/{running.pk}/")
    look(page, "sheet-running")
    completed = take_in(clerk, _workbook())
    page.goto(f"/desk/sheets/{completed.pk}/")
    look(page, "sheet-done")
    page.goto("/desk/sheets/")
    look(page, "sheets")


def _two_towns() -> bytes:
    """Two towns on a worksheet each; under the rows a total, a note and a hidden row."""
    book = Workbook()
    for title in ("睦洲", "司前"):
        worksheet = book.create_sheet(title)
        rows: list[list[str]] = [["退役军人花名册"], ["姓名", "身份证号", "备注"]]
        rows += [["赵小川", make_id_number(), ""], ["旧人", make_id_number(), ""], ["合计", "2人"]]
        for row in [*rows, ["填表人：某某"]]:
            worksheet.append(row)
        worksheet.row_dimensions[4].hidden = True
    del book["Sheet"]
    return save(book)


@pytest.mark.parametrize("width", [390, 1280])
def test_choice_of_a_worksheet_and_what_was_left_out_look_right(
    open_page: Any, sign_in: Any, look: Any, clerk: Any, width: Any
) -> None:
    page = open_page(width=width)
    sign_in(page, clerk)
    run = actions.upload(by=clerk, kind=KIND, name="两镇.xlsx", content=_two_towns())
    page.goto(f"/desk/sheets/{run.pk}/")
    look(page, "sheet-choice")
    page.get_by_label("司前").check()
    page.get_by_role("button", name="读这张工作表").click()
    assert page.get_by_text("没有读的内容").is_visible()
    look(page, "sheet-left-out")


@pytest.mark.parametrize("width", [390, 1280])
def test_record_export_looks_right(open_page: Any, sign_in: Any, look: Any, width: Any) -> None:
    page = open_page(width=width)
    sign_in(page, make_staff(make_stations()["睦洲镇"], StationRole.HEAD))
    page.goto("/desk/veterans/export/")
    look(page, "veterans-export")


def test_import_works_without_javascript(
    no_js: Any, sign_in: Any, look: Any, clerk: Any, tmp_path: Path
) -> None:
    file = tmp_path / "花名册.xlsx"
    file.write_bytes(_workbook())
    page = no_js
    sign_in(page, clerk)
    page.goto("/desk/sheets/")
    look(page, "sheets-none")
    page.get_by_role("link", name="上传表格").first.click()
    look(page, "sheet-new-no-js")
    page.get_by_label("表格文件").set_input_files(file)
    page.get_by_role("button", name="上传").click()
    page.get_by_role("button", name="下一步：检查").click()
    page.get_by_role("button", name="开始导入").click()
    assert page.get_by_text("导入完成").is_visible()
    look(page, "sheet-no-js")
    assert Veteran.objects.filter(name="赵小川").exists()
    page.get_by_text("撤销导入", exact=True).click()
    page.get_by_role("button", name="确定撤销导入").click()
    assert page.get_by_text("已全部撤销").is_visible()
    assert not Veteran.objects.filter(name="赵小川").exists()
