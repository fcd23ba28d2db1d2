"""Confirmation links: one for a veteran, or one for an employer about several placements."""

from typing import Any

import segno
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from portal.accounts.actions import log_access
from portal.accounts.enums import AccessKind
from portal.accounts.models import User
from portal.confirmations import links
from portal.confirmations.enums import Question
from portal.confirmations.models import ConfirmationLink
from portal.confirmations.permissions import with_shareable_name
from portal.employers.models import Employer
from portal.placements.models import Placement
from portal.veterans.shown_records import log_shown
from portal.web.shared.primary_keys import parse_keys
from portal.web.staff.access import record_staff

PAGE_SIZE = 30
_LABELS = {Question.PROGRESS: "面试、录用、到岗", Question.EMPLOYMENT: "还在岗吗"}


@record_staff
@require_POST
def ask_person(request: HttpRequest, user: User, pk: int) -> HttpResponse:
    """Create a link for the veteran and show it once."""
    rows = Placement.objects.followed_by(user).with_details()
    placement = get_object_or_404(rows, pk=pk)
    try:
        link, secret = links.create_veteran_link(placement=placement, by=user)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
        return redirect("staff:placement", pk=pk)
    log_access(
        actor=user, file_id=placement.veteran_id, kind=AccessKind.VIEW, field="就业意向", reason="请本人确认"
    )
    return _render_link(request, link, secret, placement.veteran.name, reverse("staff:placement", args=[pk]))


@record_staff
@require_http_methods(["GET", "POST"])
def ask_employer(request: HttpRequest, user: User, pk: int) -> HttpResponse:
    """Choose the placements that an employer is asked to confirm; the link is shown once."""
    own_employers = Placement.objects.followed_by(user).order_by().values("position__employer")
    employer = get_object_or_404(Employer.objects.visible_to(user).filter(pk__in=own_employers), pk=pk)
    value = request.POST.get("question") or request.GET.get("question")
    question = Question(value) if value in Question.values else Question.PROGRESS
    rows = links.selectable_placements(employer, user, question)
    problem = ""
    if request.method == "POST":
        keys = parse_keys(request.POST.getlist("people"))
        try:
            link, secret = links.create_employer_link(
                employer=employer, question=question, placements=rows.filter(pk__in=keys), by=user
            )
        except ValidationError as error:
            problem = " ".join(error.messages)
        else:
            return _render_link(request, link, secret, employer.name, request.path)
    page = Paginator(rows, PAGE_SIZE).get_page(request.GET.get("page"))
    log_shown(by=user, veterans=[row.veteran for row in page], place="请单位确认的名单")
    links_of_employer = ConfirmationLink.objects.visible_to(user).filter(employer=employer)
    keys_with_name = {row.pk for row in with_shareable_name(page)}
    context = {
        "employer": employer,
        "question": question,
        "tabs": _tabs(employer, question),
        "page": page,
        "keys_with_name": keys_with_name,
        "selected": request.POST.getlist("people"),
        "problem": problem,
        "links": list(links_of_employer.select_related("created_by").order_by("-pk")[:10]),
    }
    return render(request, "staff/placements/ask_employer.html", context)


def _tabs(employer: Employer, question: Question) -> list[dict[str, Any]]:
    url = reverse("staff:ask-employer", args=[employer.pk])
    return [
        {"label": label, "url": f"{url}?question={value}", "current": value == question, "count": None}
        for value, label in _LABELS.items()
    ]


def _render_link(
    request: HttpRequest, link: ConfirmationLink, secret: str, subject: str, back_url: str
) -> HttpResponse:
    address = links.link_url(secret)
    context = {
        "link": link,
        "address": address,
        "subject": subject,
        "qr": segno.make(address, error="m").svg_data_uri(scale=6, border=2),
        "back_url": back_url,
    }
    return render(request, "staff/placements/confirmation_link.html", context)


@record_staff
@require_POST
def revoke(request: HttpRequest, user: User, pk: int) -> HttpResponse:
    """Revoke a link."""
    link = get_object_or_404(ConfirmationLink.objects.visible_to(user), pk=pk)
    links.revoke_link(link=link, by=user)
    messages.success(request, "已撤回，这个链接不能再用。")
    if link.employer_id is not None:
        return redirect("staff:ask-employer", pk=link.employer_id)
    placement = link.placements.order_by("pk").first()
    return redirect("staff:placement", pk=placement.pk) if placement else redirect("staff:placements")
