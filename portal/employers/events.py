"""Events of employers, for apps above."""

from django.dispatch import Signal

# An employer changed; sent inside the write's transaction. Arguments: `employer`.
employer_changed = Signal()
