"""Titles are coded to the classification, and what they are coded to ranks."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from matching import Index
from matching.coding import (
    SELECTED_COUNT,
    Coder,
    bare,
    code_terms,
    coded_by,
    default_coder,
    likely_occupations,
    occupation_terms,
    probabilities,
    title_hash,
)
from matching.coding.training import train
from tests.matching.making import NOW, posting, profile

SMALL = [
    ("货车司机", "4-02-02-02"),
    ("重型货车驾驶员", "4-02-02-02"),
    ("小区保安", "4-07-05-01"),
    ("夜班保安员", "4-07-05-01"),
    ("中餐厨师", "4-03-02-01"),
    ("食堂大厨", "4-03-02-01"),
]


@pytest.fixture(scope="module")
def small() -> Any:
    return train([t for t, _ in SMALL], [c for _, c in SMALL], names=False)


def test_a_title_is_stripped_to_the_work() -> None:
    assert bare("某某物业公司招聘保安（包吃住）") == "保安"
    assert bare("电工+五险一金") == "电工"
    assert bare("（急）") != ""


def test_likely_occupations_come_best_first_with_probabilities() -> None:
    likely = likely_occupations("物业公司招聘保安员", 5)
    chances = [chance for _, chance in likely]
    assert likely[0][0] == "4-07-05-01"
    assert len(likely) == 5
    assert chances == sorted(chances, reverse=True)
    assert 0 < sum(chances) <= 1
    assert likely_occupations("  ") == ()


def test_probabilities_add_up_to_one() -> None:
    shares = probabilities(default_coder().scores(["厨师", "", "没有人见过的词"]))
    np.testing.assert_allclose(shares.sum(axis=1), 1.0)


def test_a_model_is_the_same_after_saving_and_holds_no_pickle(small: Any, tmp_path: Path) -> None:
    small.save(tmp_path / "coder.npz")
    again = Coder.load(tmp_path / "coder.npz")
    titles = ["货车司机", "保安", "厨师长"]
    np.testing.assert_array_equal(small.scores(titles), again.scores(titles))
    assert {title_hash(t) for t, _ in SMALL} == again.training_hashes
    assert title_hash("没学过的") not in again.training_hashes


def test_training_is_deterministic(small: Any) -> None:
    again = train([t for t, _ in SMALL], [c for _, c in SMALL], names=False)
    for name, array in small.arrays.items():
        np.testing.assert_array_equal(array, again.arrays[name])


def test_a_small_model_learns_its_titles(small: Any) -> None:
    best = [small.codes[i] for i in small.scores([t for t, _ in SMALL]).argmax(axis=1)]
    assert best == [c for _, c in SMALL]


def test_unknown_codes_are_refused() -> None:
    with pytest.raises(ValueError, match="9-99-99-99"):
        train(["电工"], ["9-99-99-99"])


def test_a_chosen_code_is_trusted_over_the_title() -> None:
    terms = dict(occupation_terms("保安", "4-02-02-02"))
    assert terms == {"occ:4-02-02-02": SELECTED_COUNT, "occ:4-02-02": 1, "occ:4-02": 1}
    assert code_terms("x") == ()


def test_a_title_gives_its_likeliest_code_the_greatest_count(small: Any) -> None:
    with coded_by(small):
        terms = dict(occupation_terms("货车司机"))
    assert max(terms, key=lambda term: terms[term]) == "occ:4-02-02-02"


def test_no_guess_stands_above_a_code_that_a_person_chose() -> None:
    index = Index.build(
        [
            posting(1, "保安", occupation="", occupation_code=""),
            posting(2, "保安", occupation="", occupation_code="4-07-05-01"),
        ]
    )
    ranking = index.rank(profile(wished_occupations=("4-07-05-01",)), k=2, now=NOW)
    assert [match.id for match in ranking.matches] == [2, 1]


def test_a_posting_without_a_code_is_found_by_what_its_title_means() -> None:
    index = Index.build(
        [
            posting(1, "夜班巡逻看门", occupation="", occupation_code=""),
            posting(2, "食堂掌勺", occupation="", occupation_code=""),
            posting(3, "招聘保安", occupation="", occupation_code=""),
        ]
    )
    ranking = index.rank(profile(wished_occupations=("4-07-05-01",)), k=3, now=NOW)
    assert ranking.matches[0].id == 3
    for match in ranking.matches:
        assert sum(r.share for r in match.reasons) == pytest.approx(match.score, abs=1e-6)
        assert not any("occ:" in r.text for r in match.reasons)
