"""Claims of records (认领) that wait for a decision of the station."""

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from portal.accounts.actions import log_access
from portal.accounts.enums import AccessKind
from portal.accounts.models import User
from portal.core.validators import validate_no_label, validate_no_unit_name
from portal.veterans.models import RecordClaim
from portal.veterans.permissions import serves
from portal.veterans.record_claims import decide_claim
from portal.veterans.shown_records import log_shown
from portal.web.shared.form_fields import add_errors
from portal.web.staff.access import record_staff

PAGE_SIZE = 20


class DecisionForm(forms.Form):
    """Decision of the station, after a call or with the person at the counter."""

    accepted = forms.TypedChoiceField(
        label="核对结果",
        choices=[("yes", "是本人，同意认领"), ("no", "不同意")],
        coerce=lambda value: value == "yes",
        widget=forms.RadioSelect,
    )
    reason = forms.CharField(
        label="不同意的原因（本人会看到）",
        max_length=120,
        required=False,
        validators=[validate_no_label, validate_no_unit_name],
    )


@record_staff
@require_safe
def listing(request: HttpRequest, user: User) -> HttpResponse:
    """List pending claims of the user's stations, the oldest first."""
    rows = RecordClaim.objects.visible_to(user).pending().select_related("veteran__station", "user")
    page = Paginator(rows, PAGE_SIZE).get_page(request.GET.get("page"))
    log_shown(by=user, veterans=[claim.veteran for claim in page], place="档案认领名单")
    return render(request, "staff/records/claims.html", {"page": page})


@record_staff
@require_http_methods(["GET", "POST"])
def decide(request: HttpRequest, user: User, pk: int) -> HttpResponse:
    """Show one claim; POST accepts or refuses it."""
    rows = RecordClaim.objects.visible_to(user).select_related("veteran__station", "user", "decided_by")
    claim = get_object_or_404(rows, pk=pk)
    if not serves(user, claim.veteran):
        raise PermissionDenied("这份档案不在您现任服务站的辖区内。")
    form = DecisionForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            decide_claim(claim=claim, by=user, **form.cleaned_data)
        except ValidationError as error:
            add_errors(form, error)
        else:
            messages.success(request, "已处理。")
            return redirect("staff:claims")
    log_access(actor=user, file_id=claim.veteran_id, kind=AccessKind.VIEW, reason="核对认领")
    return render(request, "staff/records/claim.html", {"claim": claim, "form": form})
