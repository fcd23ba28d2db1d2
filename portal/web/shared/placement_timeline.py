"""Timeline of a placement for the stepper component."""

from typing import Any

from portal.placements.enums import PlacementState
from portal.placements.milestones import HEADLINE_MILESTONES
from portal.placements.models import Placement
from portal.placements.workflow import EMPLOYED_STATES, LIVE_STATES, STEP_LABELS
from portal.web.templatetags.ui import cn_date

_MILESTONES = (
    PlacementState.INTENDED,
    PlacementState.INTERVIEWED,
    PlacementState.OFFERED,
    PlacementState.ONBOARDED,
    *(PlacementState(milestone.state) for milestone in HEADLINE_MILESTONES),
)


def build_timeline(placement: Placement) -> list[dict[str, Any]]:
    """Return the past steps from the log and, while the placement is live, the next ones.

    Expects `transitions` to be prefetched.
    """
    log = list(placement.transitions.all())
    steps: list[dict[str, Any]] = []
    for row in log:
        has_ended = row.to_state not in LIVE_STATES
        steps.append(
            {
                "label": PlacementState(row.to_state).label
                if row.step != "correct"
                else f"{STEP_LABELS['correct']}为{PlacementState(row.to_state).label}",
                "state": "stopped" if has_ended else "done",
                "when": cn_date(row.happened_on),
                "note": row.note,
            }
        )
    if placement.state in LIVE_STATES and steps:
        steps[-1]["state"] = "current"
        order = list(PlacementState)
        current = order.index(PlacementState(placement.state))
        ahead = [state for state in _MILESTONES if order.index(state) > current]
        visible = ahead if placement.state in EMPLOYED_STATES else ahead[:3]
        steps += [{"label": state.label, "state": "todo", "when": "", "note": ""} for state in visible]
    return steps
