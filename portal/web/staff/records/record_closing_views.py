"""Close a record that is no longer kept, and reopen it."""

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from portal.accounts.actions import log_access
from portal.accounts.enums import AccessKind
from portal.accounts.models import User
from portal.veterans import record_closing
from portal.veterans.enums import CloseReason
from portal.web.shared.form_fields import add_errors
from portal.web.staff.access import record_staff, veteran_or_refuse


class CloseForm(forms.Form):
    """Reason of closing a record, with a confirmation."""

    reason = forms.ChoiceField(label="注销原因", choices=CloseReason.choices, widget=forms.RadioSelect)
    sure = forms.BooleanField(label="已核实，确认注销这份档案")


@record_staff
@require_http_methods(["GET", "POST"])
def close(request: HttpRequest, user: User, pk: int) -> HttpResponse:
    """Show the consequences and ask for the reason; POST closes the record."""
    veteran = veteran_or_refuse(user, pk)
    if not record_closing.can_close(user, veteran):
        raise PermissionDenied("注销档案须由服务站负责人或市级业务管理员办理。")
    form = CloseForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            reason = CloseReason(form.cleaned_data["reason"])
            record_closing.close_record(veteran=veteran, by=user, reason=reason)
        except ValidationError as error:
            add_errors(form, error)
        else:
            messages.success(request, f"已注销 {veteran.name} 的档案。")
            return redirect("staff:veteran", pk=pk)
    log_access(actor=user, file_id=veteran.pk, kind=AccessKind.VIEW, reason="注销档案")
    return render(request, "staff/records/veteran_close.html", {"veteran": veteran, "form": form})


@record_staff
@require_POST
def reopen(request: HttpRequest, user: User, pk: int) -> HttpResponse:
    """Reopen a closed record."""
    veteran = veteran_or_refuse(user, pk)
    if not record_closing.can_close(user, veteran):
        raise PermissionDenied("恢复档案须由服务站负责人或市级业务管理员办理。")
    try:
        record_closing.reopen_record(veteran=veteran, by=user)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    else:
        messages.success(request, f"已恢复 {veteran.name} 的档案。")
    return redirect("staff:veteran", pk=pk)
