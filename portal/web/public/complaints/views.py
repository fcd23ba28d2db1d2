"""Form to report a position."""

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods

from portal.complaints import actions
from portal.complaints.enums import ComplaintKind
from portal.complaints.permissions import can_report
from portal.core.validators import validate_no_unit_name
from portal.positions.models import Position
from portal.web.shared.form_fields import add_errors
from portal.web.shared.requests import SignedInRequest, signed_in_view

PAGE_SIZE = 10


class ComplaintForm(forms.Form):
    """Kind and description of a complaint."""

    kind = forms.ChoiceField(label="哪种情况", choices=ComplaintKind.choices, widget=forms.RadioSelect)
    text = forms.CharField(
        label="具体情况",
        max_length=500,
        validators=[validate_no_unit_name],
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text="什么时候、谁、怎么说的；要钱的写明多少钱。不用写身份证号和银行卡号。",
    )


@signed_in_view
@require_http_methods(["GET", "POST"])
def report(request: SignedInRequest, pk: int) -> HttpResponse:
    """Report a position to its reviewers."""
    user = request.user
    position = get_object_or_404(Position.objects.visible_to(user).with_details(), pk=pk)
    form = ComplaintForm(request.POST if request.method == "POST" else None)
    allowed = can_report(user, position)
    if request.method == "POST" and allowed and form.is_valid():
        kind, text = ComplaintKind(form.cleaned_data["kind"]), form.cleaned_data["text"]
        try:
            complaint = actions.report(position=position, by=user, kind=kind, text=text)
        except ValidationError as error:
            add_errors(form, error)
        else:
            messages.success(
                request,
                f"已收到，{complaint.due_on.month}月{complaint.due_on.day}日前答复您。单位不会知道是谁举报的。",
            )
            return redirect("veteran:complaints")
    context = {"position": position, "form": form, "allowed": allowed}
    return render(request, "public/complaints/report.html", context)
