"""Concurrent use of one link: attempts are counted, one answer is kept."""

import threading
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection

from portal.confirmations import links
from portal.confirmations.actions import AnswerData, submit_answers
from portal.confirmations.enums import Reply
from portal.confirmations.models import MAX_TRIES, Answer

pytestmark = pytest.mark.django_db(transaction=True)

THREAD_COUNT = 9


def run_concurrently(action: Callable[[], object]) -> Counter[str]:
    """Count what `action` returned or raised in threads that start at the same time."""
    barrier, results = threading.Barrier(THREAD_COUNT), []

    def run() -> None:
        try:
            barrier.wait()
            results.append(str(action()))
        except links.LinkUnusableError:
            results.append("dead")
        finally:
            connection.close()

    threads = [threading.Thread(target=run) for _ in range(THREAD_COUNT)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return Counter(results)


def test_concurrent_guesses_are_counted_together(town: Any, django_db_serialized_rollback: Any) -> None:
    link, _ = links.create_veteran_link(placement=town.placement, by=town.clerk)
    assert run_concurrently(lambda: links.verify_phone_digits(link=link, digits="0000")) == {
        "False": MAX_TRIES,
        "dead": THREAD_COUNT - MAX_TRIES,
    }


def test_concurrent_submissions_use_a_link_once(town: Any, django_db_serialized_rollback: Any) -> None:
    link, _ = links.create_veteran_link(placement=town.placement, by=town.clerk)

    def send() -> int:
        return len(submit_answers(link=link, answers={town.placement.pk: AnswerData(Reply.NOT_YET)}, by=None))

    assert run_concurrently(send) == {"1": 1, "dead": THREAD_COUNT - 1}
    assert Answer.objects.count() == 1
