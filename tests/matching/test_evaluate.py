"""Evaluation measures against values computed by hand, and cross-validation of titles used in training."""

import csv
import gzip
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from matching import evaluate
from matching.coding import coded_by, default_coder, title_hash
from tests.harness.optional import require

DEV = Path(__file__).parents[3] / "shared" / "data" / "job_titles_dev.csv"
TITLES = [
    ("昼夜倒班看大门的门卫保安", "4-07-05-01"),
    ("写字楼巡逻保安甲", "4-07-05-01"),
    ("校园保安乙岗", "4-07-05-01"),
    ("港口集装箱货车司机丙", "4-02-02-02"),
    ("冷链货车司机丁", "4-02-02-02"),
    ("渣土货车司机戊", "4-02-02-02"),
]


@pytest.fixture
def titles(tmp_path: Path) -> Any:
    path = tmp_path / "titles.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([("title", "occupation_code"), *TITLES])
    return path


def test_places_and_their_figures_by_hand() -> None:
    scores = np.array([[3.0, 2, 1], [1, 3, 2], [5, 5, 5]])
    places = evaluate.ranks(scores, [0, 0, 1])
    assert places.tolist() == [1, 3, 2]
    assert evaluate.accuracy(places) == pytest.approx(
        {"accuracy@1": 1 / 3, "accuracy@5": 1.0, "MRR@10": (1 + 1 / 3 + 1 / 2) / 3}
    )


def test_retrieval_scores_match_a_manual_calculation() -> None:
    figures = evaluate.retrieval_scores([[4, 7, 1]], [{4, 1}])
    assert figures["nDCG@10"] == pytest.approx((1 + 0.5) / (1 + 1 / np.log2(3)))
    assert figures["R-precision"] == 0.5


def test_titles_never_seen_are_scored_by_the_shipped_model(
    titles: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    assert not any(title_hash(t) in default_coder().training_hashes for t, _ in TITLES)
    assert evaluate.main(["wishes", "--titles", str(titles)]) == 0
    texts = capsys.readouterr().out
    assert "the shipped model" in texts
    assert "nDCG@10" in texts
    assert "plain jieba" in texts


def test_the_shipped_model_codes_plain_titles(titles: Any) -> None:
    assert evaluate.coding(titles)["matching"]["accuracy@5"] == 1.0


def test_titles_of_the_training_set_are_cross_validated(monkeypatch: pytest.MonkeyPatch) -> None:
    words = [t for t, _ in TITLES]
    codes = [c for _, c in TITLES]

    class FakeModel:
        training_hashes = frozenset({title_hash(words[0])})

    seen_ids = []

    def fake_train(titles: Any, codes: Any, **_: Any) -> Any:
        seen_ids.append(frozenset(titles))
        return default_coder()

    monkeypatch.setattr(evaluate, "default_coder", FakeModel)
    monkeypatch.setattr(evaluate, "train", fake_train)
    coder, texts = evaluate.unseen_coder(words, codes)
    assert "cross-validation" in texts
    assert len(seen_ids) == evaluate.FOLDS
    assert all(sum(t not in fold for fold in seen_ids) == 1 for t in words)  # held out exactly once
    with coded_by(require(coder)):
        assert require(coder).scores(words).shape == (6, len(default_coder().codes))


def test_halves_find_each_other(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    works = ["检修高压配电柜和电缆线路", "驾驶冷藏货车配送生鲜食品", "烹饪粤菜并管理后厨卫生"]
    path = tmp_path / "postings.jsonl.gz"
    with gzip.open(path, "wt", encoding="utf-8") as file:
        for work in works:
            text = f"岗位职责：{work * 5}任职要求：熟悉{work * 5}"
            file.write(json.dumps({"text": text}) + "\n")
    assert evaluate.halves(path)["matching"] == {"MRR@10": 1.0}
    assert evaluate.halves_of("没有标题的一段话") is None


def test_a_file_without_the_columns_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_text("a,b\n1,2\n", encoding="utf-8")
    with pytest.raises(ValueError, match="occupation_code"):
        evaluate.read_titles(path)


@pytest.mark.slow
@pytest.mark.must("matching.5")
def test_quality_on_the_labelled_titles(figure: Any) -> None:
    assert DEV.exists(), "needs ../shared/data"
    figures = evaluate.coding(DEV)["matching"]
    assert figures["accuracy@1"] >= 0.60
    assert figures["MRR@10"] >= 0.70
    wished = evaluate.wishes(DEV)
    assert wished["matching"]["nDCG@10"] >= 0.72
    figure(
        f"coding accuracy@1 {figures['accuracy@1']:.3f}, accuracy@5 {figures['accuracy@5']:.3f}, MRR@10"
        f" {figures['MRR@10']:.3f}; wishes nDCG@10 {wished['matching']['nDCG@10']:.3f}, plain by name"
        f" {wished['plain jieba TF-IDF (name)']['nDCG@10']:.3f}"
    )
