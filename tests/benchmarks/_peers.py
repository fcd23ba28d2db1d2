"""What our ranking is measured against, on the same weights and the same words, each in its own best way.

A peer answers one query at a time (`single`) and all of them (`batch`); `built_s` is what it took to build from
the ready matrix. Queries and documents are rows of one vocabulary.
"""

import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.sparse import csr_array, csr_matrix

BLOCK = 100  # queries scored at once where a whole block of dense scores is made


@dataclass
class Peer:
    name: str
    single: Callable[[int], Any]
    batch: Callable[[int], Any] | None
    built_s: float


def sklearn_cosine(matrix: csr_matrix, queries: csr_matrix, k: int) -> Peer:
    """cosine_similarity and a full argsort: what most people write."""
    from sklearn.metrics.pairwise import cosine_similarity

    def batch(threads: int) -> None:
        for at in range(0, queries.shape[0], BLOCK):
            np.argsort(-cosine_similarity(queries[at : at + BLOCK], matrix), axis=1)[:, :k]

    return Peer(
        "sklearn_cosine", lambda at: np.argsort(-cosine_similarity(queries[at], matrix)[0])[:k], batch, 0.0
    )


def sklearn_linear_kernel(matrix: csr_matrix, queries: csr_matrix, k: int) -> Peer:
    """linear_kernel and argpartition: what people write who have read the manual."""
    from sklearn.metrics.pairwise import linear_kernel

    def best(scores: Any) -> Any:
        return np.argpartition(-scores, k, axis=-1)[..., :k]

    def batch(threads: int) -> None:
        for at in range(0, queries.shape[0], BLOCK):
            best(linear_kernel(queries[at : at + BLOCK], matrix))

    return Peer("sklearn_linear_kernel", lambda at: best(linear_kernel(queries[at], matrix)[0]), batch, 0.0)


def scipy_product(matrix: csr_matrix, queries: csr_matrix, k: int) -> Peer:
    start = time.perf_counter()
    turned = csr_array(matrix.T.tocsr())
    built = time.perf_counter() - start
    rows = [csr_array(queries[at]) for at in range(queries.shape[0])]

    def single(at: int) -> Any:
        scores = np.zeros(matrix.shape[0], np.float32)
        found = (rows[at] @ turned).tocoo()
        scores[found.col] = found.data
        return np.argpartition(-scores, k)[:k]

    return Peer("scipy", single, None, built)


def sparse_dot_topn(matrix: csr_matrix, queries: csr_matrix, k: int) -> Peer:
    from sparse_dot_topn import sp_matmul_topn

    start = time.perf_counter()
    turned = matrix.T.tocsr()
    built = time.perf_counter() - start
    rows = [queries[at] for at in range(queries.shape[0])]
    return Peer(
        "sparse_dot_topn",
        lambda at: sp_matmul_topn(rows[at], turned, top_n=k, sort=True).indices,
        lambda threads: sp_matmul_topn(queries, turned, top_n=k, sort=True, n_threads=threads),
        built,
    )


def bm25s_numba(matrix: csr_matrix, queries: csr_matrix, k: int) -> Peer:
    import bm25s
    from bm25s.tokenization import Tokenized

    def rows_of(m: csr_matrix) -> list[list[int]]:
        return [m.indices[a:b].tolist() for a, b in zip(m.indptr[:-1], m.indptr[1:], strict=True)]

    vocabulary = {str(number): number for number in range(matrix.shape[1])}
    documents, asked = rows_of(matrix), rows_of(queries)
    start = time.perf_counter()
    model = bm25s.BM25(backend="numba")
    model.index(Tokenized(ids=documents, vocab=vocabulary), show_progress=False)
    built = time.perf_counter() - start

    def ask(some: list[list[int]], threads: int) -> Any:
        told = Tokenized(ids=some, vocab=vocabulary)
        return model.retrieve(
            told, k=k, n_threads=threads, show_progress=False, backend_selection="numba", sorted=True
        )[0]

    # Asked by number, the way its own compiled retrieval is called below its public door, which translates
    # a vocabulary of words on every call.
    from bm25s.numba.retrieve_utils import _retrieve_numba_functional as retrieve

    def by_number(some: list[list[int]], threads: int) -> Any:
        return retrieve(
            query_tokens_ids=some, scores=model.scores, k=k, n_threads=threads, show_progress=False,
            return_as="documents", nonoccurrence_array=model.nonoccurrence_array,
        )  # fmt: skip

    single_rows = [[row] for row in asked]
    by_number(single_rows[0], 1)  # compiles
    by_number(asked[:4], 2)
    return Peer(
        "bm25s_numba", lambda at: by_number(single_rows[at], 1)[0], lambda threads: by_number(asked, threads), built
    )


def tantivy(matrix: csr_matrix, queries: csr_matrix, k: int) -> Peer:
    """Lucene's like in Rust: BM25 over the same words, ready-made queries."""
    import tantivy as engine

    schema = engine.SchemaBuilder()
    schema.add_text_field("words", stored=False, tokenizer_name="whitespace", index_option="freq")
    schema = schema.build()
    folder = tempfile.TemporaryDirectory()
    start = time.perf_counter()
    index = engine.Index(schema, path=folder.name)
    writer = index.writer(heap_size=400_000_000, num_threads=1)
    names = [f"t{number}" for number in range(matrix.shape[1])]
    for a, b in zip(matrix.indptr[:-1], matrix.indptr[1:], strict=True):
        words = " ".join([names[t] for t in matrix.indices[a:b].tolist()])
        writer.add_document(engine.Document(words=words))
    writer.commit()
    writer.wait_merging_threads()
    index.reload()
    built = time.perf_counter() - start
    searcher = index.searcher()

    def made(at: int) -> Any:
        own = queries.indices[queries.indptr[at] : queries.indptr[at + 1]]
        terms = [(engine.Occur.Should, engine.Query.term_query(schema, "words", names[t])) for t in own]
        return engine.Query.boolean_query(terms)

    asked = [made(at) for at in range(queries.shape[0])]

    def single(at: int, kept: Any = folder) -> Any:
        return searcher.search(asked[at], limit=k, count=False).hits

    return Peer("tantivy", single, lambda threads: [single(at) for at in range(len(asked))], built)


PEERS = {
    "sklearn_cosine": sklearn_cosine,
    "sklearn_linear_kernel": sklearn_linear_kernel,
    "scipy": scipy_product,
    "sparse_dot_topn": sparse_dot_topn,
    "bm25s_numba": bm25s_numba,
    "tantivy": tantivy,
}
"""name -> builder(matrix f32 (documents x words), queries f32 (queries x words), k)."""
