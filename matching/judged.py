"""Judged quality: a ranking against grades of 0 to 3 that people gave by reading.

A result without a grade counts as useless. Gain 2^grade - 1, discount log2, ideal over all graded postings of
the profile (Järvelin and Kekäläinen, TOIS 2002). Intervals: percentile bootstrap over profiles.
"""

import csv
import gzip
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from matching.facts import Person
from matching.index import Index
from matching.intake import read_advertisement
from matching.knowledge import occupations, specialties
from matching.tokens import normalize
from matching.types import Posting, Profile

GOOD = 2
RESAMPLES = 2_000
_NOW = datetime(2026, 1, 1, tzinfo=UTC)
_FIRST = 3
_FIVE = 5
_TUPLES, _SETS = ("specialties", "wished_occupations"), ("certificates", "regions", "blocked_employers")
Grades = Mapping[int, Mapping[int, int]]
Order = list[int]


@dataclass(frozen=True)
class JudgedProfile:
    """A profile, the kind by which figures are told apart, and the profile's number."""

    id: int
    kind: str
    profile: Profile


@dataclass(frozen=True)
class Figures:
    """Figures of one ranked list, each 0 to 1.

    Attributes:
        ndcg10: normalised discounted cumulative gain.
        p10: share of good results (grade 2 or 3).
        five_good: 1 if at least five results are good.
        zeros_top3: share of the first three that are useless or not judged.
        unjudged: share of results without a grade.
    """

    ndcg10: float
    p10: float
    five_good: float
    zeros_top3: float
    unjudged: float


FIGURES = tuple(field.name for field in fields(Figures))


def read_profiles(path: Path) -> list[JudgedProfile]:
    """Read profiles: a list of {id, kind, profile}; `profile` has fields of `types.Profile`.

    Raises:
        ValueError: not such a list, or an unknown field.
    """
    rows = json.loads(path.read_text(encoding="utf-8"))
    names = {field.name for field in fields(Profile)}
    profiles = []
    for row in rows:
        values = dict(row["profile"])
        if unknown := values.keys() - names:
            raise ValueError(f"profile {row['id']}: unknown fields {sorted(unknown)}")
        for name in _TUPLES:
            values[name] = tuple(values.get(name) or ())
        for name in _SETS:
            values[name] = frozenset(values.get(name) or ())
        if values.get("home") is not None:
            values["home"] = tuple(values["home"])
        number = int(row["id"])
        profiles.append(JudgedProfile(number, row.get("kind", ""), Profile(**{**values, "id": number})))
    return profiles


def read_postings(path: Path) -> list[Posting]:
    """Read postings: lines of {id, title, text, edu, exp, pay_from, pay_to}, gzipped if so named."""
    with (
        gzip.open(path, "rt", encoding="utf-8")
        if path.suffix == ".gz"
        else path.open(encoding="utf-8") as file
    ):
        rows = [json.loads(line) for line in file if line.strip()]
    return [
        read_advertisement(
            row["title"],
            row["text"],
            row.get("edu", 0),
            row.get("exp", 0),
            row.get("pay_from", 0),
            row.get("pay_to", 0),
            number=int(row["id"]),
        )
        for row in tqdm(rows, desc="postings", disable=None)
    ]


def read_grades(path: Path) -> dict[int, dict[int, int]]:
    """Read grades: a CSV file with the columns profile, posting and grade.

    Raises:
        ValueError: a column is missing, or a grade is none of 0 to 3.
    """
    grades: dict[int, dict[int, int]] = {}
    with path.open(encoding="utf-8-sig", newline="") as file:
        reader = csv.DictReader(file)
        if not {"profile", "posting", "grade"} <= set(reader.fieldnames or ()):
            raise ValueError(f"{path}: needs the columns profile, posting and grade")
        for row in reader:
            grade = int(row["grade"])
            if grade not in range(4):
                raise ValueError(f"{path}: grade {grade} of profile {row['profile']}")
            grades.setdefault(int(row["profile"]), {})[int(row["posting"])] = grade
    return grades


def measure_list(order: Sequence[int], grades: Mapping[int, int], k: int = 10) -> Figures:
    """Return the figures of the first k of a list."""
    first = [grades.get(posting) for posting in order[:k]]
    discount = 1.0 / np.log2(np.arange(2, k + 2))

    def gain(values: Sequence[int]) -> float:
        return float((2.0 ** np.array(values, float) - 1) @ discount[: len(values)]) if values else 0.0

    ideal = gain(sorted(grades.values(), reverse=True)[:k])
    good = sum(grade is not None and grade >= GOOD for grade in first)
    # A place that stays empty is neither useless nor unjudged.
    return Figures(
        ndcg10=gain([grade or 0 for grade in first]) / ideal if ideal else 0.0,
        p10=good / k,
        five_good=float(good >= _FIVE),
        zeros_top3=sum(not grade for grade in first[:_FIRST]) / _FIRST,
        unjudged=sum(grade is None for grade in first) / k,
    )


def rank_all(index: Index, profiles: Sequence[JudgedProfile], k: int = 10) -> dict[int, Order]:
    """Return the first k postings of the ranking for each profile."""
    return {
        person.id: [match.id for match in index.rank(person.profile, k=k, now=_NOW).matches]
        for person in profiles
    }


def profile_text(profile: Profile) -> str:
    """Return all that a profile says, as one text for the peers."""
    wished = [occupations()[code].name for code in profile.wished_occupations if code in occupations()]
    service_names = [
        name
        for code in profile.specialties
        if code in specialties()
        for name in specialties()[code].civilian_occupations
    ]
    return normalize(
        " ".join([profile.wish_text, *wished, profile.skills, profile.work_history, *service_names])
    )


Scorer = Callable[[Sequence[str]], NDArray[np.float64]]


