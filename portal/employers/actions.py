"""Every write to an employer."""

from collections.abc import Iterable
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone

from portal.accounts.models import User
from portal.core import audit
from portal.core.models import Region
from portal.core.validators import normalise_phone, uscc_check_passes, validate_phone
from portal.core.workflow import TransitionTable
from portal.employers.enums import EmployerRole, EvidenceKind, VerificationState
from portal.employers.models import VERIFICATION_LASTS, Employer, EmployerMembership, VerificationEvidence
from portal.employers.permissions import acts_for, can_review
from portal.employers.signals import employer_changed
from portal.stations.enums import StationLevel
from portal.stations.models import Station

TRANSITIONS = TransitionTable(
    (
        "verify",
        {VerificationState.PENDING, VerificationState.VERIFIED, VerificationState.SUSPENDED},
        VerificationState.VERIFIED,
    ),
    ("refuse", {VerificationState.PENDING}, VerificationState.REFUSED),
    ("suspend", {VerificationState.VERIFIED}, VerificationState.SUSPENDED),
    ("resubmit", {VerificationState.REFUSED}, VerificationState.PENDING),
)
PROFILE_FIELDS = frozenset(
    {
        "name", "industry", "size_band", "nature", "address", "introduction", "contact_person",
        "veteran_founded", "is_agency", "agency_permit",
    }
)  # fmt: skip


def station_for(region: Region) -> Station:
    """The service centre that verifies employers of a region: the county's, else the city's."""
    centre = Station.objects.serving(region.code[:6])
    if centre is None:
        centre = Station.objects.filter(level=StationLevel.CITY, closed_on=None).first()
    if centre is None:
        raise ValidationError("尚未建立服务中心，暂时不能登记单位。")
    return centre


@transaction.atomic
def hand_over(*, station: Station, into: Station, by: Any) -> int:
    """Give the employers that `station` verified to `into`; how many."""
    given = Employer.objects.filter(station=station).update(station=into, updated_at=timezone.now())
    if given:
        audit.record(by=by, verb="employers.handed_over", target=into, before=station.pk, count=given)
    return given


@transaction.atomic
def register(*, by: User, uscc: str, region: Region, contact_phone: str, **fields: Any) -> Employer:
    """Register an employer; `by` becomes its first member. It stays hidden until staff verify it.

    Raises:
        ValidationError: by field; a code already registered names the field `uscc`.
    """
    unknown = set(fields) - PROFILE_FIELDS
    if unknown:
        raise ValueError(f"not fields of a registration: {sorted(unknown)}")
    contact_phone = normalise_phone(contact_phone)
    validate_phone(contact_phone)
    employer = Employer(
        uscc=uscc.strip().upper(),
        region=region,
        station=station_for(region),
        contact_phone=contact_phone,
        **fields,
    )
    if Employer.objects.filter(uscc=employer.uscc).exists():
        raise ValidationError(
            {"uscc": "该统一社会信用代码已登记，请联系本单位管理员添加您，或与服务中心核对。"}
        )
    employer.full_clean(exclude=["contact_phone"])
    employer.save()
    EmployerMembership.objects.create(user=by, employer=employer, role=EmployerRole.OWNER)
    audit.record(by=by, verb="employers.registered", target=employer)
    employer_changed.send(sender=Employer, employer=employer)
    return employer


@transaction.atomic
def update_profile(
    *, employer: Employer, by: User, contact_phone: str | None = None, **fields: Any
) -> Employer:
    """Change what an employer says of itself; a refused one goes back into the queue."""
    if not acts_for(by, employer):
        raise PermissionDenied("not a member of this employer")
    unknown = set(fields) - PROFILE_FIELDS
    if unknown:
        raise ValueError(f"not fields of a profile: {sorted(unknown)}")
    for field, value in fields.items():
        setattr(employer, field, value)
    if contact_phone is not None:
        employer.contact_phone = normalise_phone(contact_phone)
        validate_phone(employer.contact_phone)
    if employer.state == VerificationState.REFUSED:
        employer.state = TRANSITIONS.target("resubmit", employer.state)
    employer.full_clean(exclude=["contact_phone"])
    employer.save()
    audit.record(by=by, verb="employers.updated", target=employer, fields=sorted(fields))
    employer_changed.send(sender=Employer, employer=employer)
    return employer


def _step(employer: Employer, by: User, step: str, reason: str = "") -> Employer:
    if not can_review(by, employer):
        raise PermissionDenied("not a reviewer of this employer's station")
    before = employer.state
    employer.state = TRANSITIONS.target(step, before)
    employer.state_reason = reason
    employer.save()
    audit.record(by=by, verb=f"employers.{step}", target=employer, before=before, reason=reason)
    employer_changed.send(sender=Employer, employer=employer)
    return employer


@transaction.atomic
def verify(
    *, employer: Employer, by: User, evidence: Iterable[EvidenceKind], uscc_override_reason: str = ""
) -> Employer:
    """Verify an employer for half a year on the evidence that was looked at.

    Raises:
        PermissionDenied: `by` reviews another station's employers.
        ValidationError: no evidence, or a code whose check character fails without a reason.
        TransitionRefused: not in a state that can be verified.
    """
    kinds = list(evidence)
    if not kinds:
        raise ValidationError({"evidence": "请至少勾选一项已核对的材料。"})
    if not uscc_check_passes(employer.uscc) and not uscc_override_reason.strip():
        raise ValidationError(
            {"uscc_override_reason": "该信用代码校验位不符。如已与营业执照核对无误，请写明理由后通过。"}
        )
    now = timezone.now()
    employer.uscc_override_reason = uscc_override_reason.strip()
    employer.verified_at = now
    employer.verified_until = timezone.localdate() + VERIFICATION_LASTS
    employer.verified_by = by
    _step(employer, by, "verify")
    VerificationEvidence.objects.bulk_create(
        VerificationEvidence(employer=employer, kind=kind, seen_on=timezone.localdate(), seen_by=by)
        for kind in kinds
    )
    return employer


def _require_reason(reason: str) -> str:
    if not reason.strip():
        raise ValidationError({"reason": "请写明原因，单位会看到。"})
    return reason.strip()


@transaction.atomic
def refuse(*, employer: Employer, by: User, reason: str) -> Employer:
    """Send a registration back with a reason."""
    return _step(employer, by, "refuse", _require_reason(reason))


@transaction.atomic
def suspend(*, employer: Employer, by: User, reason: str) -> Employer:
    """Take a verified employer and its posts out of sight."""
    return _step(employer, by, "suspend", _require_reason(reason))
