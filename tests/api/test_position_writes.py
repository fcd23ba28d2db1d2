"""Positions in: an employer's system sends its posts, once each, and learns what was wrong with them."""

from collections.abc import Callable
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.utils import timezone

from portal.core.models import AuditEvent
from portal.core.reference import load_reference
from portal.employers.models import Employer
from portal.positions import actions
from portal.positions.enums import PositionState
from portal.positions.models import Position
from tests.factories import make_employer, make_position, make_user

pytestmark = pytest.mark.django_db
URL = "/api/v1/positions"
BODY = {
    "title": "货车司机",
    "occupation": "4-02-02-02",
    "headcount": 3,
    "pay_from": 6000,
    "pay_to": 8000,
    "region": "440705",
    "duties": "负责货物运输，安全送达。",
    "external_id": "HR-1",
}
FIELDS = {name: value for name, value in BODY.items() if name != "external_id"}


def send(client: Any, method: str, path: str, body: object, **headers: Any) -> Any:
    return getattr(client, method)(f"{URL}{path}", body, content_type="application/json", headers=headers)


def put_position(client: Any, external_id: str = "HR-1", **changes: Any) -> Any:
    return send(client, "put", f"/external/{external_id}", {**FIELDS, **changes})


def open_position(position: Position) -> Position:
    now = timezone.now()
    Position.objects.filter(pk=position.pk).update(
        state=PositionState.OPEN, published_at=now - timedelta(hours=1), expires_at=now + timedelta(days=40)
    )
    position.refresh_from_db()
    return position


# --- once
def test_sent_position_is_submitted_for_review(integrator: SimpleNamespace) -> None:
    answer = send(integrator.client, "post", "", BODY)
    saved_position = Position.objects.get()
    assert answer.status_code == 201
    assert answer.headers["Location"] == f"{URL}/{saved_position.pk}"
    assert (saved_position.employer, saved_position.state, saved_position.external_id) == (
        integrator.employer,
        PositionState.IN_REVIEW,
        "HR-1",
    )
    assert (saved_position.occupation_id, saved_position.region_id, int(saved_position.pay_to)) == (
        "4-02-02-02",
        "440705",
        8000,
    )
    body = answer.json()
    assert (body["id"], body["state"]["value"], body["open"]) == (saved_position.pk, "in_review", False)
    assert body["external_id"] == "HR-1"
    events = AuditEvent.objects.filter(target_type="positions.position", target_id=str(saved_position.pk))
    assert [event.verb for event in events.order_by("pk")] == [
        "positions.drafted",
        "positions.submit",
        "positions.sent",
    ]
    assert events.get(verb="positions.sent").data == {"token": integrator.token.pk, "outcome": "created"}


def test_known_external_id_conflicts_with_its_location(integrator: SimpleNamespace) -> None:
    first = send(integrator.client, "post", "", BODY).json()["id"]
    again = send(integrator.client, "post", "", {**BODY, "title": "另一个岗位"})
    assert again.status_code == 409
    assert again.json() == {"detail": "本单位已有这个编号的岗位。", "existing": f"{URL}/{first}"}
    assert again.headers["Location"] == f"{URL}/{first}"
    assert Position.objects.get().title == "货车司机"
    assert integrator.client.get(again.headers["Location"]).json()["id"] == first


def test_duplicate_conflicts_unless_marked_distinct(integrator: SimpleNamespace) -> None:
    first = send(integrator.client, "post", "", FIELDS).json()["id"]
    for answer in (send(integrator.client, "post", "", FIELDS), put_position(integrator.client)):
        assert (answer.status_code, answer.json()["existing"]) == (409, f"{URL}/{first}")
        assert "distinct" in answer.json()["detail"]
    (item,) = send(integrator.client, "post", "/batch", {"items": [BODY]}).json()["items"]
    assert (item["outcome"], "distinct" in item["errors"][0]["message"]) == ("refused", True)
    assert Position.objects.count() == 1
    assert send(integrator.client, "post", "", {**FIELDS, "distinct": True}).status_code == 201
    assert put_position(integrator.client, distinct=True).status_code == 201
    assert (
        put_position(integrator.client).status_code == 200
    )  # the same again changes nothing, and needs no word for it
    assert Position.objects.filter(external_id=None).count() == 2
    assert AuditEvent.objects.filter(verb="positions.kept_beside").count() == 2


