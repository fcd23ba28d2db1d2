"""One call: the number to dial, what came of it, and the tap that was a mistake."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from portal.accounts.models import User
from portal.core.state_machine import TransitionRefused
from portal.placements import actions, rounds
from portal.placements.enums import AttemptOutcome, FollowUpState
from portal.placements.models import FollowUp
from portal.veterans.actions import reveal
from portal.web.shared.form_fields import add_errors
from portal.web.shared.placement_timeline import timeline
from portal.web.shared.redirects import safe_next
from portal.web.staff.calls.follow_up_rows import duties, next_call, recorded, told_day
from portal.web.staff.guard import file_staff
from portal.web.staff.records.forms import CallForm

MOVED_ON = "此人的进展刚刚有变化，请刷新后再记录。"


def _found(user: User, pk: int) -> FollowUp:
    rows = FollowUp.objects.visible_to(user).select_related(
        "placement__veteran__station",
        "placement__position__employer",
        "placement__position__region",
        "placement__fair",
        "station",
        "clerk",
    )
    return get_object_or_404(rows, pk=pk)


@file_staff
@require_http_methods(["GET", "POST"])
def follow_up(request: HttpRequest, user: User, pk: int) -> HttpResponse:
    """One call: who, what happened so far, and what came of it. For what a tap in the list cannot say."""
    found = _found(user, pk)
    posted = request.POST if request.method == "POST" else None
    form = CallForm(found.placement, posted, initial={"step": request.GET.get("step", "")})
    if request.method == "POST" and form.is_valid():
        outcome, step = AttemptOutcome(form.cleaned_data["outcome"]), form.cleaned_data["step"]
        try:
            done = actions.record_call(
                follow_up=found,
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
            form.add_error("step", MOVED_ON)
        else:
            step = step if outcome == AttemptOutcome.REACHED else ""
            _say(request, done, outcome, step)
            return _onwards(request, done, outcome)
    return _page(request, user, found, form)


def _page(
    request: HttpRequest, user: User, found: FollowUp, form: CallForm, *, phone: str = ""
) -> HttpResponse:
    context = {
        "follow_up": found,
        "placement": found.placement,
        "attempts": list(found.attempts.select_related("by", "taken_back")),
        "mistakable": rounds.mistakable(found, user),
        "steps": timeline(found.placement),
        "form": form,
        "phone": phone,
        "away": found.placement.veteran.absences.in_force().first(),
        "is_pending": found.state == FollowUpState.PENDING,
        "next": safe_next(request, reverse("staff:day")),
    }
    return render(request, "staff/calls/follow_up.html", context)


@file_staff
@require_POST
def call(request: HttpRequest, user: User, pk: int) -> HttpResponse:
    """The number to dial, on this one answer. The look is noted with the duty as its reason."""
    found = _found(user, pk)
    reason = f"{found.get_kind_display()}（应于{found.due_on:%Y-%m-%d}）"
    phone = reveal(veteran=found.placement.veteran, by=user, field="phone", reason=reason)
    if request.headers.get("HX-Request"):
        return render(
            request, "staff/calls/_dial.html", {"phone": phone, "name": found.placement.veteran.name}
        )
    return _page(request, user, found, CallForm(found.placement), phone=phone)


@file_staff
@require_POST
def outcome(request: HttpRequest, user: User, pk: int) -> HttpResponse:
    """What came of a call, by one tap: `did` is the outcome, after 'reached:' the step that was told of, and
    ':close' where it ends the person's other intentions.
    """
    found = _found(user, pk)
    said, _, rest = request.POST.get("did", "").partition(":")
    step, _, others = rest.partition(":")
    if said not in AttemptOutcome.values:
        return _refused(request, user, found, "请选择联系的结果。")
    result = AttemptOutcome(said)
    try:
        done = actions.record_call(
            follow_up=found,
            by=user,
            outcome=result,
            step=step,
            on=told_day(found.placement, step) if step else None,
            close_others=others == "close",
        )
    except ValidationError as error:
        return _refused(request, user, found, " ".join(error.messages))
    except TransitionRefused:
        return _refused(request, user, found, MOVED_ON)
    if request.headers.get("HX-Request"):
        return _receipt(request, found, done, result, step)
    _say(request, done, result, step)
    return _onwards(request, done, result)


def _refused(request: HttpRequest, user: User, found: FollowUp, words: str) -> HttpResponse:
    """The row again with what was wrong, or the list with a message."""
    if request.headers.get("HX-Request"):
        (row,) = duties([found], user, words)
        context = {"duty": row, "next": safe_next(request, reverse("staff:day"))}
        return render(request, "staff/calls/_follow_up.html", context)
    messages.error(request, f"{found.placement.veteran.name}：{words}")
    return redirect(safe_next(request, reverse("staff:day")))


def _receipt(
    request: HttpRequest, found: FollowUp, done: FollowUp, result: AttemptOutcome, step: str
) -> HttpResponse:
    context: dict[str, Any] = {
        "follow_up": done,
        "name": found.placement.veteran.name,
        "words": recorded(done, result, step),
        "next_call": next_call(done.placement) if done.state == FollowUpState.DONE else "",
        "wrong_number": result == AttemptOutcome.WRONG_NUMBER,
        "may_take_back": "step" if step else "try",
        "next": safe_next(request, reverse("staff:day")),
    }
    return render(request, "staff/calls/_call_recorded.html", context)


def _say(request: HttpRequest, done: FollowUp, result: AttemptOutcome, step: str) -> None:
    words = recorded(done, result, step)
    if done.state == FollowUpState.DONE:
        words += next_call(done.placement)
    messages.success(request, f"{done.placement.veteran.name}：{words}")


def _onwards(request: HttpRequest, done: FollowUp, result: AttemptOutcome) -> HttpResponseRedirect:
    """Back to the list; after a wrong number to where the right one is written down."""
    if result == AttemptOutcome.WRONG_NUMBER:
        return redirect("staff:veteran-edit", pk=done.placement.veteran_id, section="identity")
    return redirect(safe_next(request, reverse("staff:day")))


@file_staff
@require_POST
def take_back(request: HttpRequest, user: User, pk: int) -> HttpResponse:
    """Take back what was just recorded with a call: its step, by a correction, or else (`what` is 'try') the
    call itself, which then waits again.
    """
    found = _found(user, pk)
    if request.POST.get("what") == "try":
        return _take_back_try(request, user, found)
    name = found.placement.veteran.name
    try:
        placement = rounds.take_back(placement=found.placement, by=user)
    except ValidationError as error:
        words, good = " ".join(error.messages), False
    else:
        words, good = f"已撤销，仍是“{placement.get_state_display()}”。{next_call(placement)}", True
    if request.headers.get("HX-Request"):
        context = {"follow_up": found, "name": name, "words": words, "next": "", "next_call": ""}
        return render(
            request, "staff/calls/_call_recorded.html", context | {"wrong_number": False, "may_take_back": ""}
        )
    (messages.success if good else messages.error)(request, f"{name}：{words}")
    return redirect(safe_next(request, reverse("staff:day")))


def _take_back_try(request: HttpRequest, user: User, found: FollowUp) -> HttpResponse:
    name, words = found.placement.veteran.name, ""
    try:
        rounds.take_back_try(follow_up=found, by=user)
    except ValidationError as error:
        words = " ".join(error.messages)
    if request.headers.get("HX-Request"):
        (row,) = duties([_found(user, found.pk)], user, words)
        context = {"duty": row, "next": safe_next(request, reverse("staff:day"))}
        return render(request, "staff/calls/_follow_up.html", context)
    if words:
        messages.error(request, f"{name}：{words}")
    else:
        messages.success(request, f"{name}：已撤销，这条回访还在清单里。")
    return redirect(safe_next(request, reverse("staff:day")))


@file_staff
@require_POST
def in_vain(request: HttpRequest, user: User) -> HttpResponse:
    """Everybody ticked was called in vain."""
    ticked = [int(pk) for pk in request.POST.getlist("pk") if pk.isdecimal() and len(pk) < 16]
    rows = list(FollowUp.objects.visible_to(user).due().filter(pk__in=ticked)[:100])
    if not rows:
        messages.error(request, "请先勾选没联系上的人。")
    else:
        noted = rounds.record_in_vain(follow_ups=rows, by=user)
        ended = sum(done.state == FollowUpState.DONE for done in noted)
        more = f"，其中{ended}人试满次数，回访结束" if ended else ""
        messages.success(request, f"已记录{len(noted)}人没联系上{more}。")
    return redirect(safe_next(request, reverse("staff:day")))
