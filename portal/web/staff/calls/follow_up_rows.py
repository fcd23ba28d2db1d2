"""Follow-ups as rows of the day's list: outcome buttons, and the sentence shown after recording."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date

from django.db.models import Count
from django.utils import timezone

from portal.accounts.models import User
from portal.core.state_machine import TransitionRefused
from portal.follow_ups.enums import AttemptOutcome, FollowUpState
from portal.follow_ups.models import FollowUp
from portal.follow_ups.schedule import MAX_TRIES
from portal.placements.milestones import MILESTONE_BY_STEP, MILESTONES, required_days
from portal.placements.models import Placement
from portal.placements.workflow import STEP_LABELS, TRANSITIONS
from portal.web.templatetags.ui import cn_date

# Button labels of the steps that one tap can record.
_STEP_BUTTONS = {
    "interview": "已面试",
    "offer": "已录用",
    "onboard": "已入职",
    **{milestone.step: milestone.state_label for milestone in MILESTONES},
    "decline_by_veteran": "本人放弃",
    "decline_by_employer": "单位没录用",
    "refuse_offer": "不接受录用",
}


@dataclass(frozen=True, slots=True)
class OutcomeButton:
    """Button that records a placement step for a day."""

    step: str
    label: str
    on: date
    closes_others: bool = False

    @property
    def value(self) -> str:
        """Value of the form field `did`, parsed by `follow_up_views.record_outcome`."""
        return f"reached:{self.step}" + (":close" if self.closes_others else "")


@dataclass(frozen=True, slots=True)
class FollowUpRow:
    """One follow-up of the day's list."""

    follow_up: FollowUp
    buttons: list[OutcomeButton]
    can_leave: bool  # leaving needs a reason, so its button opens the form
    days_late: int
    error: str = ""

    @property
    def tries_left(self) -> int:
        """Number of attempts left before the follow-up ends."""
        return MAX_TRIES - self.follow_up.tries


def follow_up_rows(follow_ups: Iterable[FollowUp], user: User, error: str = "") -> list[FollowUpRow]:
    """Build the rows of the day's list with two queries.

    Args:
        follow_ups: each with its placement selected.
        user: the reader, whose stations limit the search for other open intentions.
        error: message shown in every row.
    """
    calls, today, milestone_days = list(follow_ups), timezone.localdate(), required_days()
    intentions = Placement.objects.followed_by(user).open()
    veterans_with_several = set(
        intentions.filter(veteran__in=[call.placement.veteran_id for call in calls])
        .order_by()
        .values("veteran")
        .annotate(n=Count("pk"))
        .filter(n__gt=1)
        .values_list("veteran", flat=True)
    )
    return [
        FollowUpRow(
            call,
            _split_onboarding(outcome_buttons(call.placement, milestone_days))
            if call.placement.veteran_id in veterans_with_several
            else outcome_buttons(call.placement, milestone_days),
            "leave" in TRANSITIONS.available(call.placement.state),
            (today - call.call_on).days,
            error,
        )
        for call in calls
    ]


def _split_onboarding(buttons: list[OutcomeButton]) -> list[OutcomeButton]:
    """Replace the onboarding button by two: one closes the veteran's other intentions, one keeps them."""
    split: list[OutcomeButton] = []
    for button in buttons:
        if button.step == "onboard":
            split.append(replace(button, label=f"{button.label}，其他意向结束", closes_others=True))
            split.append(replace(button, label=f"{button.label}，其他意向保留"))
        else:
            split.append(button)
    return split


def outcome_buttons(placement: Placement, milestone_days: Mapping[str, int]) -> list[OutcomeButton]:
    """Return the steps that one tap can record in the placement's state.

    Steps that need a note are left out; of the retention steps only the latest completed one is offered.

    Args:
        milestone_days: by retention step, the days since the first day after which it may be recorded.
    """
    today = timezone.localdate()
    steps = [step for step in TRANSITIONS.available(placement.state) if step in _STEP_BUTTONS]
    days_employed = (today - placement.onboarded_on).days if placement.onboarded_on is not None else -1
    completed = [
        step for step in steps if step in MILESTONE_BY_STEP and milestone_days[step] <= days_employed
    ]
    one_tap_steps = [step for step in steps if step not in MILESTONE_BY_STEP] + completed[-1:]
    return [_outcome_button(placement, step, today) for step in one_tap_steps]


def one_tap_date(placement: Placement, step: str) -> date:
    """Return the date for which one tap records `step`.

    Raises:
        TransitionRefused: one tap cannot record that step in the placement's state.
    """
    for button in outcome_buttons(placement, required_days()):
        if button.step == step:
            return button.on
    raise TransitionRefused(step, placement.state)


def _outcome_button(placement: Placement, step: str, today: date) -> OutcomeButton:
    if step != "onboard":
        return OutcomeButton(step, _STEP_BUTTONS[step], today)
    first_day = placement.planned_first_day
    if first_day is not None and first_day < today:
        return OutcomeButton(step, f"{first_day.month}月{first_day.day}日已入职", first_day)
    return OutcomeButton(step, "今天入职", today)


def describe_recorded_call(follow_up: FollowUp, outcome: AttemptOutcome, step: str) -> str:
    """Return one sentence for the clerk about the call that was just recorded."""
    if outcome == AttemptOutcome.NOT_REACHED and follow_up.state == FollowUpState.PENDING:
        return f"第{follow_up.tries}次没联系上，还会留在清单里。"
    if outcome == AttemptOutcome.NOT_REACHED:
        return f"试了{follow_up.tries}次都没联系上，这条回访结束。"
    if outcome == AttemptOutcome.REACHED:
        return f"已联系上，{STEP_LABELS[step]}。" if step else "已联系上，还没变化。"
    if outcome == AttemptOutcome.WRONG_NUMBER:
        return "号码有误，这条回访结束。改好号码后会再安排联系。"
    return f"{AttemptOutcome(outcome).label}，这条回访结束。"


def describe_next_follow_up(placement: Placement) -> str:
    """Return the date and kind of the next follow-up: '下次回访 12月3日 周四（面试结果回访）。'"""
    pending = placement.follow_ups.filter(state=FollowUpState.PENDING).order_by("call_on", "pk").first()
    if pending is None:
        return "没有后续回访。"
    return f"下次回访 {cn_date(pending.call_on)}（{pending.get_kind_display()}）。"
