"""The libraries that the ranking benchmark names do rank: held against scoring every row."""

from typing import Any

import numpy as np
import pytest
from scipy.sparse import csr_matrix

from tests.benchmarks._peers import BLOCK, PEERS, documents_from, highest, peers, zipf_rows

K = 7
PRODUCTS = ["sklearn_cosine", "sklearn_linear_kernel", "scipy", "sparse_dot_topn"]  # rank by our own score
WORDS = ["bm25s_numba", "tantivy"]  # by their own, over the same words
COMPILED = pytest.param(
    "bm25s_numba", marks=pytest.mark.slow
)  # numba takes 18 s for what runs on two threads
Corpus = tuple[csr_matrix, csr_matrix]  # documents, queries
SIZES = {"rows": 300, "words": 60, "distinct": 9}


@pytest.fixture(scope="module")
def corpus() -> Corpus:
    rng = np.random.default_rng(5)
    # More queries than a block, so that a batch's last block is a short one.
    return zipf_rows(rng=rng, **SIZES), zipf_rows(BLOCK + 20, SIZES["words"], 6, rng)


def bm25_of_distinct_words(matrix: csr_matrix, terms: list[int]) -> Any:
    """Lucene's BM25 but for a constant factor: each word stands once, and all documents are equally long."""
    counts = np.bincount(matrix.indices, minlength=matrix.shape[1])
    idf = np.log(1 + (matrix.shape[0] - counts + 0.5) / (counts + 0.5))
    return (matrix[:, terms] != 0).toarray() @ idf[terms]


@pytest.mark.parametrize("name", PRODUCTS)
def test_a_product_finds_the_best_rows_best_first(corpus: Corpus, name: str) -> None:
    matrix, queries = corpus
    peer = PEERS[name](matrix, queries, K)
    scores = (queries.astype(float) @ matrix.astype(float).T).toarray()
    for at in range(queries.shape[0]):
        result = peer.single(at)
        assert set(result) == set(np.argsort(-scores[at])[:K])
        assert np.all(np.diff(scores[at][result]) <= 1e-6)


@pytest.mark.parametrize("name", [COMPILED, "tantivy"])
def test_a_word_index_finds_the_best_rows_best_first(corpus: Corpus, name: str) -> None:
    matrix, queries = corpus
    peer = PEERS[name](matrix, queries, K)
    for at, terms in enumerate(documents_from(queries)):
        result = peer.single(at)
        assert len(set(result)) == K
        scores = bm25_of_distinct_words(matrix, terms)
        # Documents that share as many words of one rarity tie: the scores are told apart, not the rows.
        assert scores[result] == pytest.approx(np.sort(scores)[::-1][:K], rel=1e-4)


@pytest.mark.parametrize("name", [*PRODUCTS[:2], "sparse_dot_topn", COMPILED, "tantivy"])
def test_a_batch_answers_on_one_thread_and_on_two(corpus: Corpus, name: str) -> None:
    matrix, queries = corpus
    peer = PEERS[name](matrix, queries, K)
    assert peer.batch is not None
    before = peer.single(0)
    for threads in (1, 2):
        peer.batch(threads)
    assert peer.single(0).tolist() == before.tolist()


def test_peers_come_by_name_and_say_how_long_they_took(corpus: Corpus) -> None:
    matrix, queries = corpus
    result = peers(matrix, queries, K, [*PRODUCTS, "tantivy"])
    assert [peer.name for peer in result] == [*PRODUCTS, "tantivy"]
    assert [peer.name for peer in result if peer.batch is None] == ["scipy"]
    assert all(peer.built_s > 0 for peer in result if not peer.name.startswith("sklearn"))


@pytest.mark.slow
def test_all_peers_come_when_none_is_named(corpus: Corpus) -> None:
    matrix, queries = corpus
    assert [peer.name for peer in peers(matrix, queries, K)] == list(PEERS) == PRODUCTS + WORDS


def test_highest_is_the_head_of_a_sort() -> None:
    scores = np.random.default_rng(2).permutation(50).astype(np.float32)
    assert highest(scores, 5).tolist() == np.argsort(-scores)[:5].tolist()
    assert highest(scores[:3], 5).tolist() == np.argsort(-scores[:3]).tolist()


def test_made_up_rows_are_of_length_one_and_have_as_many_words_as_asked(
    corpus: Corpus,
) -> None:
    for matrix in corpus:
        assert np.linalg.norm(matrix.toarray(), axis=1) == pytest.approx(1)
        assert matrix.has_canonical_format
    assert {len(set(terms)) for terms in documents_from(corpus[0])} == {SIZES["distinct"]}
