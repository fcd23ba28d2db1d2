"""Log filter that removes secrets of links."""

import logging
import re

# Secret in the path of a confirmation link; Django logs the paths of refused requests.
_SECRET = re.compile(r"(/confirm/)[A-Za-z0-9_-]{12,}")
# Writes the link to the log on purpose, where a developer has no text messages.
_EXEMPT_LOGGER = "portal.accounts.senders"


class HideSecrets(logging.Filter):
    """Replace the secret of a confirmation link by '/confirm/…'."""

    def filter(self, record: logging.LogRecord) -> bool:
        if record.name != _EXEMPT_LOGGER:
            message = record.getMessage()
            redacted = _SECRET.sub(r"\1…", message)
            if redacted != message:
                record.msg, record.args = redacted, ()
        return True
