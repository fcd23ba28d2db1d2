"""The person's own documents: upload, show, remove."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from portal.documents.actions import read_content
from portal.documents.upload_validation import MAX_BYTES
from portal.veterans.models import Veteran
from portal.veterans.veteran_documents import MAX_DOCUMENTS, add_document, documents_of, remove_document
from portal.web.shared.document_upload import VeteranDocumentForm, document_response
from portal.web.shared.form_fields import add_errors
from portal.web.shared.request_limits import accepts_upload
from portal.web.shared.requests import SignedInRequest
from portal.web.veteran.current_veteran import for_veteran


@for_veteran
@accepts_upload(MAX_BYTES)
@require_http_methods(["GET", "POST"])
def listing(request: SignedInRequest, veteran: Veteran) -> HttpResponse:
    """List the documents of the record, with the upload form."""
    is_submitted = request.method == "POST"
    form = VeteranDocumentForm(
        request.POST if is_submitted else None, request.FILES if is_submitted else None
    )
    if is_submitted and form.is_valid():
        try:
            add_document(veteran=veteran, by=request.user, **form.values())
        except ValidationError as error:
            add_errors(form, error if hasattr(error, "error_dict") else ValidationError({"file": error}))
        else:
            messages.success(request, "已上传，工作人员核对后这里会显示结果。")
            return redirect("veteran:documents")
    context = {"form": form, "documents": list(documents_of(veteran)), "max_documents": MAX_DOCUMENTS}
    return render(request, "veteran/documents/documents.html", context)


@for_veteran
@require_safe
def document(_request: SignedInRequest, veteran: Veteran, pk: int) -> HttpResponse:
    """Show one document."""
    document_row = get_object_or_404(documents_of(veteran), pk=pk)
    return document_response(
        read_content(document_row), document_row.media_type, f"evidence-{document_row.pk}"
    )


@for_veteran
@require_POST
def remove(request: SignedInRequest, veteran: Veteran, pk: int) -> HttpResponse:
    """Remove a document from the record."""
    remove_document(document=get_object_or_404(documents_of(veteran), pk=pk), by=request.user)
    messages.success(request, "已删除。")
    return redirect("veteran:documents")
