"""Answers given while signed in, and the pages where they are read."""

from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from portal.accounts.models import User
from portal.accounts.roles import StationRole
from portal.confirmations import links, reminders
from portal.confirmations.actions import AnswerData, record_answer
from portal.confirmations.enums import Question, Reply, Side
from portal.confirmations.models import Answer
from portal.core import scheduled_jobs
from portal.employers.hidden_records import hide
from portal.follow_ups.enums import FollowUpKind
from portal.notifications.models import Notification
from portal.placements import actions
from portal.reports.personal_data import collect_personal_data
from portal.veterans.record_closing import anonymise_record
from portal.veterans.record_merges import merge_records, undo_merge
from portal.web.shared.notification_links import notification_url
from tests.confirmations.scenarios import another, at, days_ago, onboard_since
from tests.factories import make_employer, make_position, make_staff, make_user, make_veteran

pytestmark = pytest.mark.django_db


def page_text(response: Any) -> str:
    return response.content.decode()


def own(placement: Any) -> str:
    return reverse("veteran:confirmation", args=[placement.pk])


# --- the person ------------------------------------------------------------------------------------------
def test_the_person_says_that_it_goes_well(town: Any, client_for: Any) -> None:
    onboard_since(town.placement, town.clerk, days_ago(5))
    client = client_for(town.person)
    assert own(town.placement) in page_text(client.get(reverse("veteran:intentions")))
    page = page_text(client.get(own(town.placement)))
    assert "还在岗吗" in page
    assert "对这份工作满意吗" in page
    form_page = page_text(client.post(own(town.placement), {"reply": "left", "reason": "太远"}))
    assert "请填写日期" in form_page
    assert "太远" in form_page
    assert client.post(own(town.placement), {"reply": "in_post", "satisfaction": "4"}).status_code == 302
    row = Answer.objects.get()
    assert (row.by, row.satisfaction, row.reply) == (town.person, 4, Reply.STILL_EMPLOYED)
    assert "满意程度 4/5" in page_text(client.get(reverse("veteran:intentions")))


def test_before_the_first_day_progress_is_asked(town: Any, client_for: Any) -> None:
    page = page_text(client_for(town.person).get(own(town.placement)))
    assert "已面试，还没有结果" in page
    assert "还在岗" not in page


@pytest.mark.parametrize(
    ("values", "wrong"),
    [
        ({}, "请选择一项"),
        ({"reply": "left", "day": "2099-01-01"}, "日期不能晚于今天"),
        ({"reply": "left", "day": "2001-01-01"}, "不能早于入职日期"),
        ({"reply": "onboarded", "day": "2026-01-01"}, "选择一个有效的选项"),
        ({"reply": "in_post", "satisfaction": "6"}, "选择一个有效的选项"),
        ({"reply": "in_post", "words": "原12345部队"}, "请不要填写部队番号"),
    ],
)
def test_impossible_values_are_reported_beside_the_field(
    town: Any, client_for: Any, values: Any, wrong: Any
) -> None:
    onboard_since(town.placement, town.clerk, days_ago(5))
    text = page_text(client_for(town.person).post(own(town.placement), values))
    assert wrong in text, text
    assert not Answer.objects.exists()


def test_an_intention_that_ended_asks_nothing(town: Any, client_for: Any) -> None:
    at(town.placement, "lapse", town.clerk)
    page = client_for(town.person).get(own(town.placement), follow=True)
    assert "不用再回答" in page_text(page)


# --- the employer ----------------------------------------------------------------------------------------
def test_members_answer_for_many_on_their_own_page(town: Any, client_for: Any) -> None:
    second, silent = another(town), another(town, "钱不语", is_confirmed=False)
    client, here = client_for(town.member), reverse("employer:confirmations")
    page = page_text(client.get(here))
    assert "陈建国" in page
    assert "钱不语" not in page
    assert "另有 1 人" in page
    form = {f"p{town.placement.pk}-reply": "offered", f"p{second.pk}-reply": "not_yet"}
    page = page_text(client.post(here, form))
    assert "有 1 行需要改正" in page
    assert not Answer.objects.exists()
    form[f"p{town.placement.pk}-day"] = days_ago(1).isoformat()
    assert "已收到 2 个人的情况" in page_text(client.post(here, form, follow=True))
    assert set(Answer.objects.values_list("placement", "by")) == {
        (town.placement.pk, town.member.pk),
        (second.pk, town.member.pk),
    }
    assert "请至少回答一个人" in page_text(client.post(here, {}))
    assert silent.pk not in Answer.objects.values_list("placement", flat=True)


