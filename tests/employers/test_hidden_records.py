"""Records hidden from single employers: candidate lists, recommendations, intentions, and the pages."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone
from pytest_django import Settings

from portal.accounts.roles import StationRole
from portal.core.models import AuditEvent
from portal.employers import hidden_records
from portal.employers.models import HiddenRecord
from portal.placements import actions as placements
from portal.placements.models import Placement
from portal.ranking import ranking_index
from portal.ranking.candidate_ranking import rank_candidates, rank_candidates_for_positions
from portal.ranking.recommendations import explain_recommendation, recommend_positions
from portal.veterans.models import Veteran
from portal.veterans.record_merges import merge_records
from tests.factories import make_booth, make_employer, make_position, make_staff, make_user, make_veteran
from tests.web.town import Town, make_driver

pytestmark = pytest.mark.django_db


class RivalTown(Town):
    """The town with a second employer, whose position suits the same people."""

    def __init__(self) -> None:
        super().__init__()
        self.rival = make_user("对手经办")
        self.other = make_employer(name="新会演示酒店", member=self.rival)
        self.other_position = make_position(employer=self.other, certificates=["driving_b2"])


@pytest.fixture(autouse=True)
def index_folder(settings: Settings, tmp_path: Path) -> Iterator[Any]:
    settings.MATCHING_INDEX_DIR = tmp_path / "matching"
    yield
    ranking_index.clear_caches()


@pytest.fixture
def town(db: None) -> RivalTown:
    town = RivalTown()
    ranking_index.rebuild()
    ranking_index.rebuild_people()
    return town


def _names(page: Any) -> set[str]:
    return {item.veteran.name for item in page.items}


def _candidates(position: Any) -> Any:
    return rank_candidates(position, among=Veteran.objects.shown_to_employers())


def test_hidden_record_is_a_candidate_of_other_employers_only(town: Any) -> None:
    before = _candidates(town.position)
    assert _names(before) == {"陈建国", "黄志明"}
    hidden_records.hide(veteran=town.ours, employer=town.employer, by=town.ours.account)
    page = _candidates(town.position)
    assert _names(page) == {"黄志明"}
    assert (page.total, page.considered) == (before.total - 1, before.considered - 1)
    assert _names(_candidates(town.other_position)) == {"陈建国", "黄志明"}
    hidden_records.show_again(veteran=town.ours, employer=town.employer, by=town.ours.account)
    assert _names(_candidates(town.position)) == {"陈建国", "黄志明"}


def test_record_changed_after_the_index_build_is_hidden_too(town: Any) -> None:
    newcomer = make_driver("睦洲镇", "新来的")
    assert "新来的" in _names(_candidates(town.position))
    hidden_records.hide(veteran=newcomer, employer=town.employer, by=newcomer.account)
    assert "新来的" not in _names(_candidates(town.position))
    assert "新来的" in _names(_candidates(town.other_position))


def test_ranking_for_several_employers_hides_a_record_from_one_of_them(town: Any) -> None:
    hidden_records.hide(veteran=town.ours, employer=town.employer, by=town.ours.account)
    page = rank_candidates_for_positions(
        [town.position, town.other_position], among=Veteran.objects.shown_to_employers()
    )
    assert {item.position for item in page.items if item.veteran == town.ours} == {town.other_position}
    assert page.total == 2


def test_booth_candidates_exclude_hidden_records(town: Any, client_for: Any) -> None:
    assert "黄志明" in client_for(town.operator).get(town.booth_url).content.decode()
    hidden_records.hide(veteran=town.theirs, employer=town.employer, by=town.theirs.account)
    assert "黄志明" not in client_for(town.operator).get(town.booth_url).content.decode()
    other = make_booth(town.fair, town.other_position)
    page = client_for(town.operator).get(reverse("staff:booth-candidates", args=[other.pk]))
    assert "黄志明" in page.content.decode()


def test_positions_of_the_employer_are_excluded_with_the_reason(town: Any) -> None:
    hidden_records.hide(veteran=town.ours, employer=town.employer, by=town.ours.account)
    ours = Veteran.objects.with_details().get(pk=town.ours.pk)
    page = recommend_positions(ours)
    assert {item.position for item in page.items} == {town.other_position}
    assert page.excluded == {"您对这家单位隐藏了档案": 1}
    verdict = explain_recommendation(ours, town.position)
    assert verdict is not None
    assert not verdict.passes
    theirs = Veteran.objects.with_details().get(pk=town.theirs.pk)
    assert {item.position for item in recommend_positions(theirs).items} == {
        town.position,
        town.other_position,
    }


def test_intentions_are_hidden_from_that_employer_only(town: Any, client_for: Any) -> None:
    for position in (town.position, town.other_position):
        placements.declare(veteran=town.ours, position=position, by=town.ours.account)
    placement = Placement.objects.get(position=town.position)
    hidden_records.hide(veteran=town.ours, employer=town.employer, by=town.ours.account)
    assert not Placement.objects.visible_to(town.member).exists()
    for user in (town.rival, town.ours.account, town.clerk):
        assert Placement.objects.visible_to(user).exists()
    member_client = client_for(town.member)
    assert "陈建国" not in member_client.get(reverse("employer:intentions")).content.decode()
    assert "条就业意向等贵单位确认" not in member_client.get(reverse("employer:home")).content.decode()
    assert member_client.post(reverse("employer:confirm-intention", args=[placement.pk])).status_code == 404
    assert member_client.get("/api/v1/placements").json()["items"] == []
    with pytest.raises(PermissionDenied):
        placements.confirm(placement=placement, by=town.member)
    assert "陈建国" in client_for(town.rival).get(reverse("employer:intentions")).content.decode()


def test_no_intention_is_declared_while_the_record_is_hidden(town: Any) -> None:
    hidden_records.hide(veteran=town.ours, employer=town.employer, by=town.ours.account)
    for by, fair in ((town.ours.account, None), (town.operator, town.fair)):
        with pytest.raises(ValidationError, match="先取消隐藏"):
            placements.declare(veteran=town.ours, position=town.position, by=by, fair=fair)


def test_person_and_staff_of_the_station_may_hide_a_record(town: Any) -> None:
    hidden_records.hide(veteran=town.ours, employer=town.employer, by=town.clerk)
    assert AuditEvent.objects.get(verb="employers.file_hidden").data["on_behalf"] is True
    for user in (town.member, town.neighbour, town.theirs.account, make_user()):
        with pytest.raises(PermissionDenied):
            hidden_records.hide(veteran=town.ours, employer=town.other, by=user)
        with pytest.raises(PermissionDenied):
            hidden_records.show_again(veteran=town.ours, employer=town.employer, by=user)


def test_hiding_twice_creates_one_row_and_keeps_earlier_rows(town: Any) -> None:
    account = town.ours.account
    first = hidden_records.hide(veteran=town.ours, employer=town.employer, by=account)
    assert hidden_records.hide(veteran=town.ours, employer=town.employer, by=account) == first
    hidden_records.show_again(veteran=town.ours, employer=town.employer, by=account)
    hidden_records.show_again(veteran=town.ours, employer=town.employer, by=account)
    hidden_records.hide(veteran=town.ours, employer=town.employer, by=account)
    rows = HiddenRecord.objects.order_by("pk").values_list("shown_again_at", flat=True)
    assert [at is None for at in rows] == [False, True]
    verbs = AuditEvent.objects.filter(verb__startswith="employers.file_").order_by("pk")
    assert [event.verb.partition("_")[2] for event in verbs] == ["hidden", "shown", "hidden"]


def test_number_of_hidden_employers_is_limited(town: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hidden_records, "MAX_HIDDEN_EMPLOYERS", 1)
    hidden_records.hide(veteran=town.ours, employer=town.employer, by=town.ours.account)
    with pytest.raises(ValidationError, match="最多对 1 家"):
        hidden_records.hide(veteran=town.ours, employer=town.other, by=town.ours.account)


def test_database_allows_one_row_in_force_and_requires_complete_ordered_dates(town: Any) -> None:
    row = hidden_records.hide(veteran=town.ours, employer=town.employer, by=town.clerk)
    with pytest.raises(IntegrityError), transaction.atomic():
        HiddenRecord.objects.create(veteran=town.ours, employer=town.employer, hidden_by=town.clerk)
    for change in (
        {"shown_again_at": timezone.now()},
        {"shown_again_at": row.hidden_at - timedelta(days=1), "shown_again_by": town.clerk},
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            HiddenRecord.objects.filter(pk=row.pk).update(**change)


def test_hidden_record_stays_hidden_after_a_merge(town: Any) -> None:
    twin = make_veteran(station=town.ours.station, name="陈建国")
    head = make_staff(town.ours.station, StationRole.HEAD)
    hidden_records.hide(veteran=twin, employer=town.employer, by=head)
    merge_records(target=town.ours, source=twin, by=head)
    assert _names(_candidates(town.position)) == {"黄志明"}


# Pages
def test_person_hides_from_an_employer_and_shows_again_on_the_page(town: Any, client_for: Any) -> None:
    client, url = client_for(town.ours.account), reverse("veteran:hidden-employers")
    assert "新会演示酒店" in client.get(url, {"q": "演示酒店"}).content.decode()
    assert "没有找到" in client.get(url, {"q": "没有这家"}).content.decode()
    page = client.post(reverse("veteran:hide-from", args=[town.other.pk]), follow=True).content.decode()
    assert "已对“新会演示酒店”隐藏档案" in page
    assert "没有找到" in client.get(url, {"q": "演示酒店"}).content.decode()  # hidden from already
    assert HiddenRecord.objects.in_force().get().employer == town.other
    client.post(reverse("veteran:show-to", args=[town.other.pk]))
    assert not HiddenRecord.objects.in_force().exists()
    unverified = make_employer(verified=False)
    assert client.post(reverse("veteran:hide-from", args=[unverified.pk])).status_code == 404


def test_staff_hide_records_of_their_stations_on_behalf(town: Any, client_for: Any) -> None:
    args = [town.ours.pk, town.employer.pk]
    assert client_for(town.neighbour).post(reverse("staff:employer-hide", args=args)).status_code == 403
    clerk_client = client_for(town.clerk)
    clerk_client.post(reverse("staff:employer-hide", args=args))
    html = clerk_client.get(reverse("staff:hidden-employers", args=[town.ours.pk])).content.decode()
    assert "江门市远航物流有限公司" in html
    clerk_client.post(reverse("staff:employer-show", args=args))
    assert not HiddenRecord.objects.in_force().exists()


def test_candidate_page_of_the_employer_excludes_a_hidden_record(town: Any, client_for: Any) -> None:
    member_client = client_for(town.member)
    assert len(member_client.get(town.employer_url).context["rows"]) == 2
    client_for(town.ours.account).post(reverse("veteran:hide-from", args=[town.employer.pk]))
    assert len(member_client.get(town.employer_url).context["rows"]) == 1


def test_query_count_of_the_candidate_page_is_constant(town: Any, client_for: Any, same_queries: Any) -> None:
    def grow() -> None:
        for number in range(4):
            veteran = make_driver("睦洲镇", f"躲开{number}")
            hidden_records.hide(veteran=veteran, employer=town.employer, by=veteran.account)
        make_driver("睦洲镇", "看得见")
        ranking_index.rebuild_people()

    member_client = client_for(town.member)
    same_queries(lambda: member_client.get(town.employer_url), grow)


def test_query_count_of_the_hidden_employer_list_is_constant(
    town: Any, client_for: Any, same_queries: Any
) -> None:
    def grow() -> None:
        for _ in range(4):
            hidden_records.hide(veteran=town.ours, employer=make_employer(), by=town.ours.account)

    grow()
    person_client, clerk_client = client_for(town.ours.account), client_for(town.clerk)
    same_queries(lambda: person_client.get(reverse("veteran:hidden-employers"), {"q": "有限公司"}), grow)
    same_queries(lambda: clerk_client.get(reverse("staff:hidden-employers", args=[town.ours.pk])), grow)
