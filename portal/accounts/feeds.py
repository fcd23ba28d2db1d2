"""Secret addresses of calendar feeds: made, taken back, recognised."""

import secrets
from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from portal.accounts.models import FeedToken, User
from portal.core import audit
from portal.core.encryption import lookup_hash

_NOTED_EVERY = timedelta(minutes=1)


def _digest(secret: str) -> str:
    return lookup_hash(f"feed:{secret}")


@transaction.atomic
def make_feed(*, by: User) -> tuple[FeedToken, str]:
    """An address for the user's feed, and its secret, which is kept nowhere. The one before is revoked."""
    User.objects.select_for_update().get(pk=by.pk)  # one address at a time
    revoke_feed(by=by)
    secret = secrets.token_urlsafe(32)
    token = FeedToken.objects.create(user=by, digest=_digest(secret))
    audit.record(by=by, verb="accounts.feed_made", target=by)
    return token, secret


@transaction.atomic
def revoke_feed(*, by: User) -> bool:
    """Take the user's own address back; whether there was one."""
    now = timezone.now()
    ended = by.feed_tokens.filter(revoked_at=None).update(revoked_at=now, updated_at=now)
    if ended:
        audit.record(by=by, verb="accounts.feed_revoked", target=by)
    return bool(ended)


def reader_of(secret: str) -> User | None:
    """Whose feed this secret opens, its use noted (to the minute); None for any other text."""
    token = FeedToken.objects.in_use().select_related("user").filter(digest=_digest(secret)).first()
    if token is None:
        return None
    now = timezone.now()
    if token.last_used_at is None or token.last_used_at < now - _NOTED_EVERY:
        FeedToken.objects.filter(pk=token.pk).update(last_used_at=now)
    return token.user
