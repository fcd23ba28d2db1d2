"""The door lets people in by ticket; the booths write intentions down. One task a page, for a phone."""

import uuid
from decimal import Decimal
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.db.models import Count
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from cms.models import JobFairPage
from portal.accounts.models import User
from portal.fairs import actions
from portal.fairs.enums import VisitorKind
from portal.fairs.models import Booth, CheckIn, fairs_operated_by
from portal.placements import actions as placements
from portal.positions.models import Position
from portal.web.shared.form_fields import DayInput, add_errors
from portal.web.shared.requests import SignedInRequest, signed_in_view

PAGE_SIZE = 20


def _mine(request: SignedInRequest, page_id: int) -> tuple[User, JobFairPage]:
    """The fair, if the user serves there; for everybody else there is none."""
    user = request.user
    return user, get_object_or_404(fairs_operated_by(user), pk=page_id)


def masked_name(name: str) -> str:
    """'陈建国' -> '陈*国', '李明' -> '李*'."""
    return f"{name[0]}*{name[2:]}" if len(name) > 2 else f"{name[:1]}*"


@signed_in_view
@require_safe
def fairs(request: SignedInRequest) -> HttpResponse:
    """Fairs where the user serves: on now or to come, soonest first."""
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
    """Scan or type a ticket."""
    _, fair = _mine(request, page_id)
    return _scan_page(request, fair)


@signed_in_view
@require_POST
def check_in(request: SignedInRequest, page_id: int) -> HttpResponse:
    """Let the holder of a ticket in; scanning it again only says when that was."""
    user, fair = _mine(request, page_id)
    try:
        row, first = actions.check_in(fair=fair, code=request.POST.get("code", ""), by=user)
    except actions.CheckInRefused as refused:
        return _scan_page(request, fair, tone="danger", headline="不能入场", detail=str(refused))
    holder = row.registration
    assert holder is not None
    who = f"{masked_name(holder.veteran.name)}　报名序号 {holder.number}"
    if first:
        return _scan_page(request, fair, tone="success", headline="可以入场", detail=who)
    when = timezone.localtime(row.at)
    return _scan_page(request, fair, tone="warning", headline=f"已入场 {when:%H:%M}", detail=who)


@signed_in_view
@require_POST
def count_visitor(request: SignedInRequest, page_id: int) -> HttpResponse:
    """Count somebody without a ticket."""
    user, fair = _mine(request, page_id)
    kind = request.POST.get("kind", "")
    if kind not in {VisitorKind.FAMILY, VisitorKind.OTHER}:
        raise Http404
    actions.count_visitor(fair=fair, kind=VisitorKind(kind), by=user)
    messages.success(request, f"已登记一位{VisitorKind(kind).label}来访者。")
    return redirect("door:scan", page_id=page_id)


class IntentionForm(forms.Form):
    """An intention at a booth. The key is made once a form, so that sending it twice changes nothing."""

    code = forms.CharField(
        label="求职者的报名序号或票号",
        max_length=36,
        widget=forms.TextInput(attrs={"autocomplete": "off", "data-scan": "code"}),
    )
    position = forms.ModelChoiceField(
        label="岗位", queryset=Position.objects.none(), widget=forms.RadioSelect, empty_label=None
    )
    pay_agreed = forms.DecimalField(
        label="约定月薪（元，选填）",
        required=False,
        min_value=Decimal(1),
        max_digits=8,
        decimal_places=0,
    )
    planned_first_day = forms.DateField(label="计划到岗日期（选填）", required=False, widget=DayInput())
    offline_key = forms.UUIDField(widget=forms.HiddenInput())

    def __init__(self, booth: Booth, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial["offline_key"] = uuid.uuid4()
        field = self.fields["position"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = booth.positions.filter(pk__in=Position.objects.open_at()).order_by("title", "pk")


@signed_in_view
@require_http_methods(["GET", "POST"])
def intention(request: SignedInRequest, page_id: int) -> HttpResponse:
    """Choose the booth, then write down who goes on about which position."""
    user, fair = _mine(request, page_id)
    booths = Booth.objects.visible_to(user).confirmed().filter(fair=fair).select_related("employer")
    asked = request.GET.get("booth", "")
    if not asked.isdigit():
        page = Paginator(booths.order_by("number", "pk"), 60).get_page(request.GET.get("page"))
        return render(request, "door/booths.html", {"fair": fair, "page": page})
    booth = get_object_or_404(booths, pk=int(asked))
    form = IntentionForm(booth, request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid() and _declare(user, fair, form):
        messages.success(request, "意向已登记，所属服务站会跟进。")
        return redirect(request.get_full_path())
    return render(request, "door/intention.html", {"fair": fair, "booth": booth, "form": form})


def _declare(user: User, fair: JobFairPage, form: IntentionForm) -> bool:
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
