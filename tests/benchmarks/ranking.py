"""Ranking against naive scikit-learn, in one run on the same words: `python -m tests.benchmarks.ranking`.

Makes positions and profiles from the classification of occupations (seeded), builds the index, and prints
for one profile: p50 and p99 of ours with and without explanations, with filters that leave 50, 10, 2 and
0.1 %, and of the usual ways in Python; then a batch, the build from text, memory and the first answer of a
new process. Every method's best scores are compared with scikit-learn's, so a fast wrong answer shows.
Nothing is asserted but that: timings belong to the machine.
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
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
from scipy.sparse import csr_array, csr_matrix
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.metrics.pairwise import cosine_similarity, linear_kernel
from tqdm import tqdm

from matching import Index, IndexStore, Posting, Profile
from matching.index import top
from matching.knowledge import occupations, specialties
from matching.query import Query
from matching.tokens import PythonEngine, normalize

NOW = datetime(2026, 12, 1, 9, tzinfo=UTC)
K = 20
REQUIREMENTS = (
    "身体健康，服从安排，责任心强", "有相关工作经验者优先", "能适应倒班", "会使用办公软件，能做台账",
    "熟悉安全操作规程，能独立完成日常点检", "吃苦耐劳，有团队精神", "退役军人优先", "持相应职业资格证书",
    "能看懂图纸，会使用常用量具", "沟通能力好，普通话标准", "熟悉现场管理和质量要求", "能适应短期出差",
    "有带班经验者优先", "会开车，持C1以上驾照",
)  # fmt: skip
BENEFITS = (
    "五险一金，包吃住",
    "月休四天，年终奖",
    "提供食宿，节日福利",
    "带薪年假，高温补贴",
    "长白班，双休",
)


def postings(size: int, seed: int) -> list[Posting]:
    """Positions over all occupations, some far more common than others, as job markets are."""
    rng = random.Random(seed)
    known = [o for o in occupations().values() if o.level == 4 and o.tasks]
    rng.shuffle(known)
    weights = [1 / (rank + 5) for rank in range(len(known))]
    everyday = [clause for o in known[:40] for clause in o.tasks.split(" ")]
    made = []
    for id_, occupation in enumerate(rng.choices(known, weights, k=size), 1):
        tasks = occupation.tasks.split(" ")
        duties = [*rng.sample(tasks, min(len(tasks), rng.randint(3, 6))), *rng.sample(everyday, 2)]
        requirements = [*rng.sample(REQUIREMENTS, rng.randint(3, 6)), rng.choice(BENEFITS)]
        low = rng.randrange(3000, 12000, 500)
        made.append(
            Posting(
                id=id_,
                title=rng.choice([occupation.name, *occupation.aliases]),
                occupation_code=occupation.code,
                occupation=occupation.name,
                duties="；".join(duties),
                requirements="；".join(requirements),
                certificates=frozenset(),
                employer_id=id_ // 9,
                region=f"4407{rng.choice(['03', '04', '05', '81', '83', '84', '85'])}",
                location=(22 + rng.random(), 112.5 + rng.random()),
                pay_from=low,
                pay_to=low + rng.randrange(500, 3000, 500),
                education=rng.choice([0, 0, 1, 1, 2, 3]),
                experience_years=rng.choice([0, 0, 0, 1, 2, 3]),
                opens_at=NOW - timedelta(days=rng.randint(1, 60)),
                expires_at=NOW + timedelta(days=rng.randint(1, 60)),
            )
        )
    return made


def profiles(size: int, seed: int) -> list[Profile]:
    """People with a specialty, a wish and a line of skills; no fact of theirs excludes anything."""
    rng = random.Random(seed)
    codes = [o.code for o in occupations().values() if o.level == 4]
    served = list(specialties().values())
    made = []
    for id_ in range(1, size + 1):
        specialty = rng.choice(served)
        made.append(
            Profile(
                id=id_,
                specialties=(specialty.code,),
                years_served=rng.randint(2, 16),
                skills="，".join(specialty.skills),
                wished_occupations=tuple(rng.sample([*specialty.occupation_codes, rng.choice(codes)], 2)),
                education=4,
                experience_years=40,
            )
        )
    return made


def matrix_of(index: Index) -> csr_matrix:
    """The index's own weights as the matrix that other libraries take."""
    v = index.base.vectors
    return csr_matrix((v.doc_weights, v.doc_terms, v.doc_start), shape=(v.size, len(v.hashes)))


