"""What the checker is measured by, and how fast it is."""

import time

import pytest

from portal.positions.wording import Category
from portal.positions.wording.checker import _check_cached
from tests.positions.wording.measurement import lines, measure

PRECISION, RECALL = 0.95, 0.90
# Fewer labelled lines than this say nothing about one category.
ENOUGH = 8


@pytest.mark.must("posts.4")
def test_precision_and_recall(figure) -> None:
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
    seen = [category for line in lines() for category in line.must]
    assert {c: seen.count(c) for c in Category if c != Category.IDENTITY and seen.count(c) < ENOUGH} == {}


def test_labelled_lines_are_unique() -> None:
    texts = [line.text for line in lines()]
    assert len(texts) == len(set(texts))


@pytest.mark.must("posts.4")
def test_check_of_a_form_takes_under_five_milliseconds(figure) -> None:
    """A whole form's text, never seen before, in under 5 ms of this process's time."""
    parts = [line.text for line in lines()]
    texts = ["\n".join(parts[start : start + 20]) for start in range(0, len(parts) - 20, 7)]
    _check_cached(texts[0])  # the rules are read once
    took = []
    for text in texts:
        _check_cached.cache_clear()
        begun = time.process_time()
        _check_cached(text)
        took.append((time.process_time() - begun) * 1000)
    median = sorted(took)[len(took) // 2]
    figure(f"{sum(map(len, texts)) // len(texts)} characters in {median:.1f} ms")
    assert median < 5
