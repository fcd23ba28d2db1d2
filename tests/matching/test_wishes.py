"""Wishes in people's own words, against readings written by hand before."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matching.knowledge import occupations
from matching.tokens import terms
from matching.wishes import MAX_LENGTH, Wish, preference_words, read_wish

_SIGNS = {"wanted": "+", "accepted": "~", "unwanted": "-"}


def _cases(name: str) -> Iterator[tuple[str, tuple[str, str, str]]]:
    for line in (Path(__file__).parent / name).read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            text, *stated_parts = (part.strip() for part in line.split("|"))
            wanted_trades, unwanted_trades, preferences = (
                " ".join(sorted(part.split())) for part in stated_parts
            )
            yield text, (wanted_trades, unwanted_trades, preferences)


def _summary(wish: Wish) -> tuple[str, str, str]:
    return (
        " ".join(sorted({item.trade.name for item in wish.wanted_trades})),
        " ".join(sorted({item.trade.name for item in wish.unwanted_trades})),
        " ".join(sorted({f"{_SIGNS[p.stance]}{p.kind}" for p in wish.preferences})),
    )


@pytest.mark.parametrize(("text", "stated_parts"), list(_cases("wishes.txt")))
def test_wish_is_read_as_by_hand(text: str, stated_parts: tuple[str, str, str]) -> None:
    assert _summary(read_wish(text)) == stated_parts


def test_there_are_enough_wishes_read_by_hand() -> None:
    assert len(dict(_cases("wishes.txt"))) >= 60


def test_denied_part_is_no_part_of_the_affirmed_text() -> None:
    wish = read_wish("想看倉庫，不想再进厨房炒菜，消售不做，可以倒班")
    assert next(wish.text[start:end] for start, end in wish.denied_spans) == "不想再进厨房炒菜"
    assert not {"厨房", "炒菜", "厨师", "销售"} & set(terms(wish.affirmed_text))
    assert "仓库" in wish.affirmed_text


def test_spans_lead_into_the_text_as_given() -> None:
    wish = read_wish("想做 焊 工，唔想返夜班；气修也可以")
    assert [wish.text[item.start : item.end] for item in wish.wanted_trades] == ["焊 工", "气修"]
    assert [(c.typed_word, c.word) for c in wish.corrections] == [("气修", "汽修")]
    night = next(p for p in wish.preferences if p.kind == "night")
    assert wish.text[night.start : night.end] == "夜班"
    assert wish.stance("night") == "unwanted"
    assert wish.stance("travel") is None


def test_codes_have_weights_and_denied_codes_are_not_wanted() -> None:
    wish = read_wish("货车司机、叉车司机，不做保安")
    assert sum(wish.wanted_codes.values()) == pytest.approx(1.0)
    assert wish.wanted_codes.keys() | wish.unwanted_codes.keys() <= occupations().keys()
    assert "4-07-05-01" in wish.unwanted_codes
    assert not wish.wanted_codes.keys() & wish.unwanted_codes.keys()


def test_trade_of_the_past_is_kept_apart() -> None:
    wish = read_wish("以前做过销售，现在想做行政")
    assert [item.trade.name for item in wish.past] == ["销售代表"]


@pytest.mark.parametrize("word", ["汽修", "销售", "维修", "会计", "出纳", "电工"])
def test_words_that_are_right_are_not_corrected(word: str) -> None:
    assert read_wish(f"想做{word}").corrections == ()


def test_preference_words_have_kinds() -> None:
    for word, kinds in preference_words().items():
        assert word
        assert all(kind.lstrip("-~").replace("_", "").isalpha() for kind in kinds)


_FRAGMENTS = [
    *preference_words(),
    "不",
    "不想",
    "唔",
    "除了",
    "以外",
    "都行",
    "，",
    "、",
    " ",
    "。",
    "想做",
    "没有",
]
_FRAGMENTS += [
    "保安",
    "销售",
    "厨房",
    "电工",
    "也可以",
    "以前",
    "不是不想",
    "与其",
    "不如",
    "（",
    "\n",
    "的",
    "消售",
]


@settings(max_examples=300, deadline=None)
@given(st.lists(st.sampled_from(_FRAGMENTS) | st.text(max_size=3), max_size=20).map("".join))
def test_any_wish_is_read(text: str) -> None:
    wish = read_wish(text)
    names = {item.trade.name for item in wish.unwanted_trades}
    assert not names & {item.trade.name for item in wish.wanted_trades}
    items: list[Any] = [
        *wish.wanted_trades, *wish.unwanted_trades, *wish.past, *wish.preferences, *wish.corrections
    ]  # fmt: skip
    assert all(0 <= item.start < item.end <= len(text) for item in items)
    for start, end in wish.denied_spans:
        assert 0 <= start < end <= len(text)
    assert len(wish.affirmed_text) == len(wish.text)


@given(st.sampled_from(["不做", "不想做", "不想再做", "不考虑", "拒绝", "唔做", "别给我安排", "绝不做"]))
def test_denied_trade_is_never_wanted(denial: str) -> None:
    for trade in ("保安", "销售", "厨师", "流水线", "快递员"):
        wish = read_wish(f"想开车，{denial}{trade}")
        assert [item.trade.name for item in wish.wanted_trades] == ["司机"]
        assert wish.unwanted_trades


def test_long_text_is_cut() -> None:
    assert read_wish("保安，" * MAX_LENGTH).text == ("保安，" * MAX_LENGTH)[:MAX_LENGTH]
