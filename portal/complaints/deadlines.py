"""Deadline of the answer to a complaint, in working days."""

from datetime import date, timedelta

SATURDAY = 5


def working_days_after(day: date, count: int) -> date:
    """Return the last of `count` working days after `day`, Monday to Friday.

    Public holidays count as working days, so a deadline is early rather than late.
    """
    while count > 0:
        day += timedelta(days=1)
        if day.weekday() < SATURDAY:
            count -= 1
    return day
