"""States of a placement and the steps between them. No ORM."""

from portal.core.state_machine import TransitionTable
from portal.placements.enums import PlacementState as S
from portal.placements.milestones import MILESTONES

OPEN_STATES = frozenset({S.INTENDED, S.INTERVIEWED, S.OFFERED})
RETAINED_STATES = tuple(S(milestone.state) for milestone in MILESTONES)
EMPLOYED_STATES = frozenset({S.ONBOARDED, *RETAINED_STATES})
LIVE_STATES = OPEN_STATES | EMPLOYED_STATES
ENDED_STATES = frozenset(S) - LIVE_STATES
# States after an onboarding: the row has the first day in the job.
EVER_EMPLOYED_STATES = EMPLOYED_STATES | {S.LEFT}
NEVER_EMPLOYED_STATES = frozenset(S) - EVER_EMPLOYED_STATES

TRANSITIONS = TransitionTable(
    ("interview", {S.INTENDED}, S.INTERVIEWED),
    ("offer", {S.INTENDED, S.INTERVIEWED}, S.OFFERED),
    ("onboard", {S.OFFERED}, S.ONBOARDED),
    *(
        (milestone.step, {S.ONBOARDED, *RETAINED_STATES[:number]}, RETAINED_STATES[number])
        for number, milestone in enumerate(MILESTONES)
    ),
    ("decline_by_veteran", {*OPEN_STATES}, S.DECLINED_BY_VETERAN),
    ("decline_by_employer", {*OPEN_STATES}, S.DECLINED_BY_EMPLOYER),
    ("refuse_offer", {S.OFFERED}, S.OFFER_REFUSED),
    ("mark_unreachable", {*OPEN_STATES}, S.UNREACHABLE),
    ("lapse", {*OPEN_STATES}, S.LAPSED),
    ("leave", {*EMPLOYED_STATES}, S.LEFT),
)
STEP_LABELS = {
    "declare": "登记意向",
    "interview": "记录面试",
    "offer": "记录录用",
    "onboard": "记录入职",
    **{milestone.step: milestone.step_label for milestone in MILESTONES},
    "decline_by_veteran": "本人放弃",
    "decline_by_employer": "单位未录用",
    "refuse_offer": "本人未接受录用",
    "mark_unreachable": "无法联系",
    "lapse": "意向失效",
    "leave": "记录离职",
    "correct": "更正",
    "reopen": "恢复意向",
    "absorb": "并入同一意向",
}
