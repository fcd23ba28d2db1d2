"""Joining a fair with positions."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from cms.models import JobFairPage
from portal.employers.models import Employer
from portal.fairs import actions
from portal.fairs.models import Booth
from portal.web.employer.current import for_employer
from portal.web.employer.forms import BoothForm
from portal.web.fields import add_errors

A_PAGE = 12


@for_employer
@require_safe
def listing(request: HttpRequest, employer: Employer) -> HttpResponse:
    """Fairs to come, with this employer's booth where it has asked for one."""
    page = Paginator(JobFairPage.objects.coming(), A_PAGE).get_page(request.GET.get("page"))
    booths = Booth.objects.visible_to(request.user).filter(employer=employer, fair__in=list(page.object_list))
    by_fair = {booth.fair_id: booth for booth in booths}
    rows = [(fair, by_fair.get(fair.pk)) for fair in page]
    return render(request, "web/employer/fairs.html", {"employer": employer, "page": page, "rows": rows})


@for_employer
@require_http_methods(["GET", "POST"])
def join(request: HttpRequest, employer: Employer, page_id: int) -> HttpResponse:
    """Ask for a booth with chosen positions, or change which ones are brought."""
    fair = get_object_or_404(JobFairPage.objects.coming(), pk=page_id)
    booth = Booth.objects.visible_to(request.user).filter(employer=employer, fair=fair).first()
    chosen = list(booth.positions.values_list("pk", flat=True)) if booth else []
    form = BoothForm(
        employer, request.POST if request.method == "POST" else None, initial={"positions": chosen}
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
        "web/employer/join_fair.html",
        {
            "employer": employer,
            "fair": fair,
            "booth": booth,
            "form": form,
            "has_positions": form.fields["positions"].queryset.exists(),
        },
    )
