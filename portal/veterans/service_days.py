"""Days of a person's birth and service, checked against each other by every path that writes them."""

from datetime import date

from django.core.exceptions import ValidationError
from django.utils import timezone

from portal.core.day_bounds import MIN_AGE_AT_ENTRY, latest_planned_day, require_between


def require_service_days(birth_date: date, entered_on: date | None, left_on: date | None) -> None:
    """Check the days of service; either may be unknown.

    Nobody enters before MIN_AGE_AT_ENTRY or in the future; the day of leaving may be known a year ahead.

    Raises:
        ValidationError: beside `entered_on` or `left_on`.
    """
    first = date(birth_date.year + MIN_AGE_AT_ENTRY, birth_date.month, 1)
    require_between("entered_on", entered_on, first, timezone.localdate(), "入伍日期")
    require_between("left_on", left_on, first, latest_planned_day(), "退役日期")
    if entered_on is not None and left_on is not None and left_on <= entered_on:
        raise ValidationError({"left_on": "退役日期必须晚于入伍日期。"})
