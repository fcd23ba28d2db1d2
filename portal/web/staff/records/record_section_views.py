"""Sections of a record, filled in by staff on the veteran's behalf (代填)."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from portal.accounts.actions import log_access
from portal.accounts.enums import AccessKind
from portal.accounts.models import User
from portal.veterans import actions
from portal.web.shared.form_fields import add_errors
from portal.web.shared.record_sections import (
    STAFF_SECTIONS,
    build_section_context,
    build_section_form,
    save_section,
)
from portal.web.staff.access import record_staff, veteran_or_refuse


@record_staff
@require_http_methods(["GET", "POST"])
def section(request: HttpRequest, user: User, pk: int, section: str) -> HttpResponse:
    """Edit one section of a record; the audit log notes that staff saved it for the veteran."""
    veteran = veteran_or_refuse(user, pk)
    if section not in STAFF_SECTIONS:
        raise Http404
    form = build_section_form(
        section, veteran, request.POST if request.method == "POST" else None, by_staff=True
    )
    if request.method == "POST" and form.is_valid():
        try:
            save_section(section, veteran_or_refuse(user, pk), user, form)
        except ValidationError as error:
            add_errors(form, error)
        else:
            messages.success(request, f"{STAFF_SECTIONS[section][0]}已保存。")
            return redirect("staff:veteran", pk=pk)
    log_access(
        actor=user, file_id=veteran.pk, kind=AccessKind.VIEW, field=STAFF_SECTIONS[section][0], reason="代填"
    )
    return render(request, "staff/records/veteran_edit.html", build_section_context(section, veteran, form))


@record_staff
@require_POST
def remove_job(request: HttpRequest, user: User, pk: int, job: int) -> HttpResponse:
    """Remove an earlier job from a record."""
    veteran = veteran_or_refuse(user, pk)
    work_history = get_object_or_404(veteran.work_history, pk=job)
    actions.remove_work_history(veteran=veteran, by=user, job=work_history)
    messages.success(request, "已删除这段工作经历。")
    return redirect("staff:veteran-edit", pk=pk, section="skills")
