"""Exact top-k: whatever way a list is found, it is the one of scoring every row."""

import threading
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matching import blocks
from matching.blocks import Ceilings, Searcher, group_size_for
from matching.vectors import Vectors

EMPTY = np.empty(0, np.int64)


def vectors_of(rng: Any, rows: Any, vocabulary: Any, fill: Any) -> Any:
    """Random rows (sums of whole eighths: equal scores are exactly equal), some empty, some alike; a few
    terms in most of them, most terms in few.
    """
    starts, terms, weights = [0], [], []
    kinds = [np.sort(rng.choice(vocabulary, rng.integers(0, fill + 1), replace=False)) for _ in range(rows)]
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


def by_hand(vectors: Any, ids: Any, terms: Any, weights: Any, k: Any, allowed: Any) -> Any:
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
def test_every_way_gives_the_list_of_scoring_every_row(
    seed: Any, rows: Any, vocabulary: Any, k: Any, share: Any
) -> None:
    rng = np.random.default_rng(seed)
    vectors = vectors_of(rng, rows, vocabulary, 8)
    ids = rng.permutation(rows).astype(np.int64)
    terms = np.sort(rng.choice(vocabulary, rng.integers(0, min(vocabulary, 12)), replace=False)).astype(
        np.int32
    )
    weights = rng.integers(1, 6, len(terms)) / 4
    allowed = (rng.random(rows) < share).astype(np.uint8)
    reference, scores = by_hand(vectors, ids, terms, weights, k, allowed)
    for ceilings in (Ceilings.of(vectors), None):
        searcher = Searcher(vectors, ids, ceilings)
        for mask in [allowed, None] if share == 1.0 else [allowed]:
            for _ in range(2):  # the room to work in is left as it was found
                result, texts = searcher.best(terms, weights, k, mask)
                assert len(result) == min(k, int(allowed.sum())), "always full"
                np.testing.assert_allclose(texts, scores[result], atol=1e-12)
                np.testing.assert_allclose(
                    np.sort(texts), np.sort(scores[np.isin(ids, reference)]), atol=1e-9
                )
                assert ids[result].tolist() == reference.tolist()


def test_ceilings_are_never_below_a_weight() -> None:
    vectors = vectors_of(np.random.default_rng(3), 700, 90, 12)
    created, size = Ceilings.of(vectors), group_size_for(700)
    for row in range(vectors.size):
        numbers, weights = vectors.row(row)
        a = created.sketch_start[row]
        levels = created.sketch_levels[a : a + len(numbers)]
        assert np.all(levels * created.scale[numbers].astype(np.float64) >= weights)
        assert created.sketch_slots[a : a + len(numbers)].tolist() == created.slot_of[numbers].tolist()
        for term, level in zip(numbers, levels, strict=True):
            if created.line_of[term] >= 0:
                assert created.line_top[created.line_of[term], row // size] >= level
            else:
                b, c = created.pair_start[term], created.pair_start[term + 1]
                at = b + np.searchsorted(created.pair_group[b:c], row // size)
                assert created.pair_group[at] == row // size
                assert created.pair_top[at] >= level


def test_terms_beyond_the_slots_share_one_and_lists_stay_exact(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(blocks, "SHARED_SLOT", 5)
    rng = np.random.default_rng(11)
    vectors = vectors_of(rng, 900, 60, 10)
    ids = rng.permutation(900).astype(np.int64)
    created = Ceilings.of(vectors)
    assert int(created.sketch_slots.max()) == 5
    searcher = Searcher(vectors, ids, created)
    for _ in range(50):
        terms = np.sort(rng.choice(60, 20, replace=False)).astype(np.int32)
        weights = rng.integers(1, 6, 20) / 4
        allowed = (rng.random(900) < rng.choice([1.0, 0.3, 0.02])).astype(np.uint8)
        reference, _ = by_hand(vectors, ids, terms, weights, 20, allowed)
        assert ids[searcher.best(terms, weights, 20, allowed)[0]].tolist() == reference.tolist()


def test_a_long_query_gets_the_room_it_needs() -> None:
    rng = np.random.default_rng(12)
    vectors = vectors_of(rng, 400, 700, 30)
    ids = np.arange(400)
    terms, weights = np.arange(700, dtype=np.int32), np.full(700, 0.25)
    reference, _ = by_hand(vectors, ids, terms, weights, 300, np.ones(400, np.uint8))
    searcher = Searcher(vectors, ids, Ceilings.of(vectors))
    assert searcher.best(terms[:3], weights[:3], 5)[0].size == 5
    assert searcher.best(terms, weights, 300)[0].tolist() == reference.tolist()


def test_arrays_of_another_kind_are_refused() -> None:
    vectors = vectors_of(np.random.default_rng(1), 30, 20, 5)
    with pytest.raises(TypeError, match="doc_weights"):
        Searcher(replace(vectors, doc_weights=vectors.doc_weights.astype(np.float64)), np.arange(30), None)
    with pytest.raises(TypeError, match="ids"):
        Searcher(vectors, np.arange(30, dtype=np.int32), None)


def test_groups_grow_with_the_rows() -> None:
    assert [group_size_for(n) for n in (0, 66_000, 1_000_000, 16_000_000)] == [32, 32, 64, 128]


def test_threads_share_a_searcher() -> None:
    rng = np.random.default_rng(5)
    vectors = vectors_of(rng, 3000, 200, 20)
    searcher = Searcher(vectors, np.arange(3000), Ceilings.of(vectors))
    queries = [np.sort(rng.choice(200, 15, replace=False)).astype(np.int32) for _ in range(40)]
    alone = [searcher.best(q, np.ones(15), 10)[0].tolist() for q in queries]
    together: dict[int, list[list[int]]] = {}

    def work(number: Any) -> None:
        together[number] = [searcher.best(q, np.ones(15), 10)[0].tolist() for q in queries]

    threads = [threading.Thread(target=work, args=(n,)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert all(together[n] == alone for n in range(4))


@pytest.mark.parametrize("length", [16, 13])
def test_a_mask_need_not_be_whole_words(length: Any) -> None:
    vectors = vectors_of(np.random.default_rng(1), 13, 10, 5)
    searcher = Searcher(vectors, np.arange(13), Ceilings.of(vectors))
    mask = np.zeros(length, np.uint8)
    mask[[2, 12]] = 1
    assert sorted(searcher.best(np.array([0, 1, 2], np.int32), np.ones(3), 5, mask)[0].tolist()) == [2, 12]
