"""Employers from which a record is hidden, set by staff on the veteran's behalf."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from portal.accounts.actions import log_access
from portal.accounts.enums import AccessKind
from portal.accounts.models import User
from portal.employers import hidden_records
from portal.employers.models import Employer, HiddenRecord
from portal.web.shared.hidden_employers import list_hidden_employers
from portal.web.staff.access import record_staff, veteran_or_refuse


@record_staff
@require_safe
def listing(request: HttpRequest, user: User, pk: int) -> HttpResponse:
    """List the employers from which the record is hidden, with a search for another."""
    veteran = veteran_or_refuse(user, pk)
    log_access(actor=user, file_id=veteran.pk, kind=AccessKind.VIEW, field="对单位隐藏档案")
    return render(
        request,
        "staff/records/hidden_employers.html",
        {"veteran": veteran, **list_hidden_employers(request, veteran)},
    )


@record_staff
@require_POST
def hide(request: HttpRequest, user: User, pk: int, employer: int) -> HttpResponse:
    """Hide the record from an employer, with immediate effect."""
    veteran = veteran_or_refuse(user, pk)
    hidden_from = get_object_or_404(Employer.objects.visible_to(user), pk=employer)
    try:
        hidden_records.hide(veteran=veteran, employer=hidden_from, by=user)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    else:
        messages.success(request, f"已代为对“{hidden_from.name}”隐藏档案，立即生效。")
    return redirect("staff:hidden-employers", pk=pk)


@record_staff
@require_POST
def show(request: HttpRequest, user: User, pk: int, employer: int) -> HttpResponse:
    """Show the record to an employer again."""
    veteran = veteran_or_refuse(user, pk)
    rows = HiddenRecord.objects.in_force().filter(veteran=veteran).select_related("employer")
    hidden_from = get_object_or_404(rows, employer=employer).employer
    hidden_records.show_again(veteran=veteran, employer=hidden_from, by=user)
    messages.success(request, f"已代为恢复对“{hidden_from.name}”展示。")
    return redirect("staff:hidden-employers", pk=pk)
