"""Sending and redeeming one-time codes, consents, posts, and noting who looked at a file."""

import hmac
import secrets
from collections.abc import Iterable
from datetime import date, timedelta

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from portal.accounts.enums import AccessKind, ConsentPurpose
from portal.accounts.models import AccessLog, Appointment, Consent, OneTimeCode, User
from portal.accounts.roles import Permission, StationRole
from portal.accounts.senders import get_sender
from portal.core import audit
from portal.core.encryption import lookup_hash
from portal.core.validators import normalise_phone, validate_phone
from portal.stations.models import Station

CODE_LIFETIME = timedelta(minutes=5)
CODE_TRIES = 5
RESEND_AFTER = timedelta(seconds=60)
CODES_PER_DAY = 10


class CodeRefused(Exception):
    """No code is sent now; the message is for the person."""


@transaction.atomic
def send_code(*, phone: str) -> OneTimeCode:
    """Send a fresh six-digit code to `phone`; earlier codes stop working.

    Raises:
        ValidationError: not a phone number.
        CodeRefused: asked again within a minute, or too often today.
    """
    phone = normalise_phone(phone)
    validate_phone(phone)
    now = timezone.now()
    sent = OneTimeCode.objects.filter(phone_hash=lookup_hash(phone))
    if sent.filter(sent_at__gt=now - RESEND_AFTER, used_at=None).exists():
        raise CodeRefused("验证码刚刚发送过，请等一分钟再试。")
    if sent.filter(sent_at__gt=now - timedelta(days=1)).count() >= CODES_PER_DAY:
        raise CodeRefused("今天获取验证码的次数过多，请明天再试，或联系服务站工作人员帮助登录。")
    sent.filter(used_at=None, expires_at__gt=now).update(expires_at=now)
    code = f"{secrets.randbelow(1_000_000):06d}"
    row = OneTimeCode.objects.create(
        phone_hash=lookup_hash(phone),
        code_hash=lookup_hash(f"{phone}:{code}"),
        expires_at=now + CODE_LIFETIME,
    )
    transaction.on_commit(lambda: get_sender().send(phone, code))
    return row


def redeem_code(*, phone: str, code: str, name: str = "新用户") -> User | None:
    """The user of this phone if the code is right, made (with `name`) the first time; None if it is wrong or
    spent.
    """
    phone = normalise_phone(phone)
    with transaction.atomic():
        row = (
            OneTimeCode.objects.select_for_update()
            .filter(
                phone_hash=lookup_hash(phone),
                used_at=None,
                expires_at__gt=timezone.now(),
                tries__lt=CODE_TRIES,
            )
            .order_by("-sent_at")
            .first()
        )
        if row is None:
            return None
        row.tries += 1
        right = hmac.compare_digest(row.code_hash, lookup_hash(f"{phone}:{code.strip()}"))
        if right:
            row.used_at = timezone.now()
        row.save(update_fields=["tries", "used_at"])
        if not right:
            return None
        user = User.objects.filter(phone_hash=lookup_hash(phone)).first()
        if user is None:
            user = User.objects.create_user(phone, name=name)
            audit.record(by=user, verb="accounts.created", target=user)
        return user


@transaction.atomic
def appoint(
    *, user: User, station: Station, role: StationRole, by: User | None, starts_on: date | None = None
) -> Appointment:
    """Give `user` a post at `station` from `starts_on` (today unless told). Somebody may have several.

    Raises:
        ValidationError: to oneself, at a closed station, before it opened, or the same post twice.
    """
    starts_on = starts_on or timezone.localdate()
    if by is not None and by.pk == user.pk:
        raise ValidationError("不能给自己安排任职。")
    if not station.is_open:
        raise ValidationError({"station": f"{station.name}已停用。"})
    if starts_on < station.opened_on:
        raise ValidationError({"starts_on": f"{station.name}到 {station.opened_on:%Y-%m-%d} 才启用。"})
    same = Appointment.objects.filter(user=user, station=station, role=role)
    if same.filter(Q(ends_on=None) | Q(ends_on__gte=starts_on)).exists():
        raise ValidationError(f"{user.name}在这一天已经担任该站的{StationRole(role).label}。")
    post = Appointment.objects.create(user=user, station=station, role=role, starts_on=starts_on)
    audit.record(by=by, verb="accounts.appointed", target=user, station=station.pk, role=role)
    return post


