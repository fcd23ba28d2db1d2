"""Our ranking against named others, in one run on the same words: `python -m tests.benchmarks.ranking`.

Makes positions and people from the classification of occupations (seeded), builds the index from their text
and prints: one profile (also with filters that leave 50, 10, 2 and 0.1 %), a batch, the build, memory, and
how soon a new process answers. The methods take turns in short rounds, so that a machine that slows down
slows all of them. Every query's result is held against scoring each row in double precision. Nothing is
asserted: timings belong to the machine. `--million` does the same for 1,000,000 positions; `--json FILE`
writes the figures.
"""

import argparse
import json
import random
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from scipy.sparse import csr_matrix
from tqdm import tqdm

from matching import Index, IndexStore, Posting, Profile
from matching.blocks import Searcher
from matching.query import Query
from tests.benchmarks._corpus import NOW, postings, profiles
from tests.benchmarks._peers import PEERS, Peer

K = 20
ROUNDS = 8
SHARES = {"50pct": 0.5, "10pct": 0.1, "2pct": 0.02, "0.1pct": 0.001}
Report = dict[str, Any]


def matrix_of(index: Index) -> csr_matrix:
    """The index's own weights as the matrix that other libraries take."""
    v = index.base.vectors
    return csr_matrix((v.doc_weights, v.doc_terms, v.doc_start), shape=(v.size, len(v.hashes)))


def rows_of(index: Index, queries: Sequence[Query]) -> csr_matrix:
    terms = [q.numbers[q.numbers >= 0] for q in queries]
    weights = [q.weights[q.numbers >= 0] for q in queries]
    starts = np.cumsum([0, *map(len, terms)])
    shape = (len(queries), len(index.base.vectors.hashes))
    return csr_matrix(
        (np.concatenate(weights).astype(np.float32), np.concatenate(terms), starts), shape=shape
    )


def in_turns(methods: dict[str, Callable[[int], Any]], counts: dict[str, int]) -> dict[str, list[float]]:
    """Milliseconds of each call; the methods take turns, `counts` says how many queries each gets."""
    spent: dict[str, list[float]] = {name: [] for name in methods}
    for turn in tqdm(range(ROUNDS), desc="one profile", disable=None):
        for name, method in methods.items():
            method(0)  # what the one before left in the processor's caches is not this one's cost
            for at in range(turn, counts[name], ROUNDS):
                start = time.perf_counter()
                method(at)
                spent[name].append((time.perf_counter() - start) * 1000)
    return spent


def is_exact(index: Index, queries: Sequence[Query], masks: dict[str, Any]) -> bool:
    """Return whether rows, scores and order are those of scoring every allowed row."""
    scan = Searcher(index.base.vectors, index.base.facts.id, None)
    exact = True
    for at, query in enumerate(queries):
        known_ids = query.numbers >= 0
        terms, weights = query.numbers[known_ids], query.weights[known_ids]
        for share, mask in masks.items():
            if at % 10 and share:
                continue
            wish, scores = scan.best(terms, weights, K, mask)
            rows, result = index.base.searcher.best(terms, weights, K, mask)
            exact &= rows.tolist() == wish.tolist() and bool(np.array_equal(result, scores))
    return exact


