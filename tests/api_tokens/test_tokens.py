"""Tokens: who makes them, what they are good for, and when they stop."""

import time
from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries, Settings

from portal.accounts.roles import StationRole
from portal.api_tokens import request_counts
from portal.api_tokens.actions import MAX_TOKENS, authenticate_token, issue, revoke
from portal.api_tokens.enums import TokenScope
from portal.api_tokens.models import ApiToken, RequestCount
from portal.core import scheduled_jobs
from portal.core.models import AuditEvent
from portal.employers.enums import EmployerRole
from tests.factories import make_employer, make_staff, make_stations, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def owner() -> Any:
    return make_user("单位管理员")


@pytest.fixture
def employer(owner: Any) -> Any:
    return make_employer(member=owner)


@pytest.fixture
def city() -> Any:
    return make_staff(make_stations()["江门市"], StationRole.OPERATOR, name="市管理员")


def issue_token(owner: Any, employer: Any, **values: Any) -> Any:
    return issue(
        **{
            "by": owner,
            "employer": employer,
            "name": "招聘系统",
            "scope": TokenScope.WRITE,
            "days": 30,
            **values,
        }
    )


def test_token_is_authenticated_by_its_secret(owner: Any, employer: Any) -> None:
    token, text = issue_token(owner, employer)
    assert authenticate_token(text) == token
    assert authenticate_token(text[:-1]) is None
    assert authenticate_token("") is None
    assert text not in str(ApiToken.objects.values().get())
    assert text.startswith(token.prefix)


