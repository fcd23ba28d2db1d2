"""Keeping a search: from the search page to the list and away again, each for its owner."""

from typing import Any

import pytest
from django.test import Client

from search import indexing
from search.models import SavedSearch
from tests.factories import make_position, make_stations, make_user, make_veteran

pytestmark = pytest.mark.django_db
URL = "/me/saved-searches/"


@pytest.fixture
def user() -> Any:
    make_stations()
    return make_user("陈建国")


def test_search_is_saved_changed_and_removed(client_for: Any, user: Any) -> None:
    client = client_for(user)
    answer = client.post(f"{URL}add/?q=电工&county=440705&page=3&nonsense=1", follow=True)
    page = answer.content.decode()
    assert "电工，新会区" in page
    assert "/search/?q=%E7%94%B5%E5%B7%A5&amp;county=440705" in page
    row = SavedSearch.objects.get()
    client.post(f"{URL}{row.pk}/", {"name": "家门口的电工"})
    row.refresh_from_db()
    assert (row.name, row.alerts) == ("家门口的电工", False)
    wrong = client.post(f"{URL}{row.pk}/", {"name": "长" * 61, "alerts": "on"})
    assert wrong.status_code == 200
    assert wrong.context["form"].errors["name"]
    client.post(f"{URL}{row.pk}/remove/")
    assert not SavedSearch.objects.exists()


def test_search_that_cannot_be_saved_shows_error(client_for: Any, user: Any) -> None:
    page = client_for(user).post(f"{URL}add/", follow=True).content.decode()
    assert "请先输入要搜的词" in page


def test_saved_search_of_another_user_is_404(client: Client, client_for: Any, user: Any) -> None:
    client_for(user).post(f"{URL}add/?q=电工")
    row = SavedSearch.objects.get()
    other = client_for(make_user("路人"))
    assert "电工" not in other.get(URL).content.decode()
    assert other.post(f"{URL}{row.pk}/", {"name": "我的"}).status_code == 404
    assert other.post(f"{URL}{row.pk}/remove/").status_code == 404
    assert client.post(f"{URL}add/?q=厨师").status_code == 302
    assert list(SavedSearch.objects.values_list("name", flat=True)) == ["电工"]


def test_search_page_offers_to_save_the_search(client: Client, client_for: Any, user: Any) -> None:
    make_position(title="电工")
    indexing.rebuild()
    assert "登录后保存这个搜索" in client.get("/search/?q=电工").content.decode()
    member = client_for(user)
    assert "保存搜索，有新岗位告诉我" in member.get("/search/?q=电工").content.decode()
    member.post(f"{URL}add/?q=电工")
    assert "这个搜索已保存" in member.get("/search/?q=电工").content.decode()


def test_saved_searches_are_linked_from_home_and_notifications(client_for: Any, user: Any) -> None:
    make_veteran(account=user)
    client = client_for(user)
    for page in ("/me/", "/notices/"):
        assert f'href="{URL}"' in client.get(page).content.decode()


def test_saved_search_is_in_own_personal_data_only(client_for: Any, user: Any) -> None:
    make_veteran(account=user)
    client = client_for(user)
    client.post(f"{URL}add/?q=电工&county=440703")
    other = make_veteran(account=make_user("路人"))
    texts = client.post("/me/data/json/").json()["sections"]
    (rows,) = [part["rows"] for part in texts if part["title"] == "保存的搜索"]
    (row,) = rows
    assert (row["名称"], row["条件"], row["有新岗位时告诉我"]) == ("电工，蓬江区", "电工，蓬江区", "是")
    assert "保存的搜索" in client.get("/me/data/").content.decode()
    copy = client_for(other.account).post("/me/data/json/").json()["sections"]
    assert "保存的搜索" not in {part["title"] for part in copy}


def test_list_uses_constant_number_of_queries(client_for: Any, user: Any, same_queries: Any) -> None:
    client = client_for(user)
    client.post(f"{URL}add/?q=电工&county=440703")

    def grow() -> None:
        for number in range(8):
            client.post(f"{URL}add/?q=电工{number}&county=440703")

    assert same_queries(lambda: client.get(URL), grow) <= 14


def test_saved_searches_look_right(phone: Any, desk: Any, look: Any, sign_in: Any, user: Any) -> None:
    make_position(title="电工")
    indexing.rebuild()
    for page in (phone, desk):
        sign_in(page, user)
        page.goto(URL)
        look(page, "saved-searches-none")
        page.goto("/search/?q=电工&county=440705&low=3000")
        look(page, "search-to-keep")
        page.get_by_role("button", name="保存搜索").click()
        look(page, "saved-searches")
        page.get_by_role("link", name="改名称和提醒").first.click()
        look(page, "saved-search")
        page.goto(URL)
        page.locator("summary", has_text="删除").click()
        page.get_by_role("button", name="确定删除").click()
        look(page, "saved-searches-none")
