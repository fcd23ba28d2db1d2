"""Confirmation links: created and revoked by staff, found by their secret, opened by a proof of identity.

The address alone discloses nothing. The person proves the identity by the last digits of the phone, the
employer by a code sent to its contact's phone; an account of that side serves too.
"""

import hmac
import secrets
from collections.abc import Iterable
from datetime import timedelta
from typing import Literal

from django.conf import settings
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone

from portal.accounts.actions import log_accesses
from portal.accounts.enums import AccessKind
from portal.accounts.guess_counts import caller_of
from portal.accounts.guess_limits import Caller
from portal.accounts.models import User
from portal.accounts.one_time_codes import CodeRefused, redeem_code, send_code
from portal.accounts.senders import get_sender
from portal.confirmations.enums import Question, Side
from portal.confirmations.models import MAX_TRIES, ConfirmationLink
from portal.confirmations.permissions import (
    can_ask,
    is_reachable,
    question_of,
    states_of,
    with_shareable_name,
)
from portal.core import audit
from portal.core.encryption import hash_phone, lookup_hash
from portal.core.locking import locked
from portal.employers.models import Employer
from portal.employers.permissions import acts_for
from portal.notifications.actions import notify
from portal.notifications.enums import NotificationKind, NotificationTarget
from portal.placements.models import Placement, PlacementQuerySet
from portal.placements.placement_steps import lock_placement

VALIDITY = timedelta(days=14)
MAX_PLACEMENTS = 50
MAX_CODES = 3
PHONE_DIGITS = 4


class LinkUnusableError(Exception):
    """The link cannot be used (any more); the page does not say why."""


def _digest(secret: str) -> str:
    return lookup_hash(f"confirmation:{secret}")


def link_url(secret: str) -> str:
    """Return the absolute URL of a link, as it is sent and shown as a QR code."""
    return f"{settings.WAGTAILADMIN_BASE_URL}/confirm/{secret}/"


def _create_link(
    *, side: Side, question: Question, placements: Iterable[Placement], by: User, employer: Employer | None
) -> tuple[ConfirmationLink, str]:
    secret = secrets.token_urlsafe(32)
    link = ConfirmationLink.objects.create(
        side=side,
        question=question,
        employer=employer,
        digest=_digest(secret),
        created_by=by,
        expires_at=timezone.now() + VALIDITY,
    )
    rows = list(placements)
    link.placements.set(rows)
    audit.record(
        by=by,
        verb="confirmations.asked",
        target=link,
        side=side,
        question=question,
        placements=[row.pk for row in rows],
    )
    return link, secret


def _send_link(phone: str, secret: str, sender_name: str) -> None:
    url = link_url(secret)
    text = f"【{sender_name}】请点开链接回答就业跟踪的问题，{VALIDITY.days}天内有效，请勿转发：{url}"
    transaction.on_commit(lambda: get_sender().send_link(phone, text))


@transaction.atomic
def create_veteran_link(*, placement: Placement, by: User) -> tuple[ConfirmationLink, str]:
    """Send the person a link about this placement, and revoke earlier ones that are unused.

    Returns:
        The link and its secret.

    Raises:
        PermissionDenied: `by` does not follow up the placement.
        ValidationError: the placement has ended, or the record has no phone to prove the identity by.
    """
    placement = lock_placement(placement)
    if not can_ask(by, placement):
        raise PermissionDenied("not staff of this person's station")
    question = question_of(placement)
    if question is None:
        raise ValidationError("这份意向已经结束，不需要再确认。")
    if len(placement.veteran.phone) < PHONE_DIGITS:
        raise ValidationError("档案里没有手机号码，本人无法核对身份。请先补上号码。")
    usable = ConfirmationLink.objects.usable().filter(side=Side.VETERAN, placements=placement)
    for earlier in usable:
        revoke_link(link=earlier, by=by)
    link, secret = _create_link(
        side=Side.VETERAN, question=question, placements=[placement], by=by, employer=None
    )
    _send_link(placement.veteran.phone, secret, placement.veteran.station.name)
    return link, secret