def test_nobody_answers_for_the_other_side(town: Any) -> None:
    for side, by in (
        (Side.EMPLOYER, town.person),
        (Side.VETERAN, town.member),
        (Side.VETERAN, town.clerk),
        (Side.EMPLOYER, town.clerk),
        (Side.EMPLOYER, make_employer(member=make_user("对手")).memberships.get().user),
    ):
        with pytest.raises(PermissionDenied):
            record_answer(placement=town.placement, side=side, data=AnswerData(Reply.NOT_YET), by=by)
    hide(veteran=town.veteran, employer=town.employer, by=town.person)
    with pytest.raises(PermissionDenied):
        record_answer(
            placement=town.placement, side=Side.EMPLOYER, data=AnswerData(Reply.NOT_YET), by=town.member
        )


# --- who reads what --------------------------------------------------------------------------------------
def disagree(town: Any) -> None:
    onboard_since(town.placement, town.clerk, days_ago(40))
    record_answer(
        placement=town.placement,
        side=Side.VETERAN,
        data=AnswerData(Reply.STILL_EMPLOYED, satisfaction=2, words="活太重"),
        by=town.person,
    )
    record_answer(
        placement=town.placement, side=Side.EMPLOYER, data=AnswerData(Reply.LEFT, days_ago(4)), by=town.member
    )


def test_staff_see_both_answers_on_placement_and_follow_up(town: Any, client_for: Any) -> None:
    disagree(town)
    client = client_for(town.clerk)
    check = town.placement.follow_ups.get(kind=FollowUpKind.CONTRADICTION)
    for page in (
        client.get(reverse("staff:placement", args=[town.placement.pk])),
        client.get(reverse("staff:follow-up", args=[check.pk])),
    ):
        assert "本人答：还在岗" in page_text(page)
        assert "单位答：已离职" in page_text(page)
        assert "活太重" in page_text(page)
        assert reverse("staff:ask-person", args=[town.placement.pk]) in page_text(page)
    assert "核实两边说法" in page_text(client.get(reverse("staff:day")))


def test_employer_reads_only_its_own_answers(town: Any, client_for: Any) -> None:
    disagree(town)
    page = page_text(client_for(town.member).get(f"{reverse('employer:confirmations')}?question=in_post"))
    assert "已离职" in page
    assert "活太重" not in page
    assert set(Answer.objects.visible_to(town.member)) == set(Answer.objects.filter(side=Side.EMPLOYER))
    assert Answer.objects.visible_to(town.person).count() == 2
    assert Answer.objects.visible_to(town.clerk).count() == 2
    assert not Answer.objects.visible_to(town.neighbour).exists()
    hide(veteran=town.veteran, employer=town.employer, by=town.person)
    assert not Answer.objects.visible_to(town.member).exists()


def test_the_own_copy_holds_both_answers(town: Any) -> None:
    disagree(town)
    sections = {section.title: section.rows for section in collect_personal_data(town.veteran)}
    rows = [dict(row) for row in sections["双方的回答"]]
    assert [(row["回答方"], row["回答"]) for row in rows] == [("本人", "还在岗"), ("单位", "已离职")]
    assert rows[0]["想说的话"] == "活太重"
    assert sections["两边说法不一致"]


def test_anonymising_empties_free_text(town: Any) -> None:
    disagree(town)
    town.veteran.closed_on, town.veteran.close_reason = days_ago(4000), "moved"
    town.veteran.save()
    anonymise_record(veteran=town.veteran, by=None)
    assert list(Answer.objects.values_list("words", "satisfaction")) == [("", 2), ("", None)]


def test_answers_follow_the_kept_record(town: Any) -> None:
    disagree(town)
    head = make_staff(town.stations["新会区"], StationRole.HEAD, name="站长")
    target = make_veteran(station=town.stations["睦洲镇"], name="陈建国")
    merge = merge_records(target=target, source=town.veteran, by=head)
    assert Answer.objects.filter(placement__veteran=target).count() == 2
    target.refresh_from_db()
    assert Answer.objects.visible_to(User.objects.get(pk=town.person.pk)).count() == 2
    undo_merge(merge=merge, by=head)
    assert Answer.objects.filter(placement__veteran=town.veteran).count() == 2


def test_the_database_keeps_answers_as_they_were_given(town: Any) -> None:
    row = record_answer(
        placement=town.placement, side=Side.VETERAN, data=AnswerData(Reply.NOT_YET), by=town.person
    )
    with pytest.raises(DatabaseError), transaction.atomic():
        Answer.objects.filter(pk=row.pk).update(reply=Reply.GIVEN_UP)
    with pytest.raises(DatabaseError), transaction.atomic():
        Answer.objects.filter(pk=row.pk)._raw_delete("default")