def measure_single(index: Index, queries: Sequence[Query], peers: Sequence[Peer], report: Report) -> None:
    n, rng = len(index), np.random.default_rng(7)
    masks: dict[str, Any] = {"": None}
    for name, share in SHARES.items():
        masks[name] = np.zeros(n, np.uint8)
        masks[name][rng.choice(n, int(n * share), replace=False)] = 1
    methods: dict[str, Callable[[int], Any]] = {"ours": lambda at: index.search(queries[at], K)}

    def search_filtered(mask: Any, passes: int, at: int) -> Any:
        return index.search(queries[at], K, mask, passes)

    for name, mask in list(masks.items())[1:]:
        passes = int(mask.sum())
        methods[f"ours_filtered_{name}"] = partial(search_filtered, mask, passes)
    methods |= {peer.name: peer.single for peer in peers}
    slow = max(10, len(queries) // (4 if n < 300_000 else 20))
    counts = {name: slow if name.startswith(("sklearn", "scipy")) else len(queries) for name in methods}
    spent = in_turns(methods, counts)
    report["exact"] = is_exact(index, queries, masks)
    cuts = {name: statistics.quantiles(ms, n=100, method="inclusive") for name, ms in spent.items()}
    report["single_p50_ms"] = {name: parts[49] for name, parts in cuts.items()}
    report["single_p99_ms"] = {name: parts[98] for name, parts in cuts.items()}
    ours = report["single_p50_ms"]["ours"]
    print(f"one profile against {n:,} positions, top {K}, {'exact' if report['exact'] else 'NOT EXACT'}")
    for name, parts in cuts.items():
        print(f"  {name:24} p50 {parts[49]:9.3f} ms  p99 {parts[98]:9.3f} ms  {parts[49] / ours:8.1f}x ours")


def measure_whole(index: Index, people: Sequence[Profile], report: Report) -> None:
    """Measure the time from a profile to a list with reasons, as in a page request."""
    rng = random.Random(3)
    choosy = [
        replace(
            p,
            education=rng.randint(0, 4),
            experience_years=rng.randint(0, 3),
            lowest_pay=5000,
            home=(22.5, 113.0),
            max_distance_km=20.0,
            regions=frozenset({"440703", "440705"}),
        )
        for p in people
    ]
    methods: dict[str, Callable[[int], Any]] = {
        "profile_to_query": lambda at: index.compile(people[at]),
        "profile_to_20_explained": lambda at: index.rank(people[at], K, now=NOW),
        "profile_to_20_explained_with_facts": lambda at: index.rank(choosy[at], K, now=NOW),
    }
    spent = in_turns(methods, dict.fromkeys(methods, len(people)))
    report["whole_p50_ms"] = {name: statistics.median(ms) for name, ms in spent.items()}
    for name, figure in report["whole_p50_ms"].items():
        print(f"  {name:36} p50 {figure:9.3f} ms")


def measure_batch(
    index: Index, queries: Sequence[Query], peers: Sequence[Peer], threads: int, report: Report
) -> None:
    durations: dict[str, list[float]] = {}
    ways: dict[str, Callable[[], Any]] = {"ours": lambda: index.search_many(queries, K, threads=threads)}
    ways |= {p.name: partial(p.batch, threads) for p in peers if p.batch is not None}
    for turn in range(3):
        for name, way in tqdm(ways.items(), desc="batch", disable=None):
            if turn and name.startswith(("sklearn", "tantivy")):
                continue
            start = time.perf_counter()
            way()
            durations.setdefault(name, []).append(time.perf_counter() - start)
    report["batch_s"] = {name: statistics.median(s) for name, s in durations.items()}
    report["batch_n"] = len(queries)
    print(f"{len(queries):,} profiles against {len(index):,} positions, {threads} cores")
    for name, figure in report["batch_s"].items():
        print(f"  {name:24} {figure:9.2f} s  {figure / report['batch_s']['ours']:8.1f}x ours")


def measure_build(sample: Sequence[Posting], report: Report) -> None:
    """Measure the time from texts to an index, on one core, with both dictionaries already loaded."""
    import jieba
    from sklearn.feature_extraction.text import TfidfVectorizer

    jieba.setLogLevel(60)
    jieba.initialize()
    Index.build(sample[:10])
    texts = ["\n".join((p.title, p.occupation, p.duties, p.requirements)) for p in sample]
    start = time.perf_counter()
    Index.build(sample)
    ours = time.perf_counter() - start
    start = time.perf_counter()
    TfidfVectorizer(tokenizer=jieba.lcut, token_pattern=None, sublinear_tf=True).fit_transform(texts)
    naive = time.perf_counter() - start
    report["build_sample"] = {"n": len(sample), "ours_s": ours, "sklearn_jieba_s": naive}
    print(f"from text, {len(sample):,} positions: ours {ours:.2f} s, scikit-learn + jieba {naive:.2f} s")
    print(f"  {naive / ours:.1f}x")


FIRST = """
import time
import sys
before = float(sys.argv[2])
from datetime import UTC, datetime
from matching import IndexStore, Profile
index = IndexStore(sys.argv[1]).current()
person = Profile(id=1, specialties=("driver",), skills="驾驶，会修车", wished_occupations=("4-02-02-01",))
index.rank(person, now=datetime(2026, 12, 1, tzinfo=UTC))
print(time.time() - before, flush=True)
for _ in range(50):
    index.rank(person, now=datetime(2026, 12, 1, tzinfo=UTC))
print("ready", flush=True)
sys.stdin.readline()
print(open("/proc/self/smaps_rollup").read().split("Pss:")[1].split()[0], flush=True)
sys.stdin.readline()
"""

SEEN_IDS = """
import sys, time
from matching import IndexStore
store = IndexStore(sys.argv[1])
store.current()
print("ready", flush=True)
while True:
    try:
        store.current().find(int(sys.argv[2]))
    except KeyError:
        time.sleep(0.001)
    else:
        break
print(time.time(), flush=True)
"""


def process(code: str, *arguments: str) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-c", code, *arguments], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )


def line_of(worker: "subprocess.Popen[str]") -> str:
    assert worker.stdout is not None
    return worker.stdout.readline().strip()


def tell(worker: "subprocess.Popen[str]") -> None:
    assert worker.stdin is not None
    worker.stdin.write("\n")
    worker.stdin.flush()


def measure_store(index: Index, extra: Sequence[Posting], report: Report) -> None:
    """Four workers on one generation: first answer, memory; and how soon a change is in and seen."""
    with tempfile.TemporaryDirectory() as folder:
        store = IndexStore(folder)
        start = time.perf_counter()
        store.publish(index)
        report["publish_s"] = time.perf_counter() - start
        report["disk_mb"] = sum(p.stat().st_size for p in Path(folder).rglob("*.npy")) / 1e6
        first = []
        for _ in range(5):
            worker = process(FIRST, folder, str(time.time()))
            first.append(float(line_of(worker)))
            worker.kill()
            worker.wait()
        report["first_answer_s"] = {"median": statistics.median(first), "worst": max(first)}
        workers = [process(FIRST, folder, str(time.time())) for _ in range(4)]
        for worker in workers:
            line_of(worker), line_of(worker)
        for worker in workers:
            tell(worker)
        report["pss_mb"] = [int(line_of(worker)) / 1024 for worker in workers]
        for worker in workers:
            worker.kill()
            worker.wait()
        watcher = process(SEEN_IDS, folder, str(extra[-1].id))
        line_of(watcher)
        store.apply(extra[:1])
        spent = []
        for posting in extra[1:-1]:
            start = time.perf_counter()
            store.apply([posting])
            spent.append(time.perf_counter() - start)
        report["apply_us"] = statistics.median(spent) * 1e6
        store.apply(extra[-1:])
        change_count = time.time()
        report["seen_after_ms"] = (float(line_of(watcher)) - change_count) * 1000
        watcher.wait()
        start = time.perf_counter()
        store.current()
        report["read_changes_ms"] = (time.perf_counter() - start) * 1000
    first, pss = report["first_answer_s"], max(report["pss_mb"])
    print(f"store: published in {report['publish_s']:.2f} s, {report['disk_mb']:.0f} MB")
    print(f"  a new process answers after {first['median']:.2f} s (worst of five {first['worst']:.2f})")
    print(f"  four workers take {pss:.0f} MB each")
    print(f"  one position in {report['apply_us']:.0f} µs, elsewhere {report['seen_after_ms']:.0f} ms later")


def main(arguments: Sequence[str] | None = None) -> Report:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--size", type=int, default=66_000, help="positions")
    parser.add_argument("--million", action="store_true", help="1,000,000 positions")
    parser.add_argument("--profiles", type=int, default=400, help="asked one at a time")
    parser.add_argument("--batch", type=int, default=7400, help="asked all at once (0: not at all)")
    parser.add_argument(
        "--build-sample", type=int, default=20_000, help="positions built beside scikit-learn"
    )
    parser.add_argument("--peers", nargs="*", default=list(PEERS), choices=list(PEERS))
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--json", type=Path, help="write the figures here too")
    options = parser.parse_args(arguments)
    size = 1_000_000 if options.million else options.size
    batch = 0 if options.million else options.batch

    created = postings(size, options.seed)
    people = profiles(max(options.profiles, batch), options.seed)
    Index.build(created[:10])  # loads the dictionary
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    start, cpu = time.perf_counter(), time.process_time()
    index = Index.build(created, progress=lambda rows: tqdm(rows, total=size, unit="posting", disable=None))
    report: Report = {
        "n": size,
        "build_s": time.perf_counter() - start,
        "build_cpu_s": time.process_time() - cpu,
    }
    report["build_peak_mb"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    report["build_grew_mb"] = report["build_peak_mb"] - before / 1024
    report["terms_per_posting"] = len(index.base.vectors.doc_terms) / size
    print(
        f"built {size:,} positions of {report['terms_per_posting']:.0f} distinct terms from text in "
        f"{report['build_s']:.1f} s, peak memory {report['build_peak_mb']:.0f} MB "
        f"({report['build_grew_mb']:.0f} for the index)"
    )
    sample = created[: min(options.build_sample, size)]
    del created
    queries = [index.compile(person) for person in tqdm(people, desc="queries", disable=None)]
    matrix = matrix_of(index)
    single = queries[: options.profiles]
    report["terms_per_query"] = statistics.mean(len(q.hashes) for q in single)
    peers = [PEERS[name](matrix, rows_of(index, single), K) for name in options.peers]
    report["peer_build_s"] = {peer.name: peer.built_s for peer in peers}
    measure_single(index, single, peers, report)
    measure_whole(index, people[: min(200, len(people))], report)
    if batch:
        request = rows_of(index, queries)
        peers = [PEERS[name](matrix, request, K) for name in options.peers if name != "sklearn_linear_kernel"]
        measure_batch(index, queries, peers, options.threads, report)
    del peers, matrix
    if sample:
        measure_build(sample, report)
    extra = [replace(p, id=size + p.id) for p in postings(200, options.seed + 1)]
    measure_store(index, extra, report)
    if options.json:
        options.json.write_text(json.dumps(report, indent=1), encoding="utf-8")
    return report


if __name__ == "__main__":
    main()
