"""Employers that a veteran's record is hidden from."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from portal.employers import hidden_records
from portal.employers.models import Employer, HiddenRecord
from portal.veterans.models import Veteran
from portal.web.shared.hidden_employers import list_hidden_employers
from portal.web.shared.requests import SignedInRequest
from portal.web.veteran.current_veteran import for_veteran


@for_veteran
@require_safe
def listing(request: SignedInRequest, veteran: Veteran) -> HttpResponse:
    """List the hidden employers, with a search for another one."""
    return render(
        request, "veteran/hidden_employers/hidden_employers.html", list_hidden_employers(request, veteran)
    )


@for_veteran
@require_POST
def hide(request: SignedInRequest, veteran: Veteran, pk: int) -> HttpResponse:
    """Hide the record from an employer."""
    employer = get_object_or_404(Employer.objects.visible_to(request.user), pk=pk)
    try:
        hidden_records.hide(veteran=veteran, employer=employer, by=request.user)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    else:
        messages.success(request, f"已对“{employer.name}”隐藏档案，立即生效。")
    return redirect("veteran:hidden-employers")


@for_veteran
@require_POST
def show(request: SignedInRequest, veteran: Veteran, pk: int) -> HttpResponse:
    """Show the record to an employer again."""
    rows = HiddenRecord.objects.in_force().filter(veteran=veteran).select_related("employer")
    employer = get_object_or_404(rows, employer=pk).employer
    hidden_records.show_again(veteran=veteran, employer=employer, by=request.user)
    messages.success(request, f"已恢复对“{employer.name}”展示。")
    return redirect("veteran:hidden-employers")