def test_last_use_is_recorded_to_the_minute(
    owner: Any, employer: Any, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    token, text = issue_token(owner, employer)
    authenticate_token(text)
    token.refresh_from_db()
    first = token.last_used_at
    assert first is not None
    with django_assert_num_queries(1):
        authenticate_token(text)
    ApiToken.objects.update(last_used_at=first - timedelta(minutes=2))
    authenticate_token(text)
    token.refresh_from_db()
    assert token.last_used_at > first - timedelta(minutes=1)


def test_revoked_token_is_refused(owner: Any, employer: Any) -> None:
    token, text = issue_token(owner, employer)
    revoke(token=token, by=owner)
    assert authenticate_token(text) is None
    assert token.state == ("withdrawn", "已吊销")
    when = token.revoked_at
    revoke(token=token, by=owner)
    assert token.revoked_at == when
    verbs = AuditEvent.objects.filter(target_type="integrators.apitoken").values_list("verb", flat=True)
    assert sorted(verbs) == ["integrators.issued", "integrators.revoked"]


def test_token_expires_at_its_last_second(owner: Any, employer: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    token, text = issue_token(owner, employer)
    monkeypatch.setattr(timezone, "now", lambda: token.expires_at - timedelta(seconds=1))
    assert authenticate_token(text) == token
    monkeypatch.setattr(timezone, "now", lambda: token.expires_at)
    assert authenticate_token(text) is None
    assert token.state == ("expired", "已过期")


def test_token_ends_when_its_creator_leaves_or_is_blocked(owner: Any, employer: Any) -> None:
    _, text = issue_token(owner, employer)
    owner.is_active = False
    owner.save()
    assert authenticate_token(text) is None
    owner.is_active = True
    owner.save()
    assert authenticate_token(text) is not None
    owner.employer_memberships.all().delete()
    assert authenticate_token(text) is None


def test_token_ends_with_its_creators_role(owner: Any, employer: Any, city: Any) -> None:
    _, secret = issue_token(owner, employer)
    membership = owner.employer_memberships.get()
    membership.role = EmployerRole.RECRUITER
    membership.save()
    assert authenticate_token(secret) is None
    membership.role = EmployerRole.OWNER
    membership.save()
    assert authenticate_token(secret) is not None

    _, public_secret = issue_token(city, None, scope=TokenScope.READ)
    assert authenticate_token(public_secret) is not None
    today = timezone.localdate()
    city.appointments.update(ends_on=today)
    assert authenticate_token(public_secret) is not None
    city.appointments.update(ends_on=today - timedelta(days=1))
    assert authenticate_token(public_secret) is None


def test_public_token_ends_when_its_creator_serves_below_the_city(city: Any) -> None:
    _, secret = issue_token(city, None, scope=TokenScope.READ)
    city.appointments.update(station=make_stations()["新会区"])
    assert authenticate_token(secret) is None


def test_owners_issue_and_owners_and_reviewers_revoke(owner: Any, employer: Any, city: Any) -> None:
    recruiter, stranger = make_user(), make_user()
    employer.memberships.create(user=recruiter, role=EmployerRole.RECRUITER)
    rival = make_user()
    make_employer(member=rival)
    for somebody in (recruiter, stranger, rival, city):
        with pytest.raises(PermissionDenied):
            issue_token(somebody, employer)
    token, _ = issue_token(owner, employer)
    neighbour = make_staff(make_stations()["蓬江区"], StationRole.REVIEWER)
    for somebody in (recruiter, stranger, rival, neighbour):
        with pytest.raises(PermissionDenied):
            revoke(token=token, by=somebody)
    reviewer = make_staff(make_stations()["新会区"], StationRole.REVIEWER)
    assert revoke(token=token, by=reviewer).revoked_by == reviewer


def test_public_token_is_read_only_and_issued_by_city_operators(owner: Any, city: Any) -> None:
    with pytest.raises(PermissionDenied):
        issue_token(owner, None, scope=TokenScope.READ)
    county = make_staff(make_stations()["新会区"], StationRole.OPERATOR)
    with pytest.raises(PermissionDenied):
        issue_token(county, None, scope=TokenScope.READ)
    with pytest.raises(ValidationError, match="只能读取"):
        issue_token(city, None)
    token, text = issue_token(city, None, scope=TokenScope.READ)
    assert authenticate_token(text) == token
    assert not token.can_write


def test_tokens_are_visible_to_owners_reviewers_and_operators(owner: Any, employer: Any, city: Any) -> None:
    mine, _ = issue_token(owner, employer)
    public, _ = issue_token(city, None, scope=TokenScope.READ)
    visible_tokens = {
        who: set(ApiToken.objects.visible_to(user))
        for who, user in {
            "owner": owner,
            "city": city,
            "reviewer": make_staff(make_stations()["新会区"], StationRole.REVIEWER),
            "neighbour": make_staff(make_stations()["蓬江区"], StationRole.REVIEWER),
            "clerk": make_staff(make_stations()["新会区"]),
            "stranger": make_user(),
        }.items()
    }
    assert visible_tokens == {
        "owner": {mine},
        "city": {mine, public},
        "reviewer": {mine},
        "neighbour": set(),
        "clerk": set(),
        "stranger": set(),
    }


def test_name_number_and_validity_are_limited(owner: Any, employer: Any) -> None:
    issue_token(owner, employer)
    with pytest.raises(ValidationError, match="同名"):
        issue_token(owner, employer)
    for days in (0, 367):
        with pytest.raises(ValidationError, match="有效期"):
            issue_token(owner, employer, name="另一个", days=days)
    for number in range(MAX_TOKENS - 1):
        issue_token(owner, employer, name=f"第{number}个")
    with pytest.raises(ValidationError, match="最多"):
        issue_token(owner, employer, name="再一个")
    revoke(token=ApiToken.objects.get(name="招聘系统"), by=owner)
    issue_token(owner, employer)


@pytest.mark.parametrize(
    "changes",
    [
        {"scope": TokenScope.WRITE, "employer": None},
        {"revoked_at": timezone.now()},
        {"name": "第一个"},
    ],
)
def test_database_constraints_refuse_invalid_tokens(owner: Any, employer: Any, changes: Any) -> None:
    issue_token(owner, employer, name="第一个")
    second, _ = issue_token(owner, employer, name="第二个")
    with pytest.raises(IntegrityError), transaction.atomic():
        ApiToken.objects.filter(pk=second.pk).update(**changes)


def test_public_token_names_are_unique(city: Any) -> None:
    issue_token(city, None, name="甲", scope=TokenScope.READ)
    other, _ = issue_token(city, None, name="乙", scope=TokenScope.READ)
    with pytest.raises(IntegrityError), transaction.atomic():
        ApiToken.objects.filter(pk=other.pk).update(name="甲")


def test_requests_are_counted_per_minute(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.API_RATES = {"anonymous": 2}
    monkeypatch.setattr(time, "time", lambda: 60_000.0)
    answers = [request_counts.count_request("anonymous", "192.0.2.1") for _ in range(3)]
    assert answers == [True, True, False]
    assert request_counts.count_request("anonymous", "192.0.2.2")
    assert request_counts.seconds_until_reset() == 60
    assert not RequestCount.objects.filter(caller__contains="192").exists()
    monkeypatch.setattr(time, "time", lambda: 60_061.0)
    assert request_counts.count_request("anonymous", "192.0.2.1")
    assert request_counts.seconds_until_reset() == 59
    monkeypatch.setattr(time, "time", lambda: 60_061.0 + 3600)
    assert request_counts.delete_expired_counts() == 3
    assert not RequestCount.objects.exists()


def test_scheduled_job_deletes_old_counts() -> None:
    RequestCount.objects.create(caller="x", minute=1)
    (job,) = [job for job in scheduled_jobs.jobs() if job.name == "integrators.sweep"]
    assert job.run() == 1
