"""Days of a placement's steps: each lies between the step before and today."""

from datetime import date, timedelta

from django.core.exceptions import ValidationError
from django.utils import timezone

from portal.core.day_bounds import PLANNED_WITHIN, require_between
from portal.placements.models import Placement

# An intention may be recorded after the fact, with its first steps on earlier days, for this long.
LATE_INTENTION = timedelta(days=2 * 366)
# Rows of the log whose day is that of the record or of another placement, not of a step of this one.
_NO_STEPS = frozenset({"correct", "reopen", "absorb", "lapse"})


def earliest_day(placement: Placement) -> date:
    """Return the first day on which the placement's next step may have happened.

    It is the day of the step that led to the present state, or the first day in the job if that is later.
    Before the first step after the declaration, which may be recorded late, it is earlier by LATE_INTENTION.
    """
    log_rows = list(
        placement.transitions.order_by("-sequence").values_list("step", "to_state", "happened_on")
    )
    steps = [
        (step, day) for step, state, day in log_rows if state == placement.state and step not in _NO_STEPS
    ]
    step, day = steps[0] if steps else ("declare", log_rows[-1][2])
    if step == "declare":
        day -= LATE_INTENTION
    return max(day, placement.onboarded_on or day)


def require_step_day(placement: Placement, on: date) -> None:
    """Check the day of the next step.

    Raises:
        ValidationError: beside the field `on`.
    """
    if on > timezone.localdate():
        raise ValidationError({"on": "日期不能晚于今天。"})
    earliest = earliest_day(placement)
    if on < earliest:
        raise ValidationError(
            {"on": f"日期不能早于上一步（{earliest.isoformat()}）。上一步的日期记错了的，请先更正。"},
            code="too_early",
        )


def require_planned_day(day: date | None, since: date) -> None:
    """Check a planned first day: from `since` to a year from today.

    Raises:
        ValidationError: beside the field `planned_first_day`.
    """
    latest = timezone.localdate() + PLANNED_WITHIN
    require_between("planned_first_day", day, since, latest, "计划到岗日期")
