"""States of a placement and the steps between them. No ORM."""

from portal.core.state_machine import TransitionTable
from portal.placements.enums import PlacementState as S

OPEN_STATES = frozenset({S.INTENDED, S.INTERVIEWED, S.OFFERED})
IN_POST_STATES = frozenset({S.ONBOARDED, S.RETAINED_1M, S.RETAINED_3M, S.RETAINED_6M, S.RETAINED_12M})
LIVE_STATES = OPEN_STATES | IN_POST_STATES
# Who stands in one of these is or was in post, and the row has the first day.
WAS_IN_POST_STATES = IN_POST_STATES | {S.LEFT}

TRANSITIONS = TransitionTable(
    ("interview", {S.INTENDED}, S.INTERVIEWED),
    ("offer", {S.INTENDED, S.INTERVIEWED}, S.OFFERED),
    ("onboard", {S.OFFERED}, S.ONBOARDED),
    ("retain_1m", {S.ONBOARDED}, S.RETAINED_1M),
    ("retain_3m", {S.ONBOARDED, S.RETAINED_1M}, S.RETAINED_3M),
    ("retain_6m", {S.ONBOARDED, S.RETAINED_1M, S.RETAINED_3M}, S.RETAINED_6M),
    ("retain_12m", {S.ONBOARDED, S.RETAINED_1M, S.RETAINED_3M, S.RETAINED_6M}, S.RETAINED_12M),
    ("decline_by_veteran", {*OPEN_STATES}, S.DECLINED_BY_VETERAN),
    ("decline_by_employer", {*OPEN_STATES}, S.DECLINED_BY_EMPLOYER),
    ("refuse_offer", {S.OFFERED}, S.OFFER_REFUSED),
    ("mark_unreachable", {*OPEN_STATES}, S.UNREACHABLE),
    ("lapse", {*OPEN_STATES}, S.LAPSED),
    ("leave", {*IN_POST_STATES}, S.LEFT),
)
STEP_LABELS = {
    "declare": "登记意向",
    "interview": "记录面试",
    "offer": "记录录用",
    "onboard": "记录入职",
    "retain_1m": "确认在岗满1个月",
    "retain_3m": "确认在岗满3个月",
    "retain_6m": "确认在岗满6个月",
    "retain_12m": "确认在岗满12个月",
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
# How long somebody has been in post before that retention step may be recorded, in days.
RETENTION_DAYS = {"retain_1m": 30, "retain_3m": 90, "retain_6m": 180, "retain_12m": 365}