@transaction.atomic
def end_post(*, post: Appointment, by: User | None, last_day: date) -> Appointment:
    """End a post; from the day after `last_day` its files are closed to the user.

    Raises:
        ValidationError: ended already, before it began, or one's own last post as an operator.
    """
    post = Appointment.objects.select_for_update().select_related("user", "station").get(pk=post.pk)
    if post.ends_on is not None and post.ends_on < timezone.localdate():
        raise ValidationError("这项任职已经结束。")
    if last_day < post.starts_on:
        raise ValidationError({"last_day": f"最后一天不能早于开始日期 {post.starts_on:%Y-%m-%d}。"})
    if by is not None and by.pk == post.user_id and Permission.APPOINT_STAFF in post.permissions:
        others = (
            Appointment.objects.current()
            .with_permission(Permission.APPOINT_STAFF)
            .filter(user=by, ends_on=None)
        )
        if not others.exclude(pk=post.pk).exists():
            raise ValidationError("不能结束自己最后一项管理员任职，请由另一位管理员办理。")
    post.ends_on = last_day
    post.save(update_fields=["ends_on", "updated_at"])
    audit.record(by=by, verb="accounts.post_ended", target=post.user, station=post.station_id, role=post.role)
    return post


@transaction.atomic
def move_post(*, post: Appointment, station: Station, by: User | None, on: date) -> Appointment:
    """Move somebody to another station from the day `on`: the post here ends the day before, one of the same
    role begins there. The new post.

    Raises:
        ValidationError: to where they are, or as `end_post` and `appoint`.
    """
    if station.pk == post.station_id:
        raise ValidationError({"station": "就在这个服务站，请选择另一个。"})
    if on <= post.starts_on:
        raise ValidationError({"on": f"调动日期要晚于开始日期 {post.starts_on:%Y-%m-%d}。"})
    ended = end_post(post=post, by=by, last_day=on - timedelta(days=1))
    return appoint(user=ended.user, station=station, role=StationRole(ended.role), by=by, starts_on=on)


@transaction.atomic
def end_posts_of(*, station: Station, by: User | None, on: date) -> int:
    """End every post of a station that is no more from the day `on`; how many. The people are not moved: who
    serves where is decided one by one. A post never ends before it began.
    """
    running = station.memberships.filter(Q(ends_on=None) | Q(ends_on__gte=on)).select_related("user")
    posts = list(running)
    for post in posts:
        post.ends_on = max(post.starts_on, on - timedelta(days=1))
        post.updated_at = timezone.now()
    Appointment.objects.bulk_update(posts, ["ends_on", "updated_at"], batch_size=500)
    targets = [(post.user, {"station": station.pk, "role": post.role}) for post in posts]
    return audit.record_many(by=by, verb="accounts.post_ended", targets=targets)


@transaction.atomic
def give_consent(
    *, user: User, purpose: ConsentPurpose, wording: str, by: User, subject: str = ""
) -> Consent:
    """Note that `user` agreed; giving it twice keeps the first."""
    consent, made = Consent.objects.get_or_create(
        user=user, purpose=purpose, subject=subject, withdrawn_at=None, defaults={"wording": wording}
    )
    if made:
        audit.record(by=by, verb="accounts.consent_given", target=user, purpose=purpose, subject=subject)
    return consent


@transaction.atomic
def withdraw_consent(*, consent: Consent, by: User) -> Consent:
    """Withdraw a consent; its row stays."""
    if consent.withdrawn_at is None:
        consent.withdrawn_at = timezone.now()
        consent.save(update_fields=["withdrawn_at"])
        audit.record(by=by, verb="accounts.consent_withdrawn", target=consent.user, purpose=consent.purpose)
    return consent


def log_access(
    *, actor: User, file_id: int, kind: AccessKind, field: str = "", reason: str = ""
) -> AccessLog:
    """Note a look (or a refused try) at the file `file_id`, where its owner can read it."""
    return AccessLog.objects.create(actor=actor, file_id=file_id, kind=kind, field=field, reason=reason)


def log_accesses(*, actor: User, file_ids: Iterable[int], kind: AccessKind, reason: str) -> None:
    """`log_access` for many files at once."""
    AccessLog.objects.bulk_create(
        (AccessLog(actor=actor, file_id=file_id, kind=kind, reason=reason) for file_id in file_ids),
        batch_size=2000,
    )