def test_change_to_a_duplicate_conflicts(integrator: SimpleNamespace) -> None:
    put_position(integrator.client, "A")
    assert put_position(integrator.client, "B", title="叉车工").status_code == 201
    answer = send(integrator.client, "patch", "/external/B", {"title": "货车司机"})
    assert (answer.status_code, Position.objects.get(external_id="B").title) == (409, "叉车工")


def test_two_employers_may_use_one_external_id(integrator: SimpleNamespace, token_for: Callable) -> None:
    owner = make_user()
    _, rival = token_for(make_employer(member=owner), owner)
    assert send(integrator.client, "post", "", BODY).status_code == 201
    assert send(rival, "post", "", BODY).status_code == 201
    assert Position.objects.filter(external_id="HR-1").count() == 2


# --- as often as one likes
def test_put_creates_then_keeps_then_changes(integrator: SimpleNamespace) -> None:
    answer = put_position(integrator.client)
    assert (answer.status_code, answer.headers["Location"]) == (201, f"{URL}/{answer.json()['id']}")
    position = open_position(Position.objects.get())
    stamp, events = position.updated_at, AuditEvent.objects.count()
    same = put_position(integrator.client)
    position.refresh_from_db()
    assert (same.status_code, position.state, position.updated_at) == (200, PositionState.OPEN, stamp)
    assert AuditEvent.objects.count() == events
    dearer = put_position(integrator.client, pay_to=9000)
    position.refresh_from_db()
    assert (dearer.status_code, int(position.pay_to)) == (200, 9000)
    assert position.state == PositionState.IN_REVIEW  # what was approved is what is shown


def test_patch_changes_only_sent_fields(integrator: SimpleNamespace) -> None:
    send(integrator.client, "post", "", {**BODY, "benefits": ["五险一金"]})
    answer = send(integrator.client, "patch", "/external/HR-1", {"headcount": 5})
    assert (answer.json()["headcount"], answer.json()["benefits"]) == (5, ["五险一金"])
    assert send(integrator.client, "patch", "/external/HR-1", {}).json()["headcount"] == 5
    assert send(integrator.client, "patch", "/external/HR-2", {"headcount": 5}).status_code == 404


def test_steps_pause_withdraw_and_submit(integrator: SimpleNamespace) -> None:
    send(integrator.client, "post", "", BODY)
    position = open_position(Position.objects.get())

    def step(name: str) -> Any:
        return send(integrator.client, "post", "/external/HR-1", {"step": name})

    for _ in range(2):  # asked twice, done once
        assert step("pause").json()["state"]["value"] == "paused"
    assert step("resume").json()["state"]["value"] == "open"
    assert step("renew").status_code == 422  # it has forty days left
    assert step("pause").json()["state"]["value"] == "paused"
    assert step("submit").json()["state"]["value"] == "in_review"
    answer = step("pause")
    assert (answer.status_code, answer.json()["existing"]) == (409, f"{URL}/{position.pk}")
    assert step("withdraw").json()["state"]["value"] == "withdrawn"
    assert step("submit").status_code == 409
    answer = put_position(integrator.client, pay_to=9000)
    assert (answer.status_code, answer.json()["existing"]) == (409, f"{URL}/{position.pk}")
    assert send(integrator.client, "patch", "/external/HR-1", {"headcount": 9}).status_code == 409
    assert put_position(integrator.client).status_code == 200  # the same as it ended: nothing to change
    position.refresh_from_db()
    assert (position.state, int(position.pay_to)) == (PositionState.WITHDRAWN, 8000)


