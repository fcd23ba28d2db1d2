"""Papers in the files of the user's stations: upload on behalf, look (noted), hold against the original."""

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from portal.accounts.actions import log_access
from portal.accounts.enums import AccessKind
from portal.accounts.models import User
from portal.core.validators import validate_no_unit_name
from portal.veterans.actions import note_refused
from portal.veterans.evidence import MAX_PIECES, add_evidence, judge_evidence, remove_evidence
from portal.veterans.models import Evidence, evidence_owner
from portal.web.shared.document_upload import EvidenceForm, hand_out
from portal.web.shared.form_fields import add_errors
from portal.web.staff.access import record_staff, veteran_or_refuse


class JudgeForm(forms.Form):
    """Whether the paper fits its original; a refusal says why."""

    accepted = forms.TypedChoiceField(
        label="核对结果",
        choices=[("yes", "与原件一致"), ("no", "不通过")],
        coerce=lambda value: value == "yes",
    )
    reason = forms.CharField(
        label="不通过的原因", max_length=120, required=False, validators=[validate_no_unit_name]
    )


def _found(user: User, pk: int) -> Evidence:
    """The piece, if its file is below the user's stations; otherwise the try is noted for the owner.

    Raises:
        Http404: there is no such piece.
        PermissionDenied: it belongs to others.
    """
    piece = Evidence.objects.visible_to(user).select_related("veteran__station").filter(pk=pk).first()
    if piece is None:
        owner = evidence_owner(pk)
        if owner is None or not note_refused(by=user, file_id=owner):
            raise Http404
        raise PermissionDenied("这份材料不在您现任服务站的辖区内。这次访问已被记录，本人可以看到。")
    return piece


@record_staff
@require_http_methods(["GET", "POST"])
def of_person(request: HttpRequest, user: User, pk: int) -> HttpResponse:
    """The papers in one file (a dozen at most), and the form for one more."""
    veteran = veteran_or_refuse(user, pk)
    sent = request.method == "POST"
    form = EvidenceForm(request.POST if sent else None, request.FILES if sent else None)
    if sent and form.is_valid():
        try:
            add_evidence(veteran=veteran, by=user, **form.values())
        except ValidationError as error:
            add_errors(form, error if hasattr(error, "error_dict") else ValidationError({"file": error}))
        else:
            messages.success(request, "已上传。")
            return redirect("staff:veteran-documents", pk=pk)
    context = {
        "veteran": veteran,
        "form": form,
        "pieces": list(veteran.evidence.select_related("uploaded_by", "judged_by")),
        "most": MAX_PIECES,
    }
    return render(request, "staff/records/veteran_documents.html", context)


@record_staff
@require_safe
def piece(_request: HttpRequest, user: User, pk: int) -> HttpResponse:
    """One paper; the look is noted where the person can read it."""
    found = _found(user, pk)
    field = f"证明材料：{found.get_kind_display()}"
    log_access(actor=user, file_id=found.veteran_id, kind=AccessKind.REVEAL, field=field, reason="核对材料")
    return hand_out(found)


@record_staff
@require_POST
def judge(request: HttpRequest, user: User, pk: int) -> HttpResponse:
    """Note what the comparison with the original gave."""
    found = _found(user, pk)
    form = JudgeForm(request.POST)
    if form.is_valid():
        try:
            judge_evidence(piece=found, by=user, **form.cleaned_data)
        except ValidationError as error:
            messages.error(request, " ".join(error.messages))
        else:
            messages.success(request, f"已记录：{found.get_state_display()}。")
    else:
        messages.error(request, " ".join(text for texts in form.errors.values() for text in texts))
    return redirect("staff:veteran-documents", pk=found.veteran_id)


@record_staff
@require_POST
def remove(request: HttpRequest, user: User, pk: int) -> HttpResponse:
    """Take a paper out of the file."""
    found = _found(user, pk)
    remove_evidence(piece=found, by=user)
    messages.success(request, "已删除。")
    return redirect("staff:veteran-documents", pk=found.veteran_id)
