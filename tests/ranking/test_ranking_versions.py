"""A learnt version of the ranking: adopted, served, told truthfully, rolled back."""

import dataclasses
import json
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries, DjangoCaptureOnCommitCallbacks

from matching import Measures
from portal.accounts.roles import StationRole
from portal.core.models import AuditEvent
from portal.core.reference import load_reference
from portal.employers.hidden_records import hidden_employer_ids
from portal.ranking import actions, ranking_index, ranking_versions, recommendations
from portal.ranking.models import BUILT_IN, Impression, RankingVersion
from portal.ranking.posting_mapping import to_profile
from portal.ranking.reweighting import FEATURES, LABELS, Reweighting, features_from_rows
from portal.veterans.models import Veteran
from tests.factories import make_employer, make_position, make_staff, make_stations, make_veteran
from tests.harness.optional import require

pytestmark = pytest.mark.django_db

NEAR = Reweighting({"nearness": 4.0}, {"nearness": 0.5}).parameters
EXCLUDED_TERMS = {
    "age", "birth", "born", "sex", "gender", "ethnicity", "nation", "married", "marriage", "children",
    "household", "hukou", "rank", "party", "disability", "health", "difficulty", "religion", "settlement",
    "pension",     "served",
}  # fmt: skip


@pytest.fixture
def operator() -> Any:
    return make_staff(make_stations()["江门市"], StationRole.OPERATOR, name="市级业务管理员")


@pytest.fixture
def driver() -> Any:
    station = make_stations()["睦洲镇"]  # with the places' coordinates
    load_reference()
    veteran = make_veteran(specialties=("driver",), certificates=("driving_a2",), station=station)
    return Veteran.objects.with_details().get(pk=veteran.pk)


@pytest.fixture
def positions(driver: Any) -> Any:
    """Far and telling in words; near and telling less; and some more."""
    stations = make_stations()
    far = make_position(employer=make_employer(region=stations["司前镇"].region), title="货车司机")
    near = make_position(
        employer=make_employer(region=stations["睦洲镇"].region),
        title="货运装卸司机助理",
        duties="协助装卸货物，随车配送。",
        requirements="",
    )
    rest = [make_position(title=f"司机{n}") for n in range(4)]
    ranking_index.rebuild()
    return [far, near, *rest]


def version(operator: Any, *, proven: Any = True, parameters: Any = NEAR) -> Any:
    return RankingVersion.objects.create(
        name="学习版", parameters=parameters, proven=proven, made_by=operator
    )


def adopt(operator: Any, commit: Any, created: Any = None, reason: Any = "离家近的更容易入职") -> Any:
    with commit(execute=True):
        return actions.adopt_ranking(version=created or version(operator), by=operator, reason=reason)


def test_what_is_learnt_from_knows_nothing_it_must_not_know() -> None:
    names = {*FEATURES, *(field.name for field in dataclasses.fields(Measures))}
    words = {word for name in names for word in name.split("_")}
    assert not words & EXCLUDED_TERMS
    assert set(LABELS) == set(FEATURES)
    stored_data = {field.name for field in Impression._meta.get_fields()}
    bookkeeping = {
        "id",
        "veteran",
        "position",
        "surface",
        "day",
        "at",
        "list_id",
        "context",
        "rank",
        "propensity",
        "version",
    }  # fmt: skip  (`rank` is a place on a list here)
    assert stored_data == bookkeeping | {field.name for field in dataclasses.fields(Measures)}
    with pytest.raises(ValueError, match="unknown features"):
        Reweighting.from_parameters({"weights": {"age": 1.0}, "centre": {}, "cap": 1.0})


def test_without_a_version_the_list_is_matchings_own_bit_for_bit(driver: Any, positions: Any) -> None:
    now = timezone.now()
    plain = require(ranking_index.store().current()).rank(
        to_profile(driver, blocked=hidden_employer_ids(driver)), k=20, offset=0, among=None, now=now
    )
    result = recommendations.recommend_positions(driver, now=now)
    assert tuple(item.match for item in result.items) == plain.matches
    assert (result.total, result.considered, result.version) == (plain.passing, plain.considered, BUILT_IN)
    assert {item.propensity for item in result.items} == {1.0}
    assert [item.rank for item in result.items] == list(range(1, len(positions) + 1))


