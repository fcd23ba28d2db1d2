"""Evaluate the ranking against a baseline of plain jieba TF-IDF in the same run.

    python -m matching.evaluate wishes --titles FILE.csv       a wished occupation finds its titles
    python -m matching.evaluate coding --titles FILE.csv       a title finds its occupation
    python -m matching.evaluate halves --postings FILE.jsonl.gz    requirements find their own duties
    python -m matching.evaluate judged --profiles FILE.json --postings FILE.jsonl.gz --judgments FILE.csv
                                                               lists against grades that people gave; JSON

No model is evaluated on its training data: the artefact holds short hashes of its training titles; if FILE
contains any of them, all of FILE is cross-validated in five folds (each title is coded by a model trained on
the other four), otherwise the shipped artefact is evaluated. The first line of output says which.
"""

import argparse
import csv
import gzip
import json
import re
import sys
from collections import Counter
from collections.abc import Sequence
from contextlib import nullcontext
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from matching import Index, Posting, Profile
from matching.coding import Scores, coded_by, default_coder, title_hash
from matching.coding.training import train
from matching.judged import measure_ranking, read_grades, read_postings, read_profiles, unjudged_pairs
from matching.knowledge import occupations

FOLDS = 5
MIN_TITLES = 3  # titles that an occupation needs to be a query
NOW = datetime(2026, 1, 1, tzinfo=UTC)


def read_titles(path: Path) -> tuple[list[str], list[str]]:
    """Read the columns title and occupation_code of a CSV file.

    Raises:
        ValueError: a column is missing or no row is left.
    """
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    if not rows or not {"title", "occupation_code"} <= set(rows[0]):
        raise ValueError(f"{path}: needs rows with the columns title and occupation_code")
    return [r["title"] for r in rows], [r["occupation_code"] for r in rows]


class CrossValidatedCoder:
    """Cross-validated coder: each title is coded by a model not trained on it. Equal titles share a fold."""

    def __init__(
        self, titles: Sequence[str], codes: Sequence[str], *, names: bool = True, views: int = 4
    ) -> None:
        distinct = sorted({title_hash(t) for t in titles})
        folds = np.random.default_rng(0).permutation(len(distinct)) % FOLDS
        fold = dict(zip(distinct, folds.tolist(), strict=True))
        self._rows: dict[str, NDArray[np.float32]] = {}
        for number in tqdm(range(FOLDS), desc="five folds", disable=None):
            inside = [at for at, t in enumerate(titles) if fold[title_hash(t)] != number]
            held_out = [t for t in titles if fold[title_hash(t)] == number]
            model = train(
                [titles[at] for at in inside], [codes[at] for at in inside], names=names, views=views
            )
            self._rows |= dict(zip(held_out, model.scores(held_out), strict=True))
            self.codes = model.codes

    def scores(self, titles: Sequence[str]) -> Scores:
        return np.array([self._rows[t] for t in titles], np.float32).reshape(-1, len(self.codes))


def unseen_coder(titles: Sequence[str], codes: Sequence[str]) -> tuple[CrossValidatedCoder | None, str]:
    """Return a coder that was not trained on the titles, None for the shipped one, and its description."""
    training_titles = sum(title_hash(t) in default_coder().training_hashes for t in titles)
    if training_titles:
        description = (
            f"{training_titles} of {len(titles)} titles were learnt from: {FOLDS}-fold cross-validation"
        )
        return CrossValidatedCoder(titles, codes), description
    return None, f"none of {len(titles)} titles was learnt from: the shipped model"


def plain_scores(queries: Sequence[str], documents: Sequence[str]) -> NDArray[np.float64]:
    """Return the baseline: cosine of plain TF-IDF over jieba's words, f64[queries, documents]."""
    import jieba  # noqa: PLC0415 - measuring only
    from sklearn.feature_extraction.text import TfidfVectorizer  # noqa: PLC0415

    jieba.setLogLevel(60)
    # scikit-learn's default token pattern drops words of one character and punctuation
    vectorizer = TfidfVectorizer(preprocessor=lambda text: " ".join(jieba.lcut(text)))
    vectorizer.fit([*queries, *documents])  # words that are common among the queries weigh little
    scores: NDArray[np.float64] = (
        vectorizer.transform(queries) @ vectorizer.transform(documents).T
    ).toarray()
    return scores


