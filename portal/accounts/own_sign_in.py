"""Actions on one's own sign-in: password, sessions, known browsers."""

from django.contrib.auth.password_validation import validate_password
from django.db import transaction

from portal.accounts.guess_counts import browser_digest
from portal.accounts.models import User
from portal.core import audit
from portal.core.locking import locked


@transaction.atomic
def set_password(*, by: User, password: str) -> User:
    """Set the user's own password; every session ends but the one that the caller renews.

    Raises:
        ValidationError: the password is too weak.
    """
    user = locked(by)
    validate_password(password, user)
    user.set_password(password)
    user.save(update_fields=["password", "updated_at"])
    audit.record(by=user, verb="accounts.password_changed", target=user)
    return user


@transaction.atomic
def sign_out_everywhere(*, by: User, browser: str) -> User:
    """End every session of the user and forget the browsers that signed in, except this one.

    Args:
        browser: identifier of the asking browser; its session ends too unless the caller renews it.
    """
    user = locked(by)
    user.known_browsers.exclude(digest=browser_digest(browser)).delete()
    user.session_epoch += 1
    user.save(update_fields=["session_epoch", "updated_at"])
    audit.record(by=user, verb="accounts.signed_out_everywhere", target=user)
    return user
