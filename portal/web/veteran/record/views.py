"""The veteran's own file: opening it, its list_sections, and what each of them unlocks."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from portal.accounts.actions import give_consent
from portal.accounts.consent_texts import WORDINGS
from portal.accounts.enums import ConsentPurpose
from portal.veterans import actions
from portal.veterans.models import RecordClaim, Veteran
from portal.veterans.record_claims import claim_record
from portal.web.shared.form_fields import add_errors
from portal.web.shared.record_forms import OpenRecordForm
from portal.web.shared.record_sections import (
    SECTIONS,
    Section,
    build_section_context,
    build_section_form,
    list_sections,
    save_section,
)
from portal.web.shared.requests import SignedInRequest, signed_in_view
from portal.web.veteran.current_veteran import for_veteran, own_record


def own_sections(veteran: Veteran) -> list[Section]:
    """Return the sections of the veteran's own record."""
    return list_sections(veteran, lambda slug: reverse("veteran:record-section", args=[slug]), SECTIONS)


@signed_in_view
@require_safe
def overview(request: SignedInRequest) -> HttpResponse:
    """List the sections of the record and what each unlocks."""
    veteran = own_record(request)
    if veteran is None:
        return redirect("veteran:record-open")
    parts = own_sections(veteran)
    context = {"veteran": veteran, "sections": parts, "done": sum(part.is_done for part in parts)}
    return render(request, "veteran/record/record.html", context)


@signed_in_view
@require_http_methods(["GET", "POST"])
def open_own(request: SignedInRequest) -> HttpResponse:
    """Ask who is there, then open the veteran's own record; the consent to matching is optional."""
    if own_record(request) is not None:
        return redirect("veteran:record")
    user = request.user
    if RecordClaim.objects.visible_to(user).pending().filter(user=user).exists():
        return redirect("veteran:claim")
    if request.method == "GET" and request.GET.get("who") != "veteran":
        return render(request, "veteran/record/who.html")
    form = OpenRecordForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        values = form.cleaned_data
        try:
            if claim_record(by=user, id_number=values["id_number"]) is not None:
                return redirect("veteran:claim")
            actions.open_record(
                by=user,
                station=form.station(),
                name=values["name"],
                id_number=values["id_number"],
                phone=user.phone,
                account=user,
                living_region=values["living_region"],
            )
        except ValidationError as error:
            add_errors(form, error)
        else:
            if values["consent"]:
                wording = WORDINGS[ConsentPurpose.MATCHING]
                give_consent(user=user, purpose=ConsentPurpose.MATCHING, wording=wording, by=user)
            messages.success(request, "档案已建立。再填服役经历和求职意愿，服务站就能更好地帮您。")
            return redirect("veteran:record-section", section="service")
    return render(request, "veteran/record/record_open.html", {"form": form})


@for_veteran
@require_http_methods(["GET", "POST"])
def section(request: SignedInRequest, veteran: Veteran, section: str) -> HttpResponse:
    """Edit one section of the record."""
    if section not in SECTIONS:
        raise Http404
    user = request.user
    form = build_section_form(section, veteran, request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            save_section(section, own_record(request) or veteran, user, form)
        except ValidationError as error:
            add_errors(form, error)
        else:
            messages.success(request, f"{SECTIONS[section][0]}已保存。")
            return redirect(_next_url(section))
    return render(
        request, "veteran/record/record_section.html", build_section_context(section, veteran, form)
    )


def _next_url(section: str) -> str:
    """Return the URL of the next section, after the last one that of the recommended positions."""
    if section == "certificates":
        return reverse("veteran:record")
    slugs = [slug for slug in SECTIONS if slug != "certificates"]
    place = slugs.index(section)
    if place + 1 < len(slugs):
        return reverse("veteran:record-section", args=[slugs[place + 1]])
    return reverse("veteran:positions")


@for_veteran
@require_POST
def remove_job(request: SignedInRequest, veteran: Veteran, pk: int) -> HttpResponse:
    """Remove a past job from the record."""
    job = get_object_or_404(veteran.work_history, pk=pk)
    actions.remove_work_history(veteran=veteran, by=request.user, job=job)
    messages.success(request, "已删除这段工作经历。")
    return redirect("veteran:record-section", section="skills")