def ranks(scores: NDArray[np.floating], right: Sequence[int]) -> NDArray[np.int64]:
    """Return the rank, from 1, of the right column in each row; equal scores rank by column."""
    columns = np.asarray(right)
    own = scores[np.arange(len(columns)), columns][:, None]
    earlier = np.arange(scores.shape[1])[None, :] < columns[:, None]
    places: NDArray[np.int64] = (scores > own).sum(axis=1) + ((scores == own) & earlier).sum(axis=1) + 1
    return places


def accuracy(places: NDArray[np.int64]) -> dict[str, float]:
    within = places <= 10
    return {
        "accuracy@1": float((places == 1).mean()),
        "accuracy@5": float((places <= 5).mean()),
        "MRR@10": float(np.where(within, 1.0 / places, 0.0).mean()),
    }


def retrieval_scores(rankings: Sequence[Sequence[int]], relevant: Sequence[set[int]]) -> dict[str, float]:
    """Return nDCG@10 and R-precision, averaged over the queries.

    Args:
        rankings: documents of each query, best first.
        relevant: relevant documents of each query.
    """
    gains, precisions = [], []
    discount = 1.0 / np.log2(np.arange(2, 12))
    for order, right in zip(rankings, relevant, strict=True):
        hits = np.array([d in right for d in order[:10]], float)
        gains.append(hits @ discount[: len(hits)] / discount[: min(10, len(right))].sum())
        precisions.append(sum(d in right for d in order[: len(right)]) / len(right))
    return {"nDCG@10": float(np.mean(gains)), "R-precision": float(np.mean(precisions))}


def title_posting(number: int, title: str) -> Posting:
    """Build a posting with a title and nothing else."""
    return Posting(
        id=number, title=title, occupation_code="", occupation="", duties="", requirements="",
        certificates=frozenset(), employer_id=0, region="", location=None, pay_from=0, pay_to=0, education=0,
        experience_years=0, opens_at=NOW - timedelta(days=1), expires_at=NOW + timedelta(days=1),
    )  # fmt: skip


def wished_orders(
    titles: Sequence[str], wished: Sequence[str], coder: CrossValidatedCoder | None
) -> list[list[int]]:
    """Rank the titles for a profile that wishes one occupation, for each of `wished`."""
    with coded_by(coder) if coder else nullcontext():
        index = Index.build([title_posting(at, title) for at, title in enumerate(titles)])
        profiles = [Profile(id=0, wished_occupations=(code,)) for code in wished]
        return [[m.id for m in index.rank(p, k=len(titles), now=NOW).matches] for p in profiles]


def wishes(path: Path) -> dict[str, dict[str, float]]:
    titles, codes = read_titles(path)
    wished = sorted(code for code, n in Counter(codes).items() if n >= MIN_TITLES)
    if not wished:
        raise ValueError(f"{path}: no occupation stands at {MIN_TITLES} titles")
    relevant = [{at for at, code in enumerate(codes) if code == wish} for wish in wished]
    coder, description = unseen_coder(titles, codes)
    _print_line(f"{description}; {len(wished)} occupations wished, {len(titles)} titles ranked")
    classification = occupations()
    names = [classification[c].name if c in classification else c for c in wished]
    descriptions = [
        f"{classification[c].name} {classification[c].tasks}" if c in classification else c for c in wished
    ]

    def plain(queries: Sequence[str]) -> dict[str, float]:
        order = np.argsort(-plain_scores(queries, titles), axis=1, kind="stable")
        return retrieval_scores(order.tolist(), relevant)

    return {
        "matching": retrieval_scores(wished_orders(titles, wished, coder), relevant),
        "plain jieba TF-IDF (name)": plain(names),
        "plain jieba TF-IDF (name + tasks)": plain(descriptions),
    }


def coding(path: Path) -> dict[str, dict[str, float]]:
    titles, codes = read_titles(path)
    coder, description = unseen_coder(titles, codes)
    _print_line(description)
    evaluated_coder = coder or default_coder()
    place = {code: at for at, code in enumerate(evaluated_coder.codes)}
    right = [place[code] for code in codes]
    texts = [f"{occupations()[code].name} {occupations()[code].tasks}" for code in evaluated_coder.codes]
    return {
        "matching": accuracy(ranks(evaluated_coder.scores(titles), right)),
        "plain jieba TF-IDF (name + tasks)": accuracy(ranks(plain_scores(titles, texts), right)),
    }


