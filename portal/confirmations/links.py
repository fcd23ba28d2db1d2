"""Links to answer by: made and taken back by staff, recognised by their secret, opened by a second proof.

Whoever holds only the address learns nothing from it: the person proves themself by the last digits of their
phone, the employer by a code sent to its contact's phone; or by being signed in as one of the two.
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

from portal.accounts.actions import CodeRefused, log_accesses, redeem_code, send_code
from portal.accounts.enums import AccessKind
from portal.accounts.models import User
from portal.accounts.senders import get_sender
from portal.confirmations.enums import Question, Side
from portal.confirmations.models import MOST_TRIES, ConfirmationLink
from portal.confirmations.permissions import can_ask, is_reachable, named, question_of, states_of
from portal.core import audit
from portal.core.encryption import lookup_hash
from portal.employers.models import Employer
from portal.employers.permissions import acts_for
from portal.notifications.actions import notify
from portal.notifications.enums import NotificationKind, NotificationTarget
from portal.placements.models import Placement, PlacementQuerySet

LASTS = timedelta(days=14)
MOST_PEOPLE = 50
MOST_CODES = 3
DIGITS = 4


class LinkDead(Exception):
    """The link cannot be used (any more); nobody is told why."""


def _digest(secret: str) -> str:
    return lookup_hash(f"confirmation:{secret}")


def address(secret: str) -> str:
    """Where a link leads, as it is sent and drawn."""
    return f"{settings.WAGTAILADMIN_BASE_URL}/confirm/{secret}/"


def _make(
    *, side: Side, question: Question, placements: Iterable[Placement], by: User, employer: Employer | None
) -> tuple[ConfirmationLink, str]:
    secret = secrets.token_urlsafe(32)
    link = ConfirmationLink.objects.create(
        side=side,
        question=question,
        employer=employer,
        digest=_digest(secret),
        created_by=by,
        expires_at=timezone.now() + LASTS,
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


def _send(phone: str, secret: str, asker: str) -> None:
    text = f"【{asker}】请点开链接回答就业跟踪的问题，{LASTS.days}天内有效，请勿转发：{address(secret)}"
    transaction.on_commit(lambda: get_sender().send_link(phone, text))


@transaction.atomic
def ask_person(*, placement: Placement, by: User) -> tuple[ConfirmationLink, str]:
    """Send the person a link about this placement; earlier ones that wait are taken back. The link and its
    secret.

    Raises:
        PermissionDenied: `by` does not follow the placement.
        ValidationError: it has ended, or there is no phone to prove oneself by.
    """
    placement = Placement.objects.select_for_update(of=("self",)).with_details().get(pk=placement.pk)
    if not can_ask(by, placement):
        raise PermissionDenied("not staff of this person's station")
    question = question_of(placement)
    if question is None:
        raise ValidationError("这份意向已经结束，不需要再确认。")
    if len(placement.veteran.phone) < DIGITS:
        raise ValidationError("档案里没有手机号码，本人无法核对身份。请先补上号码。")
    waiting = ConfirmationLink.objects.usable().filter(side=Side.VETERAN, placements=placement)
    for earlier in waiting:
        revoke(link=earlier, by=by)
    link, secret = _make(side=Side.VETERAN, question=question, placements=[placement], by=by, employer=None)
    _send(placement.veteran.phone, secret, placement.veteran.station.name)
    return link, secret


def may_be_asked(employer: Employer, user: User, question: Question) -> PlacementQuerySet:
    """Placements with this employer, of people whom the user follows, to which the question fits."""
    rows = Placement.objects.followed_by(user).filter(
        position__employer=employer, state__in=states_of(question)
    )
    return rows.with_details().order_by("-recorded_at", "-pk")


@transaction.atomic
def ask_employer(
    *, employer: Employer, question: Question, placements: Iterable[Placement], by: User
) -> tuple[ConfirmationLink, str]:
    """Send an employer's contact one link about several people. The link and its secret.

    Raises:
        PermissionDenied: `by` does not follow one of them.
        ValidationError: none or too many, somebody the employer may not know by name, or nobody to send to.
    """
    wanted = {placement.pk for placement in placements}
    if not wanted:
        raise ValidationError({"people": "请至少选择一个人。"})
    if len(wanted) > MOST_PEOPLE:
        raise ValidationError({"people": f"一个链接最多 {MOST_PEOPLE} 人。"})
    if not is_reachable(employer):
        raise ValidationError("单位没有核验或没有联系电话，不能发送链接。")
    rows = list(may_be_asked(employer, by, question).filter(pk__in=wanted))
    if len(rows) != len(wanted):
        raise PermissionDenied("not placements that this user may ask about")
    if len(named(rows)) != len(rows):
        raise ValidationError({"people": "有人还没有同意向这家单位显示姓名，请刷新后重新选择。"})
    link, secret = _make(side=Side.EMPLOYER, question=question, placements=rows, by=by, employer=employer)
    _send(employer.contact_phone, secret, rows[0].veteran.station.name)
    return link, secret


@transaction.atomic
def revoke(*, link: ConfirmationLink, by: User) -> ConfirmationLink:
    """Take a link back; whoever opens it later learns no more than of any other. Twice changes nothing.

    Raises:
        PermissionDenied: `by` follows nobody that the link asks about.
    """
    if not ConfirmationLink.objects.visible_to(by).filter(pk=link.pk).exists():
        raise PermissionDenied("follows nobody of this link")
    link = ConfirmationLink.objects.select_for_update().get(pk=link.pk)
    if link.is_usable:
        link.revoked_at, link.revoked_by = timezone.now(), by
        link.save(update_fields=["revoked_at", "revoked_by", "updated_at"])
        audit.record(by=by, verb="confirmations.revoked", target=link)
    return link


def find(secret: str) -> ConfirmationLink | None:
    """The link of this secret while it can be used; None for any other text, whatever the reason."""
    digest = _digest(secret)
    rows = ConfirmationLink.objects.usable().select_related("employer")
    link = rows.filter(digest=digest).first()
    if link is None or not hmac.compare_digest(link.digest, digest):
        return None
    if link.employer is not None and not is_reachable(link.employer):
        return None
    return link


def asked_about(link: ConfirmationLink) -> list[Placement]:
    """The placements that the link still asks about: live, fit for its question, and of people whom the
    employer may know by name today. A fixed number of queries.
    """
    rows = Placement.objects.filter(
        confirmation_links=link, state__in=states_of(Question(link.question))
    ).with_details()
    found = list(rows.order_by("position__title", "pk"))
    return named(found) if link.side == Side.EMPLOYER else found


def _locked(link: ConfirmationLink) -> ConfirmationLink:
    """The row, locked; tries of several callers are counted one after the other."""
    row = ConfirmationLink.objects.select_for_update(of=("self",)).select_related("employer").get(pk=link.pk)
    if not row.is_usable:
        raise LinkDead
    return row


def _note_wrong(link: ConfirmationLink) -> None:
    link.tries += 1
    link.save(update_fields=["tries", "updated_at"])
    locked = link.tries >= MOST_TRIES
    verb = "confirmations.locked" if locked else "confirmations.proof_failed"
    audit.record(by=None, verb=verb, target=link)
    if locked:
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
def prove_by_phone(*, link: ConfirmationLink, digits: str) -> bool:
    """Whether these are the last digits of the person's phone; each wrong try counts.

    Raises:
        LinkDead: tried too often, or dead otherwise.
    """
    link = _locked(link)
    placement = link.placements.select_related("veteran").first()
    phone = placement.veteran.phone if link.side == Side.VETERAN and placement is not None else ""
    right = len(phone) >= DIGITS and hmac.compare_digest(
        phone[-DIGITS:].encode(), digits.strip().encode("utf-8")
    )
    if not right:
        _note_wrong(link)
    return right


@transaction.atomic
def send_proof(*, link: ConfirmationLink) -> None:
    """Send a one-time code to the employer's contact.

    Raises:
        LinkDead: dead, or not an employer's.
        CodeRefused: too often, by this link or by this phone.
    """
    link = _locked(link)
    if link.employer is None:
        raise LinkDead
    if link.codes_sent >= MOST_CODES:
        raise CodeRefused("这个链接的验证码次数已用完，请联系发链接的服务站。")
    send_code(phone=link.employer.contact_phone)
    link.codes_sent += 1
    link.save(update_fields=["codes_sent", "updated_at"])


@transaction.atomic
def prove_by_code(*, link: ConfirmationLink, code: str) -> User | None:
    """The contact, if the code is right; the names that are shown now stand in each person's access log.

    Raises:
        LinkDead: tried too often, dead otherwise, or not an employer's.
    """
    link = _locked(link)
    if link.employer is None:
        raise LinkDead
    contact = redeem_code(
        phone=link.employer.contact_phone, code=code, name=link.employer.contact_person or "单位联系人"
    )
    if contact is None or not contact.is_active:
        _note_wrong(link)
        return None
    _log_look(link, contact)
    return contact


@transaction.atomic
def prove_by_account(*, link: ConfirmationLink, user: User) -> bool:
    """Whether somebody signed in is the person, or a member of the employer.

    Raises:
        LinkDead: the link is dead.
    """
    link = _locked(link)
    if not is_for(link, user):
        return False
    if link.employer is not None:
        _log_look(link, user)
    return True


def is_for(link: ConfirmationLink, user: User) -> bool:
    """The user is the person that is asked, or acts for the employer that is."""
    if link.employer is None:
        return link.placements.filter(veteran__account=user).exists()
    return acts_for(user, link.employer)


def _log_look(link: ConfirmationLink, actor: User) -> None:
    name = link.employer.name if link.employer is not None else ""
    log_accesses(
        actor=actor,
        file_ids=[placement.veteran_id for placement in asked_about(link)],
        kind=AccessKind.VIEW,
        reason=f"{name[:80]} 通过确认链接核对入职和在岗情况",
    )
