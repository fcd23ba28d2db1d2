"""The position sheet on the employer's pages: who may, what each step shows, and what comes back."""

import io
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from pytest_django import DjangoCaptureOnCommitCallbacks
from python_calamine import CalamineWorkbook

from portal.accounts.roles import StationRole
from portal.imports import actions
from portal.imports.models import ImportRun
from portal.positions.actions import MAX_UNVERIFIED_DRAFTS, draft
from portal.positions.enums import PositionState
from portal.positions.models import Position
from tests.factories import (
    make_employer,
    make_occupation,
    make_position,
    make_staff,
    make_stations,
    make_user,
)
from tests.imports.workbooks.made.make_workbooks import BUILDERS
from tests.positions.position_imports import position_row, take_in, workbook_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def member() -> Any:
    make_occupation()
    return make_user("吴晓彤")


@pytest.fixture
def employer(member: Any) -> Any:
    return make_employer(name="江门市远航物流有限公司", member=member)


@pytest.fixture
def press(
    client_for: Any,
    member: Any,
    employer: Any,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> Any:
    """The member presses a button; the background work is done at once."""
    client = client_for(member)

    def go(name: str, pk: int, /, *args: Any, **data: Any) -> Any:
        with django_capture_on_commit_callbacks(execute=True):
            answer = client.post(reverse(f"employer:{name}", args=[pk, *args]), data)
        return client.get(answer.url) if answer.status_code == 302 else answer

    requester: Any = go
    requester.client = client
    return requester


def _upload(client: Any, content: bytes, name: str = "岗位.xlsx") -> Any:
    return client.post(reverse("employer:import-new"), {"file": SimpleUploadedFile(name, content)})


def test_import_from_upload_to_undo(press: Any, employer: Any) -> None:
    content = workbook_of(position_row(), position_row(title="叉车司机", pay_from="面议", pay_to=""))
    assert _upload(press.client, content).status_code == 302
    import_run = ImportRun.objects.get()
    assert import_run.subject_id == employer.pk
    columns = {key: str(at) for key, at in import_run.columns.items()}
    page = press("import-columns", import_run.pk, **columns)
    page = page.content.decode()
    assert "将新建" in page
    assert "不能只写“面议”" in page
    assert not Position.objects.exists()
    page = press("import-step", import_run.pk, "start").content.decode()
    assert "导入完成" in page
    assert Position.objects.get().state == PositionState.IN_REVIEW
    answer = press.client.get(reverse("employer:import-result", args=[import_run.pk]))
    headers, row = (
        CalamineWorkbook.from_filelike(io.BytesIO(answer.content)).get_sheet_by_index(0).to_python()
    )
    assert headers[:3] == ["原行号", "原因", "岗位名称"]
    assert row[:3] == [3, "月薪下限：不能只写“面议”，请写明每月最低多少元。", "叉车司机"]
    page = press("import-step", import_run.pk, "undo").content.decode()
    assert "已全部撤销" in page
    assert not Position.objects.exists()


def test_import_is_visible_to_its_uploader_only(member: Any, employer: Any, client_for: Any) -> None:
    import_run = take_in(member, employer, workbook_of(position_row(), position_row(title="")))
    rival = make_user()
    make_employer(member=rival)
    colleague = make_user()
    employer.memberships.create(user=colleague)
    reviewer = make_staff(make_stations()["新会区"], StationRole.REVIEWER)
    for name in ("import", "import-result"):
        url = reverse(f"employer:{name}", args=[import_run.pk])
        assert client_for(member).get(url).status_code == 200
        for other in (rival, colleague, reviewer, make_user()):
            assert client_for(other).get(url).status_code == 404
    for name, more in (("import-columns", ()), ("import-step", ("undo",))):
        assert (
            client_for(rival).post(reverse(f"employer:{name}", args=[import_run.pk, *more])).status_code
            == 404
        )
    employer.memberships.filter(user=member).delete()
    assert client_for(member).get(reverse("employer:import", args=[import_run.pk])).status_code == 404


def test_import_of_records_is_not_reachable_as_position_import(
    member: Any, employer: Any, client_for: Any
) -> None:
    import_run = take_in(member, employer, workbook_of(position_row()))
    ImportRun.objects.filter(pk=import_run.pk).update(kind="veterans")
    assert client_for(member).get(reverse("employer:import", args=[import_run.pk])).status_code == 404


def test_pay_in_one_column_is_enough(press: Any) -> None:
    content = "招聘岗位,需求人数,薪资待遇,工作地点,工作内容\n货车司机,3,6000-8000,新会区,送货\n".encode(
        "gb18030"
    )
    assert _upload(press.client, content, "a.csv").status_code == 302
    import_run = ImportRun.objects.get()
    columns = {key: str(at) for key, at in import_run.columns.items()}
    page = press("import-columns", import_run.pk, **columns)
    assert "检查完毕" in page.content.decode()
    del (columns := {key: str(at) for key, at in import_run.columns.items()})["pay"]
    page = press("import-columns", import_run.pk, **columns).content.decode()
    assert "请指出哪一列是：月薪下限" in page


def test_file_of_another_type_shows_field_error(press: Any) -> None:
    assert "请上传 xlsx" in _upload(press.client, b"\x89PNG\r\n\x1a\n\x00\x00", "照片.xlsx").content.decode()
    assert "请选择一个表格文件" in press.client.post(reverse("employer:import-new")).content.decode()


def test_template_is_downloaded(press: Any) -> None:
    answer = press.client.get(reverse("employer:import-template"))
    assert "attachment" in answer["Content-Disposition"]
    assert CalamineWorkbook.from_filelike(io.BytesIO(answer.content)).sheet_names == [
        "岗位征集表",
        "可选内容",
    ]


def test_import_list_uses_constant_number_of_queries(
    same_queries: Any, press: Any, member: Any, employer: Any
) -> None:
    def more() -> None:
        for at in range(4):
            take_in(
                member, employer, workbook_of(position_row(title=f"{Position.objects.count()}-{at}号线司机"))
            )

    more()
    same_queries(lambda: press.client.get(reverse("employer:imports")), more)


def test_one_of_several_worksheets_is_chosen_on_the_page(press: Any, employer: Any) -> None:
    content = BUILDERS["which_of_three.xlsx"]()
    page = press.client.get(_upload(press.client, content).url).content.decode()
    import_run = ImportRun.objects.get()
    assert import_run.choices == ["睦洲", "司前"]
    assert "请在下面选一张" in page
    assert "隐藏的工作表" in page
    refusal = press("import-step", import_run.pk, "start").content.decode()
    assert "请先选一张工作表" in refusal
    assert (
        "请从列出的工作表中选一张"
        in press("import-worksheet", import_run.pk, worksheet="去年").content.decode()
    )
    assert "请选一张工作表" in press("import-worksheet", import_run.pk).content.decode()
    page = press("import-worksheet", import_run.pk, worksheet="司前").content.decode()
    import_run = ImportRun.objects.get()
    assert (import_run.worksheet, import_run.total) == ("司前", 1)
    assert "工作表：司前" in page
    press("import-columns", import_run.pk, **{key: str(at) for key, at in import_run.columns.items()})
    press("import-step", import_run.pk, "start")
    assert Position.objects.get().external_id == "B-1"


def test_page_says_what_was_left_out(press: Any, employer: Any) -> None:
    page = press.client.get(_upload(press.client, BUILDERS["sections_and_signatures.xlsx"]()).url)
    text = page.content.decode()
    for words in ("没有读的内容", "合计行", "示例行", "分段标题行", "重复的表头行", "第 10 行“合计 4”"):
        assert words in text


def test_numbers_in_place_of_headers_are_masked(press: Any, employer: Any) -> None:
    content = "陈建国,440705198505010051,13812345678\n李志强,440705198505010115,13812345679\n".encode()
    text = press.client.get(_upload(press.client, content, "a.csv").url).content.decode()
    assert "440705198505010051" not in text
    assert "13812345678" not in text
    assert "**************0051" in text


def test_nothing_of_an_unverified_employer_is_parsed(
    client_for: Any, member: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_args: Any, **_kwargs: Any) -> None:
        raise AssertionError("parsed")

    monkeypatch.setattr(actions, "read_table", fail)
    make_employer(member=member, verified=False)
    client = client_for(member)
    assert "通过核验后才能用表格导入" in client.get(reverse("employer:import-new")).content.decode()
    answer = _upload(client, workbook_of(position_row()))
    assert answer.context["form"].errors["file"] == [
        "单位通过核验后才能用表格导入岗位；现在可以先逐个填写岗位。"
    ]
    assert not ImportRun.objects.exists()


def test_unverified_employer_has_few_drafts(member: Any) -> None:
    employer = make_employer(member=member, verified=False)
    for _ in range(MAX_UNVERIFIED_DRAFTS):
        make_position(employer=employer, is_open=False)
    occupation = Position.objects.earliest("pk").occupation
    with pytest.raises(ValidationError, match="核验通过后") as error:
        draft(
            employer=employer, by=member, title="货车司机", occupation=occupation, headcount=1, pay_from=6000,
            region=employer.region, duties="驾驶货车。",
        )  # fmt: skip
    assert error.value.code == "drafts"
