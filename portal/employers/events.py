"""Events of employers, for apps above."""

from django.dispatch import Signal

from portal.employers.models import Employer

# An employer changed; sent inside the write's transaction. Arguments: `employer`.
employer_changed = Signal()


def announce_employer_change(employer: Employer) -> None:
    """Send `employer_changed`. Every write of an employer ends with it."""
    employer_changed.send(sender=Employer, employer=employer)
