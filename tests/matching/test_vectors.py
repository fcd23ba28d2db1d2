"""Weights are scikit-learn's, for documents and for queries."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.feature_extraction.text import TfidfVectorizer

from matching import Index
from matching.evidence import Bag, Evidence, evidence
from matching.vectors import occupation_terms, term_hash
from tests.matching.making import posting, profile, term_counts

WORDS = ["电工", "焊工", "仓库", "司机", "叉车", "维修", "设备", "厨师", "安全", "物流", "数控", "巡检"]
texts = st.lists(st.sampled_from(WORDS), max_size=12).map(" ".join)
corpora = st.lists(st.tuples(texts, texts, texts), min_size=1, max_size=12)


def reference(postings: Any) -> Any:
    """scikit-learn's vectorizer, fitted on the same tokens, each field repeated as its weight says."""
    documents = [[t for t, n in term_counts(p).items() for _ in range(n)] for p in postings]
    vectorizer = TfidfVectorizer(
        analyzer=lambda tokens: tokens, sublinear_tf=True, smooth_idf=True, norm="l2"
    )
    return vectorizer, vectorizer.fit_transform(documents)


def created(corpus: Any) -> Any:
    return [
        posting(i, title, duties=duties, requirements=query_args)
        for i, (title, duties, query_args) in enumerate(corpus)
    ]


@given(corpora)
@settings(max_examples=60, deadline=None)
def test_document_weights_equal_scikit_learn(corpus: Any) -> None:
    postings = created(corpus)
    vectorizer, matrix = reference(postings)
    index = Index.build(postings)
    vectors = index.base.vectors
    columns = vectors.find(np.array([term_hash(t) for t in vectorizer.get_feature_names_out()], np.uint64))
    assert sorted(columns.tolist()) == list(range(len(vectors.hashes)))
    np.testing.assert_allclose(vectors.idf[columns], vectorizer.idf_, rtol=1e-12)
    dense = np.zeros(matrix.shape)
    for row, id_ in enumerate(index.base.facts.id):
        numbers, weights = vectors.row(row)
        dense[id_, numbers] = weights
        assert np.all(np.diff(numbers) > 0)
    np.testing.assert_allclose(dense[:, columns], matrix.toarray(), atol=1e-6)


@given(corpora, st.lists(st.lists(st.sampled_from([*WORDS, "没有的词"]), min_size=1), min_size=1, max_size=4))
@settings(max_examples=60, deadline=None)
def test_query_is_the_weighted_sum_of_scikit_learns_vectors(corpus: Any, bags: Any) -> None:
    postings = created(corpus)
    vectorizer, _ = reference(postings)
    items = [Evidence("skills", str(i), "", Bag(bag), 0.3 + i) for i, bag in enumerate(bags)]
    query = Index.build(postings).compile_evidence(items)
    wanted_value = sum(
        p.weight * vectorizer.transform([b]).toarray()[0] for p, b in zip(items, bags, strict=True)
    )
    length = np.linalg.norm(wanted_value)
    place = {name: at for at, name in enumerate(vectorizer.get_feature_names_out())}
    assert len(query.names) == np.count_nonzero(wanted_value)
    for name, weight in zip(query.names, query.weights, strict=True):
        assert weight == pytest.approx(wanted_value[place[name]] / length, abs=1e-6)
    np.testing.assert_allclose(query.parts.sum(axis=0), query.weights, atol=1e-12)


def test_a_query_has_length_one() -> None:
    index = Index.build([posting(1), posting(2, "焊工", occupation_code="6-18-02-04", occupation="焊工")])
    query = index.compile_evidence(evidence(profile()))
    assert np.linalg.norm(query.weights) == pytest.approx(1)


def test_codes_of_occupations_are_terms_of_three_levels() -> None:
    assert occupation_terms("4-02-02-02") == ["occ:4-02-02-02", "occ:4-02-02", "occ:4-02"]
    assert occupation_terms("") == []
    assert occupation_terms("x") == []


def test_a_posting_without_a_word_is_scored_zero() -> None:
    index = Index.build([posting(1, "", occupation="", occupation_code=""), posting(2)])
    (row,) = index.base.facts.find([1])
    numbers, weights = index.base.vectors.row(row)
    assert len(numbers) == len(weights) == 0
