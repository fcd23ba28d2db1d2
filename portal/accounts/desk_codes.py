"""Codes that a station's desk gives to a person without a phone at hand: ten digits, once, within minutes."""

import secrets
from datetime import timedelta

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from portal.accounts.models import OneTimeCode, User
from portal.core import audit
from portal.core.encryption import lookup_hash
from portal.core.locking import locked
from portal.core.text_folding import fold_digits

DESK_DIGITS = 10
DESK_LIFETIME = timedelta(minutes=10)
_DESK = "desk"  # in the place of a browser: whoever stands at the desk types it in


def _digest(code: str) -> str:
    return lookup_hash(f"desk:{code}")


@transaction.atomic
def issue_desk_code(*, user: User, by: User) -> str:
    """Return a new code with which `user` signs in at the desk; earlier ones stop working.

    Raises:
        ValidationError: the user is a member of staff, whose sign-in an operator manages.
    """
    user = locked(user)
    if user.is_superuser or user.is_station_staff or user.pk == by.pk:
        raise ValidationError("工作人员的登录由业务管理员办理。")
    now = timezone.now()
    OneTimeCode.objects.filter(
        browser=_DESK, phone_hash=user.phone_hash, used_at=None, expires_at__gt=now
    ).update(expires_at=now)
    code = f"{secrets.randbelow(10**DESK_DIGITS):0{DESK_DIGITS}d}"
    OneTimeCode.objects.create(
        phone_hash=user.phone_hash,
        code_hash=_digest(code),
        browser=_DESK,
        digits=DESK_DIGITS,
        expires_at=now + DESK_LIFETIME,
    )
    audit.record(by=by, verb="accounts.desk_code_issued", target=user)
    return code


@transaction.atomic
def redeem_desk_code(code: str) -> User | None:
    """Return the user of a code that was issued at a desk, None when it is wrong, used or expired."""
    text = "".join(fold_digits(code).split())
    row = (
        OneTimeCode.objects.select_for_update()
        .filter(browser=_DESK, code_hash=_digest(text), used_at=None, expires_at__gt=timezone.now())
        .first()
    )
    if row is None:
        return None
    row.used_at = timezone.now()
    row.save(update_fields=["used_at"])
    user = User.objects.filter(phone_hash=row.phone_hash, is_active=True).first()
    if user is not None:
        audit.record(by=user, verb="accounts.desk_code_used", target=user)
    return user
