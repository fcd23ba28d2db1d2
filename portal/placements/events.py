"""Events of placements, and the one function that sends them."""

from datetime import date

from django.dispatch import Signal

from portal.placements.models import Placement

# Sent inside the write's transaction. Arguments: `placement` as it stands now, `step` (a step of
# `workflow.STEP_LABELS`, or "confirm" when a side confirmed the intention), `on` the day it happened.
placement_changed = Signal()


def announce(placement: Placement, *, step: str, on: date) -> None:
    """Send `placement_changed`. Every write to a placement ends with it."""
    placement_changed.send(sender=Placement, placement=placement, step=step, on=on)
