"""Requests to change verified facts of an employer: name, nature, region or permit.

Once verified, an employer cannot change these facts by itself. The verified facts stay in force and the
positions stay public until staff accept the change on the basis of documents.
"""

from collections.abc import Collection, Iterable
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import models, transaction
from django.utils import timezone

from portal.accounts.models import User
from portal.core import audit
from portal.core.locking import locked
from portal.core.models import Region
from portal.core.state_machine import TransitionRefused
from portal.documents.enums import DocumentKind
from portal.employers.enums import ChangeState, StepKind, VerificationState
from portal.employers.models import Employer, ProfileChange
from portal.employers.permissions import owns
from portal.employers.verification import (
    lock_for_review,
    log_step,
    require_reason,
    save_verification_bases,
)
from portal.stations.enums import StationLevel
from portal.stations.models import Station

FACTS = ("name", "nature", "region", "is_agency", "agency_permit")
VERIFIED_ONCE = frozenset({VerificationState.VERIFIED, VerificationState.SUSPENDED})


def station_for(region: Region) -> Station:
    """Return the service centre that verifies employers of a region: the county's, else the city's.

    Raises:
        ValidationError: there is neither.
    """
    centre = Station.objects.serving(region.code[:6])
    if centre is None:
        centre = Station.objects.filter(level=StationLevel.CITY, closed_on=None).first()
    if centre is None:
        raise ValidationError("尚未建立服务中心，暂时不能登记单位。")
    return centre


def _to_json_values(values: dict[str, Any]) -> dict[str, Any]:
    """Return field values for a JSON column; a region becomes its code."""
    return {name: value.pk if isinstance(value, models.Model) else value for name, value in values.items()}


@transaction.atomic
def request_change(*, employer: Employer, by: User, after: dict[str, Any]) -> ProfileChange:
    """Request a change of verified facts; an earlier pending request is withdrawn.

    Raises:
        PermissionDenied: not an owner.
    """
    employer = locked(employer)
    if not owns(by, employer):
        raise PermissionDenied("not an owner of this employer")
    _settle(employer, by, ChangeState.WITHDRAWN)
    change = ProfileChange.objects.create(
        employer=employer,
        before=_to_json_values({name: getattr(employer, name) for name in after}),
        after=_to_json_values(after),
        asked_by=by,
    )
    audit.record(by=by, verb="employers.change_asked", target=employer, fields=sorted(after))
    return change


def _settle(employer: Employer, by: User, state: ChangeState, reason: str = "") -> int:
    pending = ProfileChange.objects.pending().filter(employer=employer)
    return pending.update(state=state, reason=reason, settled_by=by, settled_at=timezone.now())


@transaction.atomic
def withdraw_change(*, employer: Employer, by: User) -> None:
    """Withdraw the pending request; nothing happens where there is none.

    Raises:
        PermissionDenied: not an owner.
    """
    employer = locked(employer)
    if not owns(by, employer):
        raise PermissionDenied("not an owner of this employer")
    if _settle(employer, by, ChangeState.WITHDRAWN):
        audit.record(by=by, verb="employers.change_withdrawn", target=employer)


def _lock_pending(change: ProfileChange, by: User) -> tuple[ProfileChange, Employer]:
    """Lock the employer, then a pending request that `by` may decide; return both.

    Raises:
        PermissionDenied: `by` reviews another station's employers.
        TransitionRefused: settled meanwhile.
    """
    employer = lock_for_review(change.employer, by)
    change = locked(change)
    if change.state != ChangeState.WAITING:
        raise TransitionRefused("decide", change.state)
    return change, employer


@transaction.atomic
def accept_change(
    *,
    change: ProfileChange,
    by: User,
    checked_kinds: Iterable[DocumentKind],
    shown_document_ids: Collection[int] | None = None,
) -> Employer:
    """Accept a change on the basis of the checked documents; its values become the verified facts.

    Args:
        checked_kinds: the documents that the reviewer checked.
        shown_document_ids: as for `verification.verify`.

    Raises:
        PermissionDenied: `by` reviews another station's employers.
        ValidationError: no licence (for a new permit: no permit) among `checked_kinds`, or a document
            that was replaced meanwhile.
        TransitionRefused: settled already.
    """
    change, employer = _lock_pending(change, by)
    checked_kinds = list(checked_kinds)
    has_permit = bool(change.after.get("agency_permit"))
    required_kinds = [DocumentKind.LICENCE, *([DocumentKind.PERMIT] if has_permit else [])]
    missing = [kind.label for kind in required_kinds if kind not in checked_kinds]
    if missing:
        raise ValidationError({"evidence": f"请核对{'和'.join(missing)}并勾选。"})
    for name, value in change.after.items():
        setattr(employer, _fact_field(name).attname, value)
    if "region" in change.after:
        employer.station = station_for(Region.objects.get(pk=employer.region_id))
    employer.full_clean(exclude=["contact_phone"])
    employer.save()
    _settle(employer, by, ChangeState.ACCEPTED)
    step = log_step(employer, by, StepKind.ACCEPT_CHANGE, before=employer.state)
    save_verification_bases(step, checked_kinds, shown_document_ids)
    return employer


@transaction.atomic
def refuse_change(*, change: ProfileChange, by: User, reason: str) -> Employer:
    """Refuse a change with a reason; the verified facts stay.

    Raises:
        PermissionDenied, TransitionRefused: as for `accept_change`.
        ValidationError: no reason.
    """
    reason = require_reason(reason)
    change, employer = _lock_pending(change, by)
    _settle(employer, by, ChangeState.REFUSED, reason)
    log_step(employer, by, StepKind.REFUSE_CHANGE, before=employer.state, reason=reason)
    return employer


def list_fact_changes(change: ProfileChange) -> list[tuple[str, str, str]]:
    """Return (label, old value, new value) of each fact as display texts, with at most one query."""
    codes = {side.get("region") for side in (change.before, change.after)} - {None}
    regions = {region.pk: region.name for region in Region.objects.filter(pk__in=codes)} if codes else {}

    def format_value(field: "models.Field[Any, Any]", value: Any) -> str:
        if isinstance(value, bool):
            return "是" if value else "否"
        choices = dict(field.flatchoices)
        return str(choices.get(value) or regions.get(value, value) or "无")

    fields = [_fact_field(name) for name in FACTS if name in change.after]
    return [
        (
            str(field.verbose_name),
            format_value(field, change.before.get(field.name)),
            format_value(field, change.after[field.name]),
        )
        for field in fields
    ]


def _fact_field(name: str) -> "models.Field[Any, Any]":
    field = Employer._meta.get_field(name)
    assert isinstance(field, models.Field)
    return field
