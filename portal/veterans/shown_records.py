"""Log of the records that a list shows, visibly to the persons themselves."""

from collections.abc import Iterable

from portal.accounts.actions import log_listed
from portal.accounts.models import User
from portal.veterans.models import Veteran


def log_shown(*, by: User, veterans: Iterable[Veteran], place: str) -> None:
    """Log in one statement that a list showed these records to `by`; a person's own record is left out.

    Args:
        place: name of the list, as the persons read it in their access log.
    """
    ids = [veteran.pk for veteran in veterans if veteran.account_id != by.pk]
    if ids:
        log_listed(actor=by, file_ids=ids, reason=place)
