"""Change of an account's phone, and phones that a carrier has given to somebody else."""

import secrets
from datetime import timedelta

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from portal.accounts.guess_counts import browser_digest
from portal.accounts.models import User
from portal.core import audit
from portal.core.encryption import hash_phone
from portal.core.locking import locked
from portal.core.validators import normalise_phone, validate_phone

# Carriers keep a number for 90 days before they give it to somebody else.
RECYCLED_AFTER = timedelta(days=90)
# Beginning of the stored hash of accounts that have no phone now; no real hash has this form.
NO_PHONE = "nophone:"


def no_phone_hash() -> str:
    """Return a value for `phone_hash` of an account without a phone."""
    return f"{NO_PHONE}{secrets.token_hex(24)}"


def may_be_recycled(*, user: User, browser: str) -> bool:
    """Return whether the phone may belong to somebody else by now: unused for long, and in a new browser."""
    if user.last_login is None or user.last_login > timezone.now() - RECYCLED_AFTER:
        return False
    return not user.known_browsers.filter(digest=browser_digest(browser)).exists()


@transaction.atomic
def change_phone(*, by: User, phone: str, browser: str = "") -> User:
    """Change the phone that `by` signs in with; the caller has checked codes sent to it.

    Other sessions and browsers are forgotten.

    Raises:
        ValidationError: no phone number, the same one, or one that has an account.
    """
    user = locked(by)
    phone = normalise_phone(phone)
    validate_phone(phone)
    phone_hash = hash_phone(phone)
    if phone_hash == user.phone_hash:
        raise ValidationError({"phone": "这就是现在的手机号码。"})
    if User.objects.filter(phone_hash=phone_hash).exists():
        raise ValidationError({"phone": "这个号码已有账号，请带身份证到服务站办理。"})
    user.phone, user.phone_hash = phone, phone_hash
    user.session_epoch += 1
    user.save(update_fields=["phone", "phone_hash", "session_epoch", "updated_at"])
    user.known_browsers.exclude(digest=browser_digest(browser)).delete()
    audit.record(by=user, verb="accounts.phone_changed", target=user)
    return user


@transaction.atomic
def take_over_phone(*, phone: str) -> User:
    """Give a recycled phone to its new owner: the old account loses it, a new account begins empty.

    The old account and what belongs to it stay; its person gets in again at a station's desk. The caller has
    checked a code sent to the phone.
    """
    phone = normalise_phone(phone)
    old = User.objects.select_for_update().filter(phone_hash=hash_phone(phone)).first()
    if old is not None:
        old.phone, old.phone_hash = "", no_phone_hash()
        old.session_epoch += 1
        old.save(update_fields=["phone", "phone_hash", "session_epoch", "updated_at"])
        old.known_browsers.all().delete()
        audit.record(by=None, verb="accounts.phone_recycled", target=old)
    user = User.objects.create_user(phone, name="新用户")
    audit.record(by=user, verb="accounts.created", target=user)
    return user
