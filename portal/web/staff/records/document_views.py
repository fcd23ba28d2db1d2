"""Documents of the records in the user's area: upload on behalf, show (logged), judge, remove."""

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from portal.accounts.actions import log_access
from portal.accounts.enums import AccessKind
from portal.accounts.models import User
from portal.core.validators import validate_no_label, validate_no_unit_name
from portal.documents.actions import read_content
from portal.documents.models import Document
from portal.documents.upload_validation import MAX_BYTES
from portal.veterans.actions import log_refused_access
from portal.veterans.veteran_documents import (
    MAX_DOCUMENTS,
    add_document,
    documents_of,
    judge_document,
    record_id_of,
    remove_document,
    visible_documents,
)
from portal.web.shared.document_upload import VeteranDocumentForm, document_response
from portal.web.shared.form_fields import add_errors
from portal.web.shared.request_limits import accepts_upload
from portal.web.staff.access import record_staff, veteran_or_refuse
from portal.web.staff.decisions import judge_and_report


class JudgeForm(forms.Form):
    """Result of comparing a document with its original; a refusal needs a reason."""

    accepted = forms.TypedChoiceField(
        label="核对结果",
        choices=[("yes", "与原件一致"), ("no", "不通过")],
        coerce=lambda value: value == "yes",
    )
    reason = forms.CharField(
        label="不通过的原因",
        max_length=120,
        required=False,
        validators=[validate_no_label, validate_no_unit_name],
    )


def _get_document(user: User, pk: int) -> Document:
    """Return a document of a record in the user's area; record a refused attempt for the owner to see.

    Raises:
        Http404: there is no such document.
        PermissionDenied: it belongs to a record elsewhere.
    """
    document = visible_documents(user).filter(pk=pk).first()
    if document is None:
        owner = record_id_of(pk)
        if owner is None or not log_refused_access(by=user, file_id=owner):
            raise Http404
        raise PermissionDenied("这份材料不在您现任服务站的辖区内。这次访问已被记录，本人可以看到。")
    return document


@record_staff
@accepts_upload(MAX_BYTES)
@require_http_methods(["GET", "POST"])
def listing(request: HttpRequest, user: User, pk: int) -> HttpResponse:
    """List the documents of one record, with the upload form."""
    veteran = veteran_or_refuse(user, pk)
    is_submitted = request.method == "POST"
    form = VeteranDocumentForm(
        request.POST if is_submitted else None, request.FILES if is_submitted else None
    )
    if is_submitted and form.is_valid():
        try:
            add_document(veteran=veteran, by=user, **form.values())
        except ValidationError as error:
            add_errors(form, error if hasattr(error, "error_dict") else ValidationError({"file": error}))
        else:
            messages.success(request, "已上传。")
            return redirect("staff:veteran-documents", pk=pk)
    log_access(actor=user, file_id=veteran.pk, kind=AccessKind.VIEW, field="证明材料清单")
    context = {
        "veteran": veteran,
        "form": form,
        "documents": list(documents_of(veteran).select_related("uploaded_by", "judged_by")),
        "max_documents": MAX_DOCUMENTS,
    }
    return render(request, "staff/records/veteran_documents.html", context)


@record_staff
@require_safe
def show(_request: HttpRequest, user: User, pk: int) -> HttpResponse:
    """Show one document; the veteran can read this access in the log."""
    document = _get_document(user, pk)
    field = f"证明材料：{document.get_kind_display()}"
    log_access(actor=user, file_id=document.owner_id, kind=AccessKind.REVEAL, field=field, reason="核对材料")
    return document_response(read_content(document), document.media_type, f"evidence-{document.pk}")


@record_staff
@require_POST
def judge(request: HttpRequest, user: User, pk: int) -> HttpResponse:
    """Save the result of comparing a document with its original."""
    document = _get_document(user, pk)
    if judge_and_report(request, JudgeForm(request.POST), judge_document, document=document, by=user):
        messages.success(request, f"已记录：{document.get_state_display()}。")
    return redirect("staff:veteran-documents", pk=document.owner_id)


@record_staff
@require_POST
def remove(request: HttpRequest, user: User, pk: int) -> HttpResponse:
    """Remove a document from the record."""
    document = _get_document(user, pk)
    remove_document(document=document, by=user)
    messages.success(request, "已删除。")
    return redirect("staff:veteran-documents", pk=document.owner_id)