def test_an_adopted_version_serves_and_its_reasons_add_up(
    driver: Any,
    positions: Any,
    operator: Any,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    _far, near = positions[:2]
    before = recommendations.recommend_positions(driver)
    adopt(operator, django_capture_on_commit_callbacks)
    with django_assert_num_queries(2):
        after = recommendations.recommend_positions(driver)
    assert after.items[0].position == near != before.items[0].position
    assert {item.position for item in after.items} == {item.position for item in before.items}
    assert (after.total, after.considered, after.excluded) == (
        before.total,
        before.considered,
        before.excluded,
    )
    scores = [item.match.score for item in after.items]
    assert scores == sorted(scores, reverse=True)
    plain = {item.position.pk: item for item in before.items}
    for item in after.items:
        assert sum(reason.share for reason in item.match.reasons) == pytest.approx(item.match.score, abs=1e-9)
        (move,) = [reason for reason in item.match.reasons if reason.kind == "outcomes"]
        assert move.text.startswith("按历史结果")
        assert move.share == pytest.approx(item.match.score - plain[item.position.pk].match.score)
        # What is written down is what the built-in ranking saw.
        assert item.measures.score == pytest.approx(plain[item.position.pk].measures.score)
        assert 0 <= item.match.score <= 1
        verdict = recommendations.explain_recommendation(driver, item.position)
        assert require(verdict).score == pytest.approx(item.match.score)
        assert sum(reason.share for reason in require(verdict).reasons) == pytest.approx(
            require(verdict).score
        )


def test_pages_of_a_learnt_list_follow_one_another(
    driver: Any,
    positions: Any,
    operator: Any,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    adopt(operator, django_capture_on_commit_callbacks)
    whole = [item.position.pk for item in recommendations.recommend_positions(driver).items]
    for depth in (60, 3):
        monkeypatch.setattr(recommendations, "RERANKED_DEPTH", depth)
        pages = [
            item.position.pk
            for offset in (0, 2, 4)
            for item in recommendations.recommend_positions(driver, limit=2, offset=offset).items
        ]
        assert sorted(pages) == sorted(whole)
        assert depth == 3 or pages == whole


def test_versions_come_and_go_with_reason_and_trace(
    driver: Any,
    positions: Any,
    operator: Any,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    commit = django_capture_on_commit_callbacks
    first, second = version(operator), version(operator, parameters={**NEAR, "cap": 0.5})
    adopt(operator, commit, first)
    assert ranking_versions.active_version().key == first.key
    adopt(operator, commit, second, reason="新报告")
    with pytest.raises(ValidationError, match="已在使用"):
        actions.adopt_ranking(version=second, by=operator, reason="再来")
    with commit(execute=True):
        actions.roll_back_ranking(by=operator, reason="投诉多")
    assert (ranking_versions.adopted_version(), ranking_versions.active_version().key) == (first, first.key)
    with commit(execute=True):
        actions.roll_back_ranking(by=operator, reason="回到原来")
    assert (ranking_versions.adopted_version(), ranking_versions.active_version().key) == (None, BUILT_IN)
    with pytest.raises(ValidationError, match="原始排序"):
        actions.roll_back_ranking(by=operator, reason="再退")
    texts = list(
        AuditEvent.objects.filter(verb__startswith="recommendations.")
        .order_by("pk")
        .values_list("verb", "actor_id", "data__before", "data__after", "data__reason")
    )
    adopted, back, by = "recommendations.adopted", "recommendations.rolled_back", operator.pk
    assert texts == [
        (adopted, by, BUILT_IN, first.key, "离家近的更容易入职"),
        (adopted, by, first.key, second.key, "新报告"),
        (back, by, second.key, first.key, "投诉多"),
        (back, by, first.key, BUILT_IN, "回到原来"),
    ]
    for change, stack in zip(
        ranking_versions.list_changes(),
        ([None, first], [None, first, second], [None, first], [None]),
        strict=True,
    ):
        assert change.version == stack[-1]


@pytest.mark.parametrize("reason", ["", "   "])
def test_no_change_without_a_reason(operator: Any, reason: Any) -> None:
    with pytest.raises(ValidationError, match="理由"):
        actions.adopt_ranking(version=version(operator), by=operator, reason=reason)


def test_what_was_not_shown_to_be_better_is_not_adopted(operator: Any) -> None:
    with pytest.raises(ValidationError, match="证明更好"):
        actions.adopt_ranking(version=version(operator, proven=False), by=operator, reason="试试")


@pytest.mark.parametrize("role", StationRole.values)
@pytest.mark.parametrize("place", ["江门市", "新会区"])
def test_only_operators_of_the_whole_city_decide(operator: Any, role: Any, place: Any) -> None:
    by = make_staff(make_stations()[place], StationRole(role))
    created = version(operator)
    if (role, place) == (StationRole.OPERATOR, "江门市"):
        assert actions.adopt_ranking(version=created, by=by, reason="试").version == created
        return
    with pytest.raises(PermissionDenied):
        actions.adopt_ranking(version=created, by=by, reason="试")
    with pytest.raises(PermissionDenied):
        actions.roll_back_ranking(by=by, reason="试")


def test_the_file_is_mended_from_the_database(
    operator: Any, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    created = version(operator)
    actions.adopt_ranking(version=created, by=operator, reason="试")  # its process died before the file
    assert ranking_versions.active_version().key == BUILT_IN
    assert ranking_versions.publish_version() == created.key
    assert ranking_versions.active_version().key == created.key
    assert ranking_versions.publish_version() == created.key
    ranking_versions._path().write_text(json.dumps({"key": "v0", "parameters": NEAR}), encoding="utf-8")
    ranking_versions.publish_version()
    assert ranking_versions.active_version().key == created.key


def test_a_move_is_bounded_and_the_unknown_moves_nothing() -> None:
    wild = Reweighting({"nearness": 1e6, "pay_margin": 1e6}, {"nearness": 0.2, "pay_margin": 0.0}, cap=1.5)
    near = Measures(0.3, 0.3, 0, 0, 0, 0.0, 6000, None, False, False, 0)
    unknown = dataclasses.replace(near, km=None)
    shifted = wild.scores(features_from_rows([near, unknown]))
    assert shifted[0] == pytest.approx(0.658, abs=0.001)
    assert shifted[1] == pytest.approx(0.3)


def test_neighbours_change_places_by_chance_and_nobody_is_hidden(
    driver: Any, positions: Any, settings: Any
) -> None:
    plain = [item.position.pk for item in recommendations.recommend_positions(driver).items]
    settings.RANKING_SWAPS = 0.5
    result = recommendations.recommend_positions(driver)
    order = [item.position.pk for item in result.items]
    assert order == [
        item.position.pk for item in recommendations.recommend_positions(driver).items
    ]  # the same all day
    for at in range(0, len(plain), 2):
        assert set(order[at : at + 2]) == set(plain[at : at + 2])
    assert [item.rank for item in result.items] == list(range(1, len(plain) + 1))
    assert {item.propensity for item in result.items} == {0.5}
    settings.RANKING_SWAPS = 0.1
    is_swapped = 0
    for day in range(200):
        now = timezone.now().replace(microsecond=day)
        items, chances = recommendations._swap_neighbours(
            [item.match for item in recommendations.recommend_positions(driver, now=now).items], 0, f"{day}"
        )
        assert set(chances) <= {0.1, 0.9}
        is_swapped += chances.count(0.1) // 2
        assert len(items) == len(plain)
    assert 30 < is_swapped < 95  # three pairs, 200 days, one in ten
