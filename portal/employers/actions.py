"""Registering an employer, and what it says of itself."""

from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone

from portal.accounts.models import User
from portal.core import audit
from portal.core.models import Region
from portal.core.validators import normalise_phone, validate_phone
from portal.employers.enums import EmployerRole, VerificationState
from portal.employers.events import employer_changed
from portal.employers.models import Employer, EmployerMembership
from portal.employers.permissions import owns
from portal.employers.profile_changes import FACTS, VERIFIED_ONCE, request_change, station_for
from portal.employers.verification import TRANSITIONS
from portal.stations.models import Station

PROFILE_FIELDS = frozenset(
    {
        "name", "industry", "size_band", "nature", "address", "introduction", "contact_person",
        "veteran_founded", "is_agency", "agency_permit", "region",
    }
)  # fmt: skip


def _only_known(fields: dict[str, Any]) -> None:
    unknown = set(fields) - PROFILE_FIELDS
    if unknown:
        raise ValueError(f"not fields of an employer: {sorted(unknown)}")


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
    _only_known(fields)
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
    """Change what an employer says of itself. A refused one goes back into the queue. What staff have
    verified once (`FACTS`) does not change by this: it is asked for, and stands as it was until they agree.

    Raises:
        PermissionDenied: `by` is not an owner.
        ValidationError: by field.
    """
    if not owns(by, employer):
        raise PermissionDenied("not an owner of this employer")
    _only_known(fields)
    before = Employer.objects.select_for_update().select_related("region").get(pk=employer.pk)
    for field, value in fields.items():
        setattr(employer, field, value)
    if contact_phone is not None:
        employer.contact_phone = normalise_phone(contact_phone)
        validate_phone(employer.contact_phone)
    if employer.state == VerificationState.REFUSED:
        employer.state = TRANSITIONS.target("resubmit", employer.state)
    employer.full_clean(exclude=["contact_phone"])
    changed = sorted(field for field in fields if getattr(employer, field) != getattr(before, field))
    facts = [name for name in FACTS if getattr(employer, name) != getattr(before, name)]
    if facts and before.state in VERIFIED_ONCE:
        request_change(employer=before, by=by, after={name: getattr(employer, name) for name in facts})
        for name in facts:
            setattr(employer, name, getattr(before, name))
    elif "region" in facts:
        employer.station = station_for(employer.region)
    employer.save()
    audit.record(by=by, verb="employers.updated", target=employer, fields=changed)
    employer_changed.send(sender=Employer, employer=employer)
    return employer
