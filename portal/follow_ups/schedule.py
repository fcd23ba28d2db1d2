"""Default schedule of follow-ups: kinds for each placement state, days of each kind, and limits. No ORM."""

from portal.follow_ups.enums import FollowUpKind
from portal.placements.enums import PlacementState as S
from portal.placements.milestones import MILESTONES
from portal.placements.workflow import RETAINED_STATES

# Kinds of the retention milestones, in their order.
RETENTION_KINDS = tuple(FollowUpKind(milestone.follow_up_kind) for milestone in MILESTONES)
# Days on which the follow-ups of a kind are due where the city has no FollowUpRule. They count from the
# step; for FIRST_DAY from the planned first day, for retention from the actual first day, for NEW_SEARCH from
# the last day, for AGAIN from the call that brought no update.
DEFAULT_DAYS: dict[FollowUpKind, tuple[int, ...]] = {
    FollowUpKind.AFTER_FAIR: (3, 7, 14),
    FollowUpKind.AFTER_INTERVIEW: (3,),
    FollowUpKind.AFTER_OFFER: (3,),
    FollowUpKind.FIRST_DAY: (0,),
    **{FollowUpKind(milestone.follow_up_kind): (milestone.days,) for milestone in MILESTONES},
    FollowUpKind.NEW_SEARCH: (7,),
    FollowUpKind.AGAIN: (14,),
}
# Kinds that a state requires. A retention step completes its own follow-up and the earlier ones.
KINDS_BY_STATE: dict[S, tuple[FollowUpKind, ...]] = {
    S.INTENDED: (FollowUpKind.AFTER_FAIR,),
    S.INTERVIEWED: (FollowUpKind.AFTER_INTERVIEW,),
    S.OFFERED: (FollowUpKind.AFTER_OFFER, FollowUpKind.FIRST_DAY),
    S.ONBOARDED: RETENTION_KINDS,
    **{state: RETENTION_KINDS[number:] for number, state in enumerate(RETAINED_STATES[:-1], start=1)},
    S.LEFT: (FollowUpKind.NEW_SEARCH,),
}
# A figure depends on the result of these: a hire, a retention, or a report that needs checking.
COUNTED_KINDS = frozenset(
    {FollowUpKind.FIRST_DAY, *RETENTION_KINDS, FollowUpKind.CONTRADICTION, FollowUpKind.SAID_LEFT}
)
# Unsuccessful attempts after which a follow-up is closed.
MAX_TRIES = 3
# An overdue follow-up moves up one level of the network each time that this many days pass.
ESCALATE_AFTER_DAYS = 7
