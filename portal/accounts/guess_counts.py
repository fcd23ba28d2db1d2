"""Store of the limits on guessing in the database, and who calls.

A key is a keyed hash: the table holds neither phones nor addresses.
"""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta

from django.db import transaction
from django.db.models import F, Q, Sum
from django.db.models.functions import Greatest
from django.utils import timezone

from portal.accounts.guess_limits import MONTH_DAYS, Caller, Counts, GuessLimiter
from portal.accounts.models import GuessCount, KnownBrowser, OneTimeCode, User
from portal.core.client_address import network_of, subscriber_of
from portal.core.encryption import lookup_hash


class DatabaseCounts:
    """Counts per key and day; see `guess_limits.CountStore`."""

    def read(self, keys: Sequence[str], day: date) -> Mapping[str, Counts]:
        today = Q(day=day)
        rows = (
            GuessCount.objects.filter(key__in=keys, day__gt=day - timedelta(days=MONTH_DAYS), day__lte=day)
            .values("key")
            .annotate(
                wrong_day=Sum("wrong", filter=today, default=0),
                wrong_month=Sum("wrong"),
                sends_day=Sum("sends", filter=today, default=0),
                sends_month=Sum("sends"),
            )
        )
        return {
            row["key"]: Counts(row["wrong_day"], row["wrong_month"], row["sends_day"], row["sends_month"])
            for row in rows
        }

    @transaction.atomic
    def add(self, keys: Sequence[str], day: date, *, wrong: int = 0, sends: int = 0) -> None:
        keys = sorted(keys)  # one order for all, so that two transactions never wait for each other
        GuessCount.objects.bulk_create([GuessCount(key=key, day=day) for key in keys], ignore_conflicts=True)
        for key in keys:
            GuessCount.objects.filter(key=key, day=day).update(
                wrong=Greatest(F("wrong") + wrong, 0), sends=Greatest(F("sends") + sends, 0)
            )


limiter = GuessLimiter(DatabaseCounts())


def today() -> date:
    return timezone.localdate()


def browser_digest(browser: str) -> str:
    """Return the stored form of a browser's identifier, '' for none."""
    return lookup_hash(f"browser:{browser}") if browser else ""


def caller_of(*, phone_hash: str, address: str, browser: str, is_known: bool | None = None) -> Caller:
    """Return the caller who asks for this phone.

    Args:
        phone_hash: keyed hash of the folded phone, whether or not it has an account.
        address: the client's address.
        browser: identifier from the browser's signed cookie, '' without one.
        is_known: None: looked up.
    """
    digest = browser_digest(browser)
    if is_known is None:
        rows = KnownBrowser.objects.filter(digest=digest, user__phone_hash=phone_hash)
        is_known = bool(digest) and rows.exists()
    return Caller(
        own=lookup_hash(f"guess:own:{phone_hash}:{digest}"),
        pair=lookup_hash(f"guess:pair:{phone_hash}:{subscriber_of(address)}"),
        phone=lookup_hash(f"guess:phone:{phone_hash}"),
        address=lookup_hash(f"guess:address:{subscriber_of(address)}"),
        network=lookup_hash(f"guess:network:{network_of(address)}"),
        is_known=is_known,
    )


def remember_browser(*, user: User, browser: str, label: str = "") -> bool:
    """Remember that this browser has signed in as `user`; return whether it is a new one beside others."""
    digest = browser_digest(browser)
    if not digest:
        return False
    has_others = user.known_browsers.exclude(digest=digest).exists()
    row, is_new = KnownBrowser.objects.get_or_create(user=user, digest=digest, defaults={"label": label})
    if not is_new:
        row.last_used_at = timezone.now()
        row.save(update_fields=["last_used_at"])
    return is_new and has_others


def delete_expired_counts() -> int:
    """Delete counts and codes that no limit reads any more; return their number."""
    oldest = today() - timedelta(days=MONTH_DAYS)
    codes = OneTimeCode.objects.filter(sent_at__lt=timezone.now() - timedelta(days=MONTH_DAYS))
    return GuessCount.objects.filter(day__lte=oldest).delete()[0] + codes.delete()[0]
