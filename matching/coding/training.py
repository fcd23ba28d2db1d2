"""Learns the coder from labelled titles and the classification's own names, with scikit-learn."""

import csv
import gzip
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from matching.coding import VIEWS, Coder, title_hash
from matching.knowledge import occupations
from matching.tokens import DATA

KEPT_ABOVE = 0.003  # weights smaller than this are left out of the artefact
KNOWN_NAMES = 0.2  # weight of what the classification says beside a labelled title's 1
RIDGE = 2.0  # strength of the ridge
LEAST_TEXTS = 2  # a feature stands in so many texts at least: one text's own features would spell it out


def known_names() -> list[tuple[str, str]]:
    """Names and aliases of the classification as (title, code); an alias of several words also in parts."""
    named: list[tuple[str, str]] = []
    for code, occupation in sorted(occupations().items()):
        if occupation.level != 4:
            continue
        parts = [p for a in occupation.aliases if "/" in a for p in a.split("/") if len(p) > 1]
        named += [(text, code) for text in (occupation.name, *occupation.aliases, *parts)]
    return named


def definitions() -> list[tuple[str, str]]:
    """What the classification says an occupation does, as (definition, code)."""
    with gzip.open(DATA / "occupations.csv.gz", "rt", encoding="utf-8", newline="") as file:
        return sorted((r["definition"], r["code"]) for r in csv.DictReader(file) if r["level"] == "4")


def train(titles: Sequence[str], codes: Sequence[str], *, names: bool = True, views: int = 4) -> Coder:
    """A model learnt from labelled titles. Deterministic; about 40 s on one core for 8,000 texts.

    `names` and `views` exist for the ablation: without the classification's words, with fewer views.

    Raises:
        ValueError: a code that the classification lacks.
    """
    from scipy.sparse import csr_array, hstack  # type: ignore[import-untyped, unused-ignore]  # noqa: PLC0415
    from sklearn.feature_extraction.text import TfidfVectorizer  # noqa: PLC0415 - serving needs none
    from sklearn.linear_model import Ridge  # noqa: PLC0415

    classes = tuple(code for code, o in sorted(occupations().items()) if o.level == 4)
    place = {code: at for at, code in enumerate(classes)}
    unknown = sorted(set(codes) - set(place))
    if unknown:
        raise ValueError(f"not occupations of the classification: {unknown[:5]}")
    extra = [*known_names(), *definitions()] if names else []
    texts = [*titles, *(text for text, _ in extra)]
    labels = [place[code] for code in (*codes, *(code for _, code in extra))]
    arrays: dict[str, NDArray[Any]] = {}
    blocks, idf = [], []
    for number, (view, size) in enumerate(VIEWS):
        vectorizer = TfidfVectorizer(analyzer=view, sublinear_tf=True, min_df=LEAST_TEXTS, dtype=np.float32)
        block = vectorizer.fit_transform(texts) * np.float32(size)
        arrays[f"vocabulary{number}"] = np.array("\n".join(vectorizer.get_feature_names_out()))
        idf.append(vectorizer.idf_.astype(np.float32))
        blocks.append(block if number < views else csr_array(block.shape, dtype=np.float32))
    features = hstack(blocks).tocsr()
    wanted = np.zeros((len(texts), len(classes)), np.float32)
    wanted[np.arange(len(texts)), labels] = 1.0
    weight = np.array([1.0] * len(titles) + [KNOWN_NAMES] * len(extra), np.float32)
    model = Ridge(alpha=RIDGE, fit_intercept=False, solver="cholesky").fit(features, wanted, weight)
    learnt = model.coef_.T
    kept = csr_array(np.where(np.abs(learnt) >= KEPT_ABOVE, learnt, 0))
    arrays |= {
        "codes": np.array("\n".join(classes)),
        "idf": np.concatenate(idf).astype(np.float16),
        "starts": kept.indptr.astype(np.int32),
        "columns": kept.indices.astype(np.int16),
        "weights": kept.data.astype(np.float16),
        "learnt": np.array(sorted({title_hash(t) for t in titles}), np.uint32),
    }
    return Coder(arrays)