def peer_scorers(postings: Sequence[Posting]) -> dict[str, Scorer]:
    """Return the peers by name: functions from texts of profiles to scores f64[profiles, postings]."""
    import jieba  # noqa: PLC0415 - measuring only
    from sklearn.feature_extraction.text import CountVectorizer, TfidfVectorizer  # noqa: PLC0415

    jieba.setLogLevel(60)
    texts = [normalize(f"{posting.title} {posting.duties}") for posting in postings]

    def cosine(vectorizer: Any) -> Scorer:
        documents = vectorizer.fit_transform(texts)
        return lambda queries: (vectorizer.transform(queries) @ documents.T).toarray()

    def bm25(k1: float = 1.5, b: float = 0.75) -> Scorer:
        counter = CountVectorizer(tokenizer=jieba.lcut, token_pattern=None, lowercase=False)
        counts = counter.fit_transform(texts).tocsr().astype(np.float64)
        frequency = np.bincount(counts.indices, minlength=counts.shape[1])
        idf = np.log(1 + (len(texts) - frequency + 0.5) / (frequency + 0.5))
        lengths = np.asarray(counts.sum(axis=1)).ravel()
        share = np.repeat(k1 * (1 - b + b * lengths / lengths.mean()), np.diff(counts.indptr))
        counts.data = idf[counts.indices] * counts.data * (k1 + 1) / (counts.data + share)
        return lambda queries: (counter.transform(queries) @ counts.T).toarray()

    words = TfidfVectorizer(tokenizer=jieba.lcut, token_pattern=None, lowercase=False, sublinear_tf=True)
    characters = TfidfVectorizer(analyzer="char", ngram_range=(1, 2), sublinear_tf=True)
    return {"character n-grams": cosine(characters), "jieba TF-IDF": cosine(words), "BM25": bm25()}


def rank_peers(
    index: Index, postings: Sequence[Posting], profiles: Sequence[JudgedProfile], k: int = 10
) -> dict[str, dict[int, Order]]:
    """Return each peer's first k postings for each profile, of those that meet the same facts."""
    ids = np.array([posting.id for posting in postings])
    texts = [profile_text(person.profile) for person in profiles]
    orders: dict[str, dict[int, Order]] = {}
    allowed_ids = [_allowed_ids(index, person.profile) for person in profiles]
    for name, scorer in peer_scorers(postings).items():
        scores = scorer(texts)
        orders[name] = {}
        for person, row, allowed in zip(profiles, scores, allowed_ids, strict=True):
            order = np.lexsort((ids, -row))
            is_allowed = np.isin(ids[order], allowed)
            orders[name][person.id] = ids[order][is_allowed][:k].tolist()
    return orders


def _allowed_ids(index: Index, profile: Profile) -> NDArray[np.int64]:
    segment = index.base
    allowed = segment.judge(Person.of(profile), _NOW).allowed[: segment.size]
    return segment.facts.id[allowed == 1]


def _mean(table: NDArray[np.float64]) -> dict[str, float]:
    return {name: round(float(value), 4) for name, value in zip(FIGURES, table.mean(axis=0), strict=True)}


def summarise(
    orders: Mapping[int, Order], profiles: Sequence[JudgedProfile], grades: Grades, k: int = 10
) -> tuple[dict[str, Any], NDArray[np.float64]]:
    """Return mean figures, their 95 % intervals, and means by kind; and the figures f64[profiles, 5]."""
    table = np.array(
        [
            [getattr(measure_list(orders[person.id], grades[person.id], k), name) for name in FIGURES]
            for person in profiles
        ]
    )
    kinds = sorted({person.kind for person in profiles})
    by_kind = {
        kind: _mean(table[[person.kind == kind for person in profiles]])
        | {"profiles": sum(person.kind == kind for person in profiles)}
        for kind in kinds
    }
    return _mean(table) | {"ci": intervals(table), "by_kind": by_kind}, table


def intervals(table: NDArray[np.float64]) -> dict[str, list[float]]:
    """Return the 95 % bootstrap interval of each column's mean, for figures f64[profiles, 5]."""
    chance = np.random.default_rng(0)
    means = table[chance.integers(0, len(table), (RESAMPLES, len(table)))].mean(axis=1)
    low, high = np.percentile(means, [2.5, 97.5], axis=0)
    return {
        name: [round(float(a), 4), round(float(b), 4)] for name, a, b in zip(FIGURES, low, high, strict=True)
    }


def measure_ranking(
    profiles: Sequence[JudgedProfile],
    postings: Sequence[Posting],
    grades: Grades,
    *,
    k: int = 10,
    with_peers: bool = False,
) -> tuple[dict[str, Any], dict[int, Order]]:
    """Return the figures of the ranking, and its lists by profile.

    With peers, `peers` has their figures and the ranking's lead over each with its interval.

    Raises:
        ValueError: no profile has a grade.
    """
    profiles = [one for one in profiles if one.id in grades]
    if not profiles:
        raise ValueError("no profile has a grade")
    index = Index.build(postings)
    orders = rank_all(index, profiles, k)
    result, table = summarise(orders, profiles, grades, k)
    if with_peers:
        result["peers"] = {}
        for name, peer_orders in rank_peers(index, postings, profiles, k).items():
            figures, peer_table = summarise(peer_orders, profiles, grades, k)
            lead = intervals(table - peer_table)
            result["peers"][name] = {figure: figures[figure] for figure in FIGURES} | {"lead": lead}
    return result, orders


def unjudged_pairs(orders: Mapping[int, Order], grades: Grades) -> list[tuple[int, int]]:
    """Return (profile, posting) of the results that nobody graded."""
    return [
        (profile, posting)
        for profile, order in orders.items()
        for posting in order
        if posting not in grades[profile]
    ]
