"""Papers of the employers below the user's stations: look (noted), say what is wrong with one."""

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_POST, require_safe

from portal.accounts.models import User
from portal.core.validators import validate_no_unit_name
from portal.employers import papers
from portal.employers.models import Employer, EmployerPaper
from portal.web.shared.document_upload import scan
from portal.web.staff.access import review_staff


class JudgeForm(forms.Form):
    """Whether a paper is as it should be; a refusal says why."""

    accepted = forms.TypedChoiceField(
        choices=[("yes", "核对无误"), ("no", "不通过")], coerce=lambda value: value == "yes"
    )
    reason = forms.CharField(max_length=120, required=False, validators=[validate_no_unit_name])


def _found(user: User, pk: int) -> EmployerPaper:
    rows = EmployerPaper.objects.filter(employer__in=Employer.objects.reviewable_by(user))
    return get_object_or_404(rows.select_related("employer__station"), pk=pk)


@review_staff
@require_safe
def paper(_request: HttpRequest, user: User, pk: int) -> HttpResponse:
    """One paper; the look stands in the event log."""
    found = _found(user, pk)
    try:
        return scan(papers.look(paper=found, by=user), found.media, f"paper-{found.pk}")
    except FileNotFoundError as error:
        raise Http404 from error


@review_staff
@require_POST
def judge(request: HttpRequest, user: User, pk: int) -> HttpResponse:
    """Note what a look at a paper gave."""
    found = _found(user, pk)
    form = JudgeForm(request.POST)
    if form.is_valid():
        try:
            papers.judge(paper=found, by=user, **form.cleaned_data)
        except ValidationError as error:
            messages.error(request, " ".join(error.messages))
        else:
            messages.success(request, f"已记录：{found.get_kind_display()}，{found.get_state_display()}。")
    else:
        messages.error(request, " ".join(text for texts in form.errors.values() for text in texts))
    return redirect("staff:employer", pk=found.employer_id)
