"""The person's own papers: upload, look, take back."""

from typing import cast

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from portal.accounts.models import User
from portal.veterans.evidence import MAX_PIECES, add_evidence, remove_evidence
from portal.veterans.models import Veteran
from portal.web.shared.document_upload import EvidenceForm, hand_out
from portal.web.shared.form_fields import add_errors
from portal.web.veteran.current_veteran import for_veteran


@for_veteran
@require_http_methods(["GET", "POST"])
def listing(request: HttpRequest, veteran: Veteran) -> HttpResponse:
    """The papers in the file (a dozen at most), and the form for one more."""
    sent = request.method == "POST"
    form = EvidenceForm(request.POST if sent else None, request.FILES if sent else None)
    if sent and form.is_valid():
        try:
            add_evidence(veteran=veteran, by=cast(User, request.user), **form.values())
        except ValidationError as error:
            add_errors(form, error if hasattr(error, "error_dict") else ValidationError({"file": error}))
        else:
            messages.success(request, "已上传，工作人员核对后这里会显示结果。")
            return redirect("veteran:documents")
    context = {"form": form, "pieces": list(veteran.evidence.all()), "most": MAX_PIECES}
    return render(request, "veteran/documents/documents.html", context)


@for_veteran
@require_safe
def document(_request: HttpRequest, veteran: Veteran, pk: int) -> HttpResponse:
    """One paper."""
    return hand_out(get_object_or_404(veteran.evidence, pk=pk))


@for_veteran
@require_POST
def remove(request: HttpRequest, veteran: Veteran, pk: int) -> HttpResponse:
    """Take a paper out of the file."""
    remove_evidence(piece=get_object_or_404(veteran.evidence, pk=pk), by=cast(User, request.user))
    messages.success(request, "已删除。")
    return redirect("veteran:documents")
