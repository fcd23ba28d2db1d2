"""The search page: anybody's, and the same for everybody."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries, DjangoCaptureOnCommitCallbacks

from portal.accounts.roles import StationRole
from portal.positions import actions as positions
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


def choices(answer: Any, name: str) -> dict[str, int]:
    """Values of one filter with their counts."""
    panel = next(panel for panel in answer.context["panels"] if panel.name == name)
    return {choice.label: choice.count for choice in panel.choices}


@pytest.fixture
def position_rows() -> list[Position]:
    stations = make_stations()
    employer_row = make_employer(name="江门市远航物流有限公司", introduction="经营叉车租赁与仓储。")
    new_row = [
        make_position(
            employer=employer_row,
            title="叉车司机",
            benefits=["五险一金", "包吃住"],
            duties="驾驶叉车装卸货物。",
            region=stations["睦洲镇"].region,
            pay_from=Decimal(5000),
            pay_to=Decimal(6500),
        ),
        make_position(
            employer=employer_row, title="叉车维修工", region=stations["蓬江区"].region, duties="修理。"
        ),
    ]
    make_fair(title="叉车工专场招聘会")
    indexing.rebuild()
    return new_row


def test_search_results_show_pay_place_and_benefits(client: Client, position_rows: list[Position]) -> None:
    page = client.get(URL, {"q": "叉车"}).content.decode()
    for page_text in (
        "<mark>叉车</mark>司机",
        "5,000–6,500 元/月",
        "睦洲镇",
        "五险一金",
        "江门市远航物流有限公司",
    ):
        assert page_text in page


def test_tabs_count_every_kind(client: Client, position_rows: list[Position]) -> None:
    tabs = client.get(URL, {"q": "叉车"}).context["tabs"]
    assert [(tab["label"], tab["count"], tab["current"]) for tab in tabs] == [
        ("岗位", 2, True),
        ("招聘会", 1, False),
        ("用人单位", 1, False),
    ]
    assert "叉车工专场招聘会" in client.get(URL + tabs[1]["url"]).content.decode()
    assert "江门市远航物流有限公司" in client.get(URL + tabs[2]["url"]).content.decode()


def test_county_filter_limits_and_counts_results(client: Client, position_rows: list[Position]) -> None:
    answer = client.get(URL, {"q": "叉车", "county": "440705"})
    assert [hit.id for hit in answer.context["result"].hits] == [position_rows[0].pk]
    assert choices(answer, "county") == {"蓬江区": 1, "新会区": 1}


def test_pay_filter_excludes_lower_pay(client: Client, position_rows: list[Position]) -> None:
    answer = client.get(URL, {"q": "叉车", "low": "8000", "sort": "pay"})
    assert [hit.title for hit in answer.context["result"].hits] == ["叉车维修工"]
    assert choices(answer, "pay") == {"5,000–8,000 元": 2, "8,000–12,000 元": 1}


def test_empty_result_offers_next_steps(client: Client, position_rows: list[Position]) -> None:
    page = client.get(URL, {"q": "远航物流", "kind": "fair"}).content.decode()
    assert "没有找到“远航物流”" in page
    assert "用人单位 1 家" in page


def test_relaxed_results_are_marked(client: Client, position_rows: list[Position]) -> None:
    answer = client.get(URL, {"q": "叉车维修工", "county": "440705"})
    assert [hit.title for hit in answer.context["result"].hits] == ["叉车维修工"]
    page = answer.content.decode()
    assert "已放宽：<strong>地区扩大到江门市</strong>" in page
    assert "county=4407" in answer.context["wider_url"]
    # the chip still says what was asked
    assert "新会区<span class" in page


def test_few_hits_suggest_a_correction(client: Client, position_rows: list[Position]) -> None:
    make_position(title="文员", duties="登记叉车司级培训。")
    indexing.rebuild()
    answer = client.get(URL, {"q": "叉车司级"})
    assert answer.context["meant"]["text"] == "叉车司机"
    assert "您是不是要找" in answer.content.decode()


def test_corrected_spelling_is_shown(client: Client, position_rows: list[Position]) -> None:
    page = client.get(URL, {"q": "叉车司级"}).content.decode()
    assert "下面是 <strong>叉车司机</strong> 的结果" in page


def test_pinyin_query_is_explained(client: Client, position_rows: list[Position]) -> None:
    page = client.get(URL, {"q": "chache"}).content.decode()
    assert "“chache”按拼音理解为：叉车" in page
    assert "<mark>叉车</mark>司机" in page


def test_chip_removes_one_filter(client: Client, position_rows: list[Position]) -> None:
    answer = client.get(URL, {"q": "叉车", "county": "440705", "low": "3000", "shift": ["day", "night"]})
    assert answer.context["chips"] == [
        ("新会区", "?q=%E5%8F%89%E8%BD%A6&low=3000&shift=day&shift=night"),
        ("月薪 3,000 元以上", "?q=%E5%8F%89%E8%BD%A6&county=440705&shift=day&shift=night"),
        ("白班", "?q=%E5%8F%89%E8%BD%A6&county=440705&low=3000&shift=night"),
        ("夜班", "?q=%E5%8F%89%E8%BD%A6&county=440705&low=3000&shift=day"),
    ]


def test_results_show_distance_from_home(
    client: Client, client_for: Any, position_rows: list[Position]
) -> None:
    stations = make_stations()
    home = stations["睦洲镇"].region
    home.latitude, home.longitude = 22.45, 113.15
    home.save()
    far = stations["蓬江区"].region
    far.latitude, far.longitude = 22.60, 113.07
    far.save()
    veteran = make_veteran(account=make_user("陈建国"), living_region=home)
    indexing.rebuild()
    answer = client_for(veteran.account).get(URL, {"q": "叉车", "near": "home", "km": "5"})
    assert [hit.title for hit in answer.context["result"].hits] == ["叉车司机"]
    assert "约 0 公里" in answer.content.decode()
    assert "离我家 5 公里内" in answer.content.decode()
    # nobody else has a home: the distance is left out, and nothing says where that person lives
    stranger = client.get(URL, {"q": "叉车", "near": "home", "km": "5"})
    assert len(stranger.context["result"].hits) == 2
    assert "离我家" not in stranger.content.decode()
    around = client.get(URL, {"q": "叉车", "near": far.pk, "km": "5", "sort": "distance"})
    assert [hit.title for hit in around.context["result"].hits] == ["叉车维修工"]


def test_suggestions_are_json_and_start_no_session(
    client: Client,
    client_for: Any,
    position_rows: list[Position],
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    for who in (client, client_for(make_user())):
        with django_assert_num_queries(1):
            answer = who.get("/search/suggest", {"q": "chach"})
        assert {"text": "叉车司机", "label": "岗位"} in answer.json()["items"]
        assert "Cookie" not in answer.get("Vary", "")
    assert client.get("/search/suggest").json() == {"items": []}


@pytest.mark.must("posts.5")
def test_closed_position_leaves_list_search_and_suggestions(
    client: Client,
    position_rows: list[Position],
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    member = make_user()
    position_rows[0].employer.memberships.create(user=member)
    before = client.get("/positions/").content.decode()
    assert "叉车维修工" in before
    with django_capture_on_commit_callbacks(execute=True):
        positions.pause(position=position_rows[1], by=member)
    for path in ("/positions/", URL + "?q=叉车维修工", "/search/suggest?q=叉车"):
        assert "叉车维修工</a>" not in client.get(path).content.decode(), path
    texts = [item["text"] for item in client.get("/search/suggest?q=叉车").json()["items"]]
    assert "叉车维修工" not in texts


@pytest.mark.parametrize(
    "params",
    [
        {"county": "x'", "low": "abc", "sort": "?", "kind": "veteran", "page": "-1"},
        {"near": "home", "km": "7", "sort": "distance", "days": "-3", "education": "9", "group": "x"},
        {"low": "9000", "high": "100", "shift": ["x", "day"], "industry": "ZZ"},
        {"county": "999999", "near": "999999"},
        {"page": "99999999999"},
        {"page": "②"},
        {"q": "叉" * 500},
        {"q": "<script>alert(1)</script>"},
        {"q": "\x00叉车"},
        {"q": "叉车", "page": "50"},
    ],
)
def test_invalid_parameters_are_ignored(client: Client, position_rows: list[Position], params: Any) -> None:
    answer = client.get(URL, params)
    assert answer.status_code == 200
    assert "<script>alert" not in answer.content.decode()


def test_page_past_the_end_shows_the_last_page(client: Client, position_rows: list[Position]) -> None:
    answer = client.get(URL, {"q": "叉车", "page": "50"})
    assert (answer.context["page"].number, len(answer.context["result"].hits)) == (1, 2)


def test_pagination_keeps_search_parameters(client: Client) -> None:
    employer_row = make_employer()
    for _ in range(20):
        make_position(employer=employer_row, title="叉车司机")
    indexing.rebuild()
    first = client.get(URL, {"q": "叉车"})
    second = client.get(URL, {"q": "叉车", "page": "2"})
    assert [len(answer.context["result"].hits) for answer in (first, second)] == [18, 2]
    assert "q=%E5%8F%89%E8%BD%A6&amp;page=2" in first.content.decode()


def test_results_are_the_same_for_every_user(
    client: Client, client_for: Any, position_rows: list[Position]
) -> None:
    stations = make_stations()
    employer_row = Position.objects.get(pk=position_rows[0].pk).employer
    owner, rival = make_user("王经理"), make_user("李经理")
    employer_row.memberships.create(user=owner)
    make_employer(member=rival)
    make_position(employer=employer_row, title="叉车班长", is_open=False)
    make_position(employer=employer_row, title="叉车队长", expires_at=timezone.now() - timedelta(hours=1))
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
    assert sorted(anonymous) == sorted(position_row.pk for position_row in position_rows)
    for reader in readers:
        answer = client_for(reader).get(URL, {"q": "叉车"})
        assert [hit.id for hit in answer.context["result"].hits] == anonymous


@pytest.mark.must("walks.3")
def test_search_finds_no_person_by_name(client_for: Any) -> None:
    stations = make_stations()
    make_veteran(station=stations["司前镇"], name="黄志明", skills="挖掘机")
    indexing.rebuild()
    clerk = client_for(make_staff(stations["睦洲镇"]))
    for kind in ("position", "fair", "employer"):
        for words in ("黄志明", "挖掘机"):
            answer = clerk.get(URL, {"q": words, "kind": kind})
            assert answer.context["result"].total == 0


@pytest.mark.parametrize("kind", ["position", "fair", "employer"])
def test_queries_do_not_grow(same_queries: Any, kind: str) -> None:
    def grow() -> None:
        for _ in range(8):
            make_position(employer=make_employer(name="叉车租赁有限公司"), title="叉车司机")
            make_fair(title="叉车专场招聘会")
        indexing.rebuild()

    for _ in range(3):  # fewer, and it is asked what was meant
        make_position(employer=make_employer(name="叉车租赁有限公司"), title="叉车司机")
        make_fair(title="叉车专场招聘会")
    indexing.rebuild()
    assert same_queries(f"{URL}?q=叉车&kind={kind}", grow) <= 14


@pytest.mark.must("walks.5")
def test_the_page_looks_right(phone: Any, desk: Any, no_js: Any, look: Any) -> None:
    employer_row = make_employer(name="江门市远航物流有限公司", introduction="经营叉车租赁与仓储。")
    for title in ("叉车司机", "夜班叉车司机", "仓库保管员"):
        make_position(
            employer=employer_row,
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
        page.goto("/search/?q=宇航员&low=10000")
        look(page, "search-nothing")
        page.goto("/search/?q=chache&county=440703&low=8000")
        look(page, "search-wider")
        page.locator("summary", has_text="月薪").click()
        look(page, "search-filter")
        page.goto("/search/")
        box = page.get_by_role("combobox", name="搜什么")
        box.press_sequentially("cha")
        page.get_by_role("option").first.wait_for()
        box.press("ArrowDown")
        assert box.get_attribute("aria-activedescendant") == "search-text-suggestions-0"
        look(page, "search-suggest")
        box.press("Escape")
        assert box.input_value() == "cha"
        assert box.get_attribute("aria-expanded") == "false"
        box.press("c")
        page.get_by_role("option", name="叉车司机 岗位", exact=True).click()
        page.wait_for_url("**/search/?q=*")
        look(page, "search")
    no_js.goto("/search/")
    no_js.get_by_label("搜什么").fill("baoguanyuan 叉车")
    no_js.get_by_role("button", name="搜索").click()
    assert no_js.locator(".position-card").count() == 1
    look(no_js, "search-no-js")