@pytest.mark.parametrize(
    "values",
    [
        {"by": None},
        {"reply": Reply.ONBOARDED},
        {"reply": Reply.STILL_EMPLOYED},
        {"satisfaction": 6},
        {"side": Side.EMPLOYER, "satisfaction": 3},
    ],
)
def test_the_database_refuses_an_answer_that_cannot_be(town: Any, values: Any) -> None:
    sound = {
        "placement": town.placement,
        "side": Side.VETERAN,
        "question": Question.PROGRESS,
        "reply": Reply.NOT_YET,
        "by": town.person,
    }
    Answer.objects.create(**sound)
    with pytest.raises(IntegrityError), transaction.atomic():
        Answer.objects.create(**{**sound, **values})


# --- being asked -----------------------------------------------------------------------------------------
def test_due_retention_follow_up_notifies_the_person_once(town: Any) -> None:
    onboard_since(town.placement, town.clerk, days_ago(31))
    without = another(town, "无号人")
    onboard_since(without, town.clerk, days_ago(31))
    without.veteran.account = None
    without.veteran.save()
    early = another(town, "刚入职")
    onboard_since(early, town.clerk, days_ago(3))
    assert (reminders.send_reminders(), reminders.send_reminders()) == (1, 0)
    notification = Notification.objects.get(key__startswith="confirmations.")
    assert (notification.user, notification_url(notification)) == (town.person, own(town.placement))


def test_person_who_answered_is_not_reminded(town: Any) -> None:
    onboard_since(town.placement, town.clerk, days_ago(31))
    record_answer(
        placement=town.placement, side=Side.VETERAN, data=AnswerData(Reply.STILL_EMPLOYED), by=town.person
    )
    assert reminders.send_reminders() == 0


def test_scheduled_job_sends_reminders(town: Any) -> None:
    onboard_since(town.placement, town.clerk, days_ago(31))
    job_results = dict(scheduled_jobs.run_due(timezone.now()))
    assert job_results["confirmations.ask_who_is_due"] == 1


# --- pages of fixed cost ---------------------------------------------------------------------------------
def grow(town: Any, states: Any = ("progress",)) -> Any:
    def more() -> None:
        for n in range(3):
            placement = another(town, f"增加人{n}")
            if "in_post" in states:
                onboard_since(placement, town.clerk, days_ago(3))

    return more


def test_employer_page_has_a_fixed_number_of_queries(town: Any, client_for: Any, same_queries: Any) -> None:
    client = client_for(town.member)
    same_queries(lambda: client.get(reverse("employer:confirmations")), grow(town), at_most=20)


def test_page_to_choose_people_has_a_fixed_number_of_queries(
    town: Any, client_for: Any, same_queries: Any
) -> None:
    client, here = client_for(town.clerk), reverse("staff:ask-employer", args=[town.employer.pk])
    same_queries(lambda: client.get(here), grow(town), at_most=20)


def test_link_page_has_a_fixed_number_of_queries(town: Any, client: Client, same_queries: Any) -> None:
    rows = [town.placement]
    here = ["", ""]

    def send_about(people: Any) -> None:
        _, secret = links.create_employer_link(
            employer=town.employer, question=Question.PROGRESS, placements=people, by=town.clerk
        )
        here[0] = reverse("public:confirmation", args=[secret])
        client.force_login(town.member)
        client.post(here[0], {"act": "account"})

    send_about(rows)
    same_queries(
        lambda: client.get(here[0]),
        lambda: send_about([*rows, another(town, "增加甲"), another(town, "增加乙")]),
        at_most=20,
    )


def test_the_intentions_with_answers(town: Any, client_for: Any, same_queries: Any) -> None:
    client = client_for(town.person)

    def more() -> None:
        for _ in range(2):
            placement = actions.declare(
                veteran=town.veteran, position=make_position(employer=town.employer), by=town.clerk
            )
            record_answer(
                placement=placement, side=Side.VETERAN, data=AnswerData(Reply.NOT_YET), by=town.person
            )

    record_answer(placement=town.placement, side=Side.VETERAN, data=AnswerData(Reply.NOT_YET), by=town.person)
    same_queries(lambda: client.get(reverse("veteran:intentions")), more, at_most=25)


def test_staff_pages_with_many_answers(town: Any, client_for: Any, same_queries: Any) -> None:
    client, here = client_for(town.clerk), reverse("staff:placement", args=[town.placement.pk])

    def more() -> None:
        for _ in range(3):
            record_answer(
                placement=town.placement, side=Side.VETERAN, data=AnswerData(Reply.NOT_YET), by=town.person
            )
            links.create_veteran_link(placement=town.placement, by=town.clerk)

    more()
    same_queries(lambda: client.get(here), more, at_most=30)
