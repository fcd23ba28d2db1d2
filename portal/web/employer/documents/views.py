"""Documents for the verification: add, show, replace, remove; and the request for a renewal."""

from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from portal.core.state_machine import TransitionRefused
from portal.documents.enums import KINDS_BY_OWNER, DocumentKind, OwnerType
from portal.documents.models import Document
from portal.documents.upload_validation import MAX_BYTES
from portal.employers import employer_documents, verification
from portal.employers.models import Employer
from portal.employers.permissions import owns
from portal.web.employer.current_employer import for_employer
from portal.web.shared.document_upload import UploadForm, document_response
from portal.web.shared.form_fields import add_errors, choice_field
from portal.web.shared.request_limits import accepts_upload
from portal.web.shared.requests import SignedInRequest, signed_in_view

HINTS = {
    DocumentKind.LICENCE: "副本拍照即可，信用代码和名称要看得清。",
    DocumentKind.RECRUITMENT_BROCHURE: "盖章的招聘简章：招什么岗位、多少人、待遇。",
    DocumentKind.AGENT_ID: (
        "请遮住住址和号码中间几位。核对后原图立即删除，只留核对记录。也可以到服务中心当面出示。"
    ),
    DocumentKind.AUTHORISATION: "单位委托经办人办理招聘的盖章文件；法定代表人本人办理的不用交。",
    DocumentKind.PERMIT: "人力资源服务机构必交。",
}


class EmployerDocumentForm(UploadForm):
    """One document; it replaces the current one of its kind."""

    kind = forms.ChoiceField(label="材料")
    field_order = ["kind", "file"]

    def __init__(self, employer: Employer, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choice_field(self, "kind").choices = [(kind.value, kind.label) for kind in kinds_for(employer)]


def kinds_for(employer: Employer) -> list[DocumentKind]:
    kinds = KINDS_BY_OWNER[OwnerType.EMPLOYER]
    return [kind for kind in kinds if kind != DocumentKind.PERMIT or employer.is_agency]


@for_employer
@accepts_upload(MAX_BYTES)
@require_http_methods(["GET", "POST"])
def listing(request: SignedInRequest, employer: Employer) -> HttpResponse:
    """List the kinds of documents with the current one of each, and the upload form."""
    user, is_submitted = request.user, request.method == "POST"
    parameter = request.GET.get("kind", "")
    form = EmployerDocumentForm(
        employer,
        request.POST if is_submitted else None,
        request.FILES if is_submitted else None,
        initial={"kind": parameter if parameter in DocumentKind.values else DocumentKind.LICENCE},
    )
    if is_submitted and form.is_valid():
        values = form.cleaned_data
        try:
            employer_documents.add_document(
                employer=employer,
                by=user,
                kind=DocumentKind(values["kind"]),
                content=values["file"].read(),
            )
        except ValidationError as error:
            add_errors(form, error if hasattr(error, "error_dict") else ValidationError({"file": error}))
        else:
            messages.success(request, "已上传，服务中心核对后这里会显示结果。")
            return redirect("employer:documents")
    visible = employer_documents.visible_documents(user).current()
    current = {document.kind: document for document in visible.filter(owner_id=employer.pk)}
    context = {
        "employer": employer,
        "form": form,
        "rows": [(kind, HINTS[kind], current.get(kind)) for kind in kinds_for(employer)],
        "can_renew": employer.can_request_renewal and owns(user, employer),
    }
    return render(request, "employer/documents/documents.html", context)


def _get_document(request: SignedInRequest, pk: int) -> Document:
    own = Employer.objects.with_member(request.user)
    return get_object_or_404(Document.objects.owned_by(OwnerType.EMPLOYER, own.values("pk")), pk=pk)


@signed_in_view
@require_safe
def document(request: SignedInRequest, pk: int) -> HttpResponse:
    """Show one document."""
    document_row = _get_document(request, pk)
    try:
        content = employer_documents.open_document(document=document_row, by=request.user)
    except FileNotFoundError as error:
        raise Http404 from error
    return document_response(content, document_row.media_type, f"paper-{document_row.pk}")


@signed_in_view
@require_POST
def remove(request: SignedInRequest, pk: int) -> HttpResponse:
    """Remove a document that no decision is based on yet."""
    try:
        employer_documents.remove_document(document=_get_document(request, pk), by=request.user)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    else:
        messages.success(request, "已删除。")
    return redirect("employer:documents")


@for_employer
@require_POST
def renew(request: SignedInRequest, employer: Employer) -> HttpResponse:
    """Ask for the next verification."""
    try:
        verification.request_renewal(employer=employer, by=request.user)
    except TransitionRefused:
        messages.error(request, "现在不需要申请续期，或已经申请过了。")
    else:
        messages.success(request, "已申请续期。审核期间岗位照常显示，到有效期为止。")
    return redirect("employer:documents")
