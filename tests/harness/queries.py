"""A list asks the database the same number of questions however long it is."""

import re
from collections import Counter
from collections.abc import Callable

import pytest
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext

# What changes from one answer to the next without the list having grown.
_VOLATILE = re.compile(rb'name="csrfmiddlewaretoken" value="[^"]*"|nonce="[^"]*"|"X-CSRFToken":\s*"[^"]*"')
_NUMBERS = re.compile(r"'[^']*'|\b\d+\b")


@pytest.fixture
def same_queries(client: Client) -> Callable[..., int]:
    """Measure a page at two sizes: `same_queries(page, grow)` -> the number of its queries.

    Args:
        page: a path for the fixture `client`, or a callable that returns the response (or any value).
        grow: makes more rows of what the page lists; the answer has to change by it.
        at_most: a ceiling for the number of queries.

    Raises:
        AssertionError: the counts differ (the queries that multiplied are listed), the page did not answer
            200, or growing changed nothing in it, so that nothing was measured.
    """

    def measure(page: str | Callable[[], object], grow: Callable[[], object], *, at_most: int = 60) -> int:
        def ask() -> object:
            return client.get(page) if isinstance(page, str) else page()

        def count_queries() -> tuple[list[str], object]:
            with CaptureQueriesContext(connection) as captured:
                answer = ask()
            if isinstance(answer, HttpResponse):
                assert answer.status_code == 200, f"{page}: {answer.status_code}"
                return [q["sql"] for q in captured], _VOLATILE.sub(b"", answer.content)
            return [q["sql"] for q in captured], answer

        ask()  # fills what is kept for the life of the process: content types, sites, compiled templates
        few, before = count_queries()
        grow()
        many, after = count_queries()
        assert before != after, f"{page}: the same answer after growing, so nothing was measured"
        if len(few) != len(many):
            shapes = Counter(_NUMBERS.sub("?", sql) for sql in many)
            shapes.subtract(Counter(_NUMBERS.sub("?", sql) for sql in few))
            after = "\n".join(f"  {n:+d}  {sql[:400]}" for sql, n in shapes.items() if n)
            pytest.fail(f"{page}: {len(few)} queries, {len(many)} after growing:\n{after}", pytrace=False)
        assert len(many) <= at_most, f"{page}: {len(many)} queries, more than {at_most}"
        return len(many)

    return measure
