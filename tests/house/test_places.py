"""A closed post is nowhere, from the second it closes: every address, every reader, each way to close.

Nothing runs between the closing and the question: no job that comes round, no task that brings an index up
to date. What was remembered (ranking, search entries, the cache) is what it was while the post was open.
"""

import json
from collections.abc import Iterable
from datetime import timedelta

import pytest
from django.db import transaction
from django.test import Client
from django.utils import timezone

from tests.house.places import CLOSINGS, MAY_STILL_READ, PLACES, TITLE, Fair
from tests.house.test_matrix import text

pytestmark = pytest.mark.django_db
Query = tuple[str, str, str]  # place, address, reader


@pytest.fixture
def fair(caplog) -> Fair:
    caplog.set_level("ERROR", "django.request")
    return Fair()


@pytest.fixture
def clients(fair, client_for) -> dict[str, Client]:
    return fair.clients(client_for)


def everything(fair: Fair, clients: dict[str, Client]) -> list[Query]:
    return [(place, path, who) for place, path in fair.addresses() for who in clients]


def shown(fair: Fair, clients: dict[str, Client], asked: Iterable[Query]) -> set[Query]:
    """Those of the questions whose answer names the post."""
    marks = (TITLE, json.dumps(TITLE)[1:-1], f"/positions/{fair.post.pk}/")
    found = set()
    for place, path, who in asked:
        with transaction.atomic():
            answer = clients[who].get(path)
            said = text(answer)
            transaction.set_rollback(True)
        if answer.status_code == 200 and any(mark in said for mark in marks):
            found.add((place, path, who))
    return found


def leaks(seen: set[Query]) -> list[str]:
    return sorted(
        f"{place}: {who} ({path})"
        for place, path, who in seen
        if who not in MAY_STILL_READ.get(place, frozenset())
    )


@pytest.mark.must("posts.5")
def test_a_closed_post_is_in_no_answer_from_the_second_it_closes(fair, clients, monkeypatch, figure) -> None:
    asked = everything(fair, clients)
    while_open = shown(fair, clients, asked)
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
                still = shown(fair, clients, while_open)
                wrong += [
                    f"{way}, a second before: not at {place} ({who})" for place, _, who in while_open - still
                ]
                patch.setattr(timezone, "now", lambda at=moment: at)
            # All of it once; then where it was.
            wrong += [
                f"{way}: {leak}"
                for leak in leaks(shown(fair, clients, asked if way == "withdrawn" else while_open))
            ]
            transaction.set_rollback(True)
        fair.post.refresh_from_db()
        fair.employer.refresh_from_db()
    assert not wrong, "\n".join(wrong)
    figure(
        f"{len(places)} places out of {len(asked)} questions, {len(while_open)} answers name the open post;"
        f" {len(CLOSINGS)} ways to close: 0 do"
    )
