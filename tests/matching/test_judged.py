"""Measures against grades, checked by hand, and the command that prints them."""

import csv
import gzip
import json
from math import log2
from pathlib import Path
from typing import Any

import pytest

from matching.evaluate import main
from matching.intake import read_advertisement
from matching.judged import measure_list, read_grades, read_postings, read_profiles, unjudged_pairs

PROFILES = [
    {"id": 1, "kind": "wish", "profile": {"wish_text": "想开货车", "specialties": ["driver"]}},
    {"id": 2, "kind": "no_wish", "profile": {"skills": "炒菜", "education": 1}},
    {"id": 3, "kind": "no_wish", "profile": {}},
]
POSTINGS = [
    {"id": 11, "title": "货车司机", "text": "开货车送货", "edu": 0, "exp": 0, "pay_from": 0, "pay_to": 0},
    {"id": 12, "title": "厨师", "text": "炒菜，切配", "edu": 0, "exp": 1, "pay_from": 4000, "pay_to": 6000},
    {"id": 13, "title": "会计", "text": "做账", "edu": 2, "exp": 5, "pay_from": 5000, "pay_to": 6000},
]
GRADES = [(1, 11, 3), (1, 13, 0), (2, 12, 2), (2, 11, 0)]


@pytest.fixture
def paths(tmp_path: Path) -> list[str]:
    """Options that name the three files."""
    (tmp_path / "p.json").write_text(json.dumps(PROFILES), encoding="utf-8")
    with gzip.open(tmp_path / "f.jsonl.gz", "wt", encoding="utf-8") as file:
        file.write("\n".join(json.dumps(row) for row in POSTINGS))
    lines = ["profile,posting,grade", *(",".join(map(str, row)) for row in GRADES)]
    (tmp_path / "j.csv").write_text("\n".join(lines), encoding="utf-8")
    names = {"--profiles": "p.json", "--postings": "f.jsonl.gz", "--judgments": "j.csv"}
    return [word for option, name in names.items() for word in (option, str(tmp_path / name))]


def test_figures_of_a_list_by_hand() -> None:
    figures = measure_list([5, 6, 7, 8], {5: 2, 6: 0, 8: 3, 9: 3})
    gain = 3 / log2(2) + 7 / log2(5)
    ideal = 7 / log2(2) + 7 / log2(3) + 3 / log2(4)
    assert figures.ndcg10 == pytest.approx(gain / ideal)
    assert (figures.p10, figures.five_good, figures.unjudged) == (0.2, 0.0, 0.1)
    assert figures.zeros_top3 == pytest.approx(2 / 3), "grade 0, and one without a grade"


def test_ideal_list_is_one_and_ends_at_k() -> None:
    grades = dict(enumerate([3] * 6 + [2] * 9))
    assert measure_list(list(range(10)), grades).ndcg10 == pytest.approx(1.0)
    assert measure_list(list(range(10)), grades).five_good == 1.0
    assert measure_list([], {}).ndcg10 == 0.0


def test_command_prints_the_figures_as_json(paths: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["judged", *paths, "--peers", "--unjudged", str(Path(paths[1]).parent / "u.csv")]) == 0
    result: dict[str, Any] = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert {"ndcg10", "p10", "five_good", "zeros_top3", "unjudged", "ci", "by_kind"} <= result.keys()
    assert result["by_kind"].keys() == {"wish", "no_wish"}
    assert result["by_kind"]["wish"]["ndcg10"] == pytest.approx(1.0), "the lorry driver is first"
    assert result["ci"]["ndcg10"][0] <= result["ndcg10"] <= result["ci"]["ndcg10"][1]
    assert result["peers"].keys() == {"character n-grams", "jieba TF-IDF", "BM25"}
    assert all(-1 <= peer["lead"]["ndcg10"][0] <= 1 for peer in result["peers"].values())
    with (Path(paths[1]).parent / "u.csv").open(encoding="utf-8", newline="") as file:
        rows = [(row["profile"], row["posting"]) for row in csv.DictReader(file)]
    assert rows == [("1", "12")], "the accountant asks for a degree and five years"


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("p.json", "{"),
        ("p.json", '[{"id": 1, "profile": {"age": 45}}]'),
        ("f.jsonl.gz", "no gzip"),
        ("j.csv", "profile,grade\n1,2\n"),
        ("j.csv", "profile,posting,grade\n1,11,4\n"),
        ("j.csv", "profile,posting,grade\n99,11,3\n"),
    ],
)
def test_wrong_files_are_exit_2(name: str, content: str, paths: list[str]) -> None:
    (Path(paths[1]).parent / name).write_text(content, encoding="utf-8")
    with pytest.raises(SystemExit) as stop:
        main(["judged", *paths])
    assert stop.value.code == 2


def test_files_are_read(paths: list[str]) -> None:
    profiles = read_profiles(Path(paths[1]))
    assert [(one.id, one.kind, one.profile.id) for one in profiles] == [
        (1, "wish", 1), (2, "no_wish", 2), (3, "no_wish", 3),
    ]  # fmt: skip
    assert profiles[0].profile.specialties == ("driver",)
    assert [posting.id for posting in read_postings(Path(paths[3]))] == [11, 12, 13]
    grades = read_grades(Path(paths[5]))
    assert grades == {1: {11: 3, 13: 0}, 2: {12: 2, 11: 0}}
    assert unjudged_pairs({1: [11, 12], 2: [12]}, grades) == [(1, 12)]


def test_advertisement_is_a_posting_with_a_guessed_occupation() -> None:
    posting = read_advertisement("货车司机", "开货车送货", 1, 2.5, 5000, 0, number=7)
    assert (posting.id, posting.title, posting.duties) == (7, "货车司机", "开货车送货")
    assert posting.occupation_code == "4-02-02-02"
    assert posting.occupation_certainty is not None
    assert 0 < posting.occupation_certainty <= 1
    assert (posting.education, posting.experience_years) == (1, 2)
    assert (posting.pay_from, posting.pay_to) == (5000, 5000)
    assert read_advertisement("", "").occupation_code == ""


@pytest.mark.parametrize("facts", [{"edu": 5}, {"edu": -1}, {"exp": -1}, {"pay_to": -5}])
def test_impossible_facts_are_refused(facts: dict[str, int]) -> None:
    with pytest.raises(ValueError, match="advertisement"):
        read_advertisement("货车司机", "", **facts)
