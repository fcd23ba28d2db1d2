"""Checks of a password and of a second factor, counted by the limits on guessing."""

from collections.abc import Callable
from typing import TypeVar

from django.db import transaction

from portal.accounts.guess_counts import limiter, today
from portal.accounts.guess_limits import Caller
from portal.accounts.one_time_codes import REFUSALS, CodeRefused

T = TypeVar("T")


def check_within_limits(*, caller: Caller, check: Callable[[], T | None]) -> T | None:
    """Return what `check` returns, None when the secret is wrong; a wrong one is counted.

    The try is counted before the check and taken back when it was right, so that tries sent at the same time
    count each other; the check itself, which may take a while, runs outside the transaction.

    Raises:
        CodeRefused: too many wrong tries; nothing was checked.
    """
    with transaction.atomic():
        if scope := limiter.allowance(caller, today()).try_refusal:
            raise CodeRefused(REFUSALS[scope])
        limiter.count_wrong(caller, today())
    result = check()
    if result is not None:
        limiter.forgive(caller, today(), wrong=1)
    return result


def forgive_earlier(*, caller: Caller, wrong: int) -> None:
    """Take back wrong tries that this browser made before it proved right."""
    limiter.forgive(caller, today(), wrong=wrong)
