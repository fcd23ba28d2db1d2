"""Train the coder on labelled titles and the names of the classification, with scikit-learn."""

import csv
import gzip
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from matching.coding import VIEWS, Coder, title_hash
from matching.knowledge import occupations
from matching.tokens import DATA

MIN_WEIGHT = 0.003  # smaller weights are left out of the artefact
CLASSIFICATION_WEIGHT = 0.2  # sample weight of texts of the classification; a labelled title has 1
RIDGE = 2.0  # regularisation strength
MIN_TEXTS = 2  # texts a feature must occur in: features of a single text would reveal it


def known_names() -> list[tuple[str, str]]:
    """Return names and aliases of the classification as (title, code), an alias with '/' also in parts."""
    names: list[tuple[str, str]] = []
    for code, occupation in sorted(occupations().items()):
        if occupation.level != 4:
            continue
        parts = [p for a in occupation.aliases if "/" in a for p in a.split("/") if len(p) > 1]
        names += [(text, code) for text in (occupation.name, *occupation.aliases, *parts)]
    return names


def definitions() -> list[tuple[str, str]]:
    """Return the definitions of the classification as (definition, code)."""
    with gzip.open(DATA / "occupations.csv.gz", "rt", encoding="utf-8", newline="") as file:
        return sorted((r["definition"], r["code"]) for r in csv.DictReader(file) if r["level"] == "4")


def train(titles: Sequence[str], codes: Sequence[str], *, names: bool = True, views: int = 4) -> Coder:
    """Train a model on labelled titles. Deterministic; about 40 s on one core for 8,000 texts.

    Args:
        titles: labelled titles.
        codes: occupation code of each title.
        names: whether to use the texts of the classification (for the ablation).
        views: number of views to use (for the ablation).

    Raises:
        ValueError: a code that the classification lacks.
    """
    from scipy.sparse import csr_array, hstack  # noqa: PLC0415
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
        vectorizer = TfidfVectorizer(analyzer=view, sublinear_tf=True, min_df=MIN_TEXTS, dtype=np.float32)
        block = vectorizer.fit_transform(texts) * np.float32(size)
        arrays[f"vocabulary{number}"] = np.array("\n".join(vectorizer.get_feature_names_out()))
        idf.append(vectorizer.idf_.astype(np.float32))
        blocks.append(block if number < views else csr_array(block.shape, dtype=np.float32))
    features = hstack(blocks).tocsr()
    targets = np.zeros((len(texts), len(classes)), np.float32)
    targets[np.arange(len(texts)), labels] = 1.0
    weight = np.array([1.0] * len(titles) + [CLASSIFICATION_WEIGHT] * len(extra), np.float32)
    model = Ridge(alpha=RIDGE, fit_intercept=False, solver="cholesky").fit(features, targets, weight)
    coefficients = model.coef_.T
    sparse_weights = csr_array(np.where(np.abs(coefficients) >= MIN_WEIGHT, coefficients, 0))
    arrays |= {
        "codes": np.array("\n".join(classes)),
        "idf": np.concatenate(idf).astype(np.float16),
        "starts": sparse_weights.indptr.astype(np.int32),
        "columns": sparse_weights.indices.astype(np.int16),
        "weights": sparse_weights.data.astype(np.float16),
        "learnt": np.array(sorted({title_hash(t) for t in titles}), np.uint32),
    }
    return Coder(arrays)
