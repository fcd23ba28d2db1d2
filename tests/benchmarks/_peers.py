"""Peers of the ranking: other libraries on the same weights and words, each with its fastest method.

A peer answers one query at a time (`single`) and all of them (`batch`); preparation that
needs no query (the transposed matrix, compiled code, a query's own row or object) is not timed. Documents
and queries are rows of one vocabulary. `python -m tests.benchmarks._peers` times them on made-up words.
"""

import argparse
import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array, csr_matrix

BLOCK = 100  # queries scored at once where a whole block of dense scores is made
Rows = NDArray[Any]


@dataclass(frozen=True)
class Peer:
    """One library, built over one matrix, with its queries ready to be asked."""

    name: str
    single: Callable[[int], Rows]
    """Query number -> rows of its `k` best documents, best first (perhaps fewer, where fewer match)."""
    batch: Callable[[int], None] | None
    """Answers every query, on so many threads where the library can; None if it has nothing but a loop."""
    built_s: float
    """Seconds from the ready matrix or words to something that can be asked, compiling left out."""


def documents_from(matrix: csr_matrix) -> list[list[int]]:
    """The term numbers of each row, ascending as the matrix has them."""
    ends = zip(matrix.indptr[:-1], matrix.indptr[1:], strict=True)
    return [matrix.indices[start:end].tolist() for start, end in ends]


def rows_from(matrix: csr_matrix) -> list[csr_matrix]:
    """Each row alone, so that no query pays for being cut out of the others."""
    return [matrix[at] for at in range(matrix.shape[0])]


def highest(scores: Rows, k: int) -> Rows:
    """The places of the `k` highest, best first, in linear time."""
    k = min(k, len(scores))
    places = np.argpartition(scores, len(scores) - k)[len(scores) - k :]
    return places[np.argsort(-scores[places], kind="stable")]


def sklearn_cosine(matrix: csr_matrix, queries: csr_matrix, k: int) -> Peer:
    """cosine_similarity and a full argsort: what most people write."""
    from sklearn.metrics.pairwise import cosine_similarity

    request = rows_from(queries)

    def single(at: int) -> Rows:
        return np.argsort(-cosine_similarity(request[at], matrix)[0])[:k]

    def batch(threads: int) -> None:
        for at in range(0, queries.shape[0], BLOCK):
            np.argsort(-cosine_similarity(queries[at : at + BLOCK], matrix), axis=1)[:, :k]

    return Peer("sklearn_cosine", single, batch, 0.0)


def sklearn_linear_kernel(matrix: csr_matrix, queries: csr_matrix, k: int) -> Peer:
    """linear_kernel and argpartition: what people write who have read the manual."""
    from sklearn.metrics.pairwise import linear_kernel

    request = rows_from(queries)

    def single(at: int) -> Rows:
        return highest(linear_kernel(request[at], matrix)[0], k)

    def batch(threads: int) -> None:
        for at in range(0, queries.shape[0], BLOCK):
            scores = linear_kernel(queries[at : at + BLOCK], matrix)
            np.argpartition(scores, scores.shape[1] - k, axis=1)[:, -k:]

    return Peer("sklearn_linear_kernel", single, batch, 0.0)


def scipy(matrix: csr_matrix, queries: csr_matrix, k: int) -> Peer:
    """The sparse product with the transposed matrix, partitioned among the documents that share a word."""
    start = time.perf_counter()
    transposed = csr_array(matrix.T.tocsr())
    build_seconds = time.perf_counter() - start
    request = [csr_array(row) for row in rows_from(queries)]

    def single(at: int) -> Rows:
        result = request[at] @ transposed
        return result.indices[highest(result.data, k)]

    return Peer("scipy", single, None, build_seconds)


def sparse_dot_topn(matrix: csr_matrix, queries: csr_matrix, k: int) -> Peer:
    """Use the functions without checks: the checked ones copy the matrix on every call."""
    from sparse_dot_topn.unchecked import sp_matmul_topn, sp_matmul_topn_mt

    start = time.perf_counter()
    transposed = matrix.T.tocsr()
    build_seconds = time.perf_counter() - start
    request = rows_from(queries)

    def single(at: int) -> Rows:
        return sp_matmul_topn(request[at], transposed, k, sort=True, threshold=None, density=1.0).indices

    def batch(threads: int) -> None:
        if threads > 1:
            sp_matmul_topn_mt(queries, transposed, k, sort=True, threshold=None, n_threads=threads)
        else:
            sp_matmul_topn(queries, transposed, k, sort=True, threshold=None, density=1.0)

    return Peer("sparse_dot_topn", single, batch, build_seconds)


def bm25s_numba(matrix: csr_matrix, queries: csr_matrix, k: int) -> Peer:
    """By term numbers; one query by its compiled scorer and selection, a little faster than `retrieve`."""
    import bm25s
    from bm25s.numba.selection import topk

    model = bm25s.BM25(backend="numba")
    model.compile()  # what it means to do by itself, but its own test for numba's switch is upside down
    model.warmup_numba_csc()
    documents, vocabulary = documents_from(matrix), {str(n): n for n in range(matrix.shape[1])}
    start = time.perf_counter()
    model.index((documents, vocabulary), show_progress=False)
    build_seconds = time.perf_counter() - start
    del documents
    request = documents_from(queries)
    numbers = [np.asarray(terms, np.int32) for terms in request]

    def single(at: int) -> Rows:
        return topk(model.get_scores_from_ids(numbers[at]), k=k)[1]

    def batch(threads: int) -> None:
        model.retrieve(request, k=k, return_as="documents", show_progress=False, n_threads=threads)

    single(0)  # compiles, as does the next, for one thread and for several
    for threads in (1, 2):
        model.retrieve(request[:2], k=k, show_progress=False, n_threads=threads)
    return Peer("bm25s_numba", single, batch, build_seconds)


