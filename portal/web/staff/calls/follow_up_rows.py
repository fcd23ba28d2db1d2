"""A duty as a row of the day's list: what its buttons offer, and the words once it is recorded."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, timedelta

from django.db.models import Count
from django.utils import timezone

from portal.accounts.models import User
from portal.core.state_machine import TransitionRefused
from portal.placements.enums import AttemptOutcome, FollowUpState
from portal.placements.models import FollowUp, Placement
from portal.placements.workflow import MAX_TRIES, RETENTION_DAYS, STEP_LABELS, TRANSITIONS
from portal.web.templatetags.ui import cn_date

# What somebody who was reached may have told, in as few words as a button holds.
_TOLD = {
    "interview": "已面试",
    "offer": "已录用",
    "onboard": "已入职",
    "retain_1m": "在岗满1个月",
    "retain_3m": "在岗满3个月",
    "retain_6m": "在岗满6个月",
    "retain_12m": "在岗满12个月",
    "decline_by_veteran": "本人放弃",
    "decline_by_employer": "单位没录用",
    "refuse_offer": "不接受录用",
}


@dataclass(frozen=True, slots=True)
class Told:
    """One button: the step, and the day that it is recorded for."""

    step: str
    label: str
    on: date
    closes_others: bool = False

    @property
    def value(self) -> str:
        """What the button sends; `outcome` reads it."""
        return f"reached:{self.step}" + (":close" if self.closes_others else "")


@dataclass(frozen=True, slots=True)
class Duty:
    """A follow-up as the day's list shows it."""

    follow_up: FollowUp
    told: list[Told]
    may_leave: bool  # leaving asks for a reason, so its button leads to the form
    late: int  # days
    error: str = ""

    @property
    def tries_left(self) -> int:
        return MAX_TRIES - self.follow_up.tries


def duties(follow_ups: Iterable[FollowUp], user: User, error: str = "") -> list[Duty]:
    """Expects each one's placement to be selected with it. One query."""
    calls, today = list(follow_ups), timezone.localdate()
    intentions = Placement.objects.followed_by(user).open()
    several = set(
        intentions.filter(veteran__in=[call.placement.veteran_id for call in calls])
        .order_by()
        .values("veteran")
        .annotate(n=Count("pk"))
        .filter(n__gt=1)
        .values_list("veteran", flat=True)
    )
    return [
        Duty(
            call,
            _asking(told(call.placement), call.placement.veteran_id in several),
            "leave" in TRANSITIONS.available(call.placement.state),
            (today - call.call_on).days,
            error,
        )
        for call in calls
    ]


def _asking(rows: list[Told], has_others: bool) -> list[Told]:
    """Who has other open intentions is asked what becomes of them, by one button or the other."""
    if not has_others:
        return rows
    asked = []
    for row in rows:
        if row.step == "onboard":
            asked.append(replace(row, label=f"{row.label}，其他意向结束", closes_others=True))
            asked.append(replace(row, label=f"{row.label}，其他意向保留"))
        else:
            asked.append(row)
    return asked


def told(placement: Placement) -> list[Told]:
    """The steps that one tap records: all that the state offers, but for those that need words or days that
    are not over. Of the retention steps only the furthest one reached.
    """
    today = timezone.localdate()
    steps = [step for step in TRANSITIONS.available(placement.state) if step in _TOLD]
    reached = [step for step in steps if step in RETENTION_DAYS and _in_post_for(placement, step, today)]
    offered = [step for step in steps if step not in RETENTION_DAYS] + reached[-1:]
    return [_told(placement, step, today) for step in offered]


def told_day(placement: Placement, step: str) -> date:
    """The day that one tap on `step` is recorded for.

    Raises:
        TransitionRefused: the state does not offer that step to one tap.
    """
    for row in told(placement):
        if row.step == step:
            return row.on
    raise TransitionRefused(step, placement.state)


def _in_post_for(placement: Placement, step: str, today: date) -> bool:
    first = placement.onboarded_on
    return first is not None and first + timedelta(days=RETENTION_DAYS[step]) <= today


def _told(placement: Placement, step: str, today: date) -> Told:
    if step != "onboard":
        return Told(step, _TOLD[step], today)
    planned = placement.planned_first_day
    if planned is not None and planned < today:
        return Told(step, f"{planned.month}月{planned.day}日已入职", planned)
    return Told(step, "今天入职", today)


def recorded(done: FollowUp, outcome: AttemptOutcome, step: str) -> str:
    """One sentence about what was just recorded, for the clerk."""
    if outcome == AttemptOutcome.NOT_REACHED and done.state == FollowUpState.PENDING:
        return f"第{done.tries}次没联系上，还会留在清单里。"
    if outcome == AttemptOutcome.NOT_REACHED:
        return f"试了{done.tries}次都没联系上，这条回访结束。"
    if outcome == AttemptOutcome.REACHED:
        return f"已联系上，{STEP_LABELS[step]}。" if step else "已联系上，还没变化。"
    if outcome == AttemptOutcome.WRONG_NUMBER:
        return "号码有误，这条回访结束。改好号码后会再安排联系。"
    return f"{AttemptOutcome(outcome).label}，这条回访结束。"


def next_call(placement: Placement) -> str:
    """When the rules have the person called next: '下次回访 12月3日 周四（面试结果回访）。'"""
    pending = placement.follow_ups.filter(state=FollowUpState.PENDING).order_by("call_on", "pk").first()
    if pending is None:
        return "没有后续回访。"
    return f"下次回访 {cn_date(pending.call_on)}（{pending.get_kind_display()}）。"
