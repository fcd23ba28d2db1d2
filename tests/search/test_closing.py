"""Closed positions are found by no engine from the second they close, before their index entry changes."""

from types import SimpleNamespace
from typing import Any

import pytest
from django.utils import timezone
from pytest_django import DjangoCaptureOnCommitCallbacks

from portal.accounts.roles import StationRole
from search import indexing
from search.suggest import suggest
from tests.factories import make_employer, make_position, make_staff, make_user
from tests.house.places import CLOSINGS, TITLE, WORD

pytestmark = pytest.mark.django_db


@pytest.mark.must("posts.5")
@pytest.mark.parametrize("way", CLOSINGS)
def test_a_closed_position_is_found_by_no_engine(
    engine: Any,
    find: Any,
    way: str,
    figure: Any,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    member = make_user("单位经办")
    employer = make_employer(member=member)
    position = make_position(employer=employer, title=TITLE, duties=f"负责{WORD}。", requirements="")
    world: Any = SimpleNamespace(
        position_to_close=position,
        employer=employer,
        member=member,
        staff={"reviewer own": make_staff(employer.station, StationRole.REVIEWER)},
    )
    indexing.rebuild()
    assert [hit.title for hit in find(WORD).hits] == [TITLE]
    assert TITLE in [suggestion.text for suggestion in suggest(TITLE[:4])]
    closing = CLOSINGS[way]
    with django_capture_on_commit_callbacks() as after_commit:
        closing.act(world)
    now = closing.at(world) or timezone.now()
    for words in (WORD, TITLE, ""):
        assert TITLE not in [hit.title for hit in find(words, now=now).hits]
    for follow in after_commit:  # what the writing process still does before it answers
        follow()
    assert TITLE not in [suggestion.text for suggestion in suggest(TITLE[:4], now=now)]
    figure(f"found by no engine after each of {len(CLOSINGS)} ways to close")
