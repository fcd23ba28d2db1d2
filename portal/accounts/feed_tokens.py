"""Secret tokens of calendar feeds: create, revoke, authenticate."""

import secrets
from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from portal.accounts.models import FeedToken, User
from portal.core import audit
from portal.core.encryption import lookup_hash
from portal.core.locking import locked

_LAST_USE_PRECISION = timedelta(minutes=1)


def _digest(secret: str) -> str:
    return lookup_hash(f"feed:{secret}")


@transaction.atomic
def create_feed_token(*, by: User) -> tuple[FeedToken, str]:
    """Create the token of the user's feed and revoke the previous one.

    Returns:
        The token and its secret, of which only a hash is stored.
    """
    locked(by)  # serialises two requests of one user
    revoke_feed_token(by=by)
    secret = secrets.token_urlsafe(32)
    token = FeedToken.objects.create(user=by, digest=_digest(secret))
    audit.record(by=by, verb="accounts.feed_made", target=by)
    return token, secret


@transaction.atomic
def revoke_feed_token(*, by: User) -> bool:
    """Revoke the user's token; return whether there was one."""
    now = timezone.now()
    revoked_count = by.feed_tokens.filter(revoked_at=None).update(revoked_at=now, updated_at=now)
    if revoked_count:
        audit.record(by=by, verb="accounts.feed_revoked", target=by)
    return bool(revoked_count)


def feed_reader(secret: str) -> User | None:
    """Return the user whose feed the secret opens and store the time of use; None for an unknown secret."""
    token = FeedToken.objects.in_use().select_related("user").filter(digest=_digest(secret)).first()
    if token is None:
        return None
    now = timezone.now()
    if token.last_used_at is None or token.last_used_at < now - _LAST_USE_PRECISION:
        FeedToken.objects.filter(pk=token.pk).update(last_used_at=now)
    return token.user
