"""Claims (认领): a signed-in user claims the record that a station opened for them.

The ID number names the record, its phone has to be the one of the sign-in, and the station decides.
"""

from datetime import timedelta

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone

from portal.accounts.models import User
from portal.core import audit
from portal.core.encryption import hash_id_number
from portal.core.locking import locked, locked_with_parent
from portal.core.models import AuditEvent
from portal.veterans.actions import log_refused_access
from portal.veterans.enums import ClaimState
from portal.veterans.events import announce_change
from portal.veterans.field_rules import clean_id_number
from portal.veterans.models import RecordClaim, Veteran
from portal.veterans.permissions import serves

MAX_FAILURES_PER_DAY = 5
# One message for a wrong phone, a record with an account and a closed record: strangers learn none of them.
NOT_MATCHED = "未能自动核对本人身份，请带身份证到就近的退役军人服务站办理。"
TOO_OFTEN = "今天核对的次数过多，请明天再试，或带身份证到服务站办理。"


@transaction.atomic
def _fail(user: User, veteran: Veteran) -> None:
    log_refused_access(by=user, file_id=veteran.pk)
    audit.record(by=user, verb="veterans.claim_failed", target=user)


def claim_record(*, by: User, id_number: str) -> RecordClaim | None:
    """Claim the record of this ID number; return None when there is none, so that one may be opened.

    A claim that does not match is logged, visibly to the person of the record, before it is refused.

    Raises:
        ValidationError: an invalid ID number, no match, or too many failures today.
    """
    number = clean_id_number(id_number)
    veteran = Veteran.objects.filter(id_hash=hash_id_number(number)).first()
    if veteran is None:
        return None
    since = timezone.now() - timedelta(days=1)
    failed = AuditEvent.objects.filter(verb="veterans.claim_failed", actor_id=by.pk, at__gt=since)
    if failed.count() >= MAX_FAILURES_PER_DAY:
        raise ValidationError({"id_number": TOO_OFTEN})
    if not _is_claimable(veteran, by):
        _fail(by, veteran)
        raise ValidationError({"id_number": NOT_MATCHED})
    with transaction.atomic():
        veteran = locked(veteran)
        pending = RecordClaim.objects.pending().filter(user=by).first()  # one claim at a time
        if pending is not None:
            return pending
        if not _is_claimable(veteran, by):
            raise ValidationError({"id_number": NOT_MATCHED})
        claim = RecordClaim.objects.create(veteran=veteran, user=by)
        audit.record(by=by, verb="veterans.claimed", target=veteran, claim=claim.pk)
    return claim


def _is_claimable(veteran: Veteran, by: User) -> bool:
    return veteran.account_id is None and veteran.closed_on is None and veteran.phone_hash == by.phone_hash


def _lock_claim(claim: RecordClaim) -> RecordClaim:
    """Lock the record, then the claim."""
    locked_with_parent(claim, "veteran", "station")
    return locked(claim, "user")


def _settle(claim: RecordClaim, by: User, state: ClaimState, reason: str = "") -> RecordClaim:
    """Settle a pending, locked claim and return it.

    Raises:
        ValidationError: settled already.
    """
    if claim.state != ClaimState.WAITING:
        raise ValidationError("这份认领已经处理过了。")
    claim.state, claim.decided_by, claim.decided_at, claim.reason = state, by, timezone.now(), reason
    claim.full_clean(exclude=["veteran", "user", "decided_by"])
    claim.save()
    return claim


@transaction.atomic
def decide_claim(*, claim: RecordClaim, by: User, accepted: bool, reason: str = "") -> RecordClaim:
    """Accept a claim, which links the account to the record, or refuse it with a reason.

    Raises:
        PermissionDenied: `by` is not staff of the record's station.
        ValidationError: settled already, refused without a reason, or the account or the record was linked
            meanwhile.
    """
    claim = _lock_claim(claim)
    if not serves(by, claim.veteran):
        raise PermissionDenied("not staff of this record's station")
    if not accepted:
        if not reason.strip():
            raise ValidationError({"reason": "请填写不同意的原因，本人会看到。"})
        claim = _settle(claim, by, ClaimState.REFUSED, reason.strip())
        audit.record(by=by, verb="veterans.claim_refused", target=claim.veteran, claim=claim.pk)
        return claim
    claim = _settle(claim, by, ClaimState.ACCEPTED)
    veteran = claim.veteran
    if veteran.account_id is not None or Veteran.objects.filter(account=claim.user).exists():
        raise ValidationError("该账号或该档案已经关联过了，请核对后再处理。")
    veteran.account = claim.user
    veteran.save(update_fields=["account", "updated_at"])
    if claim.user.name != veteran.name:
        claim.user.name = veteran.name
        claim.user.save(update_fields=["name", "updated_at"])
    audit.record(by=by, verb="veterans.claim_accepted", target=veteran, claim=claim.pk)
    announce_change(veteran)
    return claim


@transaction.atomic
def withdraw_claim(*, claim: RecordClaim, by: User) -> RecordClaim:
    """Withdraw the own claim.

    Raises:
        PermissionDenied: somebody else's claim.
        ValidationError: settled already.
    """
    claim = _lock_claim(claim)
    if claim.user_id != by.pk:
        raise PermissionDenied("somebody else's claim")
    claim = _settle(claim, by, ClaimState.WITHDRAWN)
    audit.record(by=by, verb="veterans.claim_withdrawn", target=claim.veteran, claim=claim.pk)
    return claim
