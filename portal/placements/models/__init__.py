"""Models of placement tracking (安置意向跟踪): from an intention at a booth to a year in the job."""

from portal.placements.models.hiring_outcome import HiringOutcome
from portal.placements.models.placement import Placement, PlacementQuerySet, PlacementTransition

__all__ = ["HiringOutcome", "Placement", "PlacementQuerySet", "PlacementTransition"]
