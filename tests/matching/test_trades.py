"""Trade words: one meaning each or a context, codes that exist, and words found in texts."""

import csv
import unicodedata
from collections import Counter
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matching.folding import fold
from matching.knowledge import occupations
from matching.tokens import DATA, dictionary
from matching.trades import KINDS, find, meaning, senses, trades, written_senses


def _rows(name: str) -> list[dict[str, str]]:
    with (DATA / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _written_words() -> list[str]:
    return [word for row in _rows("trades.csv") for kind in KINDS for word in row[kind].split("|") if word]


def test_workers_have_many_words_beyond_dictionary_and_classification() -> None:
    official = {fold(name) for o in occupations().values() for name in (o.name, *o.aliases)}
    assert len(set(_written_words()) - official - dictionary().keys()) >= 1_200


def test_word_without_context_has_one_trade() -> None:
    assert [word for word, count in Counter(_written_words()).items() if count > 1] == []
    contexts = Counter((row["word"], row["needs"]) for row in _rows("trade_senses.csv"))
    assert [key for key, count in contexts.items() if count > 1] == []


def test_context_of_a_sense_is_stated_and_leaves_one_meaning() -> None:
    for row in _rows("trade_senses.csv"):
        assert row["needs"] or row["unless"], row["word"]
        assert row["kind"] in KINDS
        assert row["trade"] in trades()
    for word, words in written_senses().items():
        assert sum(not sense.needs for sense in words) <= 1, word


def test_codes_of_trades_are_occupations() -> None:
    for trade in trades().values():
        assert trade.codes
        assert len(set(trade.codes)) == len(trade.codes)
        assert all(occupations()[code].level == 4 for code in trade.codes), trade.name
        assert sum(trade.weights.values()) == pytest.approx(1.0)
        assert sorted(trade.weights.values(), reverse=True) == list(trade.weights.values())


def test_name_of_a_trade_means_that_trade() -> None:
    for name in trades():
        assert any(sense.trade.name == name for sense in senses()[name]), name


def test_words_are_written_folded() -> None:
    assert [word for word in senses() if word != fold(word) or word != word.strip()] == []


# Middle groups without work that job sites offer: office holders, clergy, researchers, the catch-alls.
_NOT_OFFERED = {"1-01", "1-02", "1-03", "1-04", "1-05", "2-01", "2-99", "3-99", "4-99"}


def test_every_middle_group_that_is_offered_has_words() -> None:
    groups = {o.code[:4] for o in occupations().values() if o.level == 2}
    covered_groups = {code[:4] for trade in trades().values() for code in trade.codes}
    assert groups - covered_groups == _NOT_OFFERED


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("煮饭", ["厨师"]),
        ("掌勺", ["厨师"]),
        ("堆高机", ["叉车司机"]),
        ("拖头", ["半挂车司机"]),
        ("打字员", ["文员"]),
        ("扫地", ["保洁员"]),
        ("泥水扎铁", ["泥瓦工", "钢筋工"]),
        ("看仓库、看大门", ["仓库管理员", "保安员"]),
        ("後鑊師傅", ["厨师"]),
        ("ＣＮＣ操机", ["数控操作工"]),
        ("在停车位旁边", []),
        ("室内保洁", ["保洁员"]),
        ("保安员工作", ["保安员"]),
        ("Java插件工程师", ["java"]),
        ("驾校教练", ["驾校教练"]),
        ("教练，教人开车考驾照", ["驾校教练"]),
        ("教练，篮球场上课", ["球类教练"]),
        ("皮具的护理", ["皮革护理师"]),
        ("老人的护理", ["养老护理员"]),
        ("堆高机司机，港口集装箱堆场", ["叉车司机"]),
        ("", []),
    ],
)
def test_words_are_found_in_their_sense(text: str, names: list[str]) -> None:
    words = [word.trade.name for word in find(text)]
    assert [name for name in words if name in names] == names
    assert names or not words


def test_word_in_another_trade_s_text_is_not_that_work() -> None:
    assert "电子装配工" not in [word.trade.name for word in find("Java插件工程师")]
    assert "电子装配工" in [word.trade.name for word in find("插件、贴片")]


def test_meaning_of_a_word_depends_on_its_context() -> None:
    leather, people = meaning("护理", "皮革"), meaning("护理", "老人")
    assert leather is not None
    assert people is not None
    assert leather.trade.name != people.trade.name
    assert meaning("护理") is None
    assert meaning("不是工种的词") is None


@given(st.text(max_size=80))
def test_any_text_is_folded_in_place(text: str) -> None:
    folded_text = fold(text)
    assert len(folded_text) == len(text)
    assert fold(folded_text) == folded_text


def test_traditional_characters_lead_to_simplified_ones() -> None:
    table = {row["traditional"]: row["simplified"] for row in _rows("traditional.csv")}
    assert len(table) > 2_500
    assert not table.keys() & set(table.values())
    assert all(unicodedata.category(character) == "Lo" for pair in table.items() for character in pair)
    assert fold("燒焊師傅、電工，唔返夜更") == "烧焊师傅、电工,唔返夜更"


@settings(max_examples=200)
@given(st.lists(st.sampled_from(sorted(senses())) | st.text(max_size=6), max_size=8).map("".join))
def test_found_words_lie_in_the_text_without_overlaps(text: str) -> None:
    words: list[Any] = find(text)
    for word in words:
        assert fold(text)[word.start : word.end] == word.word
    assert all(one.end <= two.start for one, two in pairwise(words))
