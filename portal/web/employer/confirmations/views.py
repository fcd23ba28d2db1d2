"""A member says of several people at once how far they are, or whether they are still there."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.paginator import Paginator
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from portal.confirmations import actions
from portal.confirmations.enums import Question, Side
from portal.confirmations.models import Answer
from portal.confirmations.permissions import named, states_of
from portal.employers.models import Employer
from portal.placements.models import Placement
from portal.web.employer.current_employer import for_employer
from portal.web.shared.confirmation_forms import EmployerSheet

A_PAGE = 20
_LABELS = {Question.PROGRESS: "面试、录用、到岗", Question.IN_POST: "还在岗吗"}


@for_employer
@require_http_methods(["GET", "POST"])
def answer_many(request: HttpRequest, employer: Employer) -> HttpResponse:
    """People whose names the employer may know, each with its question; what is left blank stays open."""
    asked = request.GET.get("question")
    question = Question(asked) if asked in Question.values else Question.PROGRESS
    rows = (
        Placement.objects.visible_to(request.user)
        .filter(position__employer=employer, state__in=states_of(question))
        .with_details()
        .order_by("position__title", "pk")
    )
    page = Paginator(rows, A_PAGE).get_page(request.GET.get("page"))
    people = named(page)
    posted = request.method == "POST"
    filled = EmployerSheet(people, request.POST if posted else None)
    trouble = ""
    if posted:
        trouble = _kept(request, filled)
        if not trouble:
            return redirect(request.get_full_path())
    own = Answer.objects.visible_to(request.user).filter(
        placement__in=[row.pk for row in people], side=Side.EMPLOYER, question=question
    )
    context = {
        "employer": employer,
        "page": page,
        "sheet": filled,
        "unnamed": len(page.object_list) - len(people),
        "tabs": _tabs(question),
        "trouble": trouble,
        "said": list(own.select_related("by", "placement__veteran").order_by("-pk")[:A_PAGE]),
    }
    return render(request, "employer/confirmations/confirmations.html", context)


def _kept(request: HttpRequest, filled: EmployerSheet) -> str:
    """What is wrong; '' when everything that was chosen is kept: all of it or none."""
    if not filled.is_valid():
        return f"有 {filled.wrong} 行需要改正，改好后再提交；已填的内容都还在。"
    said = filled.said()
    if not said:
        return "请至少回答一个人的情况。"
    by_number = {row.placement.pk: row.placement for row in filled.rows}
    try:
        with transaction.atomic():
            for number, what in said.items():
                actions.answer(placement=by_number[number], side=Side.EMPLOYER, said=what, by=request.user)
    except (ValidationError, PermissionDenied):
        return "名单刚刚有变化，请刷新后再提交。"
    messages.success(request, f"已收到 {len(said)} 个人的情况，谢谢。")
    return ""


def _tabs(question: Question) -> list[dict[str, Any]]:
    here = reverse("employer:confirmations")
    return [
        {"label": label, "url": f"{here}?question={value}", "current": value == question, "count": None}
        for value, label in _LABELS.items()
    ]
