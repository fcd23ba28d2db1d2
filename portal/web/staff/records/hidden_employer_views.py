"""From which employers a person hides, set by staff on the person's behalf."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from portal.accounts.models import User
from portal.employers import hiding
from portal.employers.models import Employer, HiddenRecord
from portal.web.shared.hidden_employers import listed
from portal.web.staff.access import record_staff, veteran_or_refuse


@record_staff
@require_safe
def of_person(request: HttpRequest, user: User, pk: int) -> HttpResponse:
    """Those hidden from, and a search for one more."""
    veteran = veteran_or_refuse(user, pk)
    return render(
        request, "staff/records/hidden_employers.html", {"veteran": veteran, **listed(request, veteran)}
    )


@record_staff
@require_POST
def hide(request: HttpRequest, user: User, pk: int, employer: int) -> HttpResponse:
    """Hide the file from an employer, at once."""
    veteran = veteran_or_refuse(user, pk)
    firm = get_object_or_404(Employer.objects.visible_to(user), pk=employer)
    try:
        hiding.hide(veteran=veteran, employer=firm, by=user)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    else:
        messages.success(request, f"已代为对“{firm.name}”隐藏档案，立即生效。")
    return redirect("staff:hidden-employers", pk=pk)


@record_staff
@require_POST
def show(request: HttpRequest, user: User, pk: int, employer: int) -> HttpResponse:
    """Hide the file from an employer no more."""
    veteran = veteran_or_refuse(user, pk)
    rows = HiddenRecord.objects.in_force().filter(veteran=veteran).select_related("employer")
    firm = get_object_or_404(rows, employer=employer).employer
    hiding.show_again(veteran=veteran, employer=firm, by=user)
    messages.success(request, f"已代为恢复对“{firm.name}”展示。")
    return redirect("staff:hidden-employers", pk=pk)