def vector_of(index: Index, query: Query) -> csr_matrix:
    v = index.base.vectors
    numbers = v.find(query.hashes)
    row = (query.weights.astype(np.float32), (np.zeros(len(numbers), np.int32), numbers))
    return csr_matrix(row, shape=(1, len(v.hashes)))


def timed(method: Callable[[Any], Any], queries: Sequence[Any]) -> dict[str, float]:
    """p50 and p99 in milliseconds of one call at a time, after one call that is not counted."""
    method(queries[0])
    spent = []
    for query in queries:
        start = time.perf_counter()
        method(query)
        spent.append((time.perf_counter() - start) * 1000)
    cuts = statistics.quantiles(spent, n=100, method="inclusive")
    return {"p50_ms": cuts[49], "p99_ms": cuts[98]}


def usual_ways(matrix: csr_matrix) -> dict[str, Callable[[csr_matrix], np.ndarray]]:
    """How ranking by TF-IDF is written in Python; each gives the rows of the K best, in any order."""
    turned = csr_array(matrix.T.tocsr())

    def cosine(q: csr_matrix) -> np.ndarray:
        return np.argsort(-cosine_similarity(q, matrix)[0])[:K]

    def kernel(q: csr_matrix) -> np.ndarray:
        return np.argpartition(-linear_kernel(q, matrix)[0], K)[:K]

    def product(q: csr_matrix) -> np.ndarray:
        scores = np.zeros(matrix.shape[0], np.float32)
        found = (csr_array(q) @ turned).tocoo()
        scores[found.col] = found.data
        return np.argpartition(-scores, K)[:K]

    return {
        "scikit-learn cosine_similarity + argsort": cosine,
        "scikit-learn linear_kernel + argpartition": kernel,
        "scipy q @ X.T + argpartition": product,
    }


def measure_single(index: Index, people: Sequence[Profile], report: dict[str, Any]) -> None:
    queries = [index.compile(person) for person in people]
    allowed = np.arange(len(index))
    vectors = [vector_of(index, query) for query in queries]
    matrix = matrix_of(index)
    few = len(people) // 4 or 1

    def scored(query: Query) -> np.ndarray:
        return top(index._scores(index.base, query), allowed, K)

    exact = True
    for query, vector in zip(queries[:few], vectors, strict=False):
        truth = np.sort(linear_kernel(vector.astype(np.float64), matrix.astype(np.float64))[0])[::-1][:K]
        exact &= bool(np.allclose(index._scores(index.base, query)[scored(query)], truth, atol=1e-6))
    report["exact"] = exact
    single = report["single"] = {
        "ours: query -> top 20": timed(scored, queries),
        "ours: profile -> 20 explained matches": timed(lambda p: index.rank(p, K, now=NOW), people),
        "ours: profile -> query": timed(index.compile, people),
    }
    for name, method in usual_ways(matrix).items():
        single[name] = timed(method, vectors[:few])
    base = single["scikit-learn cosine_similarity + argsort"]["p50_ms"]
    print(f"one profile against {len(index):,} positions, top {K}{'' if exact else ' — NOT EXACT'}")
    for name, figures in single.items():
        ratio = base / figures["p50_ms"]
        print(f"  {name:45} p50 {figures['p50_ms']:8.3f} ms  p99 {figures['p99_ms']:8.3f} ms  {ratio:7.1f}x")


