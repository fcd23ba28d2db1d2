"""People for a position: who may look, what each may see, and what the person decides about it."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from portal.accounts.models import Consent
from portal.ranking import ranking_index
from tests.factories import make_employer, make_position, make_registration, make_user
from tests.web.town import Town, make_driver

pytestmark = [pytest.mark.django_db, pytest.mark.must("matching.7")]


@pytest.fixture(autouse=True)
def index_folder(settings: Settings, tmp_path: Path) -> Iterator[Any]:
    settings.MATCHING_INDEX_DIR = tmp_path / "matching"
    yield
    ranking_index.clear_caches()


@pytest.fixture
def town(db: None) -> Any:
    return Town()


def names_on(client: Any, url: Any) -> Any:
    answer = client.get(url)
    assert answer.status_code == 200
    page = answer.content.decode()
    return {name for name in ("陈建国", "黄志明", "周海生", "钱不语") if name in page}


def test_clerk_sees_candidates_of_own_subtree_only(town: Any, client_for: Any) -> None:
    assert names_on(client_for(town.clerk), town.staff_url) == {"陈建国", "周海生"}
    assert names_on(client_for(town.neighbour), town.staff_url) == {"黄志明"}
    assert names_on(client_for(town.operator), town.staff_url) == {"陈建国", "周海生", "黄志明"}


def test_candidates_show_reasons_and_masked_phones(town: Any, client_for: Any) -> None:
    page = client_for(town.clerk).get(town.staff_url).content.decode()
    assert "A2" in page
    assert town.ours.phone not in page
    assert f"{town.ours.phone[:3]}****" in page


def test_candidate_pages_refuse_other_users(town: Any, client: Client, client_for: Any) -> None:
    for url in (town.staff_url, town.booth_url):
        assert client.get(url).status_code == 302
        for user in (town.member, town.ours.account):
            assert client_for(user).get(url).status_code == 403
    assert client_for(town.clerk).get(town.booth_url).status_code in {403, 404}


def test_booth_lists_people_registered_for_its_fair(town: Any, client_for: Any) -> None:
    assert names_on(client_for(town.operator), town.booth_url) == {"黄志明"}
    page = client_for(town.operator).get(town.booth_url).content.decode()
    assert f"最合适：{town.position.title}" in page


def test_employer_sees_cards_of_consenting_veterans(town: Any, client_for: Any) -> None:
    answer = client_for(town.member).get(town.employer_url)
    page = answer.content.decode()
    assert len(answer.context["rows"]) == 2
    assert answer.context["hidden"] == 1
    assert "已报名您参加的招聘会" in page
    for veteran in (town.ours, town.theirs, town.shy):
        for secret in (
            veteran.name,
            veteran.phone,
            veteran.phone[-4:],
            veteran.id_last4,
            veteran.station.name,
        ):
            assert secret not in page
        assert reverse("staff:veteran", args=[veteran.pk]) not in page
    assert "狮头鹅" not in page, "what a person wrote is not shown"
    assert "公里" not in page, "nor where they live"


def test_other_employers_and_strangers_see_no_candidates(town: Any, client: Client, client_for: Any) -> None:
    rival = make_user("对手")
    make_employer(member=rival)
    for user in (rival, town.ours.account, town.clerk):
        assert client_for(user).get(town.employer_url).status_code == 404
    assert client.get(town.employer_url).status_code == 302


def test_unverified_employer_sees_no_candidates(town: Any, client_for: Any) -> None:
    member = make_user("未核验")
    pending_rows = make_employer(verified=False, member=member)
    own = make_position(employer=pending_rows)
    answer = client_for(member).get(reverse("employer:candidates", args=[own.pk]))
    assert answer.context["rows"] == []
    assert "核验有效后" in answer.content.decode()


def test_withdrawn_consent_removes_card_at_once(town: Any, client_for: Any) -> None:
    me, employer_row = client_for(town.ours.account), client_for(town.member)
    card = reverse("veteran:consent", args=["employer_card"])
    assert me.get(reverse("veteran:consents")).content.decode().count("已同意，") == 2
    assert me.get(card).status_code == 405
    me.post(card)
    assert len(employer_row.get(town.employer_url).context["rows"]) == 1
    assert names_on(client_for(town.clerk), town.staff_url) == {"陈建国", "周海生"}
    me.post(reverse("veteran:consent", args=["matching"]))
    assert names_on(client_for(town.clerk), town.staff_url) == {"周海生"}
    me.post(card, {"agree": "yes"})
    me.post(reverse("veteran:consent", args=["matching"]), {"agree": "yes"})
    assert len(employer_row.get(town.employer_url).context["rows"]) == 2
    page = me.get(reverse("veteran:consents")).content.decode()
    assert "已撤回的授权" in page
    assert Consent.objects.filter(user=town.ours.account).count() == 4
    assert me.post(reverse("veteran:consent", args=["employer_contact"])).status_code == 404


def test_candidate_pages_use_constant_number_of_queries(
    town: Any, client_for: Any, same_queries: Any
) -> None:
    def grow() -> None:
        for number in range(4):
            veteran = make_driver("睦洲镇", f"新人{number}")
            make_registration(town.fair, veteran)
        ranking_index.rebuild_people()

    for user, url in (
        (town.clerk, town.staff_url),
        (town.operator, town.booth_url),
        (town.member, town.employer_url),
    ):
        of_user = client_for(user)
        same_queries(lambda client=of_user, url=url: client.get(url), grow)


@pytest.mark.parametrize("page_number", ["abc", "0", "-1", "99999999"])
def test_page_past_the_end_shows_last_page(town: Any, client_for: Any, page_number: Any) -> None:
    assert names_on(client_for(town.clerk), f"{town.staff_url}?page={page_number}") == {"陈建国", "周海生"}
