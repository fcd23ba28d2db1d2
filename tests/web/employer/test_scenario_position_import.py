"""Scenario 2 in Chromium: a firm's position sheet of 40 rows, three of them bad, from real xlsx files."""

from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

from portal.core.reference import load_reference
from portal.imports import actions
from portal.imports.models import ImportRun
from portal.positions.enums import PositionState
from portal.positions.models import Position
from tests.factories import make_employer, make_stations, make_user
from tests.positions.position_imports import LABELS, position_row, take_in, workbook_of

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def member() -> Any:
    load_reference()
    make_stations()
    return make_user("吴晓彤")


@pytest.fixture
def employer(member: Any) -> Any:
    return make_employer(name="江门市远航物流有限公司", member=member)


def _build_workbook(template: Path, rows: list[dict]) -> None:
    """The template as a clerk fills it in."""
    book = load_workbook(template)
    page = book.worksheets[0]
    headers = [str(cell.value).removeprefix("*") for cell in page[1]]
    for number, texts in enumerate(rows, start=2):
        for key, value in texts.items():
            page.cell(number, headers.index(LABELS[key]) + 1).value = value
    book.save(template)


def _forty() -> list[dict]:
    rows = [position_row(title=f"{line}号线货车司机", education_min="高中以上") for line in range(1, 41)]
    rows[4] |= {"pay_from": 8000, "pay_to": 5000}
    rows[17]["region"] = "云上县"
    rows[30]["title"] = ""
    return rows


def _upload(page: Any, look: Any, file: Path) -> None:
    page.goto("/company/positions/sheets/new/")
    look(page, "company-sheet-new")
    page.get_by_label("表格文件").set_input_files(file)
    page.get_by_role("button", name="上传", exact=True).click()
    page.get_by_role("button", name="下一步：检查").click()


def _save_workbook(page: Any, link: str, to: Path) -> Path:
    with page.expect_download() as download:
        page.get_by_role("link", name=link).click()
    download.value.save_as(to)
    return to


@pytest.mark.must("posts.3")
@pytest.mark.parametrize("width", [390, 1280])
def test_import_of_forty_rows_with_three_errors_and_correction(
    open_page: Any,
    sign_in: Any,
    look: Any,
    member: Any,
    employer: Any,
    tmp_path: Path,
    figure: Any,
    width: Any,
) -> None:
    page = open_page(width=width)
    sign_in(page, member)
    page.goto("/company/positions/")
    look(page, "company-positions-none")
    page.get_by_role("link", name="用表格提交").click()
    look(page, "company-sheets-none")
    run_row = _save_workbook(page, "下载模板", tmp_path / "岗位征集表.xlsx")
    _build_workbook(run_row, _forty())

    _upload(page, look, run_row)
    assert page.get_by_text("月薪上限：月薪上限不能低于下限").is_visible()
    look(page, "company-sheet-checked")
    assert not Position.objects.exists()
    page.get_by_role("button", name="开始导入").click()
    assert page.get_by_text("导入完成。有问题的行没有写入").is_visible()
    look(page, "company-sheet-done")
    assert Position.objects.filter(employer=employer, state=PositionState.IN_REVIEW).count() == 37
    for reason in ("月薪上限不能低于下限", "认不出这个地方", "岗位名称：没有填写"):
        assert page.get_by_text(reason).is_visible()

    marked_cells = _save_workbook(page, "下载问题行", tmp_path / "问题行.xlsx")
    book = load_workbook(marked_cells)
    rows = book.worksheets[0]
    headers = [cell.value for cell in rows[1]]
    assert [rows.cell(at, 1).value for at in range(2, rows.max_row + 1)] == [6, 19, 32]
    red = [cell for line in rows.iter_rows(min_row=2) for cell in line if cell.fill.fill_type == "solid"]
    assert [headers[cell.column - 1] for cell in red] == ["月薪上限", "*工作地区", "*岗位名称"]
    for cell, right in zip(red, (9500, "新会区", "31号线货车司机"), strict=True):
        cell.value = right
    book.save(marked_cells)

    for turn, new_row in (("first", 3), ("again", 0)):
        _upload(page, look, marked_cells)
        if new_row:
            page.get_by_role("button", name="开始导入").click()
        else:
            assert page.get_by_text("没有需要新建或更新的内容").is_visible()
        look(page, f"company-sheet-corrected-{turn}")
        assert ImportRun.objects.latest("pk").created == new_row
        assert Position.objects.filter(employer=employer).count() == 40
    page.goto("/company/positions/")
    look(page, "company-positions-in-review")
    page.goto("/company/positions/sheets/")
    look(page, "company-sheets")
    figure("40 rows: 37 in review, 3 back on red; corrected: 3 more; the same again: none")


@pytest.mark.parametrize("width", [390, 1280])
def test_import_steps_look_right(
    open_page: Any, sign_in: Any, look: Any, member: Any, employer: Any, width: Any
) -> None:
    page = open_page(width=width)
    sign_in(page, member)
    content = workbook_of(position_row(), position_row(title="叉车司机", headcount="若干"))
    more = {"kind": "positions", "name": "远航岗位.xlsx", "subject_id": employer.pk}
    pending_rows = actions.upload(by=member, content=content, **more)
    page.goto(f"/company/positions/sheets/{pending_rows.pk}/")
    look(page, "company-sheet-columns")
    running = actions.upload(by=member, content=content, **more)
    actions.start(run=running, by=member, enqueue=False)
    page.goto(f"/company/positions/sheets/{running.pk}/")
    look(page, "company-sheet-running")


def test_import_without_javascript(
    no_js: Any, sign_in: Any, look: Any, member: Any, employer: Any, tmp_path: Path
) -> None:
    file = tmp_path / "岗位.xlsx"
    file.write_bytes(workbook_of(position_row(), position_row(title="叉车司机")))
    sign_in(no_js, member)
    _upload(no_js, look, file)
    no_js.get_by_role("button", name="开始导入").click()
    assert no_js.get_by_text("导入完成，每一行都已写入").is_visible()
    look(no_js, "company-sheet-no-js")
    no_js.get_by_text("撤销导入", exact=True).click()
    no_js.get_by_role("button", name="确定撤销导入").click()
    assert no_js.get_by_text("已全部撤销").is_visible()
    assert not Position.objects.exists()
    assert take_in(member, employer, file.read_bytes()).created == 2