def tantivy(matrix: csr_matrix, queries: csr_matrix, k: int) -> Peer:
    """Lucene's like in Rust: BM25 over the same words in memory, by ready-made queries, hits not counted."""
    import tantivy as engine

    builder = engine.SchemaBuilder()
    # With frequencies: block-max WAND, which lets it skip, needs them.
    builder.add_text_field("words", tokenizer_name="whitespace", index_option="freq")
    builder.add_integer_field("row", fast=True)
    schema = builder.build()
    names = [f"t{number}" for number in range(matrix.shape[1])]
    documents = [" ".join([names[t] for t in terms]) for terms in documents_from(matrix)]
    start = time.perf_counter()
    index = engine.Index(schema)
    # One writer with room for everything at once makes one segment.
    writer = index.writer(heap_size=min(100_000_000 + 20 * matrix.nnz, 4_000_000_000), num_threads=1)
    for row, words in enumerate(documents):
        writer.add_document(engine.Document(words=words, row=row))
    writer.commit()
    writer.wait_merging_threads()
    index.reload()
    build_seconds = time.perf_counter() - start
    del documents
    searcher = index.searcher()

    def query_of(terms: list[int]) -> Any:
        each = [engine.Query.term_query(schema, "words", names[t], index_option="freq") for t in terms]
        return engine.Query.boolean_query([(engine.Occur.Should, term) for term in each])

    request = [query_of(terms) for terms in documents_from(queries)]
    in_order = searcher.num_segments == 1  # then a document's number is its row

    def single(at: int) -> Rows:
        places = [place for _, place in searcher.search(request[at], limit=k, count=False).hits]
        rows = [place.doc for place in places] if in_order else searcher.fast_field_values("row", places)
        return np.array(rows, np.int64)

    def batch(threads: int) -> None:
        for at in range(len(request)):
            single(at)

    return Peer("tantivy", single, batch, build_seconds)


PEERS: dict[str, Callable[[csr_matrix, csr_matrix, int], Peer]] = {
    "sklearn_cosine": sklearn_cosine,
    "sklearn_linear_kernel": sklearn_linear_kernel,
    "scipy": scipy,
    "sparse_dot_topn": sparse_dot_topn,
    "bm25s_numba": bm25s_numba,
    "tantivy": tantivy,
}
"""name -> builder(matrix f32 (documents x words), queries f32 (queries x words), k)."""


def peers(matrix: csr_matrix, queries: csr_matrix, k: int, names: Sequence[str] = tuple(PEERS)) -> list[Peer]:
    """The named peers, built over float32 rows of length 1: documents x words, queries x words."""
    return [PEERS[name](matrix, queries, k) for name in names]


def zipf_rows(rows: int, words: int, distinct: int, rng: np.random.Generator) -> csr_matrix:
    """Rows (float32, length 1) of so many distinct words each, drawn after Zipf's law, weights random."""
    ceilings = np.cumsum(1 / (np.arange(words) + 3.0))
    terms = np.empty((rows, distinct), np.int32)
    for row in range(rows):
        result: NDArray[Any] = np.empty(0, np.int64)
        while len(result) < distinct:
            sample = np.searchsorted(ceilings, rng.random(3 * distinct) * ceilings[-1])
            result, first = np.unique(np.concatenate([result, sample]), return_index=True)
        terms[row] = np.sort(result[np.argsort(first)[:distinct]])
    weights = (rng.random((rows, distinct)) + 0.5) * np.log(2 + terms)  # the rarer, the heavier
    weights /= np.linalg.norm(weights, axis=1, keepdims=True)
    starts = np.arange(0, rows * distinct + 1, distinct, dtype=np.int32)
    return csr_matrix((weights.ravel().astype(np.float32), terms.ravel(), starts), shape=(rows, words))


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--size", type=int, default=66_000, help="documents")
    parser.add_argument("--words", type=int, default=40_000)
    parser.add_argument("--queries", type=int, default=200)
    parser.add_argument("--terms", type=int, nargs="*", default=[38, 225], help="distinct words a query")
    parser.add_argument("--peers", nargs="*", default=list(PEERS), choices=list(PEERS))
    options = parser.parse_args(arguments)
    rng = np.random.default_rng(1)
    matrix = zipf_rows(options.size, options.words, 73, rng)
    for terms in options.terms:
        queries = zipf_rows(options.queries, options.words, terms, rng)
        print(f"{options.size:,} documents of 73 words, {options.queries} queries of {terms}")
        for peer in peers(matrix, queries, 20, options.peers):
            spent, count = (
                [],
                min(options.queries, 12 if peer.name.startswith("sklearn") else options.queries),
            )
            for at in range(count):
                start = time.perf_counter()
                peer.single(at)
                spent.append((time.perf_counter() - start) * 1000)
            line = f"  {peer.name:22} p50 {statistics.median(spent):8.3f} ms   built in {peer.built_s:6.2f} s"
            if peer.batch is not None:
                start = time.perf_counter()
                peer.batch(2)
                line += f"   all of them {time.perf_counter() - start:6.2f} s"
            print(line, flush=True)


if __name__ == "__main__":
    main()
