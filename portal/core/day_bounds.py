"""Bounds of days that people type: years mistyped as 0001, 2099 or 9999 are refused beside the field."""

from datetime import date, timedelta

from django.core.exceptions import ValidationError
from django.utils import timezone

# The furthest day that is planned: a first day in a job, a next contact, the end of a cover.
PLANNED_WITHIN = timedelta(days=366)
# Work of the service network is recorded at most this long after it happened.
RECORDED_WITHIN = timedelta(days=3 * 366)
# Nobody registered here was born, served or certified before.
EARLIEST_DAY = date(1900, 1, 1)
MIN_AGE = timedelta(days=16 * 365)  # of anybody with a record: nobody leaves service younger


def require_between(field: str, day: date | None, earliest: date, latest: date, name: str) -> None:
    """Check that a day, if given, lies within bounds.

    Args:
        field: form field that the message stands beside.
        name: Chinese name of the day.

    Raises:
        ValidationError: beside `field`.
    """
    if day is None:
        return
    if day < earliest:
        raise ValidationError({field: f"{name}不能早于 {earliest.isoformat()}。"}, code="too_early")
    if day > latest:
        today = timezone.localdate()
        end = "今天" if latest == today else f" {latest.isoformat()}"
        raise ValidationError({field: f"{name}不能晚于{end}。"}, code="too_late")


def latest_planned_day() -> date:
    return timezone.localdate() + PLANNED_WITHIN


def earliest_recorded_day() -> date:
    return timezone.localdate() - RECORDED_WITHIN
