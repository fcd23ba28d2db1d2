"""Factories of postings and profiles for tests, and a reference implementation of the term counts."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any

from matching import Posting, Profile, coding
from matching.tokens import terms
from matching.vectors import FIELD_WEIGHTS, certificate_terms

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
    values: dict[str, Any] = {"id": 1, "wished_occupations": ("6-31-01-03",)} | changes
    return Profile(**values)


def term_counts(posting: Posting) -> Counter[str]:
    """Counts of terms over the fields, each field counted FIELD_WEIGHTS times."""
    codes = dict(coding.occupation_terms(posting.title, posting.occupation_code))
    fields = {
        "title": Counter(terms(posting.title)),
        "occupation": Counter(terms(posting.occupation)) + Counter(codes),
        "duties": Counter(terms(posting.duties)),
        "requirements": Counter(terms(posting.requirements)),
        "certificates": Counter(certificate_terms(posting.certificates)),
    }
    counts: Counter[str] = Counter()
    for field, words in fields.items():
        for word, count in words.items():
            counts[word] += FIELD_WEIGHTS[field] * count
    return counts
