"""Contract of the search engines: records that a search returns and never returns, for every engine."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone

from portal.employers.enums import VerificationState
from portal.employers.models import Employer
from portal.positions.enums import PositionState
from portal.positions.models import Position
from search import indexing
from search.query import Kind, Scope, SearchQuery, Sort
from search.words import Group
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


def titles(result: Any) -> list[str]:
    return [hit.title for hit in result.hits]


def test_a_word_finds_titles_before_texts(engine: Any, find: Any) -> None:
    make_position(title="仓库保管员", duties="会开叉车更好，负责收货。", requirements="")
    make_position(title="叉车司机", duties="装卸货物。", requirements="")
    make_position(title="厨师", duties="负责炒菜。", requirements="")
    indexing.rebuild()
    result = find("叉车")
    assert titles(result) == ["叉车司机", "仓库保管员"]
    assert (result.total, result.relaxed) == (2, False)


def test_a_synonym_finds_as_well_and_is_marked(engine: Any, find: Any) -> None:
    make_position(title="叉车工", duties="装卸货物。", requirements="")
    indexing.rebuild()
    hit = find("叉车司机").hits[0]
    assert hit.title == "叉车工"
    assert "<mark>" in hit.marked_title


def test_a_long_word_is_met_by_its_parts(engine: Any, find: Any) -> None:
    make_position(title="司机", duties="驾驶货车，长途运输。", requirements="")
    make_position(title="司机", duties="驾驶轿车，接送客人。", requirements="")
    indexing.rebuild()
    assert find("货车司机").total == 1


def test_any_alternative_of_a_word_meets_it(engine: Any) -> None:
    for title in ("电工", "水电维修员", "维修技师", "焊工"):
        make_position(title=title, duties="上班。", requirements="")
    indexing.rebuild()
    query = SearchQuery(scope=Scope.PUBLIC, kinds=frozenset({Kind.POSITION}))
    query_args = Group((("电工",), ("水电", "维修"), ("没有的词",)))
    outcome = engine.find(query, [query_args])
    names = dict(Position.objects.values_list("pk", "title"))
    assert sorted(names[pk] for _, pk in outcome.keys) == ["水电维修员", "电工"]
    both = engine.find(query, [query_args, Group((("焊工",), ("水电",)))])
    assert [names[pk] for _, pk in both.keys] == ["水电维修员"]
    either = engine.find(query, [query_args, Group((("焊工",),))], any_word=True)
    assert either.total == 3


def test_all_words_must_stand_and_any_will_do_when_none_has_all(engine: Any, find: Any) -> None:
    make_position(title="夜班叉车司机", duties="装卸货物。", requirements="")
    make_position(title="叉车司机", duties="装卸货物。", requirements="")
    make_position(title="电焊工", duties="焊接。", requirements="")
    indexing.rebuild()
    both = find("夜班 叉车")
    assert (titles(both), both.relaxed) == (["夜班叉车司机"], False)
    either = find("电焊工 叉车")
    assert (sorted(titles(either)), either.relaxed) == (["叉车司机", "夜班叉车司机", "电焊工"], True)


@pytest.mark.parametrize(
    "text", ["的", "？！", '"', "* OR", "NOT (", "'); --", "a' | 'b", "\\", "\x00", ":*", "NEAR/2"]
)
def test_signs_are_only_text(engine: Any, find: Any, text: str) -> None:
    make_position(title="叉车司机")
    indexing.rebuild()
    assert find(text).total == 0
    assert find(f"叉车 {text}").hits[0].title == "叉车司机"


def test_letters_and_width_do_not_matter(engine: Any, find: Any) -> None:
    make_position(title="牵引车司机", requirements="持有Ａ２驾照，会ERP。")
    indexing.rebuild()
    assert find("a2驾照").total == find("A2驾照").total == find("erp").total == 1


def test_what_is_not_public_is_never_found(engine: Any, find: Any) -> None:
    now = timezone.now()
    verified = make_employer(name="江门市远航物流有限公司")
    make_position(employer=verified, title="叉车司机")
    for state in PositionState:
        if state != PositionState.OPEN:
            make_position(employer=verified, title="叉车司机", state=state, refused_reason="缺少内容")
    make_position(employer=verified, title="叉车司机", expires_at=now - timedelta(minutes=1))
    make_position(employer=verified, title="叉车司机", published_at=now + timedelta(days=1))
    make_position(employer=make_employer(verified=False), title="叉车司机")
    for employer_state in (VerificationState.SUSPENDED, VerificationState.REFUSED):
        make_position(employer=make_employer(state=employer_state, state_reason="资料不符"), title="叉车司机")
    make_position(
        employer=make_employer(verified_until=timezone.localdate() - timedelta(days=1)), title="叉车司机"
    )
    make_fair(title="叉车专场招聘会", live=False)
    make_fair(
        title="叉车专场招聘会",
        starts_at=now - timedelta(hours=4),
        ends_at=now - timedelta(minutes=1),
        registration_opens_at=now - timedelta(days=7),
        registration_closes_at=now - timedelta(days=1),
    )
    indexing.rebuild()
    result = find("叉车")
    assert result.total == sum(result.counts.values()) == len(result.hits) == 1
    assert [hit.record.employer for hit in result.hits] == [verified]


@pytest.mark.parametrize(
    "left_behind",
    [
        lambda position: Position.objects.filter(pk=position.pk).update(state=PositionState.DRAFT),
        lambda position: Position.objects.filter(pk=position.pk).update(expires_at=timezone.now()),
        lambda position: Employer.objects.filter(pk=position.employer_id).update(
            state=VerificationState.SUSPENDED, state_reason="投诉属实"
        ),
        lambda position: Employer.objects.filter(pk=position.employer_id).update(
            verified_until=timezone.localdate() - timedelta(days=1)
        ),
    ],
    ids=["draft", "expired", "suspended", "unverified"],
)
def test_a_stale_entry_is_not_shown(engine: Any, find: Any, left_behind: Any) -> None:
    position = make_position(title="叉车司机")
    indexing.rebuild()
    assert find("叉车").total == 1
    left_behind(position)  # past the actions: nobody told the index
    result = find("叉车")
    assert (result.hits, result.total) == ((), 0)


def test_time_alone_closes_and_opens_a_position(engine: Any, find: Any) -> None:
    now = timezone.now()
    make_position(title="叉车司机", published_at=now + timedelta(days=1), expires_at=now + timedelta(days=2))
    indexing.rebuild()
    outcome = [find("叉车", now=now + timedelta(hours=hours)).total for hours in (0, 23, 25, 47, 48, 49)]
    assert outcome == [0, 0, 1, 1, 0, 0]


def test_a_veteran_is_in_no_index(engine: Any, find: Any) -> None:
    make_veteran(name="陈建国", skills="叉车维修")
    make_user("陈建国")
    indexing.rebuild()
    assert find("陈建国").total == find("叉车维修").total == 0


def test_filters_of_positions(engine: Any, find: Any) -> None:
    stations = make_stations()
    make_position(title="叉车司机甲", pay_from=Decimal(4000), pay_to=Decimal(5000), education_min=0)
    make_position(
        title="叉车司机乙",
        pay_from=Decimal(6000),
        pay_to=Decimal(8000),
        education_min=2,
        region=stations["睦洲镇"].region,
    )
    make_position(title="叉车司机丙", region=stations["蓬江区"].region, education_min=3)
    indexing.rebuild()
    assert sorted(titles(find("叉车", pay_at_least=6000))) == ["叉车司机丙", "叉车司机乙"]
    assert sorted(titles(find("叉车", education_at_most=1))) == ["叉车司机甲"]
    assert sorted(titles(find("叉车", region="440705"))) == ["叉车司机乙", "叉车司机甲"]
    assert titles(find("叉车", region="440705109")) == ["叉车司机乙"]
    assert titles(find("睦洲镇 叉车")) == ["叉车司机乙"]
    assert titles(find("叉车", sort=Sort.PAY, education_at_most=2)) == ["叉车司机乙", "叉车司机甲"]


def test_kinds_and_counties_are_counted_past_their_own_filter(engine: Any, find: Any) -> None:
    stations = make_stations()
    company = make_employer(name="蓬江叉车租赁有限公司", region=stations["蓬江区"].region)
    make_position(employer=company, title="叉车司机", region=stations["新会区"].region)
    make_position(employer=company, title="叉车维修工", region=stations["睦洲镇"].region)
    make_position(employer=company, title="叉车教练", region=stations["蓬江区"].region)
    make_fair(title="叉车专场招聘会")
    indexing.rebuild()
    result = find("叉车", kinds=frozenset({Kind.POSITION}), region="440703")
    assert titles(result) == ["叉车教练"]
    assert result.counts == {Kind.POSITION: 1, Kind.EMPLOYER: 1, Kind.FAIR: 0}
    assert result.counties == (("440705", 2), ("440703", 1))


def test_pages_follow_each_other_without_gap_or_repeat(engine: Any, find: Any) -> None:
    company = make_employer()
    for _ in range(23):
        make_position(employer=company, title="叉车司机")
    indexing.rebuild()
    pages = [find("叉车司机", kinds=frozenset({Kind.POSITION}), size=10, page=page) for page in (1, 2, 3, 4)]
    assert [len(page.hits) for page in pages] == [10, 10, 3, 0]
    assert {page.total for page in pages} == {23}
    assert len({hit.id for page in pages for hit in page.hits}) == 23
    assert [hit.id for hit in pages[0].hits] == [
        hit.id for hit in find("叉车司机", size=10, kinds=frozenset({Kind.POSITION})).hits
    ]


def test_without_words_everything_is_listed_latest_first(engine: Any, find: Any) -> None:
    now = timezone.now()
    company = make_employer()
    for days in (3, 1, 2):
        make_position(employer=company, title=f"{days}天前", published_at=now - timedelta(days=days))
    indexing.rebuild()
    assert titles(find(kinds=frozenset({Kind.POSITION}))) == ["1天前", "2天前", "3天前"]


def test_snippets_are_escaped(engine: Any, find: Any) -> None:
    make_position(title="<b>叉车</b>司机", duties="<script>alert(1)</script>驾驶叉车 & 维护")
    indexing.rebuild()
    hit = find("叉车").hits[0]
    assert hit.marked_title == "&lt;b&gt;<mark>叉车</mark>&lt;/b&gt;司机"
    assert "<script>" not in hit.snippet
    assert "<mark>叉车</mark> &amp; 维护" in hit.snippet


def test_building_twice_gives_the_same(engine: Any, find: Any) -> None:
    removed_ids = make_position(title="叉车司机")
    make_position(title="叉车司机")
    assert not indexing.is_current()
    indexing.rebuild()
    assert indexing.is_current()
    Position.objects.filter(pk=removed_ids.pk).update(state=PositionState.PAUSED)
    assert not indexing.is_current()
    indexing.rebuild()
    assert indexing.is_current()
    assert find("叉车").total == 1


def test_queries_do_not_grow_with_hits(engine: Any, find: Any, same_queries: Any) -> None:
    company = make_employer()
    make_position(employer=company, title="叉车司机")
    make_fair(title="叉车专场招聘会")
    indexing.rebuild()

    def grow() -> None:
        for _ in range(12):
            make_position(employer=company, title="叉车司机")
            make_employer(name="叉车租赁有限公司")
        make_fair(title="叉车技能招聘会")
        indexing.rebuild()

    def ask() -> list[str]:
        # what a page shows of a record needs no query of its own
        return [
            f"{hit.record.employer.name} {hit.record.region.name}"
            if hit.kind == Kind.POSITION
            else hit.record.region.name
            for hit in find("叉车", size=50).hits
        ]

    make_employer(name="叉车租赁有限公司")
    indexing.rebuild()
    assert same_queries(ask, grow) <= 5


def test_a_search_names_its_scope() -> None:
    unchecked: Callable[..., SearchQuery] = SearchQuery
    with pytest.raises(TypeError):
        unchecked(text="叉车")
    with pytest.raises(ValueError, match="scope"):
        unchecked(scope="anybody")


@pytest.mark.parametrize(
    "wrong",
    [{"page": 0}, {"page": 501}, {"size": 0}, {"size": 51}, {"region": "44'"}, {"kinds": frozenset()}],
)
def test_what_cannot_be_asked(wrong: dict) -> None:
    with pytest.raises(ValueError, match=r"must be|region|kind"):
        SearchQuery(scope=Scope.PUBLIC, **wrong)


@pytest.mark.must("walks.3")
def test_a_clerk_finds_nobody_of_the_neighbouring_town(engine: Any, find: Any) -> None:
    stations = make_stations()
    make_veteran(station=stations["司前镇"], name="黄志明", skills="挖掘机")
    make_staff(stations["睦洲镇"])
    indexing.rebuild()
    assert find("黄志明").total == find("挖掘机").total == 0
