"""Reviewing positions: the queue, one position, many clean ones at once."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from portal.accounts.models import User
from portal.accounts.roles import Permission
from portal.positions import actions, bulk_review, wording_exceptions
from portal.positions.enums import PositionState
from portal.positions.models import Position
from portal.positions.wording_checks import label_summary
from portal.stations.models import in_subtrees
from portal.web.shared.wording_panel import FIELDS, panel
from portal.web.staff.access import review_staff
from portal.web.staff.decisions import A_PAGE, decide
from portal.web.staff.positions.forms import QueueFilter, RefusalForm

_STATES = (
    PositionState.IN_REVIEW, PositionState.OPEN, PositionState.REFUSED, PositionState.PAUSED,
    PositionState.FILLED, PositionState.EXPIRED, PositionState.WITHDRAWN,
)  # fmt: skip
# So many names stand in a message; the rest is a number.
_TOLD = 5


@review_staff
@require_safe
def listing(request: HttpRequest, user: User) -> HttpResponse:
    """Positions of the user's stations' employers, by state; those waiting longest on top."""
    asked = request.GET.get("state", "")
    state = PositionState(asked) if asked in _STATES else PositionState.IN_REVIEW
    form = QueueFilter(
        user.station_paths(Permission.REVIEW_EMPLOYERS), request.GET or None, initial={"state": state}
    )
    rows = Position.objects.reviewable_by(user).filter(state=state)
    if form.is_bound and form.is_valid():
        rows = _filtered(rows, form.cleaned_data)
    waiting = state == PositionState.IN_REVIEW
    rows = rows.with_details().with_live_exceptions()
    rows = rows.order_by("submitted_at", "pk") if waiting else rows.order_by("-submitted_at", "-pk")
    page = Paginator(rows, A_PAGE).get_page(request.GET.get("page"))
    filtered = any(request.GET.get(name) for name in form.fields if name != "state")
    clear_url = f"{reverse('staff:positions')}?state={state.value}"
    context = {
        "page": page,
        "rows": [(position, label_summary(position.wording)) for position in page],
        "tabs": _tabs(request.GET, state),
        "form": form,
        "filtered": filtered,
        "clear_url": clear_url,
        "filter_clear_url": clear_url if filtered else "",
        "waiting": waiting,
        "back": request.GET.urlencode(),
    }
    return render(request, "staff/positions/positions.html", context)


def _filtered(rows: Any, asked: dict[str, Any]) -> QuerySet[Position]:
    if asked["employer"]:
        rows = rows.filter(employer__name__icontains=asked["employer"])
    if asked["station"]:
        rows = rows.filter(in_subtrees("employer__station", [asked["station"].path]))
    return rows.with_finding(asked["finding"]) if asked["finding"] else rows


def _tabs(asked: QueryDict, state: PositionState) -> list[dict[str, Any]]:
    """The states, each with the filters kept."""
    kept = asked.copy()
    kept.pop("page", None)
    tabs = []
    for value in _STATES:
        kept["state"] = value.value
        url = f"{reverse('staff:positions')}?{kept.urlencode()}"
        tabs.append({"label": value.label, "url": url, "current": value == state, "count": None})
    return tabs


@review_staff
@require_POST
def approve_many(request: HttpRequest, user: User) -> HttpResponse:
    """Approve the ticked positions, or the one whose button was pressed; says what was not and why."""
    asked = request.POST.getlist("approve") or request.POST.getlist("pk")
    keys = [int(key) for key in asked if key.isdecimal() and len(key) < 16][:A_PAGE]
    rows = Position.objects.reviewable_by(user).with_details().filter(pk__in=keys)
    approved, left = bulk_review.approve_clean(positions=rows.order_by("submitted_at", "pk"), by=user)
    if approved:
        messages.success(request, f"已通过 {len(approved)} 个岗位：{_names(approved)}。")
    if left:
        why = "；".join(f"“{position.title}”{words}" for position, words in left[:_TOLD])
        messages.warning(request, f"{len(left)} 个没有通过：{why}{'……' if len(left) > _TOLD else ''}。")
    if not approved and not left:
        messages.warning(request, "没有勾选岗位。")
    return redirect(f"{reverse('staff:positions')}?{QueryDict(request.POST.get('back', '')).urlencode()}")


def _names(positions: list[Position]) -> str:
    names = "、".join(position.title for position in positions[:_TOLD])
    return f"{names}等" if len(positions) > _TOLD else names


@review_staff
@require_http_methods(["GET", "POST"])
def detail(request: HttpRequest, user: User, pk: int) -> HttpResponse:
    """One position with what was found in it: approve it, look at an exception, or send it back."""
    rows = Position.objects.reviewable_by(user).with_details().with_live_exceptions()
    position = get_object_or_404(rows, pk=pk)
    decision = request.POST.get("decision") if request.method == "POST" else None
    approval = forms.Form(request.POST if decision in _VERBS else None)
    refusal = RefusalForm(request.POST if decision == "refuse" else None)
    done = False
    if decision in _VERBS and approval.is_valid():
        verb, told = _VERBS[decision]
        done = decide(request, approval, verb, f"{told}：{position.title}。", position=position, by=user)
    elif decision == "refuse" and refusal.is_valid():
        done = decide(
            request, refusal, actions.refuse, f"已退回：{position.title}。", position=position, by=user,
            reason=refusal.reason(),
        )  # fmt: skip
    if done:
        return redirect("staff:positions")
    position = get_object_or_404(rows, pk=pk)
    context = {
        "position": position,
        "facts": _facts(position),
        "approval": approval,
        "refusal": refusal,
        "waiting": position.state == PositionState.IN_REVIEW,
        "panels": _panels(position),
        **_exception(position, user),
    }
    return render(request, "staff/positions/position.html", context)


_VERBS: dict[str, tuple[Callable[..., Any], str]] = {
    "approve": (actions.approve, "已通过"),
    "except": (wording_exceptions.approve_exception, "已同意例外，等待另一位审核人员复核"),
    "confirm": (bulk_review.confirm_and_approve, "例外已复核，岗位已通过"),
}


def _panels(position: Position) -> list[tuple[str, dict[str, Any]]]:
    """Each text of the position with its phrases marked; title and address only where something is found."""
    found = [(label, panel(name, getattr(position, name))) for name, label in FIELDS.items()]
    return [(label, shown) for label, shown in found if shown["offers"]]


def _exception(position: Position, user: User) -> dict[str, Any]:
    """How far the exception is, if the position needs one, and whose turn it is."""
    blocks = [
        offer.finding for _, shown in _panels(position) for offer in shown["offers"] if offer.finding.blocks
    ]
    live = position.live_exceptions[0] if position.live_exceptions else None
    return {
        "blocks": blocks,
        "never": [finding for finding in blocks if not finding.excusable],
        "exception": live,
        "own_look": live is not None and live.approved_by_id == user.pk,
    }


def _facts(position: Position) -> list[tuple[str, str]]:
    return [
        ("用人单位", position.employer.name),
        ("单位核验", position.employer.get_state_display()),
        ("职业分类", position.occupation.name),
        ("人数", f"{position.headcount} 人"),
        ("地点", f"{position.region.name} {position.address}".strip()),
        ("学历要求", position.get_education_min_display()),
        ("工作年限", f"{position.experience_years} 年"),
        ("证书要求", "、".join(position.certificate_labels)),
        ("班次", position.get_shift_display()),
        ("福利", "、".join(position.benefits)),
        ("可放宽项", position.relaxable),
    ]