def test_refused_position_shows_reason_to_its_employer(
    integrator: SimpleNamespace, towns: SimpleNamespace
) -> None:
    send(integrator.client, "post", "", BODY)
    actions.refuse(position=Position.objects.get(), by=towns.reviewer, reason="职责写得不清楚")
    body = integrator.client.get(f"{URL}/external/HR-1").json()
    assert (body["state"]["value"], body["refused_reason"]) == ("refused", "职责写得不清楚")


def test_external_id_with_punctuation_is_found(integrator: SimpleNamespace) -> None:
    for number in ("2026/08/车队#3", "a.b_c-d"):
        answer = put_position(integrator.client, number.replace("#", "%23"), distinct=True)
        assert answer.json()["external_id"] == number
        answer = integrator.client.get(f"{URL}/external/{number.replace('#', '%23')}")
        assert answer.json()["external_id"] == number


# --- what is wrong
@pytest.mark.parametrize(
    ("changes", "field", "words"),
    [
        ({"title": ""}, "title", "没有填写"),
        ({"title": "长" * 61}, "title", "最多 60 个字。"),
        ({"title": None}, "title", "应为文字。"),
        ({"title": "\u3164\u200b\0"}, "title", "没有填写"),
        ({"duties": "\ud800"}, "duties", "没有填写"),
        ({"title": "73001部队招聘"}, "title", "部队番号"),
        ({"pay_from": "6000"}, "pay_from", "应为整数。"),
        ({"pay_from": 0}, "pay_from", "金额不合理"),
        ({"pay_from": 499}, "pay_from", "金额不合理"),
        ({"pay_from": 9000}, "pay_to", "月薪上限不能低于下限。"),
        ({"headcount": 5001}, "headcount", "应在 1 到 5000 之间。"),
        ({"region": "999999"}, "region", "没有这个地区"),
        ({"region": "44"}, "region", "没有这个地区"),
        ({"occupation": "开火箭的"}, "occupation", "职业分类里没有这个名称"),
        ({"kind": "whatever"}, "kind", "请从这些里选一个"),
        ({"certificates": ["driving_a2", "x"]}, "certificates", "认不出其中一项"),
        ({"travels": "yes"}, "travels", "应为 true 或 false。"),
        ({"salary": 1}, "salary", "没有这个字段。"),
        ({"external_id": "有 空格"}, "external_id", "只能用字母"),
        ({"closes_on": "2020-01-01"}, "closes_on", "日期不合理"),
    ],
)
def test_each_error_names_its_field(
    integrator: SimpleNamespace, changes: Any, field: str, words: str
) -> None:
    answer = send(integrator.client, "post", "", {**BODY, **changes})
    assert answer.status_code == 422
    problems = {problem["field"]: problem["message"] for problem in answer.json()["errors"]}
    assert words in problems[field]
    assert answer.json()["detail"] == "有 1 处填写不对，请修改后重发。"
    assert not Position.objects.exists()


def test_all_missing_fields_are_reported(integrator: SimpleNamespace) -> None:
    answer = send(integrator.client, "post", "", {"title": "货车司机"})
    missing = {problem["field"] for problem in answer.json()["errors"] if problem["message"] == "必填。"}
    assert missing == {"headcount", "pay_from", "region", "duties"}


@pytest.mark.parametrize("body", ["{", "", b"\xff\xfe"])
def test_invalid_json_is_refused(integrator: SimpleNamespace, body: Any) -> None:
    answer = integrator.client.post(URL, body, content_type="application/json")
    assert answer.status_code in {400, 422}
    assert set(answer.json()) <= {"detail", "errors"}


def test_unlawful_wording_is_refused(integrator: SimpleNamespace) -> None:
    answer = send(integrator.client, "post", "", {**BODY, "requirements": "限男性，未婚。"})
    assert answer.status_code == 422
    errors = answer.json()["errors"]
    assert {problem["field"] for problem in errors} == {"requirements"}
    assert any("限男性" in problem["message"] and "就业促进法" in problem["message"] for problem in errors)
    assert not Position.objects.exists()


