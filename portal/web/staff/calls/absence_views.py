"""Absences (暂不联系): periods in which a veteran is not called."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from portal.accounts.actions import log_access
from portal.accounts.enums import AccessKind
from portal.accounts.models import User
from portal.follow_ups import absences
from portal.follow_ups.models import Absence, FollowUp
from portal.web.shared.form_fields import add_errors
from portal.web.shared.redirects import safe_next
from portal.web.staff.access import record_staff
from portal.web.staff.calls.forms import AbsenceForm
from portal.web.templatetags.ui import cn_date


@record_staff
@require_http_methods(["GET", "POST"])
def record(request: HttpRequest, user: User, pk: int) -> HttpResponse:
    """Record until when the veteran of a follow-up is not called, and the reason."""
    rows = FollowUp.objects.visible_to(user).select_related("placement__veteran__station")
    follow_up = get_object_or_404(rows, pk=pk)
    veteran = follow_up.placement.veteran
    form = AbsenceForm(request.POST if request.method == "POST" else None)
    next_url = safe_next(request, reverse("staff:day"))
    if request.method == "POST" and form.is_valid():
        try:
            absence = absences.record_absence(veteran=veteran, by=user, **form.values())
        except ValidationError as error:
            add_errors(form, error)
        else:
            messages.success(
                request, f"{veteran.name}：到{cn_date(absence.until)}为止不再联系，之后会再提醒。"
            )
            return redirect(next_url)
    current_absence = Absence.objects.visible_to(user).in_force().filter(veteran=veteran).first()
    context = {
        "follow_up": follow_up,
        "veteran": veteran,
        "form": form,
        "current_absence": current_absence,
        "next": next_url,
    }
    log_access(actor=user, file_id=veteran.pk, kind=AccessKind.VIEW, field="暂不联系")
    return render(request, "staff/calls/absence.html", context)


@record_staff
@require_POST
def end(request: HttpRequest, user: User, pk: int) -> HttpResponse:
    """End an absence today; the veteran can be called again."""
    absence = get_object_or_404(Absence.objects.visible_to(user).select_related("veteran"), pk=pk)
    try:
        absences.end_absence(absence=absence, by=user)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    else:
        messages.success(request, f"{absence.veteran.name}：从今天起可以联系。")
    return redirect(safe_next(request, reverse("staff:day")))
