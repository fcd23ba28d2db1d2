"""Answers given through a link."""

from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.test import Client
from django.urls import reverse

from portal.accounts.enums import AccessKind
from portal.accounts.models import AccessLog
from portal.accounts.senders import MemorySender
from portal.confirmations import actions
from portal.confirmations.actions import AnswerData
from portal.confirmations.enums import Reply, Side
from portal.confirmations.models import Answer
from portal.employers.hidden_records import hide
from portal.employers.models import Employer
from portal.placements.models import Placement
from tests.confirmations.link_pages import SECRETS, employer_link, page_text, person_link, prove
from tests.confirmations.scenarios import another, days_ago, onboard_since
from tests.harness.optional import require

pytestmark = pytest.mark.django_db


def test_the_person_answers_once(town: Any) -> None:
    link, address = person_link(town)
    assert MemorySender.links[-1][0] == "13800004321"
    assert address in MemorySender.links[-1][1]
    client = Client()
    prove(client, address)
    wrong = client.post(address, {"act": "answer", "reply": "onboarded", "words": "一切顺利"})
    assert "请填写日期" in page_text(wrong)
    assert "一切顺利" in page_text(wrong)
    good = {"act": "answer", "reply": "onboarded", "day": days_ago(1).isoformat(), "words": "一切顺利"}
    assert client.post(address, good)["Location"] == "/confirm/thanks/"
    row = Answer.objects.get()
    assert (row.side, row.reply, row.day, row.words) == (
        Side.VETERAN,
        Reply.ONBOARDED,
        days_ago(1),
        "一切顺利",
    )
    assert (row.link_id, row.by) == (link.pk, None)
    again = client.get(address)
    assert again.status_code == 404
    assert [secret for secret in SECRETS if secret in page_text(again)] == []
    assert client.post(address, good).status_code == 404
    assert Answer.objects.count() == 1


def test_no_unit_name_is_taken(town: Any) -> None:
    _, address = person_link(town)
    client = Client()
    prove(client, address)
    page = client.post(address, {"act": "answer", "reply": "not_yet", "words": "我在12345部队干过"})
    assert "请不要填写部队番号" in page_text(page)
    assert not Answer.objects.exists()


def test_employer_form_keeps_valid_answers_with_errors_and_blanks(town: Any) -> None:
    second, third = another(town, "黄志明"), another(town, "周海生")
    _, address = employer_link(town, town.placement, second, third)
    client = Client()
    prove(client, address)
    page = page_text(client.get(address))
    assert all(name in page for name in ("陈建国", "黄志明", "周海生"))
    form = {
        "act": "answer",
        f"p{town.placement.pk}-reply": "interviewed",
        f"p{town.placement.pk}-day": days_ago(2).isoformat(),
        f"p{second.pk}-reply": "onboarded",
        f"p{third.pk}-day": days_ago(-1).isoformat(),
    }
    page = page_text(client.post(address, form))
    assert "有 2 行需要改正" in page
    assert "请填写日期" in page
    assert "请再选一项情况" in page
    assert days_ago(2).isoformat() in page
    assert not Answer.objects.exists()
    form |= {f"p{second.pk}-day": days_ago(1).isoformat(), f"p{third.pk}-day": ""}
    assert client.post(address, form).status_code == 302
    answers = Answer.objects.order_by("placement").values_list("placement", "reply", "side")
    assert list(answers) == [
        (town.placement.pk, "interviewed", "employer"),
        (second.pk, "onboarded", "employer"),
    ]
    assert {require(row.by).name for row in Answer.objects.select_related("by")} == {"王经理"}
    assert client.get(address).status_code == 404


def test_empty_submission_keeps_the_link_usable(town: Any) -> None:
    link, address = employer_link(town)
    client = Client()
    prove(client, address)
    assert "请至少回答一个人" in page_text(client.post(address, {"act": "answer"}))
    link.refresh_from_db()
    assert link.is_usable


def test_employer_access_is_in_each_persons_log(town: Any, client_for: Any) -> None:
    second = another(town)
    for client, address in ((Client(), employer_link(town, town.placement, second)[1]),):
        prove(client, address)
    looks = AccessLog.objects.filter(kind=AccessKind.VIEW)
    assert {look.file_id for look in looks} == {town.veteran.pk, second.veteran_id}
    assert all("江门市远航物流有限公司" in look.reason for look in looks)
    own = page_text(client_for(town.person).get(reverse("veteran:access-log")))
    assert "通过确认链接" in own
    member = client_for(town.member)
    member.post(employer_link(town)[1], {"act": "account"})
    assert AccessLog.objects.filter(actor=town.member, file_id=town.veteran.pk).count() == 1


def test_a_link_asks_about_its_placements_and_its_question_alone(town: Any) -> None:
    second = another(town)
    link, _ = employer_link(town)
    with pytest.raises(PermissionDenied):
        actions.submit_answers(link=link, answers={second.pk: AnswerData(Reply.NOT_YET)}, by=town.member)
    with pytest.raises(ValidationError):
        actions.submit_answers(
            link=link, answers={town.placement.pk: AnswerData(Reply.STILL_EMPLOYED)}, by=town.member
        )
    onboard_since(town.placement, town.clerk, days_ago(3))
    with pytest.raises(PermissionDenied):
        actions.submit_answers(
            link=link, answers={town.placement.pk: AnswerData(Reply.STILL_EMPLOYED)}, by=town.member
        )
    link.refresh_from_db()
    assert link.is_usable


def test_hidden_or_unconfirmed_people_are_not_on_the_page(town: Any) -> None:
    second = another(town)
    _, address = employer_link(town, town.placement, second)
    hide(veteran=town.veteran, employer=town.employer, by=town.person)
    client = Client()
    prove(client, address)
    page = page_text(client.get(address))
    assert "黄志明" in page
    assert "陈建国" not in page
    Placement.objects.filter(pk=second.pk).update(veteran_confirmed_at=None)
    assert client.get(address).status_code == 404


def test_former_member_cannot_continue(town: Any, client_for: Any) -> None:
    _, address = employer_link(town)
    client = client_for(town.member)
    client.post(address, {"act": "account"})
    assert "陈建国" in page_text(client.get(address))
    town.employer.memberships.filter(user=town.member).delete()
    form = {"act": "answer", f"p{town.placement.pk}-reply": "not_yet"}
    assert client.post(address, form).status_code == 404
    assert not Answer.objects.exists()


def test_link_of_suspended_employer_is_unusable(town: Any) -> None:
    _, address = employer_link(town)
    Employer.objects.filter(pk=town.employer.pk).update(verified_until=days_ago(1))
    assert Client().get(address).status_code == 404
