"""Concurrent use of one link: attempts are counted, one answer is kept."""

import threading
from collections import Counter
from collections.abc import Callable

import pytest
from django.db import connection

from portal.confirmations import links
from portal.confirmations.actions import AnswerData, submit_answers
from portal.confirmations.enums import Reply
from portal.confirmations.models import MAX_TRIES, Answer

pytestmark = pytest.mark.django_db(transaction=True)

AT_ONCE = 9


def together(act: Callable[[], object]) -> Counter[str]:
    """What `act` returned or raised in each of several threads that began at once."""
    began, said = threading.Barrier(AT_ONCE), []

    def run() -> None:
        try:
            began.wait()
            said.append(str(act()))
        except links.LinkUnusableError:
            said.append("dead")
        finally:
            connection.close()

    threads = [threading.Thread(target=run) for _ in range(AT_ONCE)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return Counter(said)


def test_concurrent_guesses_are_counted_together(town, django_db_serialized_rollback) -> None:
    link, _ = links.create_veteran_link(placement=town.placement, by=town.clerk)
    assert together(lambda: links.verify_phone_digits(link=link, digits="0000")) == {
        "False": MAX_TRIES,
        "dead": AT_ONCE - MAX_TRIES,
    }


def test_concurrent_submissions_use_a_link_once(town, django_db_serialized_rollback) -> None:
    link, _ = links.create_veteran_link(placement=town.placement, by=town.clerk)

    def send() -> int:
        return len(submit_answers(link=link, answers={town.placement.pk: AnswerData(Reply.NOT_YET)}, by=None))

    assert together(send) == {"1": 1, "dead": AT_ONCE - 1}
    assert Answer.objects.count() == 1
