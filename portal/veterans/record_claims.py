"""Somebody signs in and claims the file that a station opened for them (认领): ID number, phone and the
station's yes.
"""

from datetime import timedelta

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone

from portal.accounts.models import User
from portal.core import audit
from portal.core.encryption import lookup_hash
from portal.core.models import AuditEvent
from portal.core.validators import validate_id_number
from portal.veterans.actions import log_refused_access
from portal.veterans.enums import ClaimState
from portal.veterans.events import veteran_record_changed
from portal.veterans.models import RecordClaim, Veteran
from portal.veterans.permissions import serves

TRIES_A_DAY = 5
# One answer for a wrong phone, a file that has its account, and a closed file: none of them is told to a
# stranger.
NOT_MATCHED = "未能自动核对本人身份，请带身份证到就近的退役军人服务站办理。"
TOO_OFTEN = "今天核对的次数过多，请明天再试，或带身份证到服务站办理。"


@transaction.atomic
def _fail(user: User, veteran: Veteran) -> None:
    log_refused_access(by=user, file_id=veteran.pk)
    audit.record(by=user, verb="veterans.claim_failed", target=user)


def ask_for_file(*, by: User, id_number: str) -> RecordClaim | None:
    """Claim the file of this ID number; None when nobody has it, so that one may be opened.

    The file's phone has to be the one that `by` signed in with. What does not match is noted where the file's
    owner reads it, before the refusal.

    Raises:
        ValidationError: no ID number, not matched, or tried too often today.
    """
    number = id_number.strip().upper()
    validate_id_number(number)
    veteran = Veteran.objects.filter(id_hash=lookup_hash(number)).first()
    if veteran is None:
        return None
    since = timezone.now() - timedelta(days=1)
    failed = AuditEvent.objects.filter(verb="veterans.claim_failed", actor_id=by.pk, at__gt=since)
    if failed.count() >= TRIES_A_DAY:
        raise ValidationError({"id_number": TOO_OFTEN})
    if veteran.account_id is not None or veteran.closed_on or veteran.phone_hash != by.phone_hash:
        _fail(by, veteran)
        raise ValidationError({"id_number": NOT_MATCHED})
    waiting = RecordClaim.objects.waiting().filter(user=by).first()  # one claim at a time
    if waiting is not None:
        return waiting
    with transaction.atomic():
        claim = RecordClaim.objects.create(veteran=veteran, user=by)
        audit.record(by=by, verb="veterans.claimed", target=veteran, claim=claim.pk)
    return claim


def _settle(claim: RecordClaim, by: User, state: ClaimState, reason: str = "") -> RecordClaim:
    """Only a claim that waits is settled, once."""
    locked = (
        RecordClaim.objects.select_for_update().select_related("veteran__station", "user").get(pk=claim.pk)
    )
    if locked.state != ClaimState.WAITING:
        raise ValidationError("这份认领已经处理过了。")
    locked.state, locked.decided_by, locked.decided_at, locked.reason = state, by, timezone.now(), reason
    locked.full_clean(exclude=["veteran", "user", "decided_by"])
    locked.save()
    return locked


@transaction.atomic
def decide_claim(*, claim: RecordClaim, by: User, accepted: bool, reason: str = "") -> RecordClaim:
    """The station's yes links the account; its no says why.

    Raises:
        PermissionDenied: not staff of the file's station.
        ValidationError: settled already, refused without a reason, or the account or file was taken
        meanwhile.
    """
    if not serves(by, claim.veteran):
        raise PermissionDenied("not staff of this file's station")
    if not accepted:
        if not reason.strip():
            raise ValidationError({"reason": "请填写不同意的原因，本人会看到。"})
        settled = _settle(claim, by, ClaimState.REFUSED, reason.strip())
        audit.record(by=by, verb="veterans.claim_refused", target=settled.veteran, claim=settled.pk)
        return settled
    settled = _settle(claim, by, ClaimState.ACCEPTED)
    veteran = Veteran.objects.select_for_update().get(pk=settled.veteran_id)
    if veteran.account_id is not None or Veteran.objects.filter(account=settled.user).exists():
        raise ValidationError("该账号或该档案已经关联过了，请核对后再处理。")
    veteran.account = settled.user
    veteran.save(update_fields=["account", "updated_at"])
    if settled.user.name != veteran.name:
        settled.user.name = veteran.name
        settled.user.save(update_fields=["name", "updated_at"])
    audit.record(by=by, verb="veterans.claim_accepted", target=veteran, claim=settled.pk)
    veteran_record_changed.send(sender=Veteran, veteran=veteran)
    return settled


@transaction.atomic
def withdraw_claim(*, claim: RecordClaim, by: User) -> RecordClaim:
    """The person takes the claim back.

    Raises:
        PermissionDenied: somebody else's claim.
        ValidationError: settled already.
    """
    if claim.user_id != by.pk:
        raise PermissionDenied("somebody else's claim")
    settled = _settle(claim, by, ClaimState.WITHDRAWN)
    audit.record(by=by, verb="veterans.claim_withdrawn", target=settled.veteran, claim=settled.pk)
    return settled