def selectable_placements(employer: Employer, user: User, question: Question) -> PlacementQuerySet:
    """Return placements with the employer that the user follows up and to which the question fits."""
    rows = Placement.objects.followed_by(user).filter(
        position__employer=employer, state__in=states_of(question)
    )
    return rows.with_details().order_by("-recorded_at", "-pk")


@transaction.atomic
def create_employer_link(
    *, employer: Employer, question: Question, placements: Iterable[Placement], by: User
) -> tuple[ConfirmationLink, str]:
    """Send an employer's contact one link about several people.

    Returns:
        The link and its secret.

    Raises:
        PermissionDenied: `by` does not follow up one of the placements.
        ValidationError: none or too many placements, a person whose name the employer may not see, or no
            contact to send to.
    """
    employer = locked(employer)
    placement_ids = {placement.pk for placement in placements}
    if not placement_ids:
        raise ValidationError({"people": "请至少选择一个人。"})
    if len(placement_ids) > MAX_PLACEMENTS:
        raise ValidationError({"people": f"一个链接最多 {MAX_PLACEMENTS} 人。"})
    if not is_reachable(employer):
        raise ValidationError("单位没有核验或没有联系电话，不能发送链接。")
    rows = list(selectable_placements(employer, by, question).filter(pk__in=placement_ids))
    if len(rows) != len(placement_ids):
        raise PermissionDenied("not placements that this user may ask about")
    if len(with_shareable_name(rows)) != len(rows):
        raise ValidationError({"people": "有人还没有同意向这家单位显示姓名，请刷新后重新选择。"})
    link, secret = _create_link(
        side=Side.EMPLOYER, question=question, placements=rows, by=by, employer=employer
    )
    _send_link(employer.contact_phone, secret, rows[0].veteran.station.name)
    return link, secret


@transaction.atomic
def revoke_link(*, link: ConfirmationLink, by: User) -> ConfirmationLink:
    """Revoke a link; it then looks like any unknown one. Revoking it again changes nothing.

    Raises:
        PermissionDenied: `by` follows up none of the link's placements.
    """
    if not ConfirmationLink.objects.visible_to(by).filter(pk=link.pk).exists():
        raise PermissionDenied("follows nobody of this link")
    link = locked(link)
    if link.is_usable:
        link.revoked_at, link.revoked_by = timezone.now(), by
        link.save(update_fields=["revoked_at", "revoked_by", "updated_at"])
        audit.record(by=by, verb="confirmations.revoked", target=link)
    return link


def find_link(secret: str) -> ConfirmationLink | None:
    """Return the usable link with this secret, or None, whatever the reason."""
    digest = _digest(secret)
    rows = ConfirmationLink.objects.usable().select_related("employer")
    link = rows.filter(digest=digest).first()
    if link is None or not hmac.compare_digest(link.digest, digest):
        return None
    if link.employer is not None and not is_reachable(link.employer):
        return None
    return link


def current_placements(link: ConfirmationLink) -> list[Placement]:
    """Return the placements that the link still asks about, in a fixed number of queries.

    They are in a state that fits its question, and the employer may know the person by name today.
    """
    rows = Placement.objects.filter(
        confirmation_links=link, state__in=states_of(Question(link.question))
    ).with_details()
    placements = list(rows.order_by("position__title", "pk"))
    return with_shareable_name(placements) if link.side == Side.EMPLOYER else placements


def _lock(link: ConfirmationLink) -> ConfirmationLink:
    """Lock a usable link: concurrent attempts are counted one after the other."""
    row = locked(link, "employer")
    if not row.is_usable:
        raise LinkUnusableError
    return row


def _record_failed_proof(link: ConfirmationLink) -> None:
    link.tries += 1
    link.save(update_fields=["tries", "updated_at"])
    is_locked = link.tries >= MAX_TRIES
    verb = "confirmations.locked" if is_locked else "confirmations.proof_failed"
    audit.record(by=None, verb=verb, target=link)
    if is_locked:
        target, target_id = _resend_page(link)
        notify(
            user=link.created_by,
            kind=NotificationKind.PLACEMENT,
            text=f"您发出的{link.get_side_display()}确认链接连续核对不符，已锁定。请核对号码后重新发送。",
            key=f"confirmations.locked.{link.pk}",
            target=target,
            target_id=target_id,
        )


