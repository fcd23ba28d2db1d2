"""How good the ranking is, measured beside plain jieba TF-IDF in the same run.

    python -m matching.evaluate wishes --titles FILE.csv       a wished occupation finds its titles
    python -m matching.evaluate coding --titles FILE.csv       a title finds its occupation
    python -m matching.evaluate halves --postings FILE.jsonl.gz    requirements find their own duties

Nothing is scored by a model that learnt from it: the artefact keeps short hashes of the titles it was trained
on; when FILE holds any of them, all of FILE is cross-validated in five folds (each title is coded by a model
trained on the other four), otherwise the artefact as shipped is measured. The first line says which.
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
from tqdm import tqdm  # type: ignore[import-untyped, unused-ignore]

from matching import Index, Posting, Profile
from matching.coding import Scores, coded_by, default_coder, title_hash
from matching.coding.training import train
from matching.knowledge import occupations

FOLDS = 5
LEAST_TITLES = 3  # an occupation is asked for when at least so many titles carry it
NOW = datetime(2026, 1, 1, tzinfo=UTC)


def read_titles(path: Path) -> tuple[list[str], list[str]]:
    """Columns title and occupation_code.

    Raises:
        ValueError: a column is missing or no row is left.
    """
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    if not rows or not {"title", "occupation_code"} <= set(rows[0]):
        raise ValueError(f"{path}: needs rows with the columns title and occupation_code")
    return [r["title"] for r in rows], [r["occupation_code"] for r in rows]


class Folded:
    """Codes each title with the model of its fold, which never saw it. Equal titles share a fold."""

    def __init__(
        self, titles: Sequence[str], codes: Sequence[str], *, names: bool = True, views: int = 4
    ) -> None:
        distinct = sorted({title_hash(t) for t in titles})
        dealt = np.random.default_rng(0).permutation(len(distinct)) % FOLDS
        fold = dict(zip(distinct, dealt.tolist(), strict=True))
        self._rows: dict[str, NDArray[np.float32]] = {}
        for number in tqdm(range(FOLDS), desc="five folds", disable=None):
            inside = [at for at, t in enumerate(titles) if fold[title_hash(t)] != number]
            held = [t for t in titles if fold[title_hash(t)] == number]
            model = train(
                [titles[at] for at in inside], [codes[at] for at in inside], names=names, views=views
            )
            self._rows |= dict(zip(held, model.scores(held), strict=True))
            self.codes = model.codes

    def scores(self, titles: Sequence[str]) -> Scores:
        return np.array([self._rows[t] for t in titles], np.float32).reshape(-1, len(self.codes))


def unseen_coder(titles: Sequence[str], codes: Sequence[str]) -> tuple[Folded | None, str]:
    """A coder that learnt from none of the titles, None for the shipped one, and a line that says which."""
    met = sum(title_hash(t) in default_coder().learnt for t in titles)
    if met:
        said = f"{met} of {len(titles)} titles were learnt from: {FOLDS}-fold cross-validation"
        return Folded(titles, codes), said
    return None, f"none of {len(titles)} titles was learnt from: the shipped model"


def plain_scores(queries: Sequence[str], documents: Sequence[str]) -> NDArray[np.float64]:
    """The baseline: cosine of plain TF-IDF over jieba's words, f64[queries, documents]."""
    import jieba  # type: ignore[import-untyped, unused-ignore]  # noqa: PLC0415 - measuring only
    from sklearn.feature_extraction.text import TfidfVectorizer  # noqa: PLC0415

    jieba.setLogLevel(60)
    # scikit-learn's own token pattern follows: words of one character and punctuation are dropped
    vectorizer = TfidfVectorizer(preprocessor=lambda text: " ".join(jieba.lcut(text)))
    vectorizer.fit([*queries, *documents])  # so that words common among the queries weigh little
    scores: NDArray[np.float64] = (
        vectorizer.transform(queries) @ vectorizer.transform(documents).T
    ).toarray()
    return scores


def ranks(scores: NDArray[np.floating], right: Sequence[int]) -> NDArray[np.int64]:
    """The place, from 1, of the right column in each row; of equal scores the lower column stands first."""
    wanted = np.asarray(right)
    own = scores[np.arange(len(wanted)), wanted][:, None]
    earlier = np.arange(scores.shape[1])[None, :] < wanted[:, None]
    places: NDArray[np.int64] = (scores > own).sum(axis=1) + ((scores == own) & earlier).sum(axis=1) + 1
    return places


def accuracy(places: NDArray[np.int64]) -> dict[str, float]:
    within = places <= 10
    return {
        "accuracy@1": float((places == 1).mean()),
        "accuracy@5": float((places <= 5).mean()),
        "MRR@10": float(np.where(within, 1.0 / places, 0.0).mean()),
    }


def found(ranked: Sequence[Sequence[int]], relevant: Sequence[set[int]]) -> dict[str, float]:
    """nDCG@10 and R-precision, averaged over the queries; `ranked` holds documents best first."""
    gains, precisions = [], []
    discount = 1.0 / np.log2(np.arange(2, 12))
    for order, right in zip(ranked, relevant, strict=True):
        hits = np.array([d in right for d in order[:10]], float)
        gains.append(hits @ discount[: len(hits)] / discount[: min(10, len(right))].sum())
        precisions.append(sum(d in right for d in order[: len(right)]) / len(right))
    return {"nDCG@10": float(np.mean(gains)), "R-precision": float(np.mean(precisions))}


