"""Until when a complaint must be answered: in working days, of which a setting says how many."""

from datetime import date, timedelta

SATURDAY = 5


def working_days_after(day: date, count: int) -> date:
    """The last of `count` working days after `day`, Monday to Friday. Public holidays are not known here,
    so a deadline is sooner rather than later.
    """
    while count > 0:
        day += timedelta(days=1)
        if day.weekday() < SATURDAY:
            count -= 1
    return day
