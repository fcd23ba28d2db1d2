"""Three ways of counting give the same: one posting by its words, one by its hashes, many by arrays."""

from typing import Any

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from matching.counting import Counting, count_one
from matching.knowledge import certificates
from matching.tokens import ranked_forms, raw_words, terms
from matching.vectors import term_hash
from tests.matching.making import posting, term_counts

texts = st.lists(
    st.sampled_from(
        [
            "货车司机", "持C1驾照", "不要求叉车证", "学历不限", "Java开发", "3.5吨叉车", "；", "，", "(急招)",
            "五险一金", "ＣＡＤ", "①",
        ]
    ),
    max_size=8,
).map("".join)  # fmt: skip
postings = st.builds(
    lambda **values: values,
    title=texts,
    occupation=texts,
    duties=texts,
    requirements=texts,
    occupation_code=st.sampled_from(["6-31-01-03", "4-02-02-01", ""]),
    certificates=st.frozensets(st.sampled_from(sorted(certificates())[:5]), max_size=3),
)


def by_hash(one: Any) -> Any:
    return {term_hash(term): count for term, count in term_counts(one).items()}


@given(st.lists(postings, min_size=1, max_size=6))
@settings(max_examples=100, deadline=None)
def test_all_ways_of_counting_agree(drafts: Any) -> None:
    created = [posting(i, **values) for i, values in enumerate(drafts)]
    counting = Counting()
    for one in created:
        counting.add(one)
        hashes, counts = count_one(one)
        assert dict(zip(hashes.tolist(), counts.tolist(), strict=True)) == by_hash(one)
        assert np.all(hashes[1:] > hashes[:-1])
    order = list(range(len(created)))[::-1]
    vectors = counting.finish(order)
    for row, at in enumerate(order):
        numbers, weights = vectors.row(row)
        assert set(vectors.hashes[numbers].tolist()) == set(by_hash(created[at]))
        assert len(weights) == 0 or abs(float(np.linalg.norm(weights)) - 1) < 1e-5


@given(texts)
@settings(max_examples=100, deadline=None)
def test_terms_are_the_forms_of_the_raw_words(text: Any) -> None:
    assert terms(text) == [form for word in raw_words(text) for form in ranked_forms(word)]


def test_kin_is_the_occupation_a_posting_is_likeliest_to_be() -> None:
    counting = Counting()
    counting.add(posting(1))
    counting.add(posting(2, "货车司机", occupation_code="", occupation=""))
    counting.add(posting(3, "", occupation_code="", occupation=""))
    assert counting.kin[0] == 6310103
    assert counting.kin[1] > 0
    assert counting.kin[2] == 0
