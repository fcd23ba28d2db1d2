"""The pages where tokens are made and taken back."""

import re
from typing import Any

import pytest

from portal.accounts.roles import StationRole
from portal.api_tokens.actions import authenticate_token, issue
from portal.api_tokens.enums import TokenScope
from portal.api_tokens.models import ApiToken
from portal.employers.enums import EmployerRole
from tests.factories import make_employer, make_staff, make_stations, make_user
from tests.harness.optional import require

pytestmark = pytest.mark.django_db
FORM = {"name": "公司招聘系统", "scope": "write", "days": "90"}


@pytest.fixture
def owner() -> Any:
    user = make_user("单位管理员")
    make_employer(member=user)
    return user


def text_of(page: Any) -> str:
    results = re.search(r'value="(vep_[^"]+)"', page.content.decode())
    assert results is not None
    return results.group(1)


def test_token_text_is_shown_once_and_not_cached(client_for: Any, owner: Any) -> None:
    client = client_for(owner)
    page = client.post("/company/tokens/", FORM)
    token = authenticate_token(text_of(page))
    assert (require(token).name, require(token).scope, require(token).employer) == (
        "公司招聘系统",
        "write",
        owner.employer_memberships.get().employer,
    )
    assert "no-store" in page.headers["Cache-Control"]
    listed = client.get("/company/tokens/").content.decode()
    assert "公司招聘系统" in listed
    assert text_of(page) not in listed


def test_invalid_token_form_keeps_input(client_for: Any, owner: Any) -> None:
    client = client_for(owner)
    client.post("/company/tokens/", FORM)
    page = client.post("/company/tokens/", FORM).content.decode()
    assert "已有同名令牌" in page
    assert 'value="公司招聘系统"' in page
    assert "error_1_id_name" in client.post("/company/tokens/", {**FORM, "name": ""}).content.decode()
    assert ApiToken.objects.count() == 1


def test_recruiter_is_refused_with_a_hint(client_for: Any, owner: Any) -> None:
    recruiter = make_user()
    owner.employer_memberships.get().employer.memberships.create(user=recruiter, role=EmployerRole.RECRUITER)
    page = client_for(recruiter).get("/company/tokens/")
    assert page.status_code == 403
    assert "单位管理员" in page.content.decode()


def test_owner_revokes_own_tokens_only(client_for: Any, owner: Any) -> None:
    rival = make_user()
    employer_row = make_employer(member=rival)
    theirs, _ = issue(by=rival, employer=employer_row, name="x", scope=TokenScope.READ, days=30)
    mine, text = issue(
        by=owner,
        employer=owner.employer_memberships.get().employer,
        name="y",
        scope=TokenScope.READ,
        days=30,
    )
    client = client_for(owner)
    assert client.post(f"/company/tokens/{theirs.pk}/revoke/").status_code == 404
    assert client.post(f"/company/tokens/{mine.pk}/revoke/").status_code == 302
    assert authenticate_token(text) is None
    assert "已吊销" in client.get("/company/tokens/").content.decode()


def test_only_city_staff_issue_public_tokens(client_for: Any) -> None:
    stations = make_stations()
    city = client_for(make_staff(stations["江门市"], StationRole.OPERATOR))
    county = client_for(make_staff(stations["新会区"], StationRole.REVIEWER))
    assert county.post("/desk/tokens/", FORM).status_code == 403
    assert "创建公开数据令牌" not in county.get("/desk/tokens/").content.decode()
    token = authenticate_token(text_of(city.post("/desk/tokens/", FORM)))
    assert (require(token).employer, require(token).scope) == (None, "read")
    assert county.post(f"/desk/tokens/{require(token).pk}/revoke/").status_code == 404
    assert city.post(f"/desk/tokens/{require(token).pk}/revoke/").status_code == 302


def test_queries_do_not_grow(client_for: Any, owner: Any, same_queries: Any) -> None:
    employer_row = owner.employer_memberships.get().employer
    names = iter(range(100))

    def grow() -> None:
        for _ in range(3):
            issue(by=owner, employer=employer_row, name=f"第{next(names)}个", scope=TokenScope.READ, days=30)

    grow()
    client = client_for(owner)
    assert same_queries(lambda: client.get("/company/tokens/"), grow) > 0
