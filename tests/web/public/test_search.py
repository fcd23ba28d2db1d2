"""The search page: anybody's, and the same for everybody."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from portal.accounts.enums import StationRole
from portal.positions.models import Position
from search import indexing
from tests.factories import (
    make_employer,
    make_fair,
    make_position,
    make_staff,
    make_stations,
    make_user,
    make_veteran,
)

pytestmark = pytest.mark.django_db
URL = "/search/"


@pytest.fixture
def posts() -> list[Position]:
    stations = make_stations()
    firm = make_employer(name="江门市远航物流有限公司", introduction="经营叉车租赁与仓储。")
    made = [
        make_position(
            employer=firm,
            title="叉车司机",
            benefits=["五险一金", "包吃住"],
            duties="驾驶叉车装卸货物。",
            region=stations["睦洲镇"].region,
            pay_from=Decimal(5000),
            pay_to=Decimal(6500),
        ),
        make_position(employer=firm, title="叉车维修工", region=stations["蓬江区"].region, duties="修理。"),
    ]
    make_fair(title="叉车工专场招聘会")
    indexing.rebuild()
    return made


def test_a_word_finds_posts_with_pay_place_and_benefits(client, posts) -> None:
    page = client.get(URL, {"q": "叉车"}).content.decode()
    for shown in (
        "<mark>叉车</mark>司机",
        "5,000–6,500 元/月",
        "睦洲镇",
        "五险一金",
        "江门市远航物流有限公司",
    ):
        assert shown in page


def test_tabs_count_every_kind(client, posts) -> None:
    tabs = client.get(URL, {"q": "叉车"}).context["tabs"]
    assert [(tab["label"], tab["count"], tab["current"]) for tab in tabs] == [
        ("岗位", 2, True),
        ("招聘会", 1, False),
        ("用人单位", 1, False),
    ]
    assert "叉车工专场招聘会" in client.get(URL + tabs[1]["url"]).content.decode()
    assert "江门市远航物流有限公司" in client.get(URL + tabs[2]["url"]).content.decode()


def test_a_county_keeps_what_lies_in_it_and_says_how_many(client, posts) -> None:
    answer = client.get(URL, {"q": "叉车", "county": "440705"})
    assert [hit.id for hit in answer.context["result"].hits] == [posts[0].pk]
    assert ("440703", "蓬江区（1）") in answer.context["form"].fields["county"].choices


def test_pay_that_is_not_reached_is_left_out(client, posts) -> None:
    answer = client.get(URL, {"q": "叉车", "pay": "8000", "sort": "pay"})
    assert [hit.title for hit in answer.context["result"].hits] == ["叉车维修工"]


def test_nothing_found_leads_on(client, posts) -> None:
    page = client.get(URL, {"q": "江门市远航物流有限公司", "pay": "10000"}).content.decode()
    assert "没有找到“江门市远航物流有限公司”" in page
    assert "用人单位 1 家" in page
    assert "清除地区和月薪条件" in page


def test_words_that_never_stand_together_find_some(client, posts) -> None:
    page = client.get(URL, {"q": "叉车维修工 包吃住"}).content.decode()
    assert "只包含其中一部分词" in page


@pytest.mark.parametrize(
    "asked",
    [
        {"county": "x'", "pay": "abc", "sort": "?", "kind": "veteran", "page": "-1"},
        {"page": "99999999999"},
        {"page": "②"},
        {"q": "叉" * 500},
        {"q": "<script>alert(1)</script>"},
        {"q": "\x00叉车"},
        {"q": "叉车", "page": "50"},
    ],
)
def test_nonsense_is_left_out(client, posts, asked) -> None:
    answer = client.get(URL, asked)
    assert answer.status_code == 200
    assert "<script>alert" not in answer.content.decode()


def test_a_page_past_the_end_shows_the_last(client, posts) -> None:
    answer = client.get(URL, {"q": "叉车", "page": "50"})
    assert (answer.context["page"].number, len(answer.context["result"].hits)) == (1, 2)


def test_pages_keep_what_was_asked(client) -> None:
    firm = make_employer()
    for _ in range(20):
        make_position(employer=firm, title="叉车司机")
    indexing.rebuild()
    first = client.get(URL, {"q": "叉车"})
    second = client.get(URL, {"q": "叉车", "page": "2"})
    assert [len(answer.context["result"].hits) for answer in (first, second)] == [18, 2]
    assert "q=%E5%8F%89%E8%BD%A6&amp;page=2" in first.content.decode()


def test_everybody_finds_the_same(client, client_for, posts) -> None:
    stations = make_stations()
    firm = Position.objects.get(pk=posts[0].pk).employer
    owner, rival = make_user("王经理"), make_user("李经理")
    firm.memberships.create(user=owner)
    make_employer(member=rival)
    make_position(employer=firm, title="叉车班长", opened=False)
    make_position(employer=firm, title="叉车队长", expires_at=timezone.now() - timedelta(hours=1))
    veteran = make_veteran(account=make_user("陈建国"))
    indexing.rebuild()
    readers = [
        owner,
        rival,
        veteran.account,
        make_staff(stations["睦洲镇"]),
        make_staff(stations["司前镇"]),
        make_staff(stations["新会区"], StationRole.REVIEWER),
    ]
    anonymous = [hit.id for hit in client.get(URL, {"q": "叉车"}).context["result"].hits]
    assert sorted(anonymous) == sorted(post.pk for post in posts)
    for reader in readers:
        answer = client_for(reader).get(URL, {"q": "叉车"})
        assert [hit.id for hit in answer.context["result"].hits] == anonymous


@pytest.mark.must("walks.3")
def test_nobody_is_found_by_name(client_for) -> None:
    stations = make_stations()
    make_veteran(station=stations["司前镇"], name="黄志明", skills="挖掘机")
    indexing.rebuild()
    clerk = client_for(make_staff(stations["睦洲镇"]))
    for kind in ("position", "fair", "employer"):
        for words in ("黄志明", "挖掘机"):
            answer = clerk.get(URL, {"q": words, "kind": kind})
            assert answer.context["result"].total == 0


@pytest.mark.parametrize("kind", ["position", "fair", "employer"])
def test_queries_do_not_grow(same_queries, kind: str) -> None:
    def grow() -> None:
        for _ in range(8):
            make_position(employer=make_employer(name="叉车租赁有限公司"), title="叉车司机")
            make_fair(title="叉车专场招聘会")
        indexing.rebuild()

    make_position(employer=make_employer(name="叉车租赁有限公司"), title="叉车司机")
    make_fair(title="叉车专场招聘会")
    indexing.rebuild()
    assert same_queries(f"{URL}?q=叉车&kind={kind}", grow) <= 14


@pytest.mark.must("walks.5")
def test_the_page_looks_right(phone, desk, no_js, look) -> None:
    firm = make_employer(name="江门市远航物流有限公司", introduction="经营叉车租赁与仓储。")
    for title in ("叉车司机", "夜班叉车司机", "仓库保管员"):
        make_position(
            employer=firm,
            title=title,
            benefits=["五险一金", "包吃住", "高温补贴"],
            duties="负责仓库日常收发货，装卸整齐；驾驶叉车完成原料、成品的装卸、上架和转运，保持库区通道畅通。",
        )
    make_fair(title="叉车工专场招聘会")
    indexing.rebuild()
    for page in (phone, desk):
        page.goto("/search/?q=叉车")
        look(page, "search")
        page.get_by_role("link", name="招聘会 1").click()
        look(page, "search-fairs")
        page.get_by_role("link", name="用人单位 1").click()
        look(page, "search-employers")
        page.goto("/search/?q=宇航员&pay=10000")
        look(page, "search-nothing")
    no_js.goto("/search/")
    no_js.get_by_label("搜什么").fill("保管员 叉车")
    no_js.get_by_role("button", name="搜索").click()
    assert no_js.locator(".position-card").count() == 1
    look(no_js, "search-no-js")
