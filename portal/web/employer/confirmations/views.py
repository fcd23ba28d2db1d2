"""An employer's answers about several placements at once."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.paginator import Paginator
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from portal.confirmations import actions
from portal.confirmations.enums import Question, Side
from portal.confirmations.models import Answer
from portal.confirmations.permissions import states_of, with_shareable_name
from portal.employers.models import Employer
from portal.placements.models import Placement
from portal.veterans.shown_records import log_shown
from portal.web.employer.current_employer import for_employer
from portal.web.shared.confirmation_forms import EmployerAnswers
from portal.web.shared.requests import SignedInRequest

PAGE_SIZE = 20
TAB_LABELS = {Question.PROGRESS: "面试、录用、到岗", Question.EMPLOYMENT: "还在岗吗"}


@for_employer
@require_http_methods(["GET", "POST"])
def answer_many(request: SignedInRequest, employer: Employer) -> HttpResponse:
    """List the people whose names the employer may see, each with its question; empty rows stay open."""
    parameter = request.GET.get("question")
    question = Question(parameter) if parameter in Question.values else Question.PROGRESS
    rows = (
        Placement.objects.visible_to(request.user)
        .filter(position__employer=employer, state__in=states_of(question))
        .with_details()
        .order_by("position__title", "pk")
    )
    page = Paginator(rows, PAGE_SIZE).get_page(request.GET.get("page"))
    placements = with_shareable_name(page)
    is_submitted = request.method == "POST"
    answers = EmployerAnswers(placements, request.POST if is_submitted else None)
    error_text = ""
    if is_submitted:
        error_text = _save_answers(request, answers)
        if not error_text:
            return redirect(request.get_full_path())
    log_shown(
        by=request.user,
        veterans=[row.veteran for row in placements],
        place=f"入职和在岗确认（{employer.name}）",
    )
    past_answers = Answer.objects.visible_to(request.user).filter(
        placement__in=[row.pk for row in placements], side=Side.EMPLOYER, question=question
    )
    context = {
        "employer": employer,
        "page": page,
        "answers": answers,
        "unnamed_count": len(page.object_list) - len(placements),
        "tabs": _tabs(question),
        "error_text": error_text,
        "past_answers": list(
            past_answers.select_related("by", "placement__veteran").order_by("-pk")[:PAGE_SIZE]
        ),
    }
    return render(request, "employer/confirmations/confirmations.html", context)


def _save_answers(request: SignedInRequest, forms: EmployerAnswers) -> str:
    """Save all answers or none; return the error text, '' when they are saved."""
    if not forms.is_valid():
        return f"有 {forms.invalid_count} 行需要改正，改好后再提交；已填的内容都还在。"
    answers = forms.to_answers()
    if not answers:
        return "请至少回答一个人的情况。"
    placements = {row.placement.pk: row.placement for row in forms.rows}
    try:
        with transaction.atomic():
            for pk, answer in answers.items():
                actions.record_answer(
                    placement=placements[pk], side=Side.EMPLOYER, data=answer, by=request.user
                )
    except (ValidationError, PermissionDenied):
        return "名单刚刚有变化，请刷新后再提交。"
    messages.success(request, f"已收到 {len(answers)} 个人的情况，谢谢。")
    return ""


def _tabs(question: Question) -> list[dict[str, Any]]:
    url = reverse("employer:confirmations")
    return [
        {"label": label, "url": f"{url}?question={value}", "current": value == question, "count": None}
        for value, label in TAB_LABELS.items()
    ]
