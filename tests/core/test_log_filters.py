"""A live link's secret stands in no log."""

import logging

import pytest

from portal.core.log_filters import HideSecrets

SECRET = "0cor0g8RZsBqEzw0bAIZuGngdPm6R_cdrClxIl8bM-a"


def written(name: str, message: str, *args: str) -> str:
    record = logging.LogRecord(name, logging.WARNING, "", 0, message, args, None)
    assert HideSecrets().filter(record)
    return record.getMessage()


@pytest.mark.parametrize("name", ["django.request", "django.security.csrf", "waitress"])
def test_the_address_of_a_link_is_cut(name: str) -> None:
    assert written(name, "%s: %s", "Forbidden", f"/confirm/{SECRET}/") == "Forbidden: /confirm/…/"


def test_what_is_sent_in_a_demo_is_shown_whole() -> None:
    assert SECRET in written("portal.accounts.senders", "message: %s", f"http://x/confirm/{SECRET}/")


def test_other_lines_stay_as_they_are() -> None:
    assert written("django.request", "Not Found: %s", "/confirm/thanks/") == "Not Found: /confirm/thanks/"
