"""Registration of an employer and updates of its profile."""

from copy import copy
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone

from portal.accounts.models import User
from portal.core import audit
from portal.core.locking import locked
from portal.core.models import Region
from portal.core.seen_values import merge_fields
from portal.employers.enums import EmployerRole, VerificationState
from portal.employers.events import announce_employer_change
from portal.employers.field_rules import EMPLOYER_RULES
from portal.employers.models import Employer, EmployerMembership
from portal.employers.permissions import owns
from portal.employers.profile_changes import FACTS, VERIFIED_ONCE, request_change, station_for
from portal.employers.verification import TRANSITIONS
from portal.stations.models import Station

# Fields of the profile; the credit code is given once, at the registration.
PROFILE_FIELDS = frozenset(EMPLOYER_RULES) - {"uscc", "contact_phone"}


def _require_profile_fields(fields: dict[str, Any]) -> None:
    unknown = set(fields) - PROFILE_FIELDS
    if unknown:
        raise ValueError(f"not fields of an employer: {sorted(unknown)}")


@transaction.atomic
def hand_over_employers(*, station: Station, into: Station, by: Any) -> int:
    """Let `into` review the employers that `station` reviewed until now; return their number."""
    count = Employer.objects.filter(station=station).update(station=into, updated_at=timezone.now())
    if count:
        audit.record(by=by, verb="employers.handed_over", target=into, before=station.pk, count=count)
    return count


@transaction.atomic
def register(*, by: User, uscc: str, region: Region, contact_phone: str, **fields: Any) -> Employer:
    """Register an employer with `by` as its first owner; it stays hidden until staff verify it.

    Raises:
        ValidationError: an invalid field, or a credit code that is already registered (field `uscc`).
    """
    _require_profile_fields(fields)
    values = EMPLOYER_RULES.clean(
        EMPLOYER_RULES.complete({"uscc": uscc, "region": region, "contact_phone": contact_phone, **fields})
    )
    employer = Employer(station=station_for(region), **values)
    if Employer.objects.filter(uscc=employer.uscc).exists():
        raise ValidationError(
            {"uscc": "该统一社会信用代码已登记，请联系本单位管理员添加您，或与服务中心核对。"}
        )
    employer.full_clean(exclude=["contact_phone"])
    employer.save()
    EmployerMembership.objects.create(user=by, employer=employer, role=EmployerRole.OWNER)
    audit.record(by=by, verb="employers.registered", target=employer)
    announce_employer_change(employer)
    return employer


@transaction.atomic
def update_profile(
    *, employer: Employer, by: User, contact_phone: str | None = None, seen_token: str = "", **fields: Any
) -> Employer:
    """Update the profile of an employer; a refused employer returns to the review queue.

    Facts that staff have verified (`FACTS`) stay as they are: a change of them is requested and takes effect
    when staff accept it.

    Args:
        seen_token: token of the values that the form showed (`portal.core.seen_values`).

    Raises:
        PermissionDenied: `by` is not an owner.
        ValidationError: an invalid field, or one that somebody else changed meanwhile.
    """
    employer = locked(employer, "region")
    if not owns(by, employer):
        raise PermissionDenied("not an owner of this employer")
    _require_profile_fields(fields)
    if contact_phone is not None:
        fields["contact_phone"] = contact_phone
    fields = merge_fields(seen_token, employer, EMPLOYER_RULES.clean(fields, current=employer))
    before = copy(employer)
    for field, value in fields.items():
        setattr(employer, field, value)
    if employer.state == VerificationState.REFUSED:
        employer.state = TRANSITIONS.target("resubmit", employer.state)
    employer.full_clean(exclude=["contact_phone"])
    changed_fields = sorted(field for field in fields if getattr(employer, field) != getattr(before, field))
    if not changed_fields and employer.state == before.state:
        return employer
    facts = [name for name in FACTS if getattr(employer, name) != getattr(before, name)]
    if facts and before.state in VERIFIED_ONCE:
        request_change(employer=before, by=by, after={name: getattr(employer, name) for name in facts})
        for name in facts:
            setattr(employer, name, getattr(before, name))
    elif "region" in facts:
        employer.station = station_for(employer.region)
    employer.save()
    audit.record(by=by, verb="employers.updated", target=employer, fields=changed_fields)
    announce_employer_change(employer)
    return employer