def title_posting(number: int, title: str) -> Posting:
    """A posting of which nothing but the title is known."""
    return Posting(
        id=number, title=title, occupation_code="", occupation="", duties="", requirements="",
        certificates=frozenset(), employer_id=0, region="", location=None, pay_from=0, pay_to=0, education=0,
        experience_years=0, opens_at=NOW - timedelta(days=1), expires_at=NOW + timedelta(days=1),
    )  # fmt: skip


def wished_orders(titles: Sequence[str], wished: Sequence[str], coder: Folded | None) -> list[list[int]]:
    """The titles as the library ranks them for a profile that wishes one occupation, for each occupation."""
    with coded_by(coder) if coder else nullcontext():
        index = Index.build([title_posting(at, title) for at, title in enumerate(titles)])
        profiles = [Profile(id=0, wished_occupations=(code,)) for code in wished]
        return [[m.id for m in index.rank(p, k=len(titles), now=NOW).matches] for p in profiles]


def wishes(path: Path) -> dict[str, dict[str, float]]:
    titles, codes = read_titles(path)
    wished = sorted(code for code, n in Counter(codes).items() if n >= LEAST_TITLES)
    if not wished:
        raise ValueError(f"{path}: no occupation stands at {LEAST_TITLES} titles")
    relevant = [{at for at, code in enumerate(codes) if code == asked} for asked in wished]
    coder, said = unseen_coder(titles, codes)
    _say(f"{said}; {len(wished)} occupations wished, {len(titles)} titles ranked")
    known = occupations()
    names = [known[c].name if c in known else c for c in wished]
    asked = [f"{known[c].name} {known[c].tasks}" if c in known else c for c in wished]

    def plain(queries: Sequence[str]) -> dict[str, float]:
        order = np.argsort(-plain_scores(queries, titles), axis=1, kind="stable")
        return found(order.tolist(), relevant)

    return {
        "matching": found(wished_orders(titles, wished, coder), relevant),
        "plain jieba TF-IDF (name)": plain(names),
        "plain jieba TF-IDF (name + tasks)": plain(asked),
    }


def coding(path: Path) -> dict[str, dict[str, float]]:
    titles, codes = read_titles(path)
    coder, said = unseen_coder(titles, codes)
    _say(said)
    used = coder or default_coder()
    place = {code: at for at, code in enumerate(used.codes)}
    right = [place[code] for code in codes]
    texts = [f"{occupations()[code].name} {occupations()[code].tasks}" for code in used.codes]
    return {
        "matching": accuracy(ranks(used.scores(titles), right)),
        "plain jieba TF-IDF (name + tasks)": accuracy(ranks(plain_scores(titles, texts), right)),
    }


REQUIREMENTS = re.compile(r"(?:任职|岗位|职位|应聘|招聘)?(?:要求|资格|条件)[:：]")


def halves_of(text: str) -> tuple[str, str] | None:
    """(duties, requirements) of an advertisement's text, cut at its heading of requirements."""
    cut = REQUIREMENTS.search(text)
    if cut is None:
        return None
    duties, asked = text[: cut.start()].strip(), text[cut.end() :].strip()
    return (duties, asked) if min(len(duties), len(asked)) >= 40 else None


def halves(path: Path, most: int = 2000) -> dict[str, dict[str, float]]:
    """Requirements find the duties of their own advertisement among those of the first `most` that have both.

    Advertisements with the same duties count once. The requirements stand in the index too, as postings that
    are over: no list shows them, but what words are common is known from both halves, as in an index of whole
    postings and as the baseline knows it. From duties alone '熟悉' and '本科' would pass for rare words.
    """
    pairs: dict[str, str] = {}
    with gzip.open(path, "rt", encoding="utf-8") as file:
        for line in file:
            cut = halves_of(json.loads(line)["text"])
            if cut and len(pairs) < most:
                pairs.setdefault(*cut)
    if not pairs:
        raise ValueError(f"{path}: no posting with duties and requirements")
    duties, asked = list(pairs), list(pairs.values())
    _say(f"{len(duties)} advertisements cut in duties and requirements")
    blank = title_posting(0, "")
    over = replace(blank, expires_at=NOW - timedelta(hours=1))
    index = Index.build(
        [replace(blank, id=at, duties=text) for at, text in enumerate(duties)]
        + [replace(over, id=at, requirements=text) for at, text in enumerate(asked, len(duties))]
    )
    ours = np.zeros((len(asked), len(duties)))
    for at, text in enumerate(tqdm(asked, desc="halves", disable=None)):
        for match in index.rank(Profile(id=at, wish_text=text), k=10, now=NOW).matches:
            ours[at, match.id] = match.score
    right = range(len(duties))
    return {
        "matching": {"MRR@10": accuracy(ranks(ours, right))["MRR@10"]},
        "plain jieba TF-IDF": {"MRR@10": accuracy(ranks(plain_scores(asked, duties), right))["MRR@10"]},
    }


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")


def main(argv: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m matching.evaluate", description=__doc__.split("\n", 1)[0]
    )
    commands = parser.add_subparsers(dest="command", required=True)
    for name in ("wishes", "coding"):
        commands.add_parser(name).add_argument("--titles", type=Path, required=True, dest="file")
    commands.add_parser("halves").add_argument("--postings", type=Path, required=True, dest="file")
    given = parser.parse_args(argv)
    figures = {"wishes": wishes, "coding": coding, "halves": halves}[given.command](given.file)
    for method, measured in figures.items():
        _say(f"{method:36s}" + "  ".join(f"{name} {value:.3f}" for name, value in measured.items()))
    return 0


if __name__ == "__main__":
    sys.exit(main())
