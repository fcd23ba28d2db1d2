"""Review of positions: the queue, one position, and approval of several positions without findings."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from portal.accounts.models import User
from portal.accounts.roles import Permission
from portal.core.text_folding import fold_name
from portal.positions import actions, bulk_review, wording_exceptions
from portal.positions.enums import PositionState
from portal.positions.models import Position, PositionQuerySet
from portal.positions.position_locks import review_token
from portal.positions.wording_checks import label_summary
from portal.stations.models import in_subtrees
from portal.web.shared.primary_keys import parse_keys
from portal.web.shared.redirects import with_query
from portal.web.shared.wording_panel import CHECKED_FIELDS, build_panel
from portal.web.staff.access import review_staff
from portal.web.staff.decisions import PAGE_SIZE, decide
from portal.web.staff.positions.forms import QueueFilter, RefusalForm

_STATES = (
    PositionState.IN_REVIEW, PositionState.OPEN, PositionState.REFUSED, PositionState.PAUSED,
    PositionState.FILLED, PositionState.EXPIRED, PositionState.WITHDRAWN,
)  # fmt: skip
MAX_NAMES = 5  # positions named in a message


@review_staff
@require_safe
def listing(request: HttpRequest, user: User) -> HttpResponse:
    """List positions of the employers of the user's stations by state, the longest waiting first."""
    value = request.GET.get("state", "")
    state = PositionState(value) if value in _STATES else PositionState.IN_REVIEW
    form = QueueFilter(
        user.station_paths(Permission.REVIEW_EMPLOYERS), request.GET or None, initial={"state": state}
    )
    rows = Position.objects.reviewable_by(user).filter(state=state)
    if form.is_bound and form.is_valid():
        rows = _apply_filters(rows, form.cleaned_data)
    is_in_review = state == PositionState.IN_REVIEW
    rows = rows.with_details().with_live_exceptions()
    rows = rows.order_by("submitted_at", "pk") if is_in_review else rows.order_by("-submitted_at", "-pk")
    page = Paginator(rows, PAGE_SIZE).get_page(request.GET.get("page"))
    has_filters = any(request.GET.get(name) for name in form.fields if name != "state")
    clear_url = f"{reverse('staff:positions')}?state={state.value}"
    context = {
        "page": page,
        "rows": [
            (position, label_summary(position.wording), review_token(position) if is_in_review else "")
            for position in page
        ],
        "tabs": _tabs(request.GET, state),
        "form": form,
        "has_filters": has_filters,
        "clear_url": clear_url,
        "filter_clear_url": clear_url if has_filters else "",
        "is_in_review": is_in_review,
        "back": request.GET.urlencode(),
    }
    return render(request, "staff/positions/positions.html", context)


def _apply_filters(rows: PositionQuerySet, values: dict[str, Any]) -> PositionQuerySet:
    if values["employer"]:
        rows = rows.filter(employer__name_key__contains=fold_name(values["employer"]))
    if values["station"]:
        rows = rows.filter(in_subtrees("employer__station", [values["station"].path]))
    return rows.with_finding(values["finding"]) if values["finding"] else rows


def _tabs(params: QueryDict, state: PositionState) -> list[dict[str, Any]]:
    """Return a tab per state; each keeps the filters."""
    query = params.copy()
    query.pop("page", None)
    tabs = []
    for value in _STATES:
        query["state"] = value.value
        url = f"{reverse('staff:positions')}?{query.urlencode()}"
        tabs.append({"label": value.label, "url": url, "current": value == state, "count": None})
    return tabs


