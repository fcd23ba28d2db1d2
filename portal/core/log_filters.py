"""What may not stand in a log file."""

import logging
import re

# The secret of a confirmation link; Django logs the path of what it refuses.
_SECRET = re.compile(r"(/confirm/)[A-Za-z0-9_-]{12,}")
# Prints the link on purpose, where a developer has no text messages.
_MEANT_TO = "portal.accounts.senders"


class HideSecrets(logging.Filter):
    """Writes '/confirm/…' for the address of a confirmation link."""

    def filter(self, record: logging.LogRecord) -> bool:
        if record.name != _MEANT_TO:
            message = record.getMessage()
            hidden = _SECRET.sub(r"\1…", message)
            if hidden != message:
                record.msg, record.args = hidden, ()
        return True
