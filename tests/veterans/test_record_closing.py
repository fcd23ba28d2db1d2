"""Closing, reopening and anonymising of records."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.management import call_command
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone
from pytest_django import Settings

from portal.accounts.actions import give_consent
from portal.accounts.enums import ConsentPurpose
from portal.accounts.roles import StationRole
from portal.core.models import AuditEvent
from portal.follow_ups import attempts
from portal.follow_ups.absences import record_absence
from portal.follow_ups.enums import AbsenceReason, AttemptOutcome
from portal.follow_ups.models import FollowUpAttempt
from portal.placements import actions as placements
from portal.veterans.enums import CloseReason
from portal.veterans.models import Veteran
from portal.veterans.record_closing import (
    ANONYMOUS_NAME,
    anonymise_record,
    close_record,
    last_day_kept,
    reopen_record,
)
from portal.visits import actions as visits
from portal.visits.enums import VisitMethod
from portal.visits.models import Visit
from tests.factories import make_position, make_staff, make_stations, make_user, make_veteran

pytestmark = pytest.mark.django_db


@pytest.fixture
def head() -> Any:
    return make_staff(make_stations()["睦洲镇"], StationRole.HEAD)


@pytest.fixture
def veteran() -> Any:
    return make_veteran(
        account=make_user("陈建国"), wish={"text": "开货车"}, skills="会修车", address="演示路8号",
        difficulty="家庭成员患病", living_region=make_stations()["睦洲镇"].region,
    )  # fmt: skip


def _close_past_retention(veteran: Veteran, by: Any) -> Veteran:
    close_record(veteran=veteran, by=by, reason=CloseReason.DIED)
    Veteran.objects.filter(pk=veteran.pk).update(closed_on=last_day_kept(timezone.localdate()))
    return Veteran.objects.get(pk=veteran.pk)


def test_closed_record_is_hidden_and_can_be_reopened(head: Any, veteran: Any) -> None:
    for purpose in ConsentPurpose:
        give_consent(user=veteran.account, purpose=purpose, wording="告知", by=veteran.account)
    assert Veteran.objects.shown_to_employers().count() == 1
    close_record(veteran=veteran, by=head, reason=CloseReason.MOVED)
    assert not Veteran.objects.shown_to_employers().exists()
    assert not veteran.account.consents.in_force().exists()
    with pytest.raises(ValidationError):
        close_record(veteran=veteran, by=head, reason=CloseReason.MOVED)
    reopen_record(veteran=veteran, by=head)
    assert Veteran.objects.get().closed_on is None
    verbs = set(AuditEvent.objects.values_list("verb", flat=True))
    assert {"veterans.closed", "veterans.reopened", "accounts.consent_withdrawn"} <= verbs


@pytest.mark.parametrize(("place", "role"), [("睦洲镇", "clerk"), ("司前镇", "head"), ("南安村", "head")])
def test_only_heads_and_operators_at_or_above_close(veteran: Any, place: Any, role: Any) -> None:
    staff = make_staff(make_stations()[place], StationRole(role))
    with pytest.raises(PermissionDenied):
        close_record(veteran=veteran, by=staff, reason=CloseReason.ASKED)


def test_record_within_retention_is_not_anonymised(head: Any, veteran: Any) -> None:
    with pytest.raises(ValidationError):
        anonymise_record(veteran=veteran, by=None)
    close_record(veteran=veteran, by=head, reason=CloseReason.DIED)
    with pytest.raises(ValidationError):
        anonymise_record(veteran=veteran, by=None)
    call_command("anonymise_files")
    assert Veteran.objects.get().name == "陈建国"


def test_anonymised_record_keeps_only_what_statistics_count(head: Any, veteran: Any) -> None:
    account, phone = veteran.account, veteran.phone
    placement = placements.declare(veteran=veteran, position=make_position(), by=head)
    follow_up = placement.follow_ups.first()
    assert follow_up is not None
    attempts.record_call(follow_up=follow_up, by=head, outcome=AttemptOutcome.REACHED, note="腰伤")
    for step in ("offer", "onboard", "leave"):
        placements.advance(placement=placement, step=step, by=head, note="腰伤")
    record_absence(
        veteran=veteran, reason=AbsenceReason.OTHER, by=head, until=timezone.localdate(), note="住院"
    )
    visits.record_visit(
        veteran=veteran, by=head, held_on=timezone.localdate(), method=VisitMethod.HOME, reached=True,
        findings="身体不好",
    )  # fmt: skip
    _close_past_retention(veteran, head)
    call_command("anonymise_files", "--dry-run")
    assert Veteran.objects.get().name == "陈建国"
    call_command("anonymise_files")
    anonymous = Veteran.objects.get()
    assert (anonymous.name, anonymous.account, anonymous.id_hash, anonymous.phone, anonymous.phone_hash) == (
        ANONYMOUS_NAME,
        None,
        None,
        "",
        "",
    )
    assert (anonymous.address, anonymous.skills, anonymous.difficulty, anonymous.id_last4) == ("", "", "", "")
    assert anonymous.birth_date == date(1985, 1, 1)
    assert (anonymous.sex, anonymous.education, anonymous.living_region) == (
        veteran.sex, veteran.education, veteran.living_region,
    )  # fmt: skip
    assert not hasattr(anonymous, "wish")
    assert Visit.objects.get().findings == ""
    assert anonymous.placements.get() == placement
    assert (anonymous.placements.get().left_reason, anonymous.absences.get().note) == (
        "（已匿名）",
        "（已匿名）",
    )
    assert set(placement.transitions.values_list("note", flat=True)) == {"", "（已匿名）"}
    calls = FollowUpAttempt.objects.filter(follow_up__placement=placement)
    assert set(calls.values_list("note", flat=True)) == {"（已匿名）"}
    account.refresh_from_db()
    assert account.phone == phone  # the account belongs to the person
    with pytest.raises(ValidationError):
        reopen_record(veteran=anonymous, by=head)
    call_command("anonymise_files")
    assert AuditEvent.objects.filter(verb="veterans.anonymised").count() == 1


def test_database_keeps_an_anonymous_record_closed_and_without_hash(head: Any, veteran: Any) -> None:
    anonymise_record(veteran=_close_past_retention(veteran, head), by=None)
    with pytest.raises(IntegrityError), transaction.atomic():
        Veteran.objects.update(id_hash="x")
    with pytest.raises(IntegrityError), transaction.atomic():
        Veteran.objects.update(closed_on=None, close_reason="")


def test_close_page_requires_confirmation_and_permission(head: Any, veteran: Any, client_for: Any) -> None:
    url = reverse("staff:veteran-close", args=[veteran.pk])
    desk = client_for(head)
    assert "请填写这一项" in desk.post(url, {"reason": "moved"}).content.decode()
    html = desk.post(url, {"reason": "moved", "sure": "on"}, follow=True).content.decode()
    assert "迁出本市" in html
    assert "恢复这份档案" in html
    desk.post(reverse("staff:veteran-reopen", args=[veteran.pk]))
    assert Veteran.objects.get().closed_on is None
    clerk = client_for(make_staff(make_stations()["睦洲镇"]))
    assert clerk.post(url, {"reason": "moved", "sure": "on"}).status_code == 403


def test_last_day_kept_is_defined_on_every_day(settings: Settings) -> None:
    settings.RECORD_RETENTION_YEARS = 3
    assert last_day_kept(date(2028, 2, 29)) == date(2025, 2, 28)
    assert last_day_kept(date(2026, 11, 24)) == date(2023, 11, 24)
    assert last_day_kept(date(2026, 11, 24)) > date(2026, 11, 24) - timedelta(days=4 * 365)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("width", [390, 1280])
def test_close_page_passes_the_visual_checks(
    head: Any, veteran: Any, open_page: Any, sign_in: Any, look: Any, width: Any
) -> None:
    window = open_page(width=width)
    sign_in(window, head)
    window.goto(reverse("staff:veteran-close", args=[veteran.pk]))
    look(window)
