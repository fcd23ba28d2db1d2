"""Drafts, workflow and scheduling through the pages of Wagtail's admin."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from unittest.mock import patch

import pytest
from django.core.management import call_command
from django.test import Client
from django.utils import timezone
from wagtail.models import Page, TaskState
from wagtail.test.utils.form_data import nested_form_data, rich_text

from cms.models import FairIndexPage, HomePage, JobFairPage
from portal.accounts.models import User
from portal.accounts.roles import StationRole
from portal.stations.models import Station
from tests.factories import make_staff

pytestmark = pytest.mark.django_db


def fair_form(stations: dict[str, Station], **changes: Any) -> dict[str, Any]:
    """Return the form data of a fair in three weeks."""
    day = timezone.localtime() + timedelta(days=21)
    fields = {
        "title": "冬季退役军人专场招聘会",
        "slug": "winter",
        "summary": "重点面向汽车驾驶、机修专业",
        "starts_at": f"{day:%Y-%m-%d} 09:00",
        "ends_at": f"{day:%Y-%m-%d} 12:00",
        "mode": "offline",
        "venue": "市民广场",
        "address": "演示路1号",
        "region": "440705",
        "online_url": "",
        "organiser": stations["新会区"].pk,
        "capacity": "300",
        "security_permit": "",
        "registration_opens_at": f"{day - timedelta(days=14):%Y-%m-%d} 09:00",
        "registration_closes_at": f"{day - timedelta(days=1):%Y-%m-%d} 18:00",
        "body": rich_text("<p>请带身份证。</p>"),
        "comments": {"TOTAL_FORMS": 0, "INITIAL_FORMS": 0, "MIN_NUM_FORMS": 0, "MAX_NUM_FORMS": 0},
        **changes,
    }
    comments = fields.pop("comments")
    return {**nested_form_data(fields), **{f"comments-{key}": value for key, value in comments.items()}}


def add_url(index: FairIndexPage) -> str:
    return f"/cms/pages/add/cms/jobfairpage/{index.pk}/"


@pytest.fixture
def at_editor(editor: User, home: HomePage, client_for: Callable[..., Client]) -> Client:
    return client_for(editor)


@pytest.fixture
def at_moderator(moderator: User, home: HomePage, client_for: Callable[..., Client]) -> Client:
    return client_for(moderator)


def test_draft_is_not_public(
    at_editor: Client, client: Client, fair_index: FairIndexPage, stations: dict[str, Station]
) -> None:
    at_editor.post(add_url(fair_index), fair_form(stations))
    fair = JobFairPage.objects.get()
    assert not fair.live
    assert client.get("/fairs/winter/").status_code == 404
    assert "冬季" not in client.get("/fairs/").content.decode()
    assert client.get(f"/fairs/{fair.pk}/calendar.ics").status_code == 404


def test_draft_can_be_previewed(
    at_editor: Client, fair_index: FairIndexPage, stations: dict[str, Station]
) -> None:
    at_editor.post(add_url(fair_index), fair_form(stations))
    fair = JobFairPage.objects.get()
    answer = at_editor.get(f"/cms/pages/{fair.pk}/view_draft/")
    assert answer.status_code == 200
    assert "冬季退役军人专场招聘会" in answer.content.decode()


def test_page_can_be_previewed_before_first_save(
    at_editor: Client, fair_index: FairIndexPage, stations: dict[str, Station]
) -> None:
    url = f"/cms/pages/add/cms/jobfairpage/{fair_index.pk}/preview/"
    assert at_editor.post(url, fair_form(stations)).json()["is_valid"] is True
    answer = at_editor.get(url)
    assert answer.status_code == 200
    assert "参会单位正在确认" in answer.content.decode()


def test_editor_cannot_publish(
    at_editor: Client, fair_index: FairIndexPage, stations: dict[str, Station]
) -> None:
    at_editor.post(add_url(fair_index), fair_form(stations) | {"action-publish": "1"})
    assert not JobFairPage.objects.get().live


@pytest.fixture
def submitted(at_editor: Client, fair_index: FairIndexPage, stations: dict[str, Station]) -> JobFairPage:
    at_editor.post(add_url(fair_index), fair_form(stations) | {"action-submit": "1"})
    return JobFairPage.objects.get()


def workflow_url(fair: JobFairPage, action: str) -> str:
    state = TaskState.objects.get(workflow_state__object_id=str(fair.pk), status="in_progress")
    return f"/cms/pages/workflow/action/{fair.pk}/{action}/{state.pk}/"


def test_submitted_page_needs_approval_by_moderator(
    submitted: JobFairPage, at_editor: Client, at_moderator: Client, client: Client
) -> None:
    assert submitted.workflow_in_progress
    assert client.get("/fairs/winter/").status_code == 404
    assert "冬季退役军人专场招聘会" in at_moderator.get("/cms/").content.decode()
    at_editor.post(workflow_url(submitted, "approve"))
    assert not Page.objects.get(pk=submitted.pk).live


def test_approval_publishes(submitted: JobFairPage, at_moderator: Client, client: Client) -> None:
    at_moderator.post(workflow_url(submitted, "approve"))
    assert Page.objects.get(pk=submitted.pk).live
    assert client.get("/fairs/winter/").status_code == 200
    assert "冬季" in client.get("/fairs/").content.decode()


def test_rejection_shows_comment_to_editor(
    submitted: JobFairPage, at_moderator: Client, at_editor: Client
) -> None:
    at_moderator.post(workflow_url(submitted, "reject"), {"comment": "请补充公交路线"})
    assert not Page.objects.get(pk=submitted.pk).live
    assert "请补充公交路线" in at_editor.get(f"/cms/pages/{submitted.pk}/edit/").content.decode()


def test_scheduled_page_goes_live_at_its_time(
    at_moderator: Client, client: Client, fair_index: FairIndexPage, stations: dict[str, Station]
) -> None:
    live_at = timezone.localtime() + timedelta(hours=2)
    form = fair_form(stations, go_live_at=f"{live_at:%Y-%m-%d %H:%M}")
    at_moderator.post(add_url(fair_index), form | {"action-publish": "1"})
    fair = JobFairPage.objects.get()
    assert (fair.live, fair.approved_schedule) == (False, True)
    call_command("publish_scheduled")
    assert client.get("/fairs/winter/").status_code == 404

    later = timezone.now() + timedelta(hours=3)
    with patch("django.utils.timezone.now", return_value=later):
        call_command("publish_scheduled")
        assert client.get("/fairs/winter/").status_code == 200


@pytest.mark.parametrize(
    ("changes", "field", "message"),
    [
        ({"capacity": "1000"}, "security_permit", "预计1000人及以上的活动，须先取得公安机关安全许可"),
        ({"ends_at": "2026-01-01 09:00"}, "ends_at", "结束时间必须晚于开始时间。"),
        ({"venue": ""}, "venue", "线下招聘会请填写场地和地址。"),
        (
            {"registration_closes_at": "2026-01-01 09:00"},
            "registration_closes_at",
            "报名截止必须晚于报名开始。",
        ),
        ({"organiser": ""}, "organiser", "请填写"),
    ],
)
def test_errors_are_shown_beside_their_field_in_chinese(
    at_moderator: Client,
    fair_index: FairIndexPage,
    stations: dict[str, Station],
    changes: dict[str, str],
    field: str,
    message: str,
) -> None:
    answer = at_moderator.post(add_url(fair_index), fair_form(stations, **changes) | {"action-publish": "1"})
    assert not JobFairPage.objects.exists()
    assert message in str(answer.context["form"].errors[field])
    html = answer.content.decode()
    field_start = html.index("data-field-wrapper", html.index(f'id="id_{field}"') - 2500)
    assert message in html[field_start : field_start + 3500]
    assert "有内容未通过校验" in html


def test_county_editor_is_offered_own_county_as_organiser(
    home: HomePage, fair_index: FairIndexPage, stations: dict[str, Station], client_for: Callable[..., Client]
) -> None:
    client = client_for(make_staff(stations["新会区"], StationRole.EDITOR))
    answer = client.post(add_url(fair_index), fair_form(stations, organiser=stations["蓬江区"].pk))
    assert "organiser" in answer.context["form"].errors
    client.post(add_url(fair_index), fair_form(stations))
    assert JobFairPage.objects.get().organiser == stations["新会区"]


def test_only_regions_of_the_network_are_offered(at_editor: Client, fair_index: FairIndexPage) -> None:
    form = at_editor.get(add_url(fair_index)).context["form"]
    names = set(form.fields["region"].queryset.values_list("name", flat=True))
    assert names == {"广东省", "江门市", "蓬江区", "新会区"}


@pytest.mark.parametrize(
    "path",
    [
        "/cms/",
        "/cms/account/",
        "/cms/images/",
        "/cms/documents/",
        "/cms/reports/workflow/",
        "/cms/reports/site-history/",
        "/cms/pages/search/?q=招聘",
        "/cms/jsi18n/",
    ],
)
def test_admin_pages_load(at_moderator: Client, submitted: JobFairPage, path: str) -> None:
    assert at_moderator.get(path).status_code == 200


def test_account_page_has_no_name_email_or_avatar(at_editor: Client) -> None:
    page = at_editor.get("/cms/account/").content.decode()
    assert "theme-theme" in page
    assert "avatar-avatar" not in page
    assert "name_email" not in page
    answer = at_editor.post(
        "/cms/account/",
        {"theme-theme": "light", "theme-contrast": "more_contrast", "theme-density": "default"},
    )
    assert answer.status_code == 302


def test_user_admin_is_disabled(at_moderator: Client) -> None:
    assert at_moderator.get("/cms/users/").status_code == 302
    assert "/cms/users/" not in at_moderator.get("/cms/").content.decode()


def test_what_nobody_sees_is_no_title_and_in_no_text(
    at_editor: Client, fair_index: FairIndexPage, stations: dict[str, Station]
) -> None:
    at_editor.post(add_url(fair_index), fair_form(stations, title="\u3164\u200b"))
    assert not JobFairPage.objects.exists()
    body = rich_text("<p>请\uffff带身份证\u2066。</p>")  # JSON, whose escapes are no characters yet
    at_editor.post(add_url(fair_index), fair_form(stations, title="冬季\u202e招聘会", body=body))
    fair = JobFairPage.objects.get().get_latest_revision_as_object()
    assert fair.title == "冬季招聘会"
    assert ">请带身份证。<" in fair.body
