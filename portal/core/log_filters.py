"""Removal of the secrets that stand in paths from every line of every log.

A filter of one handler would miss the others, the web server's access log first of all. So each log record is
redacted when it is made.
"""

import logging
import re
from collections.abc import Callable
from contextlib import suppress
from typing import Any

# Routes whose argument is a secret or names a person's ticket: whoever reads the log could open them.
SECRET_ROUTES = (
    "confirm/<str:token>/",
    "feeds/duties/<slug:secret>.ics",
    "me/tickets/<uuid:ticket>/",
)
# Shorter arguments are words of other routes ('confirm/thanks/').
MIN_SECRET_LENGTH = 12
# Writes the link to the log on purpose, where a developer has no text messages.
EXEMPT_LOGGER = "portal.accounts.senders"


def _pattern() -> re.Pattern[str]:
    """Return the pattern of the paths of SECRET_ROUTES; a query string holds them percent-encoded."""
    prefixes = [route.partition("<")[0].split("/") for route in SECRET_ROUTES]
    starts = "|".join("(?:/|%2F)".join(map(re.escape, parts)) for parts in prefixes)
    return re.compile(rf"((?:/|%2F)(?:{starts}))[\w-]{{{MIN_SECRET_LENGTH},}}", re.IGNORECASE)


_SECRET = _pattern()


def hide_secrets(text: str) -> str:
    """Return `text` with '…' in the place of each secret."""
    return _SECRET.sub(r"\1…", text)


def redact(record: logging.LogRecord) -> logging.LogRecord:
    """Hide the secrets in a record's message; the record itself is returned."""
    if record.name != EXEMPT_LOGGER:
        with suppress(Exception):  # wrong arguments: logging reports them itself
            message = record.getMessage()
            redacted = hide_secrets(message)
            if redacted != message:
                record.msg, record.args = redacted, ()
    return record


class RedactingFactory:
    """Factory of log records that redacts what another factory makes."""

    def __init__(self, make_record: Callable[..., logging.LogRecord]) -> None:
        self._make_record = make_record

    def __call__(self, *args: Any, **kwargs: Any) -> logging.LogRecord:
        return redact(self._make_record(*args, **kwargs))


def redact_all_records() -> None:
    """Make every logger of this process redact its records. Calling it again changes nothing."""
    make_record = logging.getLogRecordFactory()
    if not isinstance(make_record, RedactingFactory):
        logging.setLogRecordFactory(RedactingFactory(make_record))
