"""Documents of employers in the reviewer's area: show (audited) and judge."""

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_POST, require_safe

from portal.accounts.models import User
from portal.core.validators import validate_no_unit_name
from portal.documents.enums import OwnerType
from portal.documents.models import Document
from portal.employers import employer_documents
from portal.employers.models import Employer
from portal.web.shared.document_upload import document_response
from portal.web.staff.access import review_staff
from portal.web.staff.decisions import judge_and_report


class JudgeForm(forms.Form):
    """Result of reviewing a document; a refusal needs a reason."""

    accepted = forms.TypedChoiceField(
        choices=[("yes", "核对无误"), ("no", "不通过")], coerce=lambda value: value == "yes"
    )
    reason = forms.CharField(max_length=120, required=False, validators=[validate_no_unit_name])


def _get_document(user: User, pk: int) -> Document:
    employers = Employer.objects.reviewable_by(user)
    return get_object_or_404(
        Document.objects.owned_by(OwnerType.EMPLOYER, employers.values_list("pk", flat=True)), pk=pk
    )


@review_staff
@require_safe
def show(_request: HttpRequest, user: User, pk: int) -> HttpResponse:
    """Show one document; the audit log keeps this access."""
    document = _get_document(user, pk)
    try:
        content = employer_documents.open_document(document=document, by=user)
    except FileNotFoundError as error:
        raise Http404 from error
    return document_response(content, document.media_type, f"paper-{document.pk}")


@review_staff
@require_POST
def judge(request: HttpRequest, user: User, pk: int) -> HttpResponse:
    """Save the result of reviewing a document."""
    document = _get_document(user, pk)
    action = employer_documents.judge_document
    if judge_and_report(request, JudgeForm(request.POST), action, document=document, by=user):
        messages.success(request, f"已记录：{document.get_kind_display()}，{document.get_state_display()}。")
    return redirect("staff:employer", pk=document.owner_id)
