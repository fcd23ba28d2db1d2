"""One-time codes: sent to a phone, good in the browser that asked for them, within minutes and limits."""

import hmac
import secrets
from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from portal.accounts.guess_counts import limiter, today
from portal.accounts.guess_limits import Caller
from portal.accounts.models import OneTimeCode, User
from portal.accounts.senders import get_sender
from portal.core import audit
from portal.core.encryption import hash_phone, lookup_hash
from portal.core.text_folding import fold_digits
from portal.core.validators import normalise_phone, validate_phone

CODE_LIFETIME = timedelta(minutes=5)
RESEND_AFTER = timedelta(seconds=60)
# What a refused person reads, by the scope whose limit it is.
REFUSALS = {
    "pair": "今天输错或重复获取验证码的次数过多，请明天再试，或到所属服务站请工作人员协助登录。",
    "known": "今天输错或重复获取验证码的次数过多，请明天再试，或到所属服务站请工作人员协助登录。",
    "phone": "这个号码今天的尝试次数过多。请用以前登录过的手机或电脑登录，或到所属服务站请工作人员协助。",
    "address": "您所在的网络今天尝试次数过多。请换一个网络（如改用手机流量），或明天再试。",
    "network": "您所在的网络今天尝试次数过多。请换一个网络（如改用手机流量），或明天再试。",
}


class CodeRefused(Exception):
    """Sending or trying a code is refused for now; the message is shown to the person."""


class CodeTooSoon(CodeRefused):
    """The browser's last code was sent less than RESEND_AFTER ago."""

    def __init__(self, seconds: int) -> None:
        super().__init__(f"验证码刚刚发送过，请等一分钟再试（还有 {seconds} 秒）。")
        self.seconds = seconds


def seconds_until_resend(caller: Caller) -> int:
    """Return after how many seconds this browser may ask for another code, 0: now."""
    now = timezone.now()
    latest = OneTimeCode.objects.filter(
        browser=caller.own, used_at=None, sent_at__gt=now - RESEND_AFTER
    ).order_by("-sent_at")
    row = latest.first()
    return 0 if row is None else max(1, round((row.sent_at + RESEND_AFTER - now).total_seconds()))


@transaction.atomic
def send_code(*, phone: str, caller: Caller) -> OneTimeCode:
    """Send a fresh code to `phone`, good in the caller's browser; its earlier codes stop working.

    Raises:
        ValidationError: not a phone number.
        CodeTooSoon: this browser's last code is less than RESEND_AFTER old.
        CodeRefused: too many codes or wrong tries.
    """
    phone = normalise_phone(phone)
    validate_phone(phone)
    if seconds := seconds_until_resend(caller):
        raise CodeTooSoon(seconds)
    allowance = limiter.allowance(caller, today())
    if scope := allowance.send_refusal:
        raise CodeRefused(REFUSALS[scope])
    now = timezone.now()
    OneTimeCode.objects.filter(browser=caller.own, used_at=None, expires_at__gt=now).update(expires_at=now)
    digits = allowance.code_digits
    code = f"{secrets.randbelow(10**digits):0{digits}d}"
    row = OneTimeCode.objects.create(
        phone_hash=hash_phone(phone),
        code_hash=lookup_hash(f"{phone}:{code}"),
        browser=caller.own,
        digits=digits,
        expires_at=now + CODE_LIFETIME,
    )
    limiter.count_send(caller, today())
    transaction.on_commit(lambda: get_sender().send(phone, code))
    return row


@transaction.atomic
def check_code(*, phone: str, code: str, caller: Caller, is_counted: bool = False) -> bool:
    """Redeem the code of the caller's browser; return whether it is right, unexpired and unused.

    Args:
        is_counted: whether the caller has counted this try (`password_checks.check_within_limits`).

    Raises:
        CodeRefused: too many wrong tries.
    """
    phone = normalise_phone(phone)
    row = (
        OneTimeCode.objects.select_for_update()
        .filter(
            phone_hash=hash_phone(phone),
            browser=caller.own,
            used_at=None,
            expires_at__gt=timezone.now(),
        )
        .order_by("-sent_at", "-pk")
        .first()
    )
    allowance = limiter.allowance(caller, today())
    if row is None or row.tries >= allowance.code_tries(row.digits):
        return False
    if not is_counted and (scope := allowance.try_refusal):
        raise CodeRefused(REFUSALS[scope])
    text = "".join(fold_digits(code).split())
    if not hmac.compare_digest(row.code_hash, lookup_hash(f"{phone}:{text}")):
        row.tries += 1
        row.save(update_fields=["tries"])
        if not is_counted:
            limiter.count_wrong(caller, today())
        return False
    row.used_at = timezone.now()
    row.save(update_fields=["used_at"])
    limiter.forgive(caller, today(), wrong=0 if is_counted else row.tries, sends=1)
    return True


@transaction.atomic
def redeem_code(*, phone: str, code: str, caller: Caller, name: str = "新用户") -> User | None:
    """Redeem a one-time code and return the phone's user, who is created at the first sign-in.

    Args:
        name: the name of a new user.

    Returns:
        The user, or None when the code is wrong, expired, used, tried too often or of another browser.

    Raises:
        CodeRefused: too many wrong tries.
    """
    phone = normalise_phone(phone)
    if not check_code(phone=phone, code=code, caller=caller):
        return None
    user = User.objects.filter(phone_hash=hash_phone(phone)).first()
    if user is None:
        user = User.objects.create_user(phone, name=name)
        audit.record(by=user, verb="accounts.created", target=user)
    return user
