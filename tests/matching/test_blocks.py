"""Exact top-k: whatever way a list is found, it is the one of scoring every row."""

import threading

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matching.blocks import Ceilings, Searcher, group_size_for
from matching.vectors import Vectors

EMPTY = np.empty(0, np.int64)


def vectors_of(rng, rows, vocabulary, filled):
    """Random rows (sums of whole eighths: equal scores are exactly equal), some empty, some alike; a few
    terms in most of them, most terms in few.
    """
    starts, terms, weights = [0], [], []
    kinds = [np.sort(rng.choice(vocabulary, rng.integers(0, filled + 1), replace=False)) for _ in range(rows)]
    for at in range(rows):
        own = kinds[rng.integers(0, at + 1)] if rng.random() < 0.3 else kinds[at]
        own = np.unique(np.concatenate([own, rng.choice(3, 1)])) if rng.random() < 0.8 else own
        terms += own.tolist()
        weights += (rng.integers(1, 5, len(own)) / 8).tolist()
        starts.append(len(terms))
    return Vectors(
        np.arange(vocabulary, dtype=np.uint64),
        np.ones(vocabulary),
        np.array(starts, np.int64),
        np.array(terms, np.int32),
        np.array(weights, np.float32),
    )


def by_hand(vectors, ids, terms, weights, k, allowed):
    """Ids of the k best, equal scores by id, and all scores by row."""
    scores = np.zeros(vectors.size)
    weight_of = np.zeros(len(vectors.hashes))
    weight_of[terms] = weights
    for row in range(vectors.size):
        numbers, own = vectors.row(row)
        scores[row] = weight_of[numbers] @ own.astype(np.float64)
    rows = np.flatnonzero(allowed)
    order = np.lexsort((ids[rows], -scores[rows]))
    return ids[rows[order[:k]]], scores


@given(
    seed=st.integers(0, 2**32 - 1),
    rows=st.integers(0, 400),
    vocabulary=st.integers(9, 60),
    k=st.integers(0, 40),
    share=st.sampled_from([1.0, 0.9, 0.5, 0.1, 0.03, 0.0]),
)
@settings(max_examples=300, deadline=None)
def test_every_way_gives_the_list_of_scoring_every_row(seed, rows, vocabulary, k, share):
    rng = np.random.default_rng(seed)
    vectors = vectors_of(rng, rows, vocabulary, 8)
    ids = rng.permutation(rows).astype(np.int64)
    terms = np.sort(rng.choice(vocabulary, rng.integers(0, min(vocabulary, 12)), replace=False)).astype(
        np.int32
    )
    weights = rng.integers(1, 6, len(terms)) / 4
    allowed = (rng.random(rows) < share).astype(np.uint8)
    expected, scores = by_hand(vectors, ids, terms, weights, k, allowed)
    for ceilings in (Ceilings.of(vectors), None):
        searcher = Searcher(vectors, ids, ceilings)
        for mask in [allowed, None] if share == 1.0 else [allowed]:
            for _ in range(2):  # the room to work in is left as it was found
                found, told = searcher.best(terms, weights, k, mask)
                assert len(found) == min(k, int(allowed.sum())), "always full"
                np.testing.assert_allclose(told, scores[found], atol=1e-12)
                np.testing.assert_allclose(np.sort(told), np.sort(scores[np.isin(ids, expected)]), atol=1e-9)
                assert ids[found].tolist() == expected.tolist()


def test_ceilings_are_never_below_a_weight():
    vectors = vectors_of(np.random.default_rng(3), 700, 90, 12)
    made, size = Ceilings.of(vectors), group_size_for(700)
    for row in range(vectors.size):
        numbers, weights = vectors.row(row)
        a = made.sketch_start[row]
        levels = made.sketch_levels[a : a + len(numbers)]
        assert np.all(levels * made.scale[numbers].astype(np.float64) >= weights)
        assert made.sketch_slots[a : a + len(numbers)].tolist() == made.slot_of[numbers].tolist()
        for term, level in zip(numbers, levels, strict=True):
            if made.line_of[term] >= 0:
                assert made.line_top[made.line_of[term], row // size] >= level
            else:
                b, c = made.pair_start[term], made.pair_start[term + 1]
                at = b + np.searchsorted(made.pair_group[b:c], row // size)
                assert made.pair_group[at] == row // size
                assert made.pair_top[at] >= level


def test_groups_grow_with_the_rows():
    assert [group_size_for(n) for n in (0, 66_000, 1_000_000, 16_000_000)] == [32, 32, 64, 128]


def test_threads_share_a_searcher():
    rng = np.random.default_rng(5)
    vectors = vectors_of(rng, 3000, 200, 20)
    searcher = Searcher(vectors, np.arange(3000), Ceilings.of(vectors))
    queries = [np.sort(rng.choice(200, 15, replace=False)).astype(np.int32) for _ in range(40)]
    alone = [searcher.best(q, np.ones(15), 10)[0].tolist() for q in queries]
    together: dict[int, list[list[int]]] = {}

    def work(number):
        together[number] = [searcher.best(q, np.ones(15), 10)[0].tolist() for q in queries]

    threads = [threading.Thread(target=work, args=(n,)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert all(together[n] == alone for n in range(4))


@pytest.mark.parametrize("length", [16, 13])
def test_a_mask_need_not_be_whole_words(length):
    vectors = vectors_of(np.random.default_rng(1), 13, 10, 5)
    searcher = Searcher(vectors, np.arange(13), Ceilings.of(vectors))
    mask = np.zeros(length, np.uint8)
    mask[[2, 12]] = 1
    assert sorted(searcher.best(np.array([0, 1, 2], np.int32), np.ones(3), 5, mask)[0].tolist()) == [2, 12]
