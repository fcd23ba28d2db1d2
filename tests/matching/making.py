"""Postings and profiles for tests: a plain one, and whatever a test wants different."""

from datetime import UTC, datetime, timedelta
from typing import Any

from matching import Posting, Profile

NOW = datetime(2026, 12, 1, 9, 0, tzinfo=UTC)


def posting(id: int = 1, title: str = "电工", **changes: Any) -> Posting:  # noqa: A002 - the field's own name
    values: dict[str, Any] = {
        "occupation_code": "6-31-01-03",
        "occupation": "电工",
        "duties": "",
        "requirements": "",
        "certificates": frozenset(),
        "employer_id": 1000 + id,
        "region": "440705",
        "location": None,
        "pay_from": 5000,
        "pay_to": 7000,
        "education": 0,
        "experience_years": 0,
        "opens_at": NOW - timedelta(days=3),
        "expires_at": NOW + timedelta(days=30),
    }
    return Posting(id=id, title=title, **(values | changes))


def profile(**changes: Any) -> Profile:
    return Profile(**({"id": 1, "wished_occupations": ("6-31-01-03",)} | changes))
