"""Set-up of the site, and membership of the editors' groups."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.contrib.auth.models import Group
from django.core.management import call_command
from django.test import Client
from django.utils import timezone
from wagtail.models import Page, Site, Workflow

from cms.actions import sync_groups
from cms.editor_groups import EDITORS, MODERATORS
from cms.models import HomePage
from cms.site_setup import setup_site
from portal.accounts.models import Appointment, User
from portal.accounts.roles import StationRole
from portal.core.models import AuditEvent
from portal.stations.models import Station
from tests.factories import make_fair_index, make_staff, make_user

pytestmark = pytest.mark.django_db


def groups(user: User) -> set[str]:
    return set(user.groups.values_list("name", flat=True))


def test_setup_command_is_idempotent(client: Client) -> None:
    call_command("setup_cms", verbosity=0)
    first = list(Page.objects.order_by("path").values_list("pk", "url_path"))
    call_command("setup_cms", verbosity=0)
    assert list(Page.objects.order_by("path").values_list("pk", "url_path")) == first
    assert Workflow.objects.count() == 1
    assert set(Group.objects.values_list("name", flat=True)) == {EDITORS, MODERATORS}
    for path in ("/", "/fairs/", "/bases/", "/policies/", "/news/", "/about/", "/privacy/"):
        assert client.get(path).status_code == 200, path


def test_menu_lists_sections_in_order(home: HomePage, client: Client) -> None:
    menu = client.get("/").context["portal"].menu
    assert [title for title, _ in menu] == ["招聘会", "基地", "政策", "资讯"]


def test_setup_keeps_existing_pages() -> None:
    index = make_fair_index()
    home = setup_site()
    assert Site.objects.get().root_page_id == home.pk
    assert index.get_parent().pk == home.pk


def test_groups_follow_appointments(home: HomePage, stations: dict[str, Station]) -> None:
    editor = make_staff(stations["新会区"], StationRole.EDITOR)
    city_reviewer = make_staff(stations["江门市"], StationRole.REVIEWER)
    county_reviewer = make_staff(stations["新会区"], StationRole.REVIEWER)
    for user in (editor, city_reviewer, county_reviewer):
        sync_groups(user=user)
    assert groups(editor) == {EDITORS}
    assert groups(city_reviewer) == {MODERATORS}
    assert groups(county_reviewer) == set()  # what is published speaks for the whole city


def test_other_groups_are_kept(home: HomePage) -> None:
    user = make_user()
    user.groups.add(Group.objects.create(name="其他"))
    sync_groups(user=user)
    assert groups(user) == {"其他"}


def test_group_change_is_audited_once(home: HomePage, editor: User) -> None:
    sync_groups(user=editor)
    sync_groups(user=editor)
    assert AuditEvent.objects.filter(verb="cms.groups_changed").count() == 1


def test_sync_without_groups_changes_nothing(stations: dict[str, Station]) -> None:
    Group.objects.all().delete()
    editor = make_staff(stations["江门市"], StationRole.EDITOR)
    assert sync_groups(user=editor) == set()
    assert not AuditEvent.objects.filter(verb="cms.groups_changed").exists()


def test_sign_in_opens_the_cms(home: HomePage, editor: User, client_for: Callable[..., Client]) -> None:
    client = client_for(editor)
    assert groups(editor) == {EDITORS}
    assert client.get("/cms/").status_code == 200


def test_ended_appointment_closes_the_cms_within_the_session(
    home: HomePage, editor: User, client_for: Callable[..., Client]
) -> None:
    client = client_for(editor)
    assert client.get("/cms/").status_code == 200
    Appointment.objects.filter(user=editor).update(ends_on=timezone.localdate() - timedelta(days=1))
    answer = client.get("/cms/")
    assert answer.status_code == 302
    assert "/sign-in/" in answer["Location"]
    assert groups(editor) == set()


def test_cms_requires_second_factor(home: HomePage, editor: User, client_for: Callable[..., Client]) -> None:
    answer = client_for(editor, second_factor=False).get("/cms/")
    assert answer.status_code == 302
    assert "second-factor" in answer["Location"]
