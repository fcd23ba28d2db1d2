"""Open positions and employers, for readers without a sign-in."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from portal.core.enums import Education, Shift
from portal.core.models import Occupation, Region
from portal.employers.enums import VerificationState
from portal.positions.models import Position
from search import indexing
from tests.factories import (
    make_booth,
    make_employer,
    make_fair,
    make_position,
    make_user,
    make_veteran,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("home")]


def text(client: Client, path: str) -> str:
    if path.startswith("/positions/?") or path == "/positions/":
        indexing.rebuild()  # factories write past the actions
    answer = client.get(path)
    assert answer.status_code == 200
    return answer.content.decode()


def test_only_open_positions_are_listed(client: Client) -> None:
    make_position(title="开放岗位")
    make_position(title="草稿岗位", is_open=False)
    make_position(title="过期岗位", expires_at=timezone.now() - timedelta(minutes=1))
    unverified = make_employer(verified=False)
    make_position(title="未核验岗位", employer=unverified)
    page_text = text(client, "/positions/")
    results = [t for t in ("开放岗位", "草稿岗位", "过期岗位", "未核验岗位") if t in page_text]
    assert results == ["开放岗位"]


def test_member_sees_own_draft_page_but_not_in_public_list(client_for: Any) -> None:
    member = make_user()
    employer = make_employer(member=member)
    draft = make_position(title="草稿岗位", employer=employer, is_open=False)
    client = client_for(member)
    assert "草稿岗位" not in text(client, "/positions/")
    assert "只有本单位和审核人员能看到" in text(client, f"/positions/{draft.pk}/")


@pytest.fixture
def two() -> tuple[Position, Position]:
    Occupation.objects.create(code="4-02-00-00", name="交通运输、仓储物流服务人员", level=2)
    Occupation.objects.create(code="6-18-00-00", name="机械制造基础加工人员", level=2)
    welder = Occupation.objects.create(code="6-18-02-04", name="焊工", level=4)
    driver = make_position(title="甲岗位")
    other = make_position(
        title="乙岗位",
        occupation=welder,
        region=Region.objects.get(code="440703"),
        pay_from=Decimal(3000),
        pay_to=Decimal(4500),
        education_min=Education.BACHELOR,
        shift=Shift.NIGHT,
    )
    return driver, other


@pytest.mark.parametrize(
    ("query", "titles"),
    [
        ("", ["甲岗位", "乙岗位"]),
        ("county=440705", ["甲岗位"]),
        ("county=440703", ["乙岗位"]),
        ("group=6-18", ["乙岗位"]),
        ("low=5000", ["甲岗位"]),
        ("low=4000", ["甲岗位", "乙岗位"]),
        ("education=2", ["甲岗位"]),
        ("education=3", ["甲岗位", "乙岗位"]),
        ("shift=night", ["乙岗位"]),
        ("county=440705&shift=night", []),
        ("county=nonsense&low=x&page=-4", ["甲岗位", "乙岗位"]),
    ],
)
def test_filters(client: Client, two: object, query: str, titles: list[str]) -> None:
    page_text = text(client, f"/positions/?{query}")
    assert [t for t in ("甲岗位", "乙岗位") if t in page_text] == titles


def test_empty_list_offers_next_steps(client: Client, two: object) -> None:
    page_text = text(client, "/positions/?county=440705&shift=night")
    assert "没有符合条件的岗位" in page_text
    assert "清除全部条件" in page_text


def test_pages_keep_the_filters(client: Client) -> None:
    employer = make_employer()
    for _ in range(19):
        make_position(employer=employer)
    assert "county=440705&amp;page=2" in text(client, "/positions/?county=440705")


def test_list_uses_constant_number_of_queries(same_queries: Any) -> None:
    def grow() -> None:
        for _ in range(6):
            make_position()
        indexing.rebuild()

    make_position()
    indexing.rebuild()
    same_queries("/positions/", grow, at_most=12)


def test_position_page_shows_requirements_and_offer(client: Client) -> None:
    position = make_position(
        certificates=["driving_a2"], benefits=["五险一金", "包住"], relaxable="学历可放宽", experience_years=2
    )
    page_text = text(client, f"/positions/{position.pk}/")
    for words in (
        "6,000–8,000 元/月",
        "机动车驾驶证A2",
        "五险一金、包住",
        "学历可放宽",
        "2 年以上",
        "单位已核验",
    ):
        assert words in page_text
    assert position.employer.contact_phone not in page_text
    assert position.employer.contact_person not in page_text


def test_position_page_links_reasons_for_veterans(client: Client, client_for: Any) -> None:
    position, user = make_position(), make_user()
    make_veteran(account=user)
    assert "看看您的档案与这个岗位" in text(client_for(user), f"/positions/{position.pk}/")
    assert "看看您的档案与这个岗位" not in text(client, f"/positions/{position.pk}/")


def test_closed_position_is_404(client: Client) -> None:
    assert client.get(f"/positions/{make_position(is_open=False).pk}/").status_code == 404


def test_employer_page_lists_positions_and_fairs_and_hides_contact(client: Client) -> None:
    employer = make_employer(name="江门市远航物流有限公司", veteran_founded=True)
    position = make_position(employer=employer)
    make_position(title="草稿岗位", employer=employer, is_open=False)
    make_booth(make_fair(title="冬季招聘会"), position, number="A09")
    page_text = text(client, f"/employers/{employer.pk}/")
    for words in ("已核验", "退役军人创办或领办", "在招岗位（1 个）", "冬季招聘会", "A09", "货车司机"):
        assert words in page_text
    for words in ("草稿岗位", employer.contact_phone, employer.contact_person, employer.uscc):
        assert words not in page_text


@pytest.mark.parametrize("state", [VerificationState.PENDING, VerificationState.SUSPENDED])
def test_unverified_employer_is_404(client: Client, state: VerificationState) -> None:
    employer = make_employer(verified=False, state=state, state_reason="材料不全")
    assert client.get(f"/employers/{employer.pk}/").status_code == 404


def test_employer_page_uses_constant_number_of_queries(same_queries: Any) -> None:
    employer = make_employer()
    make_position(employer=employer)
    same_queries(
        f"/employers/{employer.pk}/",
        lambda: [make_position(employer=employer) for _ in range(6)],
        at_most=15,
    )
