"""Complaints about positions: the list by due date, and the answer."""

from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from portal.accounts.models import User
from portal.complaints import actions
from portal.complaints.enums import ComplaintState, Outcome
from portal.complaints.models import Complaint
from portal.complaints.permissions import can_answer
from portal.core.validators import validate_no_unit_name
from portal.web.shared.form_fields import add_errors
from portal.web.staff.access import review_staff
from portal.web.staff.decisions import PAGE_SIZE

OVERDUE = "overdue"


class AnswerForm(forms.Form):
    """Outcome, answer to the reporter (`words`) and message to the employer (`told`)."""

    outcome = forms.ChoiceField(label="处理结果", choices=Outcome.choices, widget=forms.RadioSelect)
    words = forms.CharField(
        label="给举报人的答复",
        max_length=300,
        validators=[validate_no_unit_name],
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    told = forms.CharField(
        label="告诉单位的话",
        max_length=150,
        required=False,
        validators=[validate_no_unit_name],
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="没有发现问题的不用填。不要写出举报人，也不要照抄举报内容。",
    )


@review_staff
@require_safe
def listing(request: HttpRequest, user: User) -> HttpResponse:
    """List complaints about positions of the user's stations: open, overdue or answered."""
    rows = Complaint.objects.reviewable_by(user).with_details()
    state = request.GET.get("state", "")
    url = reverse("staff:complaints")
    overdue_count = rows.overdue().count()
    tabs: list[dict[str, Any]] = [
        {"label": "处理中", "url": url, "current": state not in {OVERDUE, "answered"}, "count": None},
        {
            "label": "已超期",
            "url": f"{url}?state={OVERDUE}",
            "current": state == OVERDUE,
            "count": overdue_count,
        },
        {"label": "已答复", "url": f"{url}?state=answered", "current": state == "answered", "count": None},
    ]
    if state == "answered":
        rows = rows.filter(state=ComplaintState.ANSWERED).order_by("-answered_at", "-pk")
    elif state == OVERDUE:
        rows = rows.overdue().order_by("due_on", "pk")
    else:
        rows = rows.filter(state=ComplaintState.OPEN).order_by("due_on", "pk")
    page = Paginator(rows, PAGE_SIZE).get_page(request.GET.get("page"))
    return render(request, "staff/positions/complaints.html", {"page": page, "tabs": tabs})


@review_staff
@require_http_methods(["GET", "POST"])
def detail(request: HttpRequest, user: User, pk: int) -> HttpResponse:
    """Show one complaint with its position; POST answers it."""
    rows = Complaint.objects.reviewable_by(user).with_details()
    complaint = get_object_or_404(rows, pk=pk)
    form = AnswerForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        values = {**form.cleaned_data, "outcome": Outcome(form.cleaned_data["outcome"])}
        try:
            actions.answer(complaint=complaint, by=user, **values)
        except ValidationError as error:
            add_errors(form, error)
        else:
            messages.success(request, "已答复，举报人会收到站内消息。")
            return redirect("staff:complaints")
    context = {
        "complaint": get_object_or_404(rows, pk=pk),
        "form": form,
        "can_answer": can_answer(user, complaint),
    }
    return render(request, "staff/positions/complaint.html", context)
