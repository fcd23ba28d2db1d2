"""Management of one position: pause, renew, headcount, fairs, hiring outcome."""

import uuid
from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from cms.models import JobFairPage
from portal.accounts.models import User
from portal.core.state_machine import TransitionRefused
from portal.core.validators import validate_no_unit_name
from portal.fairs.actions import bring_position
from portal.fairs.models import Booth
from portal.placements import headcount, hiring_outcomes
from portal.placements.enums import HiringResult
from portal.placements.models import HiringOutcome, Placement
from portal.positions import actions, lifecycle
from portal.positions.duplicates import DuplicatePosition, find_similar, submit_unless_duplicate
from portal.positions.enums import PositionState
from portal.positions.field_rules import MAX_HEADCOUNT, POSITION_RULES
from portal.positions.models import Position
from portal.positions.transitions import TRANSITIONS
from portal.positions.wording_checks import check_position
from portal.veterans.shown_records import log_shown
from portal.web.shared.form_fields import add_errors
from portal.web.shared.occupation_choice import choose_occupation
from portal.web.shared.primary_keys import parse_uuid
from portal.web.shared.requests import SignedInRequest, signed_in_view
from portal.web.shared.ruled_forms import RuledForm
from portal.web.templatetags.ui import cn_date, pay

FAIRS_SHOWN = 6
# Step -> (action, success text). Withdrawing and submitting have their own URLs.
STEPS: dict[str, tuple[Callable[..., Position], str]] = {
    "pause": (actions.pause, "已暂停，求职者暂时看不到。"),
    "resume": (lifecycle.resume, "已恢复招聘。"),
    "fill": (actions.mark_filled, "已标记为招满。请回答是否招到人。"),
    "reopen": (lifecycle.reopen, "已重新开放招聘。"),
    "renew": (lifecycle.renew, "已续期，继续公开。"),
    "copy": (lifecycle.copy_position, "已复制为草稿，核对后提交审核。"),
}


class HeadcountForm(RuledForm, forms.Form):
    """New, higher headcount."""

    rules = POSITION_RULES

    headcount = forms.IntegerField(label="招聘人数增加到", min_value=1, max_value=MAX_HEADCOUNT)


class PlacementsField(forms.ModelMultipleChoiceField):
    """Placements labelled with the person's name and the state."""

    def label_from_instance(self, obj: Placement) -> str:
        return f"{obj.veteran.name}（{obj.get_state_display()}）"


