"""Cutting a query, and marking what matched in the text as it was written."""

import pytest

from matching.tokens import dictionary, tokenize
from search.words import Group, excerpt, forms_of, groups, mark_matches, may_contain


def mark(query: str, text: str) -> str:
    return mark_matches(text, forms_of(groups(query)))


def test_a_word_with_parts_that_make_it_up() -> None:
    assert groups("货车司机") == [Group((("货车司机",), ("货车", "司机")))]


def test_parts_that_do_not_make_up_the_word_are_dropped() -> None:
    assert groups("江门市") == [Group((("江门市",),))]


def test_more_ways_to_meet_a_word_are_marked_too() -> None:
    (query_args,) = groups("电工")
    wider = query_args.with_alternatives(("水电", "维修"), ("电工",))
    assert wider == Group((("电工",), ("水电", "维修")))
    assert forms_of([wider]) == {"电工", "水电", "维修"}


@pytest.mark.parametrize("nothing", [(), ((),), (("电工",), ())])
def test_a_word_that_nothing_meets_is_refused(nothing: tuple) -> None:
    with pytest.raises(ValueError, match="alternatives"):
        Group(nothing)


def test_a_word_asked_twice_counts_once() -> None:
    assert groups("叉车 叉车") == groups("叉车")


@pytest.mark.parametrize(
    ("query", "text", "marked_text"),
    [
        ("司机", "货车司机", "货车<mark>司机</mark>"),
        ("叉车司机", "招叉车工", "招<mark>叉车工</mark>"),
        ("a2驾照", "持Ａ２驾照", "持<mark>Ａ２驾照</mark>"),
        ("司机", "…㎡司机", "…㎡<mark>司机</mark>"),
        ("司机", "厨师", "厨师"),
    ],
)
def test_marks_stand_where_the_text_has_them(query: str, text: str, marked_text: str) -> None:
    assert mark(query, text) == marked_text


def test_an_excerpt_is_cut_around_the_match() -> None:
    text = "负责日常收发货。" * 40 + "驾驶叉车装卸。" + "整理仓库。" * 40
    parts = excerpt(text, forms_of(groups("叉车")))
    assert parts.startswith("…")
    assert parts.endswith("…")
    assert "<mark>叉车</mark>" in parts
    assert len(parts) < 130


def test_an_excerpt_without_words_is_the_beginning() -> None:
    assert excerpt("负责收发货。", frozenset()) == "负责收发货。"


def test_no_word_is_overlooked_for_what_it_stands_for() -> None:
    """A text that cannot say what was asked for is not cut into words; synonyms and parts do say it."""
    for word in dictionary():
        for form in tokenize(word):
            assert may_contain(f"招{word}若干", frozenset({form})), (word, form)
    assert not may_contain("负责厂区巡逻", frozenset({"叉车"}))
    assert not may_contain("负责厂区巡逻", frozenset())
