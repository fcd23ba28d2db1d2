"""Pinyin, initials, mistakes and suggestions: one suite for every engine, like the rest of the contract."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries, DjangoCaptureOnCommitCallbacks

from portal.accounts.roles import StationRole
from portal.employers import verification
from portal.positions import actions as positions
from search import indexing
from search.models import Phrase, Term
from search.query import Correction, Kind, PinyinReading
from search.suggest import suggest
from tests.factories import (
    make_employer,
    make_fair,
    make_occupation,
    make_position,
    make_staff,
    make_stations,
    make_user,
)

pytestmark = pytest.mark.django_db


def titles(result: Any) -> list[str]:
    return [hit.title for hit in result.hits]


def suggestions(query_text: str, **kwargs: Any) -> list[str]:
    return [suggestion.text for suggestion in suggest(query_text, **kwargs)]


@pytest.fixture
def town(engine: Any) -> None:
    """A few posts as they are written in life."""
    company = make_employer(name="江门市远航物流有限公司")
    other = make_occupation("4-99-00-00", "其他人员")
    for title in (
        "电工",
        "维修电工（包吃住）",
        "电工兼司机",
        "叉车司机",
        "保安员",
        "CNC操作员",
        "会计",
        "绿化工",
    ):
        make_position(employer=company, title=title, occupation=other, duties="按时上班。", requirements="")
    indexing.rebuild()


@pytest.mark.must("posts.1")
@pytest.mark.parametrize(
    ("query_text", "outcome"),
    [
        ("diangong", {"电工", "维修电工（包吃住）", "电工兼司机"}),
        ("DianGong", {"电工", "维修电工（包吃住）", "电工兼司机"}),
        ("dian gong", {"电工", "维修电工（包吃住）", "电工兼司机"}),
        ("dian工", {"电工", "维修电工（包吃住）", "电工兼司机"}),
        ("电gong", {"电工", "维修电工（包吃住）", "电工兼司机"}),
        ("diangonf", {"电工", "维修电工（包吃住）", "电工兼司机"}),
        ("diagnong", {"电工", "维修电工（包吃住）", "电工兼司机"}),
        ("chache", {"叉车司机"}),
        ("chachesij", {"叉车司机"}),
        ("kuaiji", {"会计"}),
        ("huiji", {"会计"}),
        ("lvhua", {"绿化工"}),
        ("luhua", {"绿化工"}),
        ("cnc", {"CNC操作员"}),
        ("cnc kuaiji", set()),
    ],
)
def test_letters_are_read_as_pinyin(town: Any, find: Any, query_text: str, outcome: set[str]) -> None:
    result = find(query_text, kinds=frozenset({Kind.POSITION}))
    assert (set() if result.relaxed else set(titles(result))) == outcome


@pytest.mark.must("posts.1")
@pytest.mark.parametrize("query_text", ["dgsj", "diangongsiji", "diangong siji", "dg sj"])
def test_two_words_in_one_run_of_letters(town: Any, find: Any, query_text: str) -> None:
    result = find(query_text, kinds=frozenset({Kind.POSITION}))
    assert titles(result) == ["电工兼司机"]
    assert not result.relaxed


def test_what_pinyin_found_is_marked_and_told(town: Any, find: Any) -> None:
    result = find("chache")
    assert result.hits[0].marked_title == "<mark>叉车</mark>司机"
    assert result.read == (PinyinReading("chache", ("叉车",)),)


def test_a_word_in_letters_is_left_alone(town: Any, find: Any) -> None:
    result = find("cnc")
    assert result.read == ()
    assert find("qzxv").total == 0


@pytest.mark.must("posts.1")
@pytest.mark.parametrize(
    ("query_text", "intended"),
    [
        ("电公", "电工"),  # the same sound
        ("店公", "电工"),  # both characters wrong, the same sound
        ("工电", "电工"),  # changed places
        ("叉车司级", "叉车司机"),
        ("叉车机", "叉车司机"),  # one left out
        ("叉车司司机", "叉车司机"),  # one too many
        ("保按员", "保安员"),
        ("保满员", "保安员"),  # a wrong one with another sound, in a longer word
        ("维修 电公", "维修 电工"),
    ],
)
def test_one_mistake_is_forgiven_and_told(town: Any, find: Any, query_text: str, intended: str) -> None:
    result = find(query_text, kinds=frozenset({Kind.POSITION}))
    assert titles(result) == titles(find(intended, kinds=frozenset({Kind.POSITION})))
    assert result.corrected is not None
    assert result.corrected.text == intended
    assert "<mark>" in result.hits[0].marked_title


def test_what_is_found_as_written_is_not_corrected(town: Any, find: Any) -> None:
    make_position(title="电公理疗师")
    indexing.rebuild()
    result = find("电公理疗师")
    assert (titles(result), result.corrected) == (["电公理疗师"], None)


def test_the_correction_says_which_word(town: Any, find: Any) -> None:
    assert find("维修 电公").corrected == Correction("维修 电工", "电公", "电工")


def test_everyday_words_stand_for_each_other(town: Any, find: Any) -> None:
    assert "保安员" in titles(find("秩序维护员"))
    assert "叉车司机" in titles(find("叉车工"))
    assert "保安员" in titles(find("zhixuweihuyuan"))
    assert "<mark>" in find("秩序维护员").hits[0].marked_title


# --- suggestions -----------------------------------------------------------------------------------------
@pytest.mark.parametrize("query_text", ["电", "dian", "diang", "dian工", "dg", "d", "D", " 电"])
def test_what_begins_so_is_offered(town: Any, query_text: str) -> None:
    assert "电工" in suggestions(query_text)


def test_a_later_word_of_a_name_is_offered(town: Any) -> None:
    assert "江门市远航物流有限公司" in suggestions("远航")
    assert "江门市远航物流有限公司" in suggestions("yuanhang")
    assert suggest("远航")[0].label == "用人单位"


def test_words_before_the_last_are_kept(town: Any) -> None:
    assert "夜班 电工" in suggestions("夜班 dian")


def test_letters_are_written_as_people_write_them(town: Any) -> None:
    assert "CNC操作员" in suggestions("cn")


@pytest.mark.parametrize(
    "query_text", ["", " ", "？", "%", "_", "\x00", "'", '"', "\U0010ffff", "叉" * 500, "qzxv"]
)
def test_nothing_is_offered_for_nothing(town: Any, query_text: str) -> None:
    assert suggestions(query_text) == []


def test_suggestions_are_one_query(town: Any, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    for query_text in ("电", "dian工", "d", "叉车 y"):
        with django_assert_num_queries(1):
            suggest(query_text)


@pytest.mark.must("posts.5")
def test_the_name_of_a_closed_position_is_not_offered(
    engine: Any, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    indexing.rebuild()
    member = make_user()
    company = make_employer(name="江门市远航物流有限公司", member=member)
    reviewer = make_staff(make_stations()["新会区"], StationRole.REVIEWER)
    with django_capture_on_commit_callbacks(execute=True):
        indexing.refresh(Kind.EMPLOYER, [company.pk])
    position = make_position(employer=company, title="潜水打捞员", is_open=False)
    with django_capture_on_commit_callbacks(execute=True):
        positions.submit(position=position, by=member)
    assert suggestions("潜水") == []
    with django_capture_on_commit_callbacks(execute=True):
        positions.approve(position=position, by=reviewer)
    assert "潜水打捞员" in suggestions("潜水")
    with django_capture_on_commit_callbacks(execute=True):
        positions.pause(position=position, by=member)
    assert "潜水打捞员" not in suggestions("潜水")
    assert suggestions("远航") == ["江门市远航物流有限公司"]
    with django_capture_on_commit_callbacks(execute=True):
        verification.suspend(employer=company, by=reviewer, reason="投诉属实")
    assert suggestions("远航") == []


def test_time_alone_takes_a_name_away(town: Any) -> None:
    fair = make_fair(title="春风行动招聘会")
    indexing.rebuild()
    assert "春风行动招聘会" in suggestions("春风")
    assert suggestions("春风", now=fair.ends_at + timedelta(seconds=1)) == []


def test_following_agrees_with_building(
    engine: Any, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    """A vocabulary kept up record by record is the one that a build would make."""
    make_position(title="电工（夜班）")
    indexing.rebuild()
    member = make_user()
    company = make_employer(member=member)
    rows = [make_position(employer=company, title=title) for title in ("电工", "叉车司机", "叉车维修工")]
    with django_capture_on_commit_callbacks(execute=True):
        indexing.refresh(Kind.POSITION, [position.pk for position in rows])
    with django_capture_on_commit_callbacks(execute=True):
        positions.pause(position=rows[2], by=member)

    def texts() -> list[tuple]:
        return sorted(Term.objects.exclude(weight=0).values_list("text", "kind", "weight"))

    followed, phrases = texts(), sorted(Phrase.objects.values_list("pk", "text"))
    indexing.rebuild()
    assert [row for row in followed if row[1] != "employer"] == [
        row for row in texts() if row[1] != "employer"
    ]
    assert set(phrases) <= set(Phrase.objects.values_list("pk", "text"))


def test_what_nobody_says_any_more_goes_with_a_build(town: Any) -> None:
    assert Term.objects.filter(text="会计").exists()
    from portal.positions.models import Position

    Position.objects.filter(title="会计").update(expires_at=timezone.now())
    indexing.rebuild()
    assert not Term.objects.filter(text="会计", weight__gt=0).exists()
    assert "会计" not in suggestions("会计")
