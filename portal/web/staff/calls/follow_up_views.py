"""One follow-up: show the phone number, record the outcome, undo a mistaken record."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from portal.accounts.actions import log_access
from portal.accounts.enums import AccessKind
from portal.accounts.models import User
from portal.core.state_machine import TransitionRefused
from portal.follow_ups import attempts
from portal.follow_ups.enums import AttemptOutcome, FollowUpState
from portal.follow_ups.models import FollowUp
from portal.placements import actions
from portal.veterans.actions import reveal
from portal.web.shared.form_fields import add_errors
from portal.web.shared.placement_timeline import build_timeline
from portal.web.shared.primary_keys import parse_keys
from portal.web.shared.redirects import safe_next
from portal.web.staff.access import record_staff
from portal.web.staff.calls.follow_up_rows import (
    describe_next_follow_up,
    describe_recorded_call,
    follow_up_rows,
    one_tap_date,
)
from portal.web.staff.calls.forms import CallForm

MAX_SELECTED = 100
STATE_CHANGED = "此人的进展刚刚有变化，请刷新后再记录。"


def _get_follow_up(user: User, pk: int) -> FollowUp:
    rows = FollowUp.objects.visible_to(user).select_related(
        "placement__veteran__station",
        "placement__position__employer",
        "placement__position__region",
        "placement__fair",
        "station",
        "clerk",
    )
    return get_object_or_404(rows, pk=pk)


@record_staff
@require_http_methods(["GET", "POST"])
def detail(request: HttpRequest, user: User, pk: int) -> HttpResponse:
    """Show one follow-up with its history; POST records an outcome with its date, note and details."""
    current = _get_follow_up(user, pk)
    data = request.POST if request.method == "POST" else None
    form = CallForm(current.placement, data, initial={"step": request.GET.get("step", "")})
    if request.method == "POST" and form.is_valid():
        outcome, step = AttemptOutcome(form.cleaned_data["outcome"]), form.cleaned_data["step"]
        try:
            updated = attempts.record_call(
                follow_up=current,
                by=user,
                outcome=outcome,
                note=form.cleaned_data["note"],
                step=step,
                on=form.cleaned_data["on"],
                **form.details(),
            )
        except ValidationError as error:
            add_errors(form, error)
        except TransitionRefused:
            form.add_error("step", STATE_CHANGED)
        else:
            step = step if outcome == AttemptOutcome.REACHED else ""
            _add_message(request, updated, outcome, step)
            return _redirect_after_call(request, updated, outcome)
    return _page(request, user, current, form)


def _page(
    request: HttpRequest, user: User, current: FollowUp, form: CallForm, *, phone: str = ""
) -> HttpResponse:
    context = {
        "follow_up": current,
        "placement": current.placement,
        "attempts": list(current.attempts.select_related("by", "reversal")),
        "reversible_attempt": attempts.reversible_attempt(current, user),
        "steps": build_timeline(current.placement),
        "form": form,
        "phone": phone,
        "current_absence": current.placement.veteran.absences.in_force().first(),
        "is_pending": current.state == FollowUpState.PENDING,
        "next": safe_next(request, reverse("staff:day")),
    }
    log_access(actor=user, file_id=current.placement.veteran_id, kind=AccessKind.VIEW, field="回访")
    return render(request, "staff/calls/follow_up.html", context)


@record_staff
@require_POST
def reveal_phone(request: HttpRequest, user: User, pk: int) -> HttpResponse:
    """Show the phone number in this one response; the access log names the follow-up as the reason."""
    current = _get_follow_up(user, pk)
    reason = f"{current.get_kind_display()}（应于{current.due_on:%Y-%m-%d}）"
    phone = reveal(veteran=current.placement.veteran, by=user, field="phone", reason=reason)
    if request.headers.get("HX-Request"):
        return render(
            request, "staff/calls/_dial.html", {"phone": phone, "name": current.placement.veteran.name}
        )
    return _page(request, user, current, CallForm(current.placement), phone=phone)


@record_staff
@require_POST
def record_outcome(request: HttpRequest, user: User, pk: int) -> HttpResponse:
    """Record the outcome of a call by one tap.

    The form field `did` holds the outcome; `reached:STEP` adds a placement step, and `:close` at the end
    closes the veteran's other intentions.
    """
    current = _get_follow_up(user, pk)
    value, _, rest = request.POST.get("did", "").partition(":")
    step, _, others = rest.partition(":")
    if value not in AttemptOutcome.values:
        return _render_error(request, user, current, "请选择联系的结果。")
    result = AttemptOutcome(value)
    try:
        updated = attempts.record_call(
            follow_up=current,
            by=user,
            outcome=result,
            step=step,
            on=one_tap_date(current.placement, step) if step else None,
            close_others=others == "close",
        )
    except ValidationError as error:
        return _render_error(request, user, current, " ".join(error.messages))
    except TransitionRefused:
        return _render_error(request, user, current, STATE_CHANGED)
    if request.headers.get("HX-Request"):
        return _render_receipt(request, current, updated, result, step)
    _add_message(request, updated, result, step)
    return _redirect_after_call(request, updated, result)


def _render_error(request: HttpRequest, user: User, current: FollowUp, words: str) -> HttpResponse:
    """Render the row with an error for htmx; otherwise redirect to the list with a message."""
    if request.headers.get("HX-Request"):
        (row,) = follow_up_rows([current], user, words)
        context = {"row": row, "next": safe_next(request, reverse("staff:day"))}
        return render(request, "staff/calls/_follow_up.html", context)
    messages.error(request, f"{current.placement.veteran.name}：{words}")
    return redirect(safe_next(request, reverse("staff:day")))


def _render_receipt(
    request: HttpRequest, current: FollowUp, updated: FollowUp, result: AttemptOutcome, step: str
) -> HttpResponse:
    context: dict[str, Any] = {
        "follow_up": updated,
        "name": current.placement.veteran.name,
        "words": describe_recorded_call(updated, result, step),
        "next_follow_up": describe_next_follow_up(updated.placement)
        if updated.state == FollowUpState.DONE
        else "",
        "is_wrong_number": result == AttemptOutcome.WRONG_NUMBER,
        "undo": "step" if step else "try",
        "next": safe_next(request, reverse("staff:day")),
    }
    return render(request, "staff/calls/_call_recorded.html", context)


def _add_message(request: HttpRequest, updated: FollowUp, result: AttemptOutcome, step: str) -> None:
    words = describe_recorded_call(updated, result, step)
    if updated.state == FollowUpState.DONE:
        words += describe_next_follow_up(updated.placement)
    messages.success(request, f"{updated.placement.veteran.name}：{words}")


def _redirect_after_call(
    request: HttpRequest, updated: FollowUp, result: AttemptOutcome
) -> HttpResponseRedirect:
    """Redirect to the list, or after a wrong number to the form that corrects it."""
    if result == AttemptOutcome.WRONG_NUMBER:
        return redirect("staff:veteran-edit", pk=updated.placement.veteran_id, section="identity")
    return redirect(safe_next(request, reverse("staff:day")))


@record_staff
@require_POST
def take_back(request: HttpRequest, user: User, pk: int) -> HttpResponse:
    """Undo the last placement step, or with `what=try` reverse the last attempt.

    After a reversal the follow-up is pending again.
    """
    current = _get_follow_up(user, pk)
    if request.POST.get("what") == "try":
        return _reverse_attempt(request, user, current)
    name = current.placement.veteran.name
    try:
        placement = actions.undo_last_step(placement=current.placement, by=user)
    except ValidationError as error:
        words, is_undone = " ".join(error.messages), False
    else:
        words, is_undone = (
            f"已撤销，仍是“{placement.get_state_display()}”。{describe_next_follow_up(placement)}",
            True,
        )
    if request.headers.get("HX-Request"):
        context = {"follow_up": current, "name": name, "words": words, "next": "", "next_follow_up": ""}
        return render(
            request, "staff/calls/_call_recorded.html", context | {"is_wrong_number": False, "undo": ""}
        )
    (messages.success if is_undone else messages.error)(request, f"{name}：{words}")
    return redirect(safe_next(request, reverse("staff:day")))


def _reverse_attempt(request: HttpRequest, user: User, current: FollowUp) -> HttpResponse:
    name, words = current.placement.veteran.name, ""
    try:
        attempts.reverse_attempt(follow_up=current, by=user)
    except ValidationError as error:
        words = " ".join(error.messages)
    if request.headers.get("HX-Request"):
        (row,) = follow_up_rows([_get_follow_up(user, current.pk)], user, words)
        context = {"row": row, "next": safe_next(request, reverse("staff:day"))}
        return render(request, "staff/calls/_follow_up.html", context)
    if words:
        messages.error(request, f"{name}：{words}")
    else:
        messages.success(request, f"{name}：已撤销，这条回访还在清单里。")
    return redirect(safe_next(request, reverse("staff:day")))


@record_staff
@require_POST
def record_not_reached(request: HttpRequest, user: User) -> HttpResponse:
    """Record an unsuccessful attempt for every selected follow-up (at most MAX_SELECTED)."""
    keys = parse_keys(request.POST.getlist("pk"))
    rows = list(FollowUp.objects.visible_to(user).due().filter(pk__in=keys)[:MAX_SELECTED])
    if not rows:
        messages.error(request, "请先勾选没联系上的人。")
    else:
        updated = attempts.record_unreached(follow_ups=rows, by=user)
        done_count = sum(row.state == FollowUpState.DONE for row in updated)
        more = f"，其中{done_count}人试满次数，回访结束" if done_count else ""
        messages.success(request, f"已记录{len(updated)}人没联系上{more}。")
    return redirect(safe_next(request, reverse("staff:day")))
