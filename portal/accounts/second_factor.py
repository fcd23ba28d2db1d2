"""Second factors of staff: an operator's one-time permission, enrolment, printed codes, reset.

Whoever knows a password must not be able to bring a device of their own, so a device is set up only with a
permission that an operator gave, and each step is an audit event.
"""

import secrets
from datetime import timedelta

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone
from django_otp import devices_for_user
from django_otp.models import Device
from django_otp.plugins.otp_static.models import StaticDevice, StaticToken
from django_otp.plugins.otp_totp.models import TOTPDevice

from portal.accounts.enums import FactorKind
from portal.accounts.models import FactorPermission, SmsDevice, User
from portal.accounts.permissions import can_manage_sign_in, may_go_without_app
from portal.core import audit
from portal.core.encryption import lookup_hash
from portal.core.locking import locked
from portal.core.text_folding import fold_digits, is_digits

PERMISSION_LASTS = timedelta(days=2)
PRINTED_CODES = 10
PRINTED_DIGITS = 8
PRINTED_NAME = "打印的验证码"
_LETTERS = str.maketrans("0123456789abcdef", "ghijklmnopqrstuv")


def _check(*, user: User, by: User | None, kind: FactorKind) -> None:
    """Raise PermissionDenied or ValidationError unless `by` may permit this kind to `user`.

    Args:
        by: None: the system's administrator at the command line.
    """
    if by is not None and not can_manage_sign_in(by, user):
        raise PermissionDenied("您不能管理这位工作人员的登录方式。")
    if kind != FactorKind.APP and not may_go_without_app(user):
        raise ValidationError("短信和打印的验证码只供服务站工作人员使用；其他角色请用验证器应用。")


@transaction.atomic
def permit_enrolment(*, user: User, kind: FactorKind, by: User | None) -> FactorPermission:
    """Permit `user` to set up one second factor, once and within PERMISSION_LASTS.

    Raises:
        PermissionDenied: `by` is no operator over every station that the user serves.
        ValidationError: the kind is not for the user's roles.
    """
    user = locked(user)
    _check(user=user, by=by, kind=kind)
    now = timezone.now()
    user.factor_permissions.filter(used_at=None, expires_at__gt=now).update(expires_at=now)
    permission = FactorPermission.objects.create(
        user=user, kind=kind, operator=by, expires_at=now + PERMISSION_LASTS
    )
    audit.record(by=by, verb="accounts.factor_permitted", target=user, kind=kind)
    return permission


def open_permission(user: User) -> FactorPermission | None:
    """Return the permission that the user may use now, None without one."""
    rows = user.factor_permissions.filter(used_at=None, expires_at__gt=timezone.now())
    return rows.order_by("-pk").first()


@transaction.atomic
def enrol(*, permission: FactorPermission, by: User, device: Device) -> Device:
    """Confirm the device that the permission is for; devices set up before stop working.

    Raises:
        PermissionDenied: the permission is another's, was used, or has expired.
    """
    permission, device = locked(permission), locked(device)
    if permission.user_id != by.pk or permission.used_at or permission.expires_at <= timezone.now():
        raise PermissionDenied("这项设置许可已经用过或已过期，请联系业务管理员。")
    permission.used_at = timezone.now()
    permission.save(update_fields=["used_at"])
    for other in list(devices_for_user(by, confirmed=None)):
        if other.persistent_id != device.persistent_id:
            other.delete()
    device.confirmed = True
    device.save()
    audit.record(by=by, verb="accounts.factor_enrolled", target=by, kind=permission.kind)
    return device


def unconfirmed_app(user: User) -> TOTPDevice:
    """Return the device that the user's setup page shows; it works only once enrolled."""
    return TOTPDevice.objects.get_or_create(user=user, confirmed=False, defaults={"name": "验证器"})[0]


@transaction.atomic
def print_codes(*, user: User, by: User | None) -> list[str]:
    """Create the user's printed codes anew and return them; only hashes are stored.

    Raises:
        PermissionDenied, ValidationError: as `permit_enrolment`.
    """
    user = locked(user)
    _check(user=user, by=by, kind=FactorKind.PRINTED)
    StaticDevice.objects.filter(user=user, name=PRINTED_NAME).delete()
    device = StaticDevice.objects.create(user=user, name=PRINTED_NAME, confirmed=True)
    codes = [f"{secrets.randbelow(10**PRINTED_DIGITS):0{PRINTED_DIGITS}d}" for _ in range(PRINTED_CODES)]
    StaticToken.objects.bulk_create(
        StaticToken(device=device, token=_printed_digest(user, code)) for code in codes
    )
    audit.record(by=by, verb="accounts.factor_printed", target=user, kind=FactorKind.PRINTED)
    return codes


def _printed_digest(user: User, code: str) -> str:
    """Return the stored form of a printed code: letters only, so that typing it in is no code."""
    return lookup_hash(f"printed:{user.pk}:{code}")[:16].translate(_LETTERS)


def match_device(*, user: User, token: str) -> Device | None:
    """Return the app or printed sheet of the user to which the code belongs; a printed code is used up."""
    token = "".join(fold_digits(token).split())
    if not is_digits(token):
        return None
    with transaction.atomic():
        for device in devices_for_user(user, for_verify=True):
            text = _printed_digest(user, token) if isinstance(device, StaticDevice) else token
            if device.verify_token(text):
                return device
    return None


def sms_device(user: User) -> SmsDevice | None:
    return SmsDevice.objects.filter(user=user, confirmed=True).first()


@transaction.atomic
def reset_devices(*, user: User, by: User | None) -> int:
    """Remove every second factor and known browser of the user and end their sessions; return the devices.

    Raises:
        PermissionDenied: `by` is no operator over every station that the user serves.
    """
    user = locked(user)
    _check(user=user, by=by, kind=FactorKind.APP)
    now, count = timezone.now(), 0
    for device in list(devices_for_user(user, confirmed=None)):
        device.delete()
        count += 1
    user.factor_permissions.filter(used_at=None, expires_at__gt=now).update(expires_at=now)
    user.known_browsers.all().delete()
    user.session_epoch += 1
    user.save(update_fields=["session_epoch", "updated_at"])
    audit.record(by=by, verb="accounts.factor_reset", target=user, devices=count)
    return count
