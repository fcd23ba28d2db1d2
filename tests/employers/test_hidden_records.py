"""A veteran hides from one employer: nowhere for that one, at once, and as before for everybody else."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone
from pytest_django import Settings

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


@pytest.fixture(autouse=True)
def index_folder(settings: Settings, tmp_path: Path) -> Iterator[Any]:
    settings.MATCHING_INDEX_DIR = tmp_path / "matching"
    yield
    ranking_index.clear_caches()


@pytest.fixture
def town(db: None) -> Any:
    made = Town()
    made.rival = make_user("对手经办")
    made.other = make_employer(name="新会演示酒店", member=made.rival)
    made.other_position = make_position(employer=made.other, certificates=["driving_b2"])
    ranking_index.rebuild()
    ranking_index.rebuild_people()
    return made


def _people(found: Any) -> Any:
    return {item.veteran.name for item in found.items}


def _for(position: Any) -> Any:
    return rank_candidates(position, among=Veteran.objects.shown_to_employers())


def test_hidden_people_are_no_candidates_of_that_employer_and_stay_those_of_others(town: Any) -> None:
    before = _for(town.position)
    assert _people(before) == {"陈建国", "黄志明"}
    hidden_records.hide(veteran=town.ours, employer=town.employer, by=town.ours.account)
    found = _for(town.position)
    assert _people(found) == {"黄志明"}
    assert (found.total, found.considered) == (before.total - 1, before.considered - 1)
    assert _people(_for(town.other_position)) == {"陈建国", "黄志明"}
    hidden_records.show_again(veteran=town.ours, employer=town.employer, by=town.ours.account)
    assert _people(_for(town.position)) == {"陈建国", "黄志明"}


def test_a_person_changed_since_the_index_was_built_is_hidden_too(town: Any) -> None:
    newcomer = make_driver("睦洲镇", "新来的")
    assert "新来的" in _people(_for(town.position))
    hidden_records.hide(veteran=newcomer, employer=town.employer, by=newcomer.account)
    assert "新来的" not in _people(_for(town.position))
    assert "新来的" in _people(_for(town.other_position))


def test_among_positions_of_several_employers_each_keeps_its_own(town: Any) -> None:
    hidden_records.hide(veteran=town.ours, employer=town.employer, by=town.ours.account)
    found = rank_candidates_for_positions(
        [town.position, town.other_position], among=Veteran.objects.shown_to_employers()
    )
    assert {item.position for item in found.items if item.veteran == town.ours} == {town.other_position}
    assert found.total == 2


def test_a_booths_people_leave_out_who_hides(town: Any, client_for: Any) -> None:
    assert "黄志明" in client_for(town.operator).get(town.booth_url).content.decode()
    hidden_records.hide(veteran=town.theirs, employer=town.employer, by=town.theirs.account)
    assert "黄志明" not in client_for(town.operator).get(town.booth_url).content.decode()
    other = make_booth(town.fair, town.other_position)
    page = client_for(town.operator).get(reverse("staff:booth-candidates", args=[other.pk]))
    assert "黄志明" in page.content.decode()


def test_its_posts_are_not_recommended_and_the_person_is_told_why(town: Any) -> None:
    hidden_records.hide(veteran=town.ours, employer=town.employer, by=town.ours.account)
    ours = Veteran.objects.with_details().get(pk=town.ours.pk)
    found = recommend_positions(ours)
    assert {item.position for item in found.items} == {town.other_position}
    assert found.excluded == {"您对这家单位隐藏了档案": 1}
    assert not explain_recommendation(ours, town.position).passes
    theirs = Veteran.objects.with_details().get(pk=town.theirs.pk)
    assert {item.position for item in recommend_positions(theirs).items} == {
        town.position,
        town.other_position,
    }


def test_intentions_vanish_from_the_employers_lists_alone(town: Any, client_for: Any) -> None:
    for position in (town.position, town.other_position):
        placements.declare(veteran=town.ours, position=position, by=town.ours.account)
    placement = Placement.objects.get(position=town.position)
    hidden_records.hide(veteran=town.ours, employer=town.employer, by=town.ours.account)
    assert not Placement.objects.visible_to(town.member).exists()
    for user in (town.rival, town.ours.account, town.clerk):
        assert Placement.objects.visible_to(user).exists()
    firm = client_for(town.member)
    assert "陈建国" not in firm.get(reverse("employer:intentions")).content.decode()
    assert "条就业意向等贵单位确认" not in firm.get(reverse("employer:home")).content.decode()
    assert firm.post(reverse("employer:confirm-intention", args=[placement.pk])).status_code == 404
    assert firm.get("/api/v1/placements").json()["items"] == []
    with pytest.raises(PermissionDenied):
        placements.confirm(placement=placement, by=town.member)
    assert "陈建国" in client_for(town.rival).get(reverse("employer:intentions")).content.decode()


def test_no_new_intention_while_hidden(town: Any) -> None:
    hidden_records.hide(veteran=town.ours, employer=town.employer, by=town.ours.account)
    for by, fair in ((town.ours.account, None), (town.operator, town.fair)):
        with pytest.raises(ValidationError, match="先取消隐藏"):
            placements.declare(veteran=town.ours, position=town.position, by=by, fair=fair)


def test_who_may_hide_a_file(town: Any) -> None:
    hidden_records.hide(veteran=town.ours, employer=town.employer, by=town.clerk)
    assert AuditEvent.objects.get(verb="employers.file_hidden").data["on_behalf"] is True
    for user in (town.member, town.neighbour, town.theirs.account, make_user()):
        with pytest.raises(PermissionDenied):
            hidden_records.hide(veteran=town.ours, employer=town.other, by=user)
        with pytest.raises(PermissionDenied):
            hidden_records.show_again(veteran=town.ours, employer=town.employer, by=user)


def test_hiding_twice_is_one_row_and_the_dates_stay(town: Any) -> None:
    me = town.ours.account
    first = hidden_records.hide(veteran=town.ours, employer=town.employer, by=me)
    assert hidden_records.hide(veteran=town.ours, employer=town.employer, by=me) == first
    hidden_records.show_again(veteran=town.ours, employer=town.employer, by=me)
    hidden_records.show_again(veteran=town.ours, employer=town.employer, by=me)
    hidden_records.hide(veteran=town.ours, employer=town.employer, by=me)
    rows = HiddenRecord.objects.order_by("pk").values_list("shown_again_at", flat=True)
    assert [at is None for at in rows] == [False, True]
    verbs = AuditEvent.objects.filter(verb__startswith="employers.file_").order_by("pk")
    assert [event.verb.partition("_")[2] for event in verbs] == ["hidden", "shown", "hidden"]


def test_there_is_an_end_to_hiding(town: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hidden_records, "MAX_HIDDEN_EMPLOYERS", 1)
    hidden_records.hide(veteran=town.ours, employer=town.employer, by=town.ours.account)
    with pytest.raises(ValidationError, match="最多对 1 家"):
        hidden_records.hide(veteran=town.ours, employer=town.other, by=town.ours.account)


def test_the_database_keeps_one_hiding_in_force_and_its_dates_in_order(town: Any) -> None:
    row = hidden_records.hide(veteran=town.ours, employer=town.employer, by=town.clerk)
    with pytest.raises(IntegrityError), transaction.atomic():
        HiddenRecord.objects.create(veteran=town.ours, employer=town.employer, hidden_by=town.clerk)
    for change in (
        {"shown_again_at": timezone.now()},
        {"shown_again_at": row.hidden_at - timezone.timedelta(days=1), "shown_again_by": town.clerk},
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            HiddenRecord.objects.filter(pk=row.pk).update(**change)


def test_a_hiding_goes_with_a_file_that_is_merged(town: Any) -> None:
    twin = make_veteran(station=town.ours.station, name="陈建国")
    head = make_staff(town.ours.station, "head")
    hidden_records.hide(veteran=twin, employer=town.employer, by=head)
    merge_records(target=town.ours, source=twin, by=head)
    assert _people(_for(town.position)) == {"黄志明"}


# --- the pages
def test_a_person_finds_an_employer_and_hides_from_it_and_back(town: Any, client_for: Any) -> None:
    me, url = client_for(town.ours.account), reverse("veteran:hidden-employers")
    assert "新会演示酒店" in me.get(url, {"q": "演示酒店"}).content.decode()
    assert "没有找到" in me.get(url, {"q": "没有这家"}).content.decode()
    page = me.post(reverse("veteran:hide-from", args=[town.other.pk]), follow=True).content.decode()
    assert "已对“新会演示酒店”隐藏档案" in page
    assert "没有找到" in me.get(url, {"q": "演示酒店"}).content.decode()  # hidden from already
    assert HiddenRecord.objects.in_force().get().employer == town.other
    me.post(reverse("veteran:show-to", args=[town.other.pk]))
    assert not HiddenRecord.objects.in_force().exists()
    waiting = make_employer(verified=False)
    assert me.post(reverse("veteran:hide-from", args=[waiting.pk])).status_code == 404


def test_staff_do_it_on_behalf_below_their_stations_alone(town: Any, client_for: Any) -> None:
    args = [town.ours.pk, town.employer.pk]
    assert client_for(town.neighbour).post(reverse("staff:employer-hide", args=args)).status_code == 403
    there = client_for(town.clerk)
    there.post(reverse("staff:employer-hide", args=args))
    listed = there.get(reverse("staff:hidden-employers", args=[town.ours.pk])).content.decode()
    assert "江门市远航物流有限公司" in listed
    there.post(reverse("staff:employer-show", args=args))
    assert not HiddenRecord.objects.in_force().exists()


def test_the_employers_page_of_people_drops_the_hidden_one(town: Any, client_for: Any) -> None:
    firm = client_for(town.member)
    assert len(firm.get(town.employer_url).context["rows"]) == 2
    client_for(town.ours.account).post(reverse("veteran:hide-from", args=[town.employer.pk]))
    assert len(firm.get(town.employer_url).context["rows"]) == 1


def test_pages_of_people_cost_the_same_however_many_hide(
    town: Any, client_for: Any, same_queries: Any
) -> None:
    def grow() -> None:
        for number in range(4):
            veteran = make_driver("睦洲镇", f"躲开{number}")
            hidden_records.hide(veteran=veteran, employer=town.employer, by=veteran.account)
        make_driver("睦洲镇", "看得见")
        ranking_index.rebuild_people()

    of_member = client_for(town.member)
    same_queries(lambda: of_member.get(town.employer_url), grow)


def test_the_list_of_hidings_costs_the_same_however_long(
    town: Any, client_for: Any, same_queries: Any
) -> None:
    def grow() -> None:
        for _ in range(4):
            hidden_records.hide(veteran=town.ours, employer=make_employer(), by=town.ours.account)

    grow()
    me, clerk = client_for(town.ours.account), client_for(town.clerk)
    same_queries(lambda: me.get(reverse("veteran:hidden-employers"), {"q": "有限公司"}), grow)
    same_queries(lambda: clerk.get(reverse("staff:hidden-employers", args=[town.ours.pk])), grow)
