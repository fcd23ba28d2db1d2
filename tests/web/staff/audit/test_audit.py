"""Audit log and access log: scope, filters, verification of the chain, access by role."""

from typing import Any

import pytest
from django.db import connection
from django.urls import reverse

from portal.accounts.actions import log_access
from portal.accounts.enums import AccessKind
from portal.accounts.roles import StationRole
from portal.core import audit
from portal.core.migration_operations import guard_sql, unguard_sql
from portal.core.models import AuditEvent
from portal.web.staff.audit.event_details import describe_details
from tests.factories import make_position, make_staff

pytestmark = pytest.mark.django_db
URL, LOOKS, VERIFY = "/desk/audit/", "/desk/audit/looks/", "/desk/audit/verify/"


@pytest.fixture
def auditor_client(towns: Any, client_for: Any) -> Any:
    def make(place: str, role: StationRole = StationRole.AUDITOR) -> Any:
        return client_for(make_staff(towns.stations[place], role, name="审计员"))

    return make


def test_auditor_reads_events_of_own_subtree(towns: Any, auditor_client: Any) -> None:
    audit.record(
        by=towns.clerk, verb="veterans.updated", target=towns.ours, section="identity", fields=["address"]
    )
    audit.record(by=towns.neighbour, verb="veterans.opened", target=towns.theirs)
    audit.record(by=None, verb="core.keys_rotated", target=None, rows=3)
    city = auditor_client("江门市").get(URL).content.decode()
    assert all(
        text in city
        for text in ("李秀珍", "梁伟强", "更换加密密钥", "修改档案", "部分：基本信息", "字段：住址")
    )
    town = auditor_client("睦洲镇").get(URL).content.decode()
    assert "李秀珍" in town
    assert "梁伟强" not in town
    assert "更换加密密钥" not in town


def test_event_details_use_form_labels(towns: Any) -> None:
    position = make_position()
    event = audit.record(by=towns.clerk, verb="positions.pause", target=position, before="open", fields=["x"])
    assert describe_details(event) == "之前：招聘中；字段：x"
    event = audit.record(by=None, verb="core.keys_rotated", target=None, rows=3, fields=[], before="open")
    assert describe_details(event) == "行数：3；之前：open"


def test_filters_by_day_actor_category_and_target(towns: Any, auditor_client: Any) -> None:
    event = audit.record(by=towns.clerk, verb="veterans.opened", target=towns.ours)
    audit.record(by=towns.neighbour, verb="fairs.registered", target=towns.theirs)
    client = auditor_client("江门市")

    def count(query: str) -> int:
        return client.get(f"{URL}?{query}").context["page"].paginator.count

    everything = count("")
    assert count("who=李秀珍") == AuditEvent.objects.filter(actor_id=towns.clerk.pk).count() < everything
    assert count("room=fairs") == 1
    assert count(f"target={event.target_id}&room=veterans") >= 1
    assert count("since=2001-01-01&until=2001-01-02") == 0
    assert (
        "请输入" in client.get(f"{URL}?since=gestern").content.decode()
        or count("since=gestern") == everything
    )


def test_access_log_lists_accesses_and_refusals(towns: Any, auditor_client: Any) -> None:
    log_access(actor=towns.neighbour, file_id=towns.ours.pk, kind=AccessKind.REFUSED)
    log_access(
        actor=towns.clerk, file_id=towns.ours.pk, kind=AccessKind.REVEAL, field="手机号码", reason="回访"
    )
    html = auditor_client("江门市").get(f"{LOOKS}?file_id={towns.ours.pk}").content.decode()
    assert all(text in html for text in ("越权访问被拒绝", "梁伟强", "手机号", "回访"))
    only = auditor_client("睦洲镇").get(f"{LOOKS}?kind=refused").content.decode()
    assert "梁伟强" not in only


def test_refused_access_is_audited_with_target(towns: Any, client_for: Any, auditor_client: Any) -> None:
    client_for(towns.neighbour).get(reverse("staff:veteran", args=[towns.ours.pk]))
    html = auditor_client("江门市").get(f"{URL}?room=web").content.decode()
    assert "越权访问被拒绝" in html
    assert f"pk={towns.ours.pk}" in html


def test_verification_detects_changed_log(towns: Any, auditor_client: Any) -> None:
    client = auditor_client("江门市")
    event = audit.record(by=towns.clerk, verb="veterans.opened", target=towns.ours)
    assert "尚未入链" in client.post(VERIFY, follow=True).content.decode()
    audit.link_new_events(whole_log=True)
    assert "未发现改动" in client.post(VERIFY, follow=True).content.decode()
    with connection.cursor() as cursor:
        for line in unguard_sql(AuditEvent, connection.vendor):
            cursor.execute(line)
        cursor.execute("UPDATE core_auditevent SET verb = 'x.y' WHERE id = %s", [event.pk])
        for line in guard_sql(AuditEvent, connection.vendor):
            cursor.execute(line)
    assert f"第 {event.pk} 号事件" in client.post(VERIFY, follow=True).content.decode()


@pytest.mark.parametrize("role", [role for role in StationRole if role != StationRole.AUDITOR])
def test_other_roles_are_refused(auditor_client: Any, role: Any) -> None:
    client = auditor_client("江门市", role)
    assert (
        client.get(URL).status_code == client.get(LOOKS).status_code == client.post(VERIFY).status_code == 403
    )


def test_audit_pages_query_count_is_constant(towns: Any, auditor_client: Any, same_queries: Any) -> None:
    client = auditor_client("江门市")

    def more() -> None:
        for _ in range(5):
            audit.record(by=towns.clerk, verb="veterans.opened", target=towns.ours)
            log_access(actor=towns.clerk, file_id=towns.ours.pk, kind=AccessKind.VIEW)

    same_queries(lambda: client.get(URL), more)
    same_queries(lambda: client.get(LOOKS), more)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("width", [390, 1280])
def test_audit_pages_look_right(towns: Any, open_page: Any, sign_in: Any, look: Any, width: Any) -> None:
    audit.record(
        by=towns.clerk, verb="veterans.updated", target=towns.ours, section="identity", fields=["address"]
    )
    log_access(
        actor=towns.clerk, file_id=towns.ours.pk, kind=AccessKind.REVEAL, field="手机号码", reason="回访"
    )
    window = open_page(width=width)
    sign_in(window, make_staff(towns.stations["江门市"], StationRole.AUDITOR, name="审计员"))
    for path in (URL, LOOKS):
        window.goto(path)
        look(window)
