"""One step of a placement: the log's next line, the row after it, and the calls that follow."""

from datetime import date

from django.utils import timezone

from portal.accounts.models import User
from portal.core import audit
from portal.placements.events import announce
from portal.placements.models import Placement, PlacementTransition
from portal.placements.workflow import EMPLOYED_STATES
from portal.veterans.enums import EmploymentStatus
from portal.veterans.events import veteran_record_changed
from portal.veterans.models import Veteran


def locked(placement: Placement) -> Placement:
    """The placement with its details as it stands now, held until the transaction ends; the person is held
    first, so that steps of one person's placements follow each other.
    """
    Veteran.objects.select_for_update().get(placements=placement.pk)
    return Placement.objects.select_for_update(of=("self",)).with_details().get(pk=placement.pk)


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
    """Write the log's next line, which moves the row, in the caller's transaction.

    Args:
        on: the day on which it happened.
        onboarded_on: the first day in post as it stands after this step; None where the person is not, and
            was not, in post.
        left_on: the last day, for who left.
        closed_by: whose step this is a consequence of.
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
    # As the database has moved the row by now.
    placement.state, placement.sequence = target, placement.sequence + 1
    placement.onboarded_on, placement.left_on = onboarded_on, left_on
    audit.record(by=by, verb=f"placements.{step}", target=placement, before=before, after=target)
    announce(placement, step=step, on=on)


def update_employment_status(veteran: Veteran, by: User) -> None:
    """Have the file say whether the person works, from the placements: in work while one is in post; out of
    work when none is and the file still says in work.
    """
    in_post = Placement.objects.filter(veteran=veteran, state__in=EMPLOYED_STATES).exists()
    if in_post:
        status = EmploymentStatus.EMPLOYED
    elif veteran.employment_status == EmploymentStatus.EMPLOYED:
        status = EmploymentStatus.UNEMPLOYED
    else:
        return
    veteran.employment_status = status
    veteran.save(update_fields=["employment_status", "updated_at"])
    audit.record(by=by, verb="veterans.updated", target=veteran, fields=["employment_status"])
    veteran_record_changed.send(sender=Veteran, veteran=veteran)