@review_staff
@require_POST
def approve_many(request: HttpRequest, user: User) -> HttpResponse:
    """Approve the selected positions, or the one whose button was pressed; a message names the failures."""
    keys = parse_keys(request.POST.getlist("approve") or request.POST.getlist("pk"))[:PAGE_SIZE]
    rows = Position.objects.reviewable_by(user).with_details().filter(pk__in=keys)
    tokens = {position.pk: request.POST.get(f"seen-{position.pk}", "") for position in rows}
    approved, failures = bulk_review.approve_clean(
        positions=rows.order_by("submitted_at", "pk"), by=user, seen_tokens=tokens
    )
    if approved:
        messages.success(request, f"已通过 {len(approved)} 个岗位：{_join_titles(approved)}。")
    if failures:
        reasons = "；".join(f"“{position.title}”{words}" for position, words in failures[:MAX_NAMES])
        messages.warning(
            request, f"{len(failures)} 个没有通过：{reasons}{'……' if len(failures) > MAX_NAMES else ''}。"
        )
    if not approved and not failures:
        messages.warning(request, "没有勾选岗位。")
    return redirect(with_query(reverse("staff:positions"), QueryDict(request.POST.get("back", ""))))


def _join_titles(positions: list[Position]) -> str:
    names = "、".join(position.title for position in positions[:MAX_NAMES])
    return f"{names}等" if len(positions) > MAX_NAMES else names


@review_staff
@require_http_methods(["GET", "POST"])
def detail(request: HttpRequest, user: User, pk: int) -> HttpResponse:
    """Show one position with its wording findings; POST approves, accepts an exception or refuses."""
    rows = Position.objects.reviewable_by(user).with_details().with_live_exceptions()
    position = get_object_or_404(rows, pk=pk)
    decision = request.POST.get("decision") if request.method == "POST" else None
    approval = forms.Form(request.POST if decision in _APPROVALS else None)
    refusal = RefusalForm(request.POST if decision == "refuse" else None)
    is_decided, seen_token = False, request.POST.get("seen_token", "")
    if decision in _APPROVALS and approval.is_valid():
        action, success = _APPROVALS[decision]
        is_decided = decide(
            request,
            approval,
            action,
            f"{success}：{position.title}。",
            position=position,
            by=user,
            seen_token=seen_token,
        )
    elif decision == "refuse" and refusal.is_valid():
        is_decided = decide(
            request, refusal, actions.refuse, f"已退回：{position.title}。", position=position, by=user,
            reason=refusal.reason(), seen_token=seen_token,
        )  # fmt: skip
    if is_decided:
        return redirect("staff:positions")
    position = get_object_or_404(rows, pk=pk)
    context = {
        "position": position,
        "facts": _facts(position),
        "approval": approval,
        "refusal": refusal,
        "is_in_review": position.state == PositionState.IN_REVIEW,
        "panels": _panels(position),
        "seen_token": review_token(position),
        **_exception_context(position, user),
    }
    return render(request, "staff/positions/position.html", context)


_APPROVALS: dict[str, tuple[Callable[..., Any], str]] = {
    "approve": (actions.approve, "已通过"),
    "except": (wording_exceptions.approve_exception, "已同意例外，等待另一位审核人员复核"),
    "confirm": (bulk_review.confirm_and_approve, "例外已复核，岗位已通过"),
}


def _panels(position: Position) -> list[tuple[str, dict[str, Any]]]:
    """Return (label, build_panel) of each text of the position that has wording findings."""
    panels = [(label, build_panel(name, getattr(position, name))) for name, label in CHECKED_FIELDS.items()]
    return [(label, content) for label, content in panels if content["suggestions"]]


def _exception_context(position: Position, user: User) -> dict[str, Any]:
    """Return the template context of the wording exception that the position needs or has."""
    blocks = [
        suggestion.finding
        for _, content in _panels(position)
        for suggestion in content["suggestions"]
        if suggestion.finding.is_blocking
    ]
    live = position.live_exceptions[0] if position.live_exceptions else None
    return {
        "blocks": blocks,
        "not_excusable": [finding for finding in blocks if not finding.excusable],
        "exception": live,
        "is_own_approval": live is not None and live.approved_by_id == user.pk,
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
