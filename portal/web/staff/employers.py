"""Verifying employers."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from portal.accounts.models import User
from portal.core.validators import uscc_check_passes
from portal.employers import verification
from portal.employers.enums import EvidenceKind, VerificationState
from portal.employers.models import Employer
from portal.web.staff.forms import EMPLOYER_REASONS, ReasonForm, VerifyForm
from portal.web.staff.guard import review_staff
from portal.web.staff.reviews import by_state, decide


@review_staff
@require_safe
def listing(request: HttpRequest, user: User) -> HttpResponse:
    """Employers of the user's stations, by state; those waiting come first, the oldest on top."""
    rows = Employer.objects.reviewable_by(user).select_related("region").order_by("created_at", "pk")
    page, tabs = by_state(request, rows, VerificationState.choices, reverse("staff:employers"))
    return render(request, "web/staff/employers.html", {"page": page, "tabs": tabs})


@review_staff
@require_http_methods(["GET", "POST"])
def detail(request: HttpRequest, user: User, pk: int) -> HttpResponse:
    """One employer: verify on evidence, send back with a reason, or suspend."""
    rows = Employer.objects.reviewable_by(user).select_related("region", "station", "verified_by")
    employer = get_object_or_404(rows, pk=pk)
    decision = request.POST.get("decision") if request.method == "POST" else None
    verify = VerifyForm(request.POST if decision == "verify" else None)
    reason = ReasonForm(EMPLOYER_REASONS, request.POST if decision in {"refuse", "suspend"} else None)
    done = False
    if decision == "verify" and verify.is_valid():
        done = decide(
            request,
            verify,
            verification.verify,
            f"已核验：{employer.name}。",
            employer=employer,
            by=user,
            evidence=[EvidenceKind(kind) for kind in verify.cleaned_data["evidence"]],
            uscc_override_reason=verify.cleaned_data["uscc_override_reason"],
        )
    elif decision in {"refuse", "suspend"} and reason.is_valid():
        verb = {"refuse": verification.refuse, "suspend": verification.suspend}[decision]
        done = decide(
            request,
            reason,
            verb,
            f"已处理：{employer.name}。",
            employer=employer,
            by=user,
            reason=reason.cleaned_data["reason"],
        )
    if done:
        return redirect("staff:employers")
    employer = get_object_or_404(rows, pk=pk)  # what a refused decision set in memory is not shown
    context = {
        "employer": employer,
        "facts": _facts(employer),
        "uscc_fails": not uscc_check_passes(employer.uscc),
        "evidence": list(employer.evidence.select_related("seen_by").order_by("-seen_on", "-pk")[:10]),
        "verify": verify,
        "reason": reason,
        "negative": "suspend" if employer.state == VerificationState.VERIFIED else "refuse",
        "can_verify": employer.state != VerificationState.REFUSED,
        "can_refuse": employer.state in {VerificationState.PENDING, VerificationState.VERIFIED},
    }
    return render(request, "web/staff/employer.html", context)


def _facts(employer: Employer) -> list[tuple[str, str]]:
    return [
        ("统一社会信用代码", employer.uscc),
        ("行业", employer.get_industry_display()),
        ("规模", employer.get_size_band_display()),
        ("性质", employer.get_nature_display()),
        ("地址", f"{employer.region.name} {employer.address}"),
        ("联系人", employer.contact_person),
        ("联系电话", employer.contact_phone),
        ("退役军人创办", "是" if employer.veteran_founded else "否"),
        ("核验有效期至", f"{employer.verified_until:%Y-%m-%d}" if employer.verified_until else ""),
        ("简介", employer.introduction),
    ]
