"""Documents of employers in the reviewer's area: show (audited) and judge."""

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
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


class JudgeForm(forms.Form):
    """Result of reviewing a document; a refusal needs a reason."""

    accepted = forms.TypedChoiceField(
        choices=[("yes", "核对无误"), ("no", "不通过")], coerce=lambda value: value == "yes"
    )
    reason = forms.CharField(max_length=120, required=False, validators=[validate_no_unit_name])


def _get_document(user: User, pk: int) -> Document:
    employers = Employer.objects.reviewable_by(user)
    return get_object_or_404(Document.objects.owned_by(OwnerType.EMPLOYER, employers.values("pk")), pk=pk)


@review_staff
@require_safe
def document(_request: HttpRequest, user: User, pk: int) -> HttpResponse:
    """Show one document; the look is recorded in the audit log."""
    shown = _get_document(user, pk)
    try:
        content = employer_documents.open_document(document=shown, by=user)
    except FileNotFoundError as error:
        raise Http404 from error
    return document_response(content, shown.media_type, f"paper-{shown.pk}")


@review_staff
@require_POST
def judge(request: HttpRequest, user: User, pk: int) -> HttpResponse:
    """Save the result of reviewing a document."""
    judged = _get_document(user, pk)
    form = JudgeForm(request.POST)
    if form.is_valid():
        try:
            employer_documents.judge_document(document=judged, by=user, **form.cleaned_data)
        except ValidationError as error:
            messages.error(request, " ".join(error.messages))
        else:
            messages.success(request, f"已记录：{judged.get_kind_display()}，{judged.get_state_display()}。")
    else:
        messages.error(request, " ".join(text for texts in form.errors.values() for text in texts))
    return redirect("staff:employer", pk=judged.owner_id)
