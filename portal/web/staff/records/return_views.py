"""Return registration (返乡报到): one form for a veteran who has just left the service."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from portal.accounts.actions import log_access
from portal.accounts.enums import AccessKind
from portal.accounts.models import User
from portal.veterans.actions import log_refused_lookup
from portal.veterans.models import Veteran
from portal.veterans.shown_records import log_shown
from portal.visits import actions
from portal.visits.models import ReturnRegistration
from portal.web.shared.form_fields import add_errors
from portal.web.staff.access import record_staff
from portal.web.staff.records.visit_forms import ReturnForm

PAGE_SIZE = 20
_RECORD_FIELDS = ("name", "branch", "entered_on", "rank_group", "settlement", "education")
RECORD_ELSEWHERE = "该身份证号已在其他服务站建档，请联系上级服务中心核对，不要重复建档。"


@record_staff
@require_safe
def listing(request: HttpRequest, user: User) -> HttpResponse:
    """List registrations of veterans of the user's stations, the latest first."""
    rows = ReturnRegistration.objects.visible_to(user).select_related("veteran", "station")
    page = Paginator(rows, PAGE_SIZE).get_page(request.GET.get("page"))
    log_shown(by=user, veterans=[row.veteran for row in page], place="返乡报到名单")
    return render(request, "staff/records/returns.html", {"page": page})


@record_staff
@require_http_methods(["GET", "POST"])
def new(request: HttpRequest, user: User) -> HttpResponse:
    """Register a return: open or update the record, note the needs, record the visit."""
    form = ReturnForm(user, request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        registration = _register(form, user)
        if registration is not None:
            messages.success(request, f"报到已登记，回执编号 {registration.label}。")
            return redirect("staff:return", pk=registration.pk)
    return render(request, "staff/records/return_new.html", {"form": form})


def _register(form: ReturnForm, user: User) -> ReturnRegistration | None:
    """Return the new registration, or None with the errors in the form."""
    values = form.cleaned_data
    veteran = Veteran.objects.visible_to(user).filter(id_hash=form.id_hash).first()
    if veteran is None and log_refused_lookup(by=user, id_hash=form.id_hash):
        form.add_error("id_number", RECORD_ELSEWHERE)
        return None
    # What is left empty changes nothing in a record that exists.
    fields = {name: values[name] for name in _RECORD_FIELDS if values[name] not in {None, ""}}
    if veteran is None:
        fields["living_region"] = values["station"].region
    try:
        return actions.register_return(
            by=user,
            veteran=veteran,
            station=values["station"],
            id_number=values["id_number"],
            phone=values["phone"],
            left_on=values["left_on"],
            documents=values["documents"],
            needs=values["needs"],
            fields=fields,
            wish_text=values["wish_text"],
        )
    except ValidationError as error:
        add_errors(form, error)
        return None


@record_staff
@require_safe
def receipt(request: HttpRequest, user: User, pk: int) -> HttpResponse:
    """Show the printable receipt (回执): number, station, entries, next steps."""
    rows = ReturnRegistration.objects.visible_to(user).with_details()
    registration = get_object_or_404(rows, pk=pk)
    log_access(actor=user, file_id=registration.veteran_id, kind=AccessKind.VIEW, field="返乡报到回执")
    return render(request, "staff/records/return_receipt.html", {"registration": registration})
