"""One step of a placement: a new row of its state log, the audit event and the announcement."""

from datetime import date

from django.utils import timezone

from portal.accounts.models import User
from portal.core import audit
from portal.core.locking import locked, locked_with_parent
from portal.placements.events import announce
from portal.placements.models import Placement, PlacementTransition
from portal.placements.workflow import EMPLOYED_STATES
from portal.veterans.enums import EmploymentStatus
from portal.veterans.events import announce_change
from portal.veterans.models import Veteran


def lock_placement(placement: Placement) -> Placement:
    """Lock the placement until the transaction ends, bring it up to date with its details and return it.

    The person is locked first, so that steps of one person's placements are serialised.

    Raises:
        ValidationError: see `locked_with_parent`.
    """
    locked_with_parent(placement, "veteran")
    return locked(placement, "veteran__station", "position__employer", "position__region", "fair", "booth")


def take_step(
    placement: Placement,
    *,
    step: str,
    target: str,
    by: User,
    on: date,
    note: str = "",
    onboarded_on: date | None = None,
    left_on: date | None = None,
    closed_by: Placement | None = None,
) -> None:
    """Add a row to the state log, which updates the placement, in the caller's transaction.

    Args:
        on: the day on which the step happened.
        onboarded_on: the first day in the job as known after this step; None without an onboarding.
        left_on: the last day in the job, after leaving.
        closed_by: placement whose step ended this one.
    """
    before = placement.state if placement.sequence else ""
    placement.closed_by = closed_by
    placement.save()
    PlacementTransition.objects.create(
        placement=placement,
        sequence=placement.sequence + 1,
        step=step,
        from_state=before,
        to_state=target,
        happened_on=on,
        at=timezone.now(),
        by=by,
        station=placement.veteran.station,
        note=note,
        onboarded_on=onboarded_on,
        left_on=left_on,
    )
    # The database trigger has updated the row; the instance follows.
    placement.state, placement.sequence = target, placement.sequence + 1
    placement.onboarded_on, placement.left_on = onboarded_on, left_on
    audit.record(by=by, verb=f"placements.{step}", target=placement, before=before, after=target)
    announce(placement, step=step, on=on)


def update_employment_status(veteran: Veteran, by: User) -> None:
    """Set the employment status of the record from its placements.

    Employed while a placement is; unemployed when none is and the record still says employed.
    """
    is_employed = Placement.objects.filter(veteran=veteran, state__in=EMPLOYED_STATES).exists()
    if is_employed:
        status = EmploymentStatus.EMPLOYED
    elif veteran.employment_status == EmploymentStatus.EMPLOYED:
        status = EmploymentStatus.UNEMPLOYED
    else:
        return
    veteran.employment_status = status
    veteran.save(update_fields=["employment_status", "updated_at"])
    audit.record(by=by, verb="veterans.updated", target=veteran, fields=["employment_status"])
    announce_change(veteran)
