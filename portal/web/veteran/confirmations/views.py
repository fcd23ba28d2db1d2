"""A veteran's answer about the state of an intention or employment."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods

from portal.confirmations import actions
from portal.confirmations.enums import Side
from portal.confirmations.models import Answer
from portal.confirmations.permissions import question_of
from portal.placements.models import Placement
from portal.veterans.models import Veteran
from portal.web.shared.confirmation_forms import QUESTION_TITLES, VeteranAnswerForm
from portal.web.shared.form_fields import add_errors
from portal.web.shared.requests import SignedInRequest
from portal.web.veteran.current_veteran import for_veteran

PAGE_SIZE = 20


@for_veteran
@require_http_methods(["GET", "POST"])
def page(request: SignedInRequest, veteran: Veteran, pk: int) -> HttpResponse:
    """Ask the question that fits the placement's state; list earlier answers of both sides."""
    rows = Placement.objects.visible_to(request.user).filter(veteran=veteran).with_details()
    placement = get_object_or_404(rows, pk=pk)
    question = question_of(placement)
    form = VeteranAnswerForm(placement, request.POST if request.method == "POST" else None)
    if question is None:
        messages.info(request, "这份意向已经结束，不用再回答。")
        return redirect("veteran:intentions")
    if request.method == "POST" and form.is_valid():
        try:
            actions.record_answer(
                placement=placement, side=Side.VETERAN, data=form.to_answer(), by=request.user
            )
        except ValidationError as error:
            add_errors(form, error)
        else:
            messages.success(request, "已收到您的回答，谢谢。")
            return redirect("veteran:intentions")
    answers = Answer.objects.visible_to(request.user).filter(placement=placement).select_related("by")
    context = {
        "placement": placement,
        "title": QUESTION_TITLES[question],
        "form": form,
        "answers": list(answers.order_by("-pk")[:PAGE_SIZE])[::-1],
    }
    return render(request, "veteran/confirmations/confirmation.html", context)
