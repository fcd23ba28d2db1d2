"""Writes of positions: a form sent twice, unchanged content, the steps and events of an import."""

import uuid
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse

from portal.core.models import AuditEvent
from portal.core.state_machine import TransitionRefused
from portal.imports import actions as imports
from portal.imports import import_runner
from portal.positions import actions, lifecycle
from portal.positions.enums import PositionState
from portal.positions.events import positions_changed
from portal.positions.models import Position
from portal.positions.transitions import TRANSITIONS
from tests.factories import make_employer, make_position, make_stations
from tests.imports.record_imports import counts
from tests.positions.position_imports import position_row, take_in, workbook_of

pytestmark = pytest.mark.django_db


def content(**changes: Any) -> dict[str, Any]:
    region = make_stations()["新会区"].region
    return {
        "title": "货车司机", "headcount": 3, "pay_from": 6000, "pay_to": 8000, "region": region,
        "duties": "送货。", **changes,
    }  # fmt: skip


def test_form_sent_twice_makes_one_draft(employer: Any, member: Any) -> None:
    key = uuid.uuid4()
    first, again = (
        actions.draft(employer=employer, by=member, idempotency_key=key, **content()) for _ in range(2)
    )
    assert (again.pk, Position.objects.count()) == (first.pk, 1)
    assert AuditEvent.objects.filter(verb="positions.drafted").count() == 1
    # The page that was opened again by 'Back' and changed makes another one.
    other = actions.draft(employer=employer, by=member, idempotency_key=key, **content(title="叉车司机"))
    assert (other.idempotency_key, Position.objects.count()) == (None, 2)


def test_key_of_another_employer_is_another_key(employer: Any, member: Any) -> None:
    key, rival = uuid.uuid4(), make_employer(member=member)
    for owner in (employer, rival):
        actions.draft(employer=owner, by=member, idempotency_key=key, **content())
    assert Position.objects.count() == 2


def test_button_pressed_twice_submits_one_position(employer: Any, member: Any, client_for: Any) -> None:
    there, url = client_for(member), reverse("employer:position-new")
    form = there.get(url).context["form"]
    data = {name: form[name].value() for name in form.fields}
    data = {name: value for name, value in data.items() if value not in (None, "", False)}
    data |= {"title": "货车司机", "headcount": 3, "pay_from": 6000, "duties": "送货。", "submit": "1"}
    there.post(url, data)
    page = there.post(url, data, follow=True).content.decode()
    position = Position.objects.get()
    assert (position.state, position.pay_to) == (PositionState.IN_REVIEW, 6000)
    assert "不能这样操作" not in page


def test_copy_pressed_twice_makes_one_copy(employer: Any, member: Any, client_for: Any) -> None:
    position = make_position(employer=employer)
    there, url = client_for(member), reverse("employer:position-step", args=[position.pk, "copy"])
    page = there.get(reverse("employer:position-life", args=[position.pk]))
    key = page.context["copy_fields"]["key"]
    for _ in range(2):
        there.post(url, {"key": key})
    assert Position.objects.count() == 2
    assert AuditEvent.objects.filter(verb="positions.copied").count() == 1
    lifecycle.copy_position(position=position, by=member)
    assert Position.objects.count() == 3


def test_unchanged_content_keeps_position_open(employer: Any, member: Any, client_for: Any) -> None:
    position = make_position(employer=employer)
    names = ("title", "headcount", "pay_from", "pay_to", "region", "duties", "occupation")
    actions.edit(position=position, by=member, **{name: getattr(position, name) for name in names})
    position.refresh_from_db()
    assert position.state == PositionState.OPEN
    assert not AuditEvent.objects.filter(verb="positions.edited").exists()


def test_import_goes_through_the_steps_of_the_form(employer: Any, member: Any) -> None:
    position = make_position(employer=employer, external_id="A1")
    announced: list[list[int]] = []
    positions_changed.connect(
        lambda position_ids, **_: announced.append(position_ids), weak=False, dispatch_uid="t"
    )
    try:
        row = position_row(external_id="A1", title=position.title, duties=position.duties, pay_to=9000)
        assert counts(take_in(member, employer, workbook_of(row))) == {"updated": 1}
    finally:
        positions_changed.disconnect(dispatch_uid="t")
    assert announced == [[position.pk]]
    events = AuditEvent.objects.filter(target_id=str(position.pk), verb__startswith="positions.")
    edited_position, submitted = events.order_by("pk")
    assert (edited_position.verb, edited_position.data["before"], edited_position.data["fields"]) == (
        "positions.edited", PositionState.OPEN, ["pay_to"],
    )  # fmt: skip
    assert (submitted.verb, submitted.data["before"]) == ("positions.submit", PositionState.DRAFT)


def test_undone_import_takes_position_back_by_a_step(employer: Any, member: Any) -> None:
    position = make_position(employer=employer, external_id="A1")
    row = position_row(external_id="A1", title=position.title, duties=position.duties, pay_to=9000)
    run = take_in(member, employer, workbook_of(row))
    imports.undo(run=run, by=member, enqueue=False)
    run.refresh_from_db()
    import_runner.revert(run)
    position.refresh_from_db()
    assert (position.state, position.pay_to) == (PositionState.OPEN, 8000)
    with pytest.raises(TransitionRefused):
        TRANSITIONS.target("restore_open", PositionState.WITHDRAWN)


@pytest.mark.parametrize(
    "pay",
    [
        "10万一年",
        "10万/年",
        "年薪10万",
        "一年10万",
        "12万年",
        "200一天",
        "200元/天",
        "20元/小时",
        "3000半个月",
        "每天600",
    ],
)
def test_pay_of_another_period_is_no_monthly_pay(employer: Any, member: Any, pay: str) -> None:
    row = position_row(pay_from=pay, pay_to="")
    run = take_in(member, employer, workbook_of(row))
    assert counts(run) == {"bad": 1}
    assert "请换算成每月多少元" in run.rows.get().reason


@pytest.mark.parametrize(
    "pay",
    [
        "6000元/月，年终奖另计",
        "6000（每天工作8小时）",
        "6000元，每年涨薪",
        "6000，年底双薪",
    ],
)
def test_words_beside_monthly_pay_do_not_matter(employer: Any, member: Any, pay: str) -> None:
    row = position_row(pay_from=pay, pay_to="")
    assert counts(take_in(member, employer, workbook_of(row))) == {"created": 1}
    assert Position.objects.get().pay_from == 6000


def test_headcount_is_raised_within_its_limits(employer: Any, member: Any) -> None:
    position = make_position(employer=employer)
    with pytest.raises(ValidationError, match="5000"):
        lifecycle.raise_headcount(position=position, by=member, headcount=5001)