REQUIREMENTS = re.compile(r"(?:任职|岗位|职位|应聘|招聘)?(?:要求|资格|条件)[:：]")


def halves_of(text: str) -> tuple[str, str] | None:
    """Split the text of an advertisement at its heading of requirements into (duties, requirements)."""
    heading = REQUIREMENTS.search(text)
    if heading is None:
        return None
    duties, requirements = text[: heading.start()].strip(), text[heading.end() :].strip()
    return (duties, requirements) if min(len(duties), len(requirements)) >= 40 else None


def halves(path: Path, most: int = 2000) -> dict[str, dict[str, float]]:
    """Evaluate how well requirements find the duties of their own advertisement.

    Uses the first `most` advertisements with both; equal duties count once. The requirements are indexed as
    closed postings: no list shows them, but document frequencies come from both halves, as in an index of
    whole postings and in the baseline. From duties alone '熟悉' and '本科' would count as rare words.
    """
    pairs: dict[str, str] = {}
    with gzip.open(path, "rt", encoding="utf-8") as file:
        for line in file:
            parts = halves_of(json.loads(line)["text"])
            if parts and len(pairs) < most:
                pairs.setdefault(*parts)
    if not pairs:
        raise ValueError(f"{path}: no posting with duties and requirements")
    duties, requirements = list(pairs), list(pairs.values())
    _print_line(f"{len(duties)} advertisements cut in duties and requirements")
    blank = title_posting(0, "")
    closed_posting = replace(blank, expires_at=NOW - timedelta(hours=1))
    index = Index.build(
        [replace(blank, id=at, duties=text) for at, text in enumerate(duties)]
        + [
            replace(closed_posting, id=at, requirements=text)
            for at, text in enumerate(requirements, len(duties))
        ]
    )
    ours = np.zeros((len(requirements), len(duties)))
    for at, text in enumerate(tqdm(requirements, desc="halves", disable=None)):
        for match in index.rank(Profile(id=at, wish_text=text), k=10, now=NOW).matches:
            ours[at, match.id] = match.score
    right = range(len(duties))
    return {
        "matching": {"MRR@10": accuracy(ranks(ours, right))["MRR@10"]},
        "plain jieba TF-IDF": {
            "MRR@10": accuracy(ranks(plain_scores(requirements, duties), right))["MRR@10"]
        },
    }


def _print_line(line: str) -> None:
    sys.stdout.write(f"{line}\n")


def _print_judged(arguments: argparse.Namespace, parser: argparse.ArgumentParser) -> int:
    if arguments.k < 1:
        parser.error("--k: at least 1")
    try:
        grades = read_grades(arguments.judgments)
        result, orders = measure_ranking(
            read_profiles(arguments.profiles), read_postings(arguments.postings), grades,
            k=arguments.k, with_peers=arguments.peers,
        )  # fmt: skip
    except (OSError, ValueError, KeyError, TypeError) as error:  # a file that is none of these
        parser.error(f"{type(error).__name__}: {error}")
    if arguments.unjudged:
        with arguments.unjudged.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(("profile", "posting"))
            writer.writerows(unjudged_pairs(orders, grades))
    _print_line(json.dumps(result, ensure_ascii=False))
    return 0


def main(argv: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m matching.evaluate", description=__doc__.split("\n", 1)[0]
    )
    commands = parser.add_subparsers(dest="command", required=True)
    for name in ("wishes", "coding"):
        commands.add_parser(name).add_argument("--titles", type=Path, required=True, dest="file")
    commands.add_parser("halves").add_argument("--postings", type=Path, required=True, dest="file")
    by_judges = commands.add_parser("judged")
    for name in ("profiles", "postings", "judgments"):
        by_judges.add_argument(f"--{name}", type=Path, required=True)
    by_judges.add_argument("--k", type=int, default=10)
    by_judges.add_argument("--peers", action="store_true", help="beside plain rankings")
    by_judges.add_argument("--unjudged", type=Path, help="write the results without a grade to this CSV file")
    arguments = parser.parse_args(argv)
    if arguments.command == "judged":
        return _print_judged(arguments, parser)
    figures = {"wishes": wishes, "coding": coding, "halves": halves}[arguments.command](arguments.file)
    for method, values in figures.items():
        _print_line(f"{method:36s}" + "  ".join(f"{name} {value:.3f}" for name, value in values.items()))
    return 0


if __name__ == "__main__":
    sys.exit(main())