def measure_filters(index: Index, people: Sequence[Profile], report: dict[str, Any]) -> None:
    """The same lists with only a part of the positions allowed, by naming them as a fair names its booths."""
    rng = np.random.default_rng(7)
    print("filtered (profile -> 20 explained matches)")
    report["filtered"] = {}
    for share in (0.5, 0.1, 0.02, 0.001):
        among = rng.choice(index.base.facts.id, int(len(index) * share), replace=False).tolist()
        wanted = len(index.rank(people[0], K, now=NOW, among=among).matches)
        figures = timed(lambda p, among=among: index.rank(p, K, now=NOW, among=among), people)
        report["filtered"][str(share)] = figures | {"matches": wanted}
        print(f"  {share:6.1%} allowed: p50 {figures['p50_ms']:8.3f} ms  p99 {figures['p99_ms']:8.3f} ms")


def measure_build(sample: Sequence[Posting], report: dict[str, Any]) -> None:
    """From text to something that can be asked, on a part of the postings; both engines are loaded before."""
    engine = PythonEngine()
    texts = [normalize("\n".join((p.title, p.occupation, p.duties, p.requirements))) for p in sample]
    start = time.perf_counter()
    TfidfVectorizer(analyzer=lambda text: list(engine.cut(text)), sublinear_tf=True).fit_transform(texts)
    naive = time.perf_counter() - start
    start = time.perf_counter()
    Index.build(sample)
    ours = time.perf_counter() - start
    report["build_sample"] = {"postings": len(sample), "ours_s": ours, "sklearn_jieba_s": naive}
    print(
        f"from text, {len(sample):,} positions: ours {ours:.2f} s, "
        f"scikit-learn + jieba {naive:.2f} s, {naive / ours:.1f}x"
    )


FIRST = """
import sys, time
start = time.perf_counter()
from datetime import UTC, datetime
from matching import IndexStore, Profile
index = IndexStore(sys.argv[1]).current()
index.rank(Profile(id=1, specialties=("driver",), skills="驾驶"), now=datetime(2026, 12, 1, tzinfo=UTC))
print(time.perf_counter() - start)
"""


def measure_store(index: Index, extra: Sequence[Posting], report: dict[str, Any]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        store = IndexStore(folder)
        start = time.perf_counter()
        store.publish(index)
        report["publish_s"] = time.perf_counter() - start
        report["disk_mb"] = sum(p.stat().st_size for p in Path(folder).rglob("*.npy")) / 1e6
        answered = subprocess.run(
            [sys.executable, "-c", FIRST, folder], check=True, capture_output=True, text=True, timeout=120
        )
        report["first_answer_s"] = float(answered.stdout)
        store.apply(extra[:1])
        report["apply_ms"] = timed(lambda posting: store.apply([posting]), extra)["p50_ms"]
        start = time.perf_counter()
        store.current()
        report["read_changes_ms"] = (time.perf_counter() - start) * 1000
    print(
        f"store: publish {report['publish_s']:.2f} s, {report['disk_mb']:.0f} MB; "
        f"a new process answers after {report['first_answer_s']:.2f} s; "
        f"one position in {report['apply_ms'] * 1000:.0f} µs; "
        f"{len(extra)} changes read in {report['read_changes_ms']:.1f} ms"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--size", type=int, default=66_000, help="positions")
    parser.add_argument("--profiles", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--json", type=Path, help="write the figures here too")
    options = parser.parse_args()

    made = postings(options.size, options.seed)
    people = profiles(options.profiles, options.seed)
    start = time.perf_counter()
    index = Index.build(made, progress=lambda rows: tqdm(rows, total=len(made), unit="posting"))
    spent = time.perf_counter() - start
    terms = len(index.base.vectors.doc_terms) / len(made)
    report: dict[str, Any] = {"n": len(made), "build_s": spent, "terms_per_posting": terms}
    print(f"built {len(made):,} positions in {spent:.1f} s, {terms:.0f} distinct terms each")
    measure_single(index, people, report)
    measure_filters(index, people, report)
    measure_build(made[: min(3000, len(made))], report)
    measure_store(index, postings(200, options.seed + 1), report)
    report["peak_mb"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"peak memory of this run {report['peak_mb']:.0f} MB")
    if options.json:
        options.json.write_text(json.dumps(report, indent=1, ensure_ascii=False), encoding="utf-8")


if __name__ == "__main__":
    main()
