"""Export of records to Excel: permission, content, audit and access log."""

import io
import zipfile
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.test import Client
from django.urls import reverse
from python_calamine import CalamineWorkbook

from portal.accounts.enums import AccessKind
from portal.accounts.models import AccessLog, Appointment
from portal.accounts.roles import StationRole
from portal.core.models import AuditEvent
from portal.veterans import record_export
from portal.veterans.models import Veteran
from tests.factories import make_employer, make_staff, make_user, make_veteran

pytestmark = pytest.mark.django_db

URL = "/desk/veterans/export/"


@pytest.fixture
def head(towns: Any) -> Any:
    return make_staff(towns.stations["睦洲镇"], StationRole.HEAD, name="何站长")


def _rows(answer: Any) -> list[list]:
    return CalamineWorkbook.from_filelike(io.BytesIO(answer.content)).get_sheet_by_index(0).to_python()


def test_only_heads_and_operators_export_records(
    towns: Any, head: Any, client_for: Any, client: Client
) -> None:
    above = make_staff(towns.stations["江门市"], StationRole.OPERATOR)
    for user in (head, above):
        assert client_for(user).get(URL).status_code == 200
        assert "导出" in client_for(user).get(reverse("staff:veterans")).content.decode()
    for user in (towns.clerk, make_employer(member=make_user()).memberships.get().user, towns.ours.account):
        if user is not None:
            assert client_for(user).get(URL).status_code == 403
            assert client_for(user).post(URL, {"reason": "x"}).status_code == 403
    assert client.get(URL).status_code == 302
    assert URL not in client_for(towns.clerk).get(reverse("staff:veterans")).content.decode()


def test_export_holds_own_subtree_and_names_exporter(towns: Any, head: Any, client_for: Any) -> None:
    answer = client_for(head).post(URL, {"reason": "春节走访"})
    mark, headers, *rows = _rows(answer)
    assert [row[1] for row in rows] == ["陈建国"]
    assert headers[: len(record_export.HEADERS)] == list(record_export.HEADERS)
    for word in ("仅限工作使用", "何站长", "春节走访", "人数：1", "条件：全部"):
        assert word in mark[0]
    assert head.phone not in mark[0]
    assert rows[0][5] == f"{towns.ours.phone[:3]}****{towns.ours.phone[-4:]}"
    event = AuditEvent.objects.get(verb="veterans.exported")
    assert event.data == {"filter": "全部", "rows": 1, "phones": False, "reason": "春节走访"}
    look = AccessLog.objects.get(file_id=towns.ours.pk)
    assert (look.kind, look.actor, look.reason) == (AccessKind.VIEW, head, "导出名单：春节走访")
    assert not AccessLog.objects.filter(file_id=towns.theirs.pk).exists()


def test_export_uses_list_filters_and_hides_keyword(towns: Any, head: Any, client_for: Any) -> None:
    make_veteran(station=towns.stations["南安村"], name="周在业", employment_status="employed")
    answer = client_for(head).post(f"{URL}?employment_status=employed&q=周", {"reason": "x", "phones": "on"})
    rows = _rows(answer)[2:]
    assert [row[1] for row in rows] == ["周在业"]
    assert rows[0][5] == Veteran.objects.get(name="周在业").phone
    data = AuditEvent.objects.get(verb="veterans.exported").data
    assert data["phones"] is True
    assert "就业状况：在业" in data["filter"]
    assert "周" not in data["filter"]


def test_export_without_reason_is_refused(head: Any, client_for: Any) -> None:
    answer = client_for(head).post(URL, {"reason": " "})
    assert "text/html" in answer["Content-Type"]
    assert not AuditEvent.objects.filter(verb="veterans.exported").exists()


def test_export_of_too_many_or_no_records_is_refused(
    head: Any, client_for: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(record_export, "MAX_ROWS", 0)
    assert "请按服务站" in client_for(head).post(URL, {"reason": "x"}).content.decode()
    assert "没有符合条件的人" in client_for(head).post(f"{URL}?q=无此人", {"reason": "x"}).content.decode()


def test_export_covers_only_stations_with_export_permission(towns: Any, head: Any, client_for: Any) -> None:
    Appointment.objects.create(user=head, station=towns.stations["司前镇"], role=StationRole.CLERK)
    names = [row[1] for row in _rows(client_for(head).post(URL, {"reason": "x"}))[2:]]
    assert names == ["陈建国"]


def test_export_action_refuses_clerk(towns: Any) -> None:
    with pytest.raises(PermissionDenied):
        record_export.export_records(
            by=towns.clerk, rows=Veteran.objects.all(), filter_text="", phones=False, reason="x"
        )


def test_exported_name_is_no_formula(towns: Any, head: Any, client_for: Any) -> None:
    make_veteran(station=towns.stations["睦洲镇"], name="=HYPERLINK(1)", skills="@x")
    answer = client_for(head).post(URL, {"reason": "x"})
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        assert "<f>" not in archive.read("xl/worksheets/sheet1.xml").decode()


def test_export_query_count_is_constant(same_queries: Any, towns: Any, head: Any, client_for: Any) -> None:
    client = client_for(head)

    def more() -> None:
        for _ in range(6):
            make_veteran(station=towns.stations["睦洲镇"], specialties=("driver",), certificates=("welder",))

    more()
    same_queries(lambda: client.post(URL, {"reason": "x"}), more)


@pytest.mark.must("hold.5")
@pytest.mark.parametrize("query", ["station=99999999", "employment_status=nothing", "station=x"])
def test_export_with_an_invalid_filter_is_refused_and_says_so(
    towns: Any, head: Any, client_for: Any, query: str
) -> None:
    client = client_for(head)
    page = client.get(f"{URL}?{query}").content.decode()
    assert "筛选条件不对" in page
    answer = client.post(f"{URL}?{query}", {"reason": "春节走访"})
    assert answer.status_code == 200
    assert "没有导出" in answer.content.decode()
    assert not AuditEvent.objects.filter(verb="veterans.exported").exists()
