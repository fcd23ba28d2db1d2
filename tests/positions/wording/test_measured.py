"""Precision, recall and speed of the wording checker."""

import time
from typing import Any

import pytest

from portal.positions.wording import Category
from portal.positions.wording.checker import _check_passage
from tests.positions.wording.measurement import lines, measure

PRECISION, RECALL = 0.95, 0.90
# Labelled lines that each category needs.
MIN_LINES = 8


@pytest.mark.must("posts.4")
def test_precision_and_recall(figure: Any) -> None:
    labelled = lines()
    assert len(labelled) >= 300
    total, by_category, errors = measure(labelled)
    halves = {half: measure(lines(half))[0] for half in ("dev", "held", "fresh", "last", "clerk", "second")}
    figure(f"{len(labelled)} lines: {total}; " + "; ".join(f"{half} {c}" for half, c in halves.items()))
    figure(", ".join(f"{name} {count}" for name, count in sorted(by_category.items())))
    print(f"\n{total}", *(f"{name:12} {count}" for name, count in sorted(by_category.items())), sep="\n")
    assert total.precision >= PRECISION, "\n".join(errors)
    assert total.recall >= RECALL, "\n".join(errors)
    for half, count in halves.items():
        assert count.precision >= PRECISION, f"{half}: " + "\n".join(errors)
        assert count.recall >= RECALL, f"{half}: " + "\n".join(errors)
    for name, count in by_category.items():
        assert count.precision >= PRECISION, f"{name}: " + "\n".join(errors)
        assert count.recall >= RECALL, f"{name}: " + "\n".join(errors)


def test_every_category_is_measured() -> None:
    categories = [category for line in lines() for category in line.must]
    assert {
        c: categories.count(c)
        for c in set(Category) - {Category.IDENTITY, Category.LENGTH}
        if categories.count(c) < MIN_LINES
    } == {}


def test_labelled_lines_are_unique() -> None:
    texts = [line.text for line in lines()]
    assert len(texts) == len(set(texts))


@pytest.mark.must("posts.4")
@pytest.mark.slow  # `make test` asserts no timing
def test_check_of_a_form_takes_under_five_milliseconds(figure: Any) -> None:
    """Check the uncached text of a whole form in under 5 ms of process time."""
    parts = [line.text for line in lines()]
    texts = ["\n".join(parts[index : index + 20]) for index in range(0, len(parts) - 20, 7)]
    _check_passage(texts[0])  # compiles the rules
    milliseconds = []
    for text in texts:
        _check_passage.cache_clear()
        start = time.process_time()
        _check_passage(text)
        milliseconds.append((time.process_time() - start) * 1000)
    median = sorted(milliseconds)[len(milliseconds) // 2]
    figure(f"{sum(map(len, texts)) // len(texts)} characters in {median:.1f} ms")
    assert median < 5
