"""A live link's secret stands in no log."""

import logging

import pytest

from portal.core.log_filters import HideSecrets

SECRET = "0cor0g8RZsBqEzw0bAIZuGngdPm6R_cdrClxIl8bM-a"


def format_line(name: str, message: str, *args: str) -> str:
    record = logging.LogRecord(name, logging.WARNING, "", 0, message, args, None)
    assert HideSecrets().filter(record)
    return record.getMessage()


@pytest.mark.parametrize("name", ["django.request", "django.security.csrf", "waitress"])
def test_secret_of_a_link_is_removed(name: str) -> None:
    assert format_line(name, "%s: %s", "Forbidden", f"/confirm/{SECRET}/") == "Forbidden: /confirm/…/"


def test_sender_of_the_demo_logs_the_whole_link() -> None:
    assert SECRET in format_line("portal.accounts.senders", "message: %s", f"http://x/confirm/{SECRET}/")


def test_other_lines_are_unchanged() -> None:
    assert format_line("django.request", "Not Found: %s", "/confirm/thanks/") == "Not Found: /confirm/thanks/"
