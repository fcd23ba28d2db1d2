"""An employer's booths at fairs."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from cms.models import JobFairPage
from portal.core.state_machine import TransitionRefused
from portal.employers.models import Employer
from portal.fairs import actions
from portal.fairs.enums import BoothState
from portal.fairs.models import Booth
from portal.web.employer.current_employer import for_employer
from portal.web.employer.fairs.forms import BoothForm, LeaveForm
from portal.web.shared.form_fields import add_errors
from portal.web.shared.requests import SignedInRequest

PAGE_SIZE = 12


@for_employer
@require_safe
def listing(request: SignedInRequest, employer: Employer) -> HttpResponse:
    """List upcoming fairs with the employer's booth, if any."""
    page = Paginator(JobFairPage.objects.upcoming(), PAGE_SIZE).get_page(request.GET.get("page"))
    booths = Booth.objects.visible_to(request.user).filter(employer=employer, fair__in=list(page.object_list))
    by_fair = {booth.fair_id: booth for booth in booths}
    rows = [(fair, by_fair.get(fair.pk)) for fair in page]
    return render(
        request,
        "employer/fairs/fairs.html",
        {"employer": employer, "page": page, "rows": rows, "now": timezone.now()},
    )


@for_employer
@require_http_methods(["GET", "POST"])
def join(request: SignedInRequest, employer: Employer, page_id: int) -> HttpResponse:
    """Request a booth with positions, or change its positions."""
    fair = get_object_or_404(JobFairPage.objects.upcoming(), pk=page_id)
    booth = Booth.objects.visible_to(request.user).filter(employer=employer, fair=fair).first()
    position_keys = list(booth.positions.values_list("pk", flat=True)) if booth else []
    form = BoothForm(
        employer, request.POST if request.method == "POST" else None, initial={"positions": position_keys}
    )
    if request.method == "POST" and form.is_valid():
        try:
            actions.request_booth(
                fair=fair, employer=employer, positions=form.cleaned_data["positions"], by=request.user
            )
        except ValidationError as error:
            add_errors(form, error)
        else:
            messages.success(request, f"已报名“{fair.title}”，主办方确认后会分配展位号。")
            return redirect("employer:fairs")
    return render(
        request,
        "employer/fairs/join_fair.html",
        {
            "employer": employer,
            "fair": fair,
            "booth": booth,
            "form": form,
            "has_positions": form.available_positions.exists(),
        },
    )


@for_employer
@require_http_methods(["GET", "POST"])
def leave(request: SignedInRequest, employer: Employer, page_id: int) -> HttpResponse:
    """Withdraw from a fair before it begins, with a reason."""
    rows = Booth.objects.visible_to(request.user).select_related("fair", "employer")
    booth = get_object_or_404(
        rows.filter(employer=employer, state__in=[BoothState.REQUESTED, BoothState.CONFIRMED]), fair=page_id
    )
    form = LeaveForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            actions.withdraw_booth(booth=booth, by=request.user, reason=form.cleaned_data["reason"])
        except ValidationError as error:
            add_errors(form, error)
        except TransitionRefused:
            form.add_error(None, "展位状态刚刚有变化，请刷新后再试。")
        else:
            messages.success(request, f"已退出“{booth.fair.title}”，主办方会看到原因。")
            return redirect("employer:fairs")
    context = {"employer": employer, "booth": booth, "fair": booth.fair, "form": form}
    return render(request, "employer/fairs/leave_fair.html", context)
