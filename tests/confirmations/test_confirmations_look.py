"""Confirmation pages in Chromium, at 390 and 1280 px."""

import re
from typing import Any

import pytest
from django.urls import reverse

from portal.accounts.senders import MemorySender
from portal.confirmations import links
from portal.confirmations.actions import AnswerData, record_answer
from portal.confirmations.enums import Question, Reply, Side
from portal.confirmations.models import Answer
from portal.follow_ups.enums import FollowUpKind
from tests.confirmations.scenarios import another, days_ago, onboard_since
from tests.harness.browser import watch_of

pytestmark = pytest.mark.django_db(transaction=True)


def address_of(secret: str) -> str:
    return reverse("public:confirmation", args=[secret])


@pytest.mark.parametrize("width", [390, 1280])
def test_the_person_answers_by_link_and_keyboard(town: Any, open_page: Any, look: Any, width: Any) -> None:
    onboard_since(town.placement, town.clerk, days_ago(35))
    _, secret = links.create_veteran_link(placement=town.placement, by=town.clerk)
    page = open_page(width=width)
    page.goto(address_of(secret))
    look(page, "confirm-proof")
    page.get_by_label("您手机号码的后四位").fill("0000")
    page.keyboard.press("Enter")
    page.get_by_text("核对不符").wait_for()
    look(page, "confirm-proof-wrong")
    page.get_by_label("您手机号码的后四位").fill("4321")
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="还在岗吗").wait_for()
    look(page, "confirm-person")
    page.get_by_label("还在岗", exact=True).focus()
    page.keyboard.press("ArrowDown")  # 已离职
    page.get_by_role("button", name="提交").press("Enter")
    page.get_by_text("请填写日期").wait_for()
    look(page, "confirm-person-wrong")
    page.get_by_label("还在岗", exact=True).check()
    page.get_by_label("满意", exact=True).check()
    page.get_by_role("button", name="提交").press("Enter")
    page.get_by_role("heading", name="已收到您的回答").wait_for()
    look(page, "confirm-thanks")
    page.goto(address_of(secret))
    look(page, "confirm-gone")
    assert (row := Answer.objects.get()).satisfaction == 4
    assert row.reply == Reply.STILL_EMPLOYED


@pytest.mark.parametrize(("width", "javascript"), [(390, False), (1280, True)])
def test_employer_answers_for_many_by_link(
    town: Any, open_page: Any, look: Any, width: Any, javascript: Any
) -> None:
    people = [town.placement, *(another(town, name) for name in ("黄志明", "周海生", "欧阳建军"))]
    _, secret = links.create_employer_link(
        employer=town.employer, question=Question.PROGRESS, placements=people, by=town.clerk
    )
    page = open_page(width=width, javascript=javascript)
    page.goto(address_of(secret))
    look(page, "confirm-firm-proof")
    page.context.add_cookies([{"name": "elder", "value": "1", "url": watch_of(page).base_url}])
    page.get_by_role("button", name="发送验证码").click()
    page.get_by_label("短信验证码").wait_for()
    look(page, "confirm-firm-code")
    page.get_by_label("短信验证码").fill(MemorySender.outbox[-1][1])
    page.get_by_role("button", name="继续").click()
    page.get_by_text("欧阳建军").first.wait_for()
    look(page, "confirm-firm-elder")
    page.context.clear_cookies(name="elder")
    page.reload()
    look(page, "confirm-firm")
    row = page.get_by_role("row", name=re.compile("陈建国"))
    row.get_by_label("已到岗").check()
    page.get_by_role("row", name=re.compile("黄志明")).get_by_label("还没有面试").check()
    page.get_by_role("button", name="提交").click()
    page.get_by_text("有 1 行需要改正").wait_for()
    look(page, "confirm-firm-wrong")
    row.get_by_label("陈建国的日期").fill(days_ago(3).isoformat())
    page.get_by_role("button", name="提交").click()
    page.get_by_role("heading", name="已收到您的回答").wait_for()
    look(page, "confirm-thanks")
    assert Answer.objects.count() == 2


@pytest.mark.parametrize("width", [390, 1280])
def test_the_own_pages_and_the_desk(town: Any, open_page: Any, sign_in: Any, look: Any, width: Any) -> None:
    onboard_since(town.placement, town.clerk, days_ago(35))
    another(town, "黄志明")
    another(town, "钱不语", is_confirmed=False)
    record_answer(
        placement=town.placement, side=Side.EMPLOYER, data=AnswerData(Reply.LEFT, days_ago(4)), by=town.member
    )
    person, member, clerk = (open_page(width=width) for _ in range(3))

    sign_in(person, town.person)
    person.goto(reverse("veteran:confirmation", args=[town.placement.pk]))
    person.get_by_label("还在岗", exact=True).check()
    look(person, "me-confirmation")
    person.get_by_role("button", name="提交").click()
    person.get_by_text("已收到您的回答").wait_for()
    look(person, "me-intentions-answered")

    sign_in(member, town.member)
    member.goto(reverse("employer:intentions"))
    look(member, "company-intentions-confirm")
    member.get_by_role("link", name="确认人员情况").click()
    look(member, "company-confirmations")
    member.get_by_role("link", name="还在岗吗").click()
    member.get_by_text("陈建国").first.wait_for()
    look(member, "company-confirmations-in-post")

    sign_in(clerk, town.clerk)
    check = town.placement.follow_ups.get(kind=FollowUpKind.CONTRADICTION)
    clerk.goto(reverse("staff:follow-up", args=[check.pk]))
    clerk.get_by_text("单位答：已离职").wait_for()
    look(clerk, "desk-follow-up-contradiction")
    clerk.goto(reverse("staff:placement", args=[town.placement.pk]))
    look(clerk, "desk-placement-answers")
    clerk.get_by_role("button", name="发送确认链接给本人").click()
    clerk.get_by_role("heading", name="确认链接已发出").wait_for()
    look(clerk, "desk-confirmation-link")
    clerk.get_by_role("link", name="完成").click()
    clerk.get_by_text("撤回链接").first.click()
    look(clerk, "desk-placement-link-sent")
    clerk.get_by_role("link", name="请单位确认").click()
    look(clerk, "desk-ask-employer")
    clerk.get_by_role("link", name="面试、录用、到岗").click()
    clerk.get_by_text("黄志明").wait_for()
    clerk.get_by_role("button", name="发送确认链接").click()
    clerk.get_by_text("请至少选择一个人").wait_for()
    look(clerk, "desk-ask-employer-nobody")
    clerk.get_by_label(re.compile("黄志明")).check()
    clerk.get_by_role("button", name="发送确认链接").click()
    clerk.get_by_role("heading", name="确认链接已发出").wait_for()
    look(clerk, "desk-confirmation-link-firm")