def test_missing_occupation_is_guessed_from_title(integrator: SimpleNamespace) -> None:
    load_reference()
    body = {name: value for name, value in BODY.items() if name != "occupation"}
    answer = send(integrator.client, "post", "", {**body, "title": "保安员"})
    assert answer.status_code == 201
    assert answer.json()["occupation"]["name"] == "保安员"
    assert Position.objects.get().occupation_certainty is not None
    # The same again: what the portal guessed is not a change.
    assert put_position(integrator.client, occupation="", title="保安员").json()["id"] == answer.json()["id"]
    assert AuditEvent.objects.filter(verb="positions.edited").count() == 0


def test_agency_requires_real_employer(integrator: SimpleNamespace, towns: SimpleNamespace) -> None:
    Employer.objects.filter(pk=integrator.employer.pk).update(
        is_agency=True, agency_permit="粤人服证字〔2026〕第1号"
    )
    assert send(integrator.client, "post", "", BODY).json()["errors"][0]["field"] == "real_employer"
    answer = send(integrator.client, "post", "", {**BODY, "real_employer": "江门市某某制造有限公司"})
    assert answer.status_code == 201
    assert Position.objects.get().real_employer == "江门市某某制造有限公司"


# --- many at once
def test_batch_accepts_good_items_and_reports_others(integrator: SimpleNamespace) -> None:
    items = [
        {**BODY, "external_id": "A"},
        {**BODY, "external_id": "B", "pay_to": 600},
        {**BODY, "external_id": "C", "region": "999999"},
        {**BODY, "external_id": "D", "title": "客车司机"},
    ]
    first = send(integrator.client, "post", "/batch", {"items": items}).json()["items"]
    assert [item["outcome"] for item in first] == ["created", "refused", "refused", "created"]
    assert first[1]["errors"] == [{"field": "pay_to", "message": "月薪上限不能低于下限。"}]
    assert set(Position.objects.values_list("external_id", flat=True)) == {"A", "D"}
    again = send(integrator.client, "post", "/batch", {"items": items}).json()["items"]
    assert [item["outcome"] for item in again] == ["unchanged", "refused", "refused", "unchanged"]
    assert [item["id"] for item in again] == [item["id"] for item in first]


def test_batch_is_limited_to_one_hundred(integrator: SimpleNamespace) -> None:
    items = [{**BODY, "external_id": f"N{number}", "title": f"货车司机{number}"} for number in range(101)]
    assert send(integrator.client, "post", "/batch", {"items": items}).status_code == 422
    answer = send(integrator.client, "post", "/batch", {"items": items[:100]})
    assert {item["outcome"] for item in answer.json()["items"]} == {"created"}
    assert Position.objects.count() == 100


def test_ended_position_in_a_batch_is_reported(integrator: SimpleNamespace) -> None:
    position = make_position(employer=integrator.employer, external_id="HR-1", is_open=False)
    actions.withdraw(position=position, by=integrator.owner)
    (item,) = send(integrator.client, "post", "/batch", {"items": [BODY]}).json()["items"]
    assert item["outcome"] == "refused"
    assert "已撤回" in item["errors"][0]["message"]


def test_token_reaches_only_the_positions_of_its_own_employer(integrator: SimpleNamespace) -> None:
    second = make_employer(member=integrator.owner)
    other = make_position(employer=second, external_id="HR-1", title="保安员")
    assert integrator.client.get(f"{URL}/external/HR-1").status_code == 404
    for method, body in (("patch", {"headcount": 9}), ("post", {"step": "pause"})):
        assert send(integrator.client, method, "/external/HR-1", body).status_code == 404
    answer = put_position(integrator.client)
    assert answer.status_code == 201  # a position of the token's own employer
    other.refresh_from_db()
    assert (other.title, other.headcount, other.state) == ("保安员", 3, PositionState.OPEN)
    assert Position.objects.filter(employer=integrator.employer).count() == 1