def _resend_page(link: ConfirmationLink) -> tuple[NotificationTarget | Literal[""], int | None]:
    """Return the notification target where staff send another link, with the key of its object."""
    if link.employer_id is not None:
        return NotificationTarget.EMPLOYER_CONFIRMATIONS, link.employer_id
    placement = link.placements.order_by("pk").first()
    return (NotificationTarget.PLACEMENT, placement.pk) if placement is not None else ("", None)


@transaction.atomic
def verify_phone_digits(*, link: ConfirmationLink, digits: str) -> bool:
    """Return whether these are the last digits of the person's phone; each failure counts.

    Raises:
        LinkUnusableError: the link is locked after failures, or unusable otherwise.
    """
    link = _lock(link)
    placement = link.placements.select_related("veteran").first()
    phone = placement.veteran.phone if link.side == Side.VETERAN and placement is not None else ""
    is_correct = len(phone) >= PHONE_DIGITS and hmac.compare_digest(
        phone[-PHONE_DIGITS:].encode(), digits.strip().encode("utf-8")
    )
    if not is_correct:
        _record_failed_proof(link)
    return is_correct


def _caller(link: ConfirmationLink, phone: str) -> Caller:
    """Return who asks: the holder of the link's secret, whose codes and tries the link itself limits too."""
    return caller_of(phone_hash=hash_phone(phone), address="", browser=f"link:{link.pk}", is_known=True)


@transaction.atomic
def send_proof_code(*, link: ConfirmationLink) -> None:
    """Send a one-time code to the employer's contact.

    Raises:
        LinkUnusableError: unusable, or not an employer's link.
        CodeRefused: too many codes for this link or this phone.
    """
    link = _lock(link)
    if link.employer is None:
        raise LinkUnusableError
    if link.codes_sent >= MAX_CODES:
        raise CodeRefused("这个链接的验证码次数已用完，请联系发链接的服务站。")
    phone = link.employer.contact_phone
    send_code(phone=phone, caller=_caller(link, phone))
    link.codes_sent += 1
    link.save(update_fields=["codes_sent", "updated_at"])


@transaction.atomic
def prove_by_code(*, link: ConfirmationLink, code: str) -> User | None:
    """Return the contact if the code is correct; the names shown then are recorded in the access logs.

    Raises:
        LinkUnusableError: locked after failures, unusable otherwise, or not an employer's link.
        CodeRefused: too many wrong tries.
    """
    link = _lock(link)
    if link.employer is None:
        raise LinkUnusableError
    phone = link.employer.contact_phone
    contact = redeem_code(
        phone=phone,
        code=code,
        caller=_caller(link, phone),
        name=link.employer.contact_person or "单位联系人",
    )
    if contact is None or not contact.is_active:
        _record_failed_proof(link)
        return None
    _log_access(link, contact)
    return contact


@transaction.atomic
def prove_by_account(*, link: ConfirmationLink, user: User) -> bool:
    """Return whether a signed-in user is the person or a member of the employer.

    Raises:
        LinkUnusableError: the link is unusable.
    """
    link = _lock(link)
    if not is_addressee(link, user):
        return False
    if link.employer is not None:
        _log_access(link, user)
    return True


def is_addressee(link: ConfirmationLink, user: User) -> bool:
    """Return whether the user is the person asked or acts for the employer asked."""
    if link.employer is None:
        return link.placements.filter(veteran__account=user).exists()
    return acts_for(user, link.employer)


def _log_access(link: ConfirmationLink, actor: User) -> None:
    name = link.employer.name if link.employer is not None else ""
    log_accesses(
        actor=actor,
        file_ids=[placement.veteran_id for placement in current_placements(link)],
        kind=AccessKind.VIEW,
        reason=f"{name[:80]} 通过确认链接核对入职和在岗情况",
    )
