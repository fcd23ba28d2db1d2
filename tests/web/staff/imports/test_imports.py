"""Imports of veterans' records: access, each step, downloads."""

import io
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoCaptureOnCommitCallbacks
from python_calamine import CalamineWorkbook

from portal.accounts.roles import StationRole
from portal.core.models import AuditEvent
from portal.imports import actions
from portal.imports.models import ImportRun
from portal.veterans.import_rows import KIND
from portal.veterans.models import Veteran
from tests.factories import make_employer, make_specialty, make_staff, make_user
from tests.harness.optional import require
from tests.imports.record_imports import full_person, person, take_in, workbook_of, xlsx

pytestmark = pytest.mark.django_db

PAGES = ("imports", "import-new", "import-template")


def _upload(client: Any, content: bytes, name: str = "花名册.xlsx") -> Any:
    return client.post(reverse("staff:import-new"), {"file": SimpleUploadedFile(name, content)})


@pytest.fixture
def press(
    client_for: Any, towns: Any, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> Any:
    """Return a function that posts a step as the clerk and runs the background task at once."""
    client = client_for(towns.clerk)

    def press(name: str, pk: int, /, *args: Any, **data: Any) -> Any:
        with django_capture_on_commit_callbacks(execute=True):
            answer = client.post(reverse(f"staff:{name}", args=[pk, *args]), data)
        return client.get(answer.url) if answer.status_code == 302 else answer

    requester: Any = press
    requester.client = client
    return requester


@pytest.mark.parametrize("name", PAGES)
def test_import_pages_need_record_permission(name: Any, towns: Any, client_for: Any, client: Client) -> None:
    url = reverse(f"staff:{name}")
    for role in (StationRole.CLERK, StationRole.HEAD, StationRole.OPERATOR):
        assert client_for(make_staff(towns.stations["睦洲镇"], role)).get(url).status_code == 200
    outsiders = [
        make_staff(towns.stations["睦洲镇"], StationRole.REVIEWER),
        make_employer(member=make_user()).memberships.get().user,
        make_user(),
    ]
    for user in outsiders:
        assert client_for(user).get(url).status_code == 403
    assert client.get(url).status_code == 302


def test_import_is_visible_only_to_uploader(towns: Any, client_for: Any, client: Client) -> None:
    run = take_in(towns.clerk, workbook_of(person(), person(phone="1")))
    urls = [
        reverse("staff:import", args=[run.pk]),
        reverse("staff:import-result", args=[run.pk]),
    ]
    above = make_staff(towns.stations["新会区"], StationRole.HEAD)
    for url in urls:
        assert client_for(towns.clerk).get(url).status_code == 200
        assert client_for(towns.neighbour).get(url).status_code == 404
        assert client_for(above).get(url).status_code == 404
        assert client_for(make_user()).get(url).status_code == 403
        assert client.get(url).status_code == 302
    steps = [reverse("staff:import-step", args=[run.pk, step]) for step in ("start", "undo", "cancel")]
    for url in [*steps, reverse("staff:import-columns", args=[run.pk])]:
        assert client_for(towns.neighbour).post(url).status_code == 404
        assert client_for(towns.clerk).get(url).status_code == 405


def test_import_from_upload_to_undo(press: Any) -> None:
    make_specialty()
    row = full_person(name="赵小川")
    assert _upload(press.client, workbook_of(row, person(name="孙一", phone="12"))).status_code == 302
    run = ImportRun.objects.get()
    page = press.client.get(reverse("staff:import", args=[run.pk])).content.decode()
    assert row["phone"] not in page
    assert row["id_number"] not in page
    assert f"{row['phone'][:3]}****{row['phone'][-4:]}" in page
    columns = {key: str(at) for key, at in run.columns.items()}
    page = press("import-columns", run.pk, **columns).content.decode()
    assert "将新建" in page
    assert "第 3 行" in page
    assert "11位手机号码" in page
    assert not Veteran.objects.filter(name="赵小川").exists()
    page = press("import-step", run.pk, "start").content.decode()
    assert "撤销导入" in page
    assert Veteran.objects.filter(name="赵小川").exists()
    page = press("import-step", run.pk, "undo").content.decode()
    assert "已全部撤销" in page
    assert not Veteran.objects.filter(name="赵小川").exists()
    assert "还没有导入过" not in press.client.get(reverse("staff:imports")).content.decode()


def test_invalid_file_is_refused_at_its_field(press: Any) -> None:
    answer = _upload(press.client, b"\x89PNG\r\n\x1a\n\x00\x00\x00", "照片.xlsx")
    assert answer.status_code == 200
    assert "请上传 xlsx、xls 或 csv 文件" in answer.content.decode()
    assert "请选择一个表格文件" in press.client.post(reverse("staff:import-new")).content.decode()
    assert not ImportRun.objects.exists()


def test_gbk_csv_is_read(press: Any) -> None:
    content = "姓名,身份证号,责任服务站\n赵小川,440705198505010012,睦洲镇\n".encode("gb18030")
    assert _upload(press.client, content, "a.csv").status_code == 302
    assert ImportRun.objects.get().headers == ["姓名", "身份证号", "责任服务站"]


def test_unknown_columns_are_mapped_and_remembered(press: Any) -> None:
    row = person()
    content = xlsx([["谁", "号", "站"], [row["name"], row["id_number"], row["station"]]])
    _upload(press.client, content)
    run = ImportRun.objects.get()
    page = press.client.get(reverse("staff:import", args=[run.pk])).content.decode()
    assert "还有必填的列没有认出" in page
    page = press("import-columns", run.pk, name="0").content.decode()
    assert "请指出哪一列是身份证号" in page
    page = press("import-columns", run.pk, name="0", id_number="0").content.decode()
    assert "同一列不能对应两个内容" in page
    page = press("import-columns", run.pk, name="0", id_number="1", station="2").content.decode()
    assert "检查完毕" in page
    _upload(press.client, content)
    assert require(ImportRun.objects.first()).columns == {"name": 0, "id_number": 1, "station": 2}


def test_result_file_is_plain_and_audited(press: Any, towns: Any) -> None:
    bad = person(phone="1391234567")
    run = take_in(towns.clerk, workbook_of(person(), bad))
    page = press.client.get(reverse("staff:import", args=[run.pk])).content.decode()
    assert bad["id_number"] not in page
    assert bad["phone"] not in page
    answer = press.client.get(reverse("staff:import-result", args=[run.pk]))
    (headers, row) = CalamineWorkbook.from_filelike(_file(answer)).get_sheet_by_index(0).to_python()
    assert headers == ["原行号", "原因", "姓名", "身份证号", "手机号码", "责任服务站"]
    assert row[0] == 3
    assert row[2:] == [bad[key] for key in ("name", "id_number", "phone", "station")]
    assert AuditEvent.objects.get(verb="sheets.result_taken").data == {"rows": 1}


def _file(answer: Any) -> Any:

    return io.BytesIO(answer.content)


def test_unavailable_step_is_refused_with_message(press: Any, towns: Any) -> None:
    run = take_in(towns.clerk, workbook_of(person()))
    assert "不能这样做" in press("import-step", run.pk, "start").content.decode()
    assert press("import-step", run.pk, "dance").status_code == 404


def test_running_import_shows_progress(press: Any, towns: Any) -> None:
    content = workbook_of(*(person() for _ in range(3)))
    run = actions.upload(by=towns.clerk, kind=KIND, name="x.xlsx", content=content)
    actions.start(run=run, by=towns.clerk, enqueue=False)
    page = press.client.get(reverse("staff:import", args=[run.pk])).content.decode()
    assert 'hx-trigger="every 2s"' in page
    assert "共 3 行" in page
    page = press("import-step", run.pk, "cancel").content.decode()
    assert "正在停止" in page


def test_import_pages_query_count_is_constant(same_queries: Any, client_for: Any, towns: Any) -> None:
    client = client_for(towns.clerk)

    def more() -> None:
        for _ in range(5):
            take_in(towns.clerk, workbook_of(person()))

    more()
    same_queries(lambda: client.get(reverse("staff:imports")), more)
    runs = [take_in(towns.clerk, workbook_of(*(person(phone="1") for _ in range(n)))) for n in (2, 12)]
    current = iter(runs)
    first = next(current)
    urls = {"url": reverse("staff:import", args=[first.pk])}
    same_queries(
        lambda: client.get(urls["url"]),
        lambda: urls.update(url=reverse("staff:import", args=[next(current).pk])),
    )
