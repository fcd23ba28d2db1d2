"""The list itself: exact, full, in a fixed order; against brute force with scikit-learn on random corpora."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matching import Index
from tests.matching.making import NOW, posting, profile
from tests.matching.test_vectors import reference

WORDS = ["电工", "焊工", "仓库", "司机", "叉车", "维修", "设备", "厨师", "安全", "物流"]
texts = st.lists(st.sampled_from(WORDS), max_size=6).map(" ".join)


def scores_by_scikit_learn(postings: Any, query: Any) -> Any:
    vectorizer, matrix = reference(postings)
    place = {name: at for at, name in enumerate(vectorizer.get_feature_names_out())}
    dense = np.zeros(len(place))
    for name, weight in zip(query.names, query.weights, strict=True):
        dense[place[name]] = weight
    return matrix @ dense


@given(
    st.lists(st.tuples(texts, texts, st.integers(0, 3)), min_size=1, max_size=40),
    texts,
    st.integers(1, 12),
    st.integers(0, 3),
)
@settings(max_examples=100, deadline=None)
def test_rank_is_brute_force(corpus: Any, wish: Any, k: Any, education: Any) -> None:
    drafts = [
        posting(i, title, duties=duties, education=query_args, occupation="", occupation_code="")
        for i, (title, duties, query_args) in enumerate(corpus)
    ]
    drafts.append(posting(len(drafts), "电工", occupation="", occupation_code=""))
    index = Index.build(reversed(drafts))
    person = profile(wished_occupations=(), wish_text=wish, education=education)
    wanted_value = scores_by_scikit_learn(drafts, index.compile(person))
    allowed = [i for i, p in enumerate(drafts) if p.education <= education]
    matches = index.rank(person, k=k, now=NOW).matches

    assert len(matches) == min(k, len(allowed)), "the list is always full"
    best = sorted(-wanted_value[i] for i in allowed)[:k]
    np.testing.assert_allclose([m.score for m in matches], np.negative(best), atol=1e-6)
    for match in matches:
        assert match.score == pytest.approx(wanted_value[match.id], abs=1e-6)
    for one, other in pairwise(matches):
        alike = (
            drafts[one.id].title == drafts[other.id].title
            and drafts[one.id].duties == drafts[other.id].duties
        )
        assert not alike or one.id < other.id, "equal postings stand by id"


def test_equal_scores_are_ordered_by_id() -> None:
    listed = [posting(i) for i in (9, 3, 7, 1, 5)]
    for order in (listed, listed[::-1]):
        assert [m.id for m in Index.build(order).rank(profile(), k=3, now=NOW).matches] == [1, 3, 5]


def test_the_last_of_two_postings_with_one_id_counts() -> None:
    index = Index.build([posting(1, "焊工"), posting(2), posting(1, "厨师")])
    assert len(index) == 2
    for wish, is_found in (("厨师", True), ("焊工", False)):
        verdict = index.explain(profile(wished_occupations=(), wish_text=wish), 1, NOW)
        assert (verdict.score > 0) is is_found


def test_among_restricts_to_a_fairs_booths() -> None:
    index = Index.build([posting(i) for i in range(1, 9)])
    ranking = index.rank(profile(), now=NOW, among=[8, 2, 4, 77])
    assert [m.id for m in ranking.matches] == [2, 4, 8]
    assert ranking.considered == 3
    assert index.rank(profile(), now=NOW, among=[]).matches == ()


def test_the_list_is_filled_with_postings_that_share_no_word() -> None:
    index = Index.build([posting(1, "厨师", occupation="", occupation_code=""), posting(2)])
    matches = index.rank(profile(), k=5, now=NOW).matches
    assert [m.id for m in matches] == [2, 1]
    assert matches[1].score == 0


def test_filters_come_before_scores() -> None:
    """The best words do not help a post that fails a fact, and a worse post takes its place."""
    better = posting(1, "电工 维修电工", pay_from=1000, pay_to=2000)
    index = Index.build([better, posting(2, "厨师", occupation="", occupation_code="")])
    ranking = index.rank(profile(lowest_pay=3000), k=1, now=NOW)
    assert [m.id for m in ranking.matches] == [2]
    assert ranking.excluded == {"pay": 1}


def test_rank_many_is_rank_for_each() -> None:
    index = Index.build([posting(1), posting(2, "焊工", occupation="焊工", occupation_code="6-18-02-04")])
    people = [profile(id=7), profile(id=8, wished_occupations=("6-18-02-04",))]
    for (id_, ranking), person in zip(index.rank_many(people, now=NOW), people, strict=True):
        assert id_ == person.id
        assert ranking == index.rank(person, now=NOW)


def test_nothing_to_rank() -> None:
    ranking = Index.build([]).rank(profile(), now=NOW)
    assert (ranking.matches, ranking.considered, ranking.excluded) == ((), 0, {})
    with pytest.raises(KeyError):
        Index.build([]).explain(profile(), 1, NOW)


def test_progress_sees_every_posting() -> None:
    seen_ids = []

    def progress(rows: Any) -> Iterator[Any]:
        for p in rows:
            seen_ids.append(p.id)
            yield p

    Index.build([posting(1), posting(2)], progress=progress)
    assert seen_ids == [1, 2]


def test_an_unusable_posting_is_refused() -> None:
    with pytest.raises(ValueError, match="timezone"):
        Index.build([posting(1, opens_at=NOW.replace(tzinfo=None))])
    with pytest.raises(KeyError):
        Index.build([posting(1, certificates=frozenset({"licence_to_kill"}))])


class TestFairness:
    """DOMAIN.md, 'What a ranking may and may not know'."""

    def setup_method(self) -> None:
        self.postings = [
            posting(
                1,
                "电工",
                requirements="男性，35岁以下，已婚，汉族，本地户口，党员优先，退役军人优先，军士优先",
            ),
            posting(2, "电工"),
        ]
        self.index = Index.build(self.postings)

    def test_protected_words_do_not_move_a_score(self) -> None:
        one, other = (self.index.explain(profile(), i, NOW).score for i in (1, 2))
        assert one == other

    def test_a_person_cannot_be_matched_by_them(self) -> None:
        words = "男 已婚 汉族 党员 军士 本地户口 退役军人 残疾"
        labels = profile(wish_text=words, skills=words, work_history=words)
        for id_ in (1, 2):
            assert self.index.explain(labels, id_, NOW).score == self.index.explain(profile(), id_, NOW).score

    def test_veterans_preferred_is_a_badge_not_a_score(self) -> None:
        index = Index.build([posting(1), posting(2, veterans_preferred=True), posting(3, veterans_only=True)])
        matches = index.rank(profile(), now=NOW).matches
        assert [m.id for m in matches] == [1, 2, 3]
        assert len({m.score for m in matches}) == 1
        assert [[r.text for r in m.reasons if r.kind == "veterans"] for m in matches] == [
            [],
            ["退役军人优先"],
            ["定向招录退役军人"],
        ]

    def test_a_denied_certificate_does_not_attract_its_holder(self) -> None:
        index = Index.build(
            [
                posting(1, "仓库管理员", requirements="不要求叉车证"),
                posting(2, "仓库管理员", requirements="需要叉车证"),
            ]
        )
        driver = profile(wished_occupations=(), certificates=frozenset({"forklift_n1"}))
        assert [m.id for m in index.rank(driver, now=NOW).matches] == [2, 1]

    def test_a_conscript_without_specialty_never_gets_an_empty_list(self) -> None:
        index = Index.build(
            [
                posting(i, "仓库管理员", occupation="仓储管理员", occupation_code="4-02-06-01")
                for i in range(1, 4)
            ]
        )
        for person in (
            profile(wished_occupations=()),
            profile(wished_occupations=(), specialties=("unknown",)),
        ):
            matches = index.rank(person, now=NOW).matches
            assert len(matches) == 3
            assert matches[0].score > 0
            assert matches[0].reasons[0].text.startswith("适合入门")

    def test_infantry_is_not_sent_to_guard_first(self) -> None:
        index = Index.build(
            [
                posting(1, "保安员", occupation="保安员", occupation_code="4-07-05-01"),
                posting(2, "仓库理货员", occupation="理货员", occupation_code="4-02-06-02"),
            ]
        )
        soldier = profile(wished_occupations=(), specialties=("infantry",))
        assert [m.id for m in index.rank(soldier, now=NOW).matches] == [2, 1]

    def test_a_medic_sees_no_nursing_position_without_the_licence(self) -> None:
        nurse = posting(
            1, "护士", certificates=frozenset({"nurse"}), occupation="内科护士", occupation_code="2-05-08-01"
        )
        carer = posting(2, "养老护理员", occupation="养老护理员", occupation_code="4-10-01-05")
        medic = profile(wished_occupations=(), specialties=("medic",), years_served=5)
        index = Index.build([nurse, carer])
        assert [m.id for m in index.rank(medic, now=NOW).matches] == [2]
        licensed = replace(medic, certificates=frozenset({"nurse"}))
        assert {m.id for m in index.rank(licensed, now=NOW).matches} == {1, 2}


def test_a_position_that_opens_later_is_not_ranked_yet() -> None:
    index = Index.build([posting(1, opens_at=NOW + timedelta(hours=1))])
    assert index.rank(profile(), now=NOW).matches == ()
    assert [m.id for m in index.rank(profile(), now=NOW + timedelta(hours=1)).matches] == [1]
