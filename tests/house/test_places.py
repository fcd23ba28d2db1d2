"""A closed post is nowhere, from the second it closes: every address, every reader, each way to close.

Nothing runs between the closing and the question: no job that comes round, no task that brings an index up
to date. What was remembered (ranking, search entries, the cache) is what it was while the post was open.
"""

import json
from collections.abc import Iterable
from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from django.utils import timezone

from tests.house.places import CLOSINGS, MAY_STILL_READ, PLACES, TITLE, Fair
from tests.house.test_matrix import text

pytestmark = pytest.mark.django_db
Query = tuple[str, str, str]  # place, address, reader


@pytest.fixture
def fair(caplog: pytest.LogCaptureFixture) -> Fair:
    caplog.set_level("ERROR", "django.request")
    return Fair()


@pytest.fixture
def clients(fair: Fair, client_for: Any) -> dict[str, Client]:
    return fair.clients(client_for)


def everything(fair: Fair, clients: dict[str, Client]) -> list[Query]:
    return [(place, path, who) for place, path in fair.addresses() for who in clients]


def find_answers_naming(fair: Fair, clients: dict[str, Client], queries: Iterable[Query]) -> set[Query]:
    """Return the queries whose answer names the position."""
    marks = (TITLE, json.dumps(TITLE)[1:-1], f"/positions/{fair.position_to_close.pk}/")
    naming = set()
    for place, path, who in queries:
        with transaction.atomic():
            answer = clients[who].get(path)
            page_text = text(answer)
            transaction.set_rollback(True)
        if answer.status_code == 200 and any(mark in page_text for mark in marks):
            naming.add((place, path, who))
    return naming


def leaks(answers: set[Query]) -> list[str]:
    return sorted(
        f"{place}: {who} ({path})"
        for place, path, who in answers
        if who not in MAY_STILL_READ.get(place, frozenset())
    )


@pytest.mark.must("posts.5")
def test_closed_position_is_in_no_answer_from_that_second(
    fair: Fair, clients: dict[str, Client], monkeypatch: pytest.MonkeyPatch, figure: Any
) -> None:
    queries = everything(fair, clients)
    while_open = find_answers_naming(fair, clients, queries)
    places = {place for place, _, _ in while_open}
    assert places - PLACES == set(), "shows posts: name it in PLACES of tests/house/places.py"
    assert PLACES - places == set(), "does not show the open post any more"
    wrong = []
    for way, closing in CLOSINGS.items():
        with transaction.atomic(), monkeypatch.context() as patch:
            closing.act(fair)
            moment = closing.at(fair)
            if moment is not None:
                before = moment - timedelta(seconds=1)
                patch.setattr(timezone, "now", lambda at=before: at)
                still = find_answers_naming(fair, clients, while_open)
                wrong += [
                    f"{way}, a second before: not at {place} ({who})" for place, _, who in while_open - still
                ]
                patch.setattr(timezone, "now", lambda at=moment: at)
            # All of it once; then where it was.
            wrong += [
                f"{way}: {leak}"
                for leak in leaks(
                    find_answers_naming(fair, clients, queries if way == "withdrawn" else while_open)
                )
            ]
            transaction.set_rollback(True)
        fair.position_to_close.refresh_from_db()
        fair.employer.refresh_from_db()
    assert not wrong, "\n".join(wrong)
    figure(
        f"{len(places)} places out of {len(queries)} questions, {len(while_open)} answers name the open post;"
        f" {len(CLOSINGS)} ways to close: 0 do"
    )
