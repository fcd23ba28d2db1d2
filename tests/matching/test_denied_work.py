"""Wishes as evidence: what is denied leads nowhere, what own words name leads to its trade."""

from typing import Any

from matching import Index, Profile
from matching.evidence import evidence
from tests.matching.making import NOW, posting

GUARD = "4-07-05-01"


def _names(**values: Any) -> list[tuple[str, str]]:
    return [(item.kind, item.name) for item in evidence(Profile(1, **values))]


def test_denied_trade_is_left_out_of_where_a_specialty_leads() -> None:
    before = _names(specialties=("dog_handler",))
    after = _names(specialties=("dog_handler",), wish_text="不做保安")
    assert ("specialty", "军犬训导员 → 保安员") in before
    assert ("specialty", "军犬训导员 → 巡逻员") in before, "patrols are guards' work by another name"
    assert not {name for _, name in after} & {"军犬训导员 → 保安员", "军犬训导员 → 巡逻员"}
    assert ("specialty", "军犬训导员 → 训犬师") in after
    assert "wish_text" not in {kind for kind, _ in after}, "a denial says nothing that could be found"


def test_chosen_occupation_counts_even_if_the_words_deny_it() -> None:
    names = _names(specialties=("dog_handler",), wished_occupations=(GUARD,), wish_text="不做保安")
    assert ("wish", "保安员") in names
    assert ("specialty", "军犬训导员 → 保安员") in names


def test_trade_named_in_own_words_is_a_wish_when_none_was_chosen() -> None:
    assert ("wish", "房地产经纪人") in _names(wish_text="卖楼，不做保安")
    names = _names(wish_text="卖楼", wished_occupations=("4-02-02-02",))
    assert [name for kind, name in names if kind == "wish"] == ["道路货运汽车驾驶员"]


def test_guard_who_does_not_want_to_guard_is_led_elsewhere() -> None:
    index = Index.build(
        [
            posting(1, "保安员", occupation_code=GUARD, occupation="保安员"),
            posting(2, "犬只训导员", occupation_code="4-10-07-02", occupation="宠物驯导师"),
        ]
    )
    person = Profile(id=1, specialties=("dog_handler",), wish_text="不做保安，不上夜班")
    scores = {match.id: match.score for match in index.rank(person, now=NOW).matches}
    assert scores[2] > 4 * scores[1]
