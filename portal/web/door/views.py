"""Pages for the phone of a fair helper: check-in at the door, intentions at the booths."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.db.models import Count
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from cms.models import JobFairPage
from portal.accounts.models import User
from portal.fairs import actions
from portal.fairs.enums import VisitorKind
from portal.fairs.models import Booth, CheckIn
from portal.fairs.permissions import fairs_operated_by
from portal.placements import actions as placements
from portal.positions.models import Position
from portal.veterans.shown_records import log_shown
from portal.web.door.forms import IntentionForm
from portal.web.shared.form_fields import add_errors
from portal.web.shared.query_params import BadParameterError, get_row
from portal.web.shared.requests import SignedInRequest, signed_in_view

PAGE_SIZE = 20


def _get_fair(request: SignedInRequest, page_id: int) -> tuple[User, JobFairPage]:
    """Return the user and the fair.

    Raises:
        Http404: the user neither runs the fair nor has a door shift there.
    """
    user = request.user
    return user, get_object_or_404(fairs_operated_by(user), pk=page_id)


def masked_name(name: str) -> str:
    """'陈建国' -> '陈*国', '李明' -> '李*'."""
    return f"{name[0]}*{name[2:]}" if len(name) > 2 else f"{name[:1]}*"


@signed_in_view
@require_safe
def fairs(request: SignedInRequest) -> HttpResponse:
    """List the user's current and upcoming fairs, soonest first."""
    rows = fairs_operated_by(request.user).filter(ends_at__gt=timezone.now())
    page = Paginator(rows.order_by("starts_at", "pk"), PAGE_SIZE).get_page(request.GET.get("page"))
    return render(request, "door/fairs.html", {"page": page})


def _scan_page(request: SignedInRequest, fair: JobFairPage, **result: Any) -> HttpResponse:
    counts = dict(CheckIn.objects.filter(fair=fair).order_by().values_list("kind").annotate(n=Count("pk")))
    context = {
        "fair": fair,
        "counters": [(kind, label, counts.get(kind, 0)) for kind, label in VisitorKind.choices],
        "tone": "",
        "headline": "",
        "detail": "",
        **result,
    }
    return render(request, "door/scan.html", context)


@signed_in_view
@require_safe
def scan(request: SignedInRequest, page_id: int) -> HttpResponse:
    """Show the page to scan or type a ticket."""
    _, fair = _get_fair(request, page_id)
    return _scan_page(request, fair)


@signed_in_view
@require_POST
def check_in(request: SignedInRequest, page_id: int) -> HttpResponse:
    """Check in the holder of a ticket; a second scan shows the time of the first."""
    user, fair = _get_fair(request, page_id)
    try:
        row, first = actions.check_in(fair=fair, code=request.POST.get("code", ""), by=user)
    except actions.CheckInRefused as refused:
        return _scan_page(request, fair, tone="danger", headline="不能入场", detail=str(refused))
    holder = row.registration
    assert holder is not None
    log_shown(by=user, veterans=[holder.veteran], place=f"招聘会入场（{fair.title}）")
    who = f"{masked_name(holder.veteran.name)}　报名序号 {holder.number}"
    if first:
        return _scan_page(request, fair, tone="success", headline="可以入场", detail=who)
    when = timezone.localtime(row.at)
    return _scan_page(request, fair, tone="warning", headline=f"已入场 {when:%H:%M}", detail=who)


@signed_in_view
@require_POST
def count_visitor(request: SignedInRequest, page_id: int) -> HttpResponse:
    """Count a visitor without a ticket."""
    user, fair = _get_fair(request, page_id)
    kind = request.POST.get("kind", "")
    if kind not in {VisitorKind.FAMILY, VisitorKind.OTHER}:
        raise BadParameterError("kind", "不是来访者的类别")
    actions.count_visitor(fair=fair, kind=VisitorKind(kind), by=user)
    messages.success(request, f"已登记一位{VisitorKind(kind).label}来访者。")
    return redirect("door:scan", page_id=page_id)


@signed_in_view
@require_http_methods(["GET", "POST"])
def intention(request: SignedInRequest, page_id: int) -> HttpResponse:
    """Choose the booth, then record an intention for one of its positions."""
    user, fair = _get_fair(request, page_id)
    booths = Booth.objects.visible_to(user).confirmed().filter(fair=fair).select_related("employer")
    booth = get_row(booths, request.GET, "booth")
    if booth is None:
        page = Paginator(booths.order_by("number", "pk"), 60).get_page(request.GET.get("page"))
        return render(request, "door/booths.html", {"fair": fair, "page": page})
    form = IntentionForm(booth, request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid() and _save_intention(user, fair, form):
        messages.success(request, "意向已登记，所属服务站会跟进。")
        return redirect(request.get_full_path())
    return render(request, "door/intention.html", {"fair": fair, "booth": booth, "form": form})


def _save_intention(user: User, fair: JobFairPage, form: IntentionForm) -> bool:
    values = form.cleaned_data
    try:
        holder = actions.find_registration(fair=fair, code=values["code"])
        placements.declare(
            veteran=holder.veteran,
            position=Position.objects.visible_to(user).with_details().get(pk=values["position"].pk),
            by=user,
            fair=fair,
            offline_key=values["offline_key"],
            pay_agreed=values["pay_agreed"],
            planned_first_day=values["planned_first_day"],
        )
    except actions.CheckInRefused as refused:
        form.add_error("code", str(refused))
    except ValidationError as error:
        add_errors(form, error)
    else:
        return True
    return False