class HiringOutcomeForm(forms.Form):
    """Outcome of the recruitment: hired through the portal, otherwise, or nobody."""

    result = forms.ChoiceField(
        label="招到人了吗？",
        choices=HiringResult.choices,
        widget=forms.RadioSelect,
        error_messages={"required": "请选择一项。"},
    )
    placements = PlacementsField(
        label="通过本平台招到的是",
        queryset=Placement.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="选“通过本平台招到”时填写。",
    )
    reason = forms.CharField(
        label="没有招到的原因",
        max_length=200,
        required=False,
        validators=[validate_no_unit_name],
        help_text="选“没有招到”时填写，例如：工资达不到求职者的期望。",
    )

    def __init__(self, position: Position, user: User, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["placements"]
        assert isinstance(field, forms.ModelMultipleChoiceField)
        field.queryset = hiring_outcomes.selectable_placements(position, user)
        if not field.queryset.exists():
            field.help_text = "还没有本人确认过意向的求职者；已招到的人不在名单里，请联系服务站补登意向。"


def get_own(user: User, pk: int) -> Position:
    """Return a position of an employer that the user acts for.

    Raises:
        Http404: there is none with this key.
    """
    return get_object_or_404(Position.objects.managed_by(user).with_details(), pk=pk)


@signed_in_view
@require_safe
def manage(request: SignedInRequest, pk: int) -> HttpResponse:
    """Show the position with its state and the available steps."""
    return _page(request, get_own(request.user, pk), HeadcountForm())


def _page(request: SignedInRequest, position: Position, form: HeadcountForm) -> HttpResponse:
    steps = set(TRANSITIONS.available(position.state)) - {"expire"}
    if "renew" in steps and not lifecycle.can_be_renewed(position):
        steps.remove("renew")
    similar = find_similar(position) if "submit" in steps else []
    context = {
        "position": position,
        "facts": _facts(position),
        "steps": steps,
        "similar": similar,
        "form": form,
        "can_grow": bool(steps & {"pause", "resume", "reopen"}),
        "copy_fields": {"key": uuid.uuid4()},
        "fairs": _fairs(request.user, position) if position.is_open else [],
        "can_record_outcome": hiring_outcomes.needs_outcome(position),
        "hiring_outcome": HiringOutcome.objects.visible_to(request.user).filter(position=position).first(),
    }
    return render(request, "employer/positions/position_life.html", context)


def _facts(position: Position) -> list[tuple[str, str]]:
    hired_count = headcount.employed_count(position)
    facts = [
        ("月薪", pay(position)),
        ("工作地区", f"{position.region.name} {position.address}".strip()),
        ("招聘人数", f"{position.headcount} 人，已入职 {hired_count} 人"),
    ]
    if position.expires_at is not None:
        facts.append(("截止日期", cn_date(position.expires_at)))
    if position.renewals:
        facts.append(("续期", f"已续 {position.renewals} 次，最多 {lifecycle.MAX_RENEWALS} 次"))
    if position.external_id:
        facts.append(("岗位编号", position.external_id))
    return facts


def _fairs(user: User, position: Position) -> list[tuple[JobFairPage, bool]]:
    """Return the next fairs, each with whether the position is shown there."""
    booths = Booth.objects.visible_to(user).filter(positions=position)
    fair_keys = set(booths.values_list("fair", flat=True))
    return [(fair, fair.pk in fair_keys) for fair in JobFairPage.objects.upcoming()[:FAIRS_SHOWN]]


@signed_in_view
@require_POST
def take_step(request: SignedInRequest, pk: int, step: str) -> HttpResponse:
    """Take a step of STEPS; 'submit' submits a position although a similar one exists."""
    user = request.user
    position = get_own(user, pk)
    if step == "submit":
        return submit_position(request, position, distinct=True)
    if step not in STEPS:
        raise Http404
    action, success_text = STEPS[step]
    options = {"idempotency_key": parse_uuid(request.POST.get("key", ""))} if step == "copy" else {}
    try:
        result = action(position=position, by=user, **options)
    except TransitionRefused:
        messages.error(request, f"“{position.title}”现在是“{position.get_state_display()}”，不能这样操作。")
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    else:
        messages.success(request, f"“{position.title}”{success_text}")
        if step == "copy":
            return redirect("employer:position-edit", pk=result.pk)
        if step == "fill":
            return redirect("employer:position-closing", pk=pk)
    return redirect("employer:position-life", pk=pk)


def submit_position(request: SignedInRequest, position: Position, *, distinct: bool = False) -> HttpResponse:
    """Submit a position; on refusal redirect to the page where the cause can be corrected."""
    try:
        submit_unless_duplicate(position=position, by=request.user, distinct=distinct)
    except DuplicatePosition:
        messages.warning(request, f"“{position.title}”与另一个岗位很像，还没有提交，请核对。")
        return redirect("employer:position-life", pk=position.pk)
    except TransitionRefused:
        if position.state != PositionState.IN_REVIEW:  # else the button was pressed twice
            state = position.get_state_display()
            messages.error(request, f"“{position.title}”现在是“{state}”，不能这样操作。")
    except ValidationError as error:
        messages.error(request, f"“{position.title}”没有提交：{'；'.join(error.messages)}")
        return redirect("employer:position-edit", pk=position.pk)
    else:
        advice = sum(not f.is_blocking for findings in check_position(position).values() for f in findings)
        hint = f"有 {advice} 处用语建议放宽，打开岗位可以看到。" if advice else ""
        messages.success(request, f"“{position.title}”已提交审核，结果会显示在岗位列表。{hint}")
    return redirect("employer:positions")


@signed_in_view
@require_POST
def grow(request: SignedInRequest, pk: int) -> HttpResponse:
    """Raise the headcount."""
    user = request.user
    position, form = get_own(user, pk), HeadcountForm(request.POST)
    if form.is_valid():
        try:
            lifecycle.raise_headcount(position=position, by=user, headcount=form.cleaned_data["headcount"])
        except ValidationError as error:
            add_errors(form, error)
        else:
            messages.success(request, f"“{position.title}”的招聘人数已增加。")
            return redirect("employer:position-life", pk=pk)
    return _page(request, position, form)


@signed_in_view
@require_POST
def occupation(request: SignedInRequest, pk: int) -> HttpResponse:
    """Set the occupation whose code is in the POST data."""
    user = request.user
    choose_occupation(request, get_own(user, pk), user)
    return redirect("employer:position-life", pk=pk)


@signed_in_view
@require_POST
def bring(request: SignedInRequest, pk: int, page_id: int) -> HttpResponse:
    """Bring the position to the employer's booth at a fair."""
    user = request.user
    position = get_own(user, pk)
    fair = get_object_or_404(JobFairPage.objects.upcoming(), pk=page_id)
    try:
        bring_position(fair=fair, position=position, by=user)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    else:
        messages.success(request, f"“{position.title}”已带到“{fair.title}”。")
    return redirect("employer:position-life", pk=pk)


@signed_in_view
@require_http_methods(["GET", "POST"])
def closing(request: SignedInRequest, pk: int) -> HttpResponse:
    """Record the hiring outcome of a closed position."""
    user = request.user
    position = get_own(user, pk)
    if not hiring_outcomes.needs_outcome(position):
        messages.info(request, "岗位结束后再回答是否招到人。")
        return redirect("employer:position-life", pk=pk)
    outcome = HiringOutcome.objects.visible_to(user).filter(position=position).first()
    initial = (
        {"result": outcome.result, "reason": outcome.reason, "placements": list(outcome.placements.all())}
        if outcome
        else {}
    )
    form = HiringOutcomeForm(
        position, user, request.POST if request.method == "POST" else None, initial=initial
    )
    if request.method == "POST" and form.is_valid():
        try:
            hiring_outcomes.record_outcome(position=position, by=user, **form.cleaned_data)
        except ValidationError as error:
            add_errors(form, error)
        else:
            messages.success(request, "已记录，谢谢。")
            return redirect("employer:position-life", pk=pk)
    selectable = hiring_outcomes.selectable_placements(position, user).select_related("veteran")
    log_shown(
        by=user,
        veterans=[placement.veteran for placement in selectable],
        place=f"招聘结果名单（{position.employer.name}）",
    )
    return render(request, "employer/positions/position_closing.html", {"position": position, "form": form})
