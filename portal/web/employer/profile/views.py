"""Registration, start page and profile of an employer."""

from copy import copy

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Count
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from portal.documents.enums import DocumentKind
from portal.employers import actions, profile_changes
from portal.employers.employer_documents import visible_documents
from portal.employers.enums import VerificationState
from portal.employers.models import Employer, ProfileChange
from portal.employers.permissions import owns
from portal.employers.profile_changes import VERIFIED_ONCE
from portal.fairs.models import Booth
from portal.placements.models import Placement
from portal.positions.enums import PositionState
from portal.positions.models import Position
from portal.web.employer.current_employer import SESSION_KEY, for_employer
from portal.web.employer.profile.forms import ProfileForm, RegisterForm
from portal.web.shared.employer_facts import list_employer_facts
from portal.web.shared.form_fields import add_errors
from portal.web.shared.requests import SignedInRequest, signed_in_view

_TONES = {
    VerificationState.PENDING: "info",
    VerificationState.VERIFIED: "success",
    VerificationState.REFUSED: "warning",
    VerificationState.SUSPENDED: "danger",
}
_ADVICE = {
    VerificationState.PENDING: "岗位可以先写好、提交审核，核验通过后才会公开。"
    "请在“核验材料”里上传营业执照、招用人员简章、经办人身份证明和授权委托书。",
    VerificationState.VERIFIED: "可以发布岗位、报名参加招聘会。",
    VerificationState.REFUSED: "请按说明修改单位资料，保存后自动重新提交核验。",
    VerificationState.SUSPENDED: "岗位暂不公开。请联系审核服务中心了解情况。",
}
_RENEW = "核验已过有效期，岗位暂不公开。请在“核验材料”里申请续期，通过后岗位自动恢复显示。"


@signed_in_view
@require_http_methods(["GET", "POST"])
def register(request: SignedInRequest) -> HttpResponse:
    """Register an employer with the user as its first member."""
    form = RegisterForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        values = dict(form.cleaned_data)
        values.pop("uscc_confirmed")
        try:
            employer = actions.register(by=request.user, **values)
        except ValidationError as error:
            add_errors(form, error)
        else:
            request.session[SESSION_KEY] = employer.pk
            messages.success(request, f"已提交登记：{employer.name}。核验结果会显示在这里。")
            return redirect("employer:home")
    return render(request, "employer/profile/register.html", {"form": form})


@for_employer
@require_safe
def home(request: SignedInRequest, employer: Employer) -> HttpResponse:
    """Show the verification state, the next steps and counts."""
    unconfirmed_count = (
        Placement.objects.visible_to(request.user)
        .open()
        .filter(position__employer=employer, employer_confirmed_at=None)
        .count()
    )
    user = request.user
    documents = visible_documents(user).current().filter(owner_id=employer.pk)
    uploaded_kinds = set(documents.values_list("kind", flat=True))
    change = ProfileChange.objects.pending().filter(employer=employer).first()
    has_lapsed = employer.state == VerificationState.VERIFIED and not employer.is_verified
    own_positions = Position.objects.managed_by(request.user).filter(employer=employer)
    by_state = dict(own_positions.order_by().values_list("state").annotate(n=Count("pk")))
    booths = list(
        Booth.objects.visible_to(request.user)
        .filter(employer=employer)
        .select_related("fair")
        .order_by("-fair__starts_at", "-pk")[:5]
    )
    stats = [
        (label, by_state.get(state, 0), f"{reverse('employer:positions')}?state={state}")
        for state, label in PositionState.choices
        if state in {PositionState.OPEN, PositionState.IN_REVIEW, PositionState.DRAFT, PositionState.REFUSED}
    ]
    return render(
        request,
        "employer/profile/home.html",
        {
            "employer": employer,
            "owner": owns(user, employer),
            "change": profile_changes.list_fact_changes(change) if change else [],
            "renew": employer.can_request_renewal,
            "has_lapsed": has_lapsed,
            "tone": "warning" if has_lapsed else _TONES[VerificationState(employer.state)],
            "advice": _RENEW if has_lapsed else _ADVICE[VerificationState(employer.state)],
            "steps": _next_steps(employer, by_state, bool(booths), uploaded_kinds),
            "stats": stats,
            "has_positions": bool(by_state),
            "unconfirmed_count": unconfirmed_count,
            "unconfirmed_text": f"有 {unconfirmed_count} 条就业意向等贵单位确认。双方都确认后才算达成。",
            "booths": booths,
        },
    )


def _next_steps(
    employer: Employer, by_state: dict[str, int], has_booth: bool, uploaded_kinds: set[str]
) -> list[dict[str, str]]:
    """Return the steps from registration to the first fair; [] when all are done."""
    submitted = any(count for state, count in by_state.items() if state != PositionState.DRAFT)
    steps = [
        (
            "上传营业执照等材料",
            employer.is_verified or DocumentKind.LICENCE in uploaded_kinds,
            "拍照上传，加密保存；也可以带原件到服务中心核对",
        ),
        ("单位核验", employer.is_verified, f"由{employer.station.name}办理"),
        ("写岗位并提交审核", submitted, "岗位职责、月薪范围、工作地区必填"),
        (
            "岗位审核通过",
            bool(by_state.get(PositionState.OPEN)),
            "审核通过后立即公开，并推荐给合适的退役军人",
        ),
        ("报名招聘会", has_booth, "选好带去的岗位，由主办方分配展位"),
    ]
    if all(is_done for _, is_done, _ in steps):
        return []
    first = next(label for label, is_done, _ in steps if not is_done)
    return [
        {
            "label": label,
            "state": "done" if is_done else "current" if label == first else "todo",
            "when": "",
            "note": "" if is_done else note,
        }
        for label, is_done, note in steps
    ]


@for_employer
@require_http_methods(["GET", "POST"])
def edit(request: SignedInRequest, employer: Employer) -> HttpResponse:
    """Edit the profile; a recruiter can only read it."""
    user = request.user
    owner = owns(user, employer)
    if request.method == "POST" and not owner:
        raise PermissionDenied("只有单位管理员可以修改单位资料。")
    # A ModelForm changes its instance even when it is invalid: give it a copy.
    form = ProfileForm(
        request.POST if request.method == "POST" else None,
        instance=copy(employer),
        initial={"contact_phone": employer.contact_phone},
    )
    if request.method == "POST" and form.is_valid():
        try:
            actions.update_profile(employer=employer, by=user, **form.cleaned_data)
        except ValidationError as error:
            add_errors(form, error)
        else:
            if ProfileChange.objects.pending().filter(employer=employer).exists():
                messages.success(request, "已保存。经核验的信息有变更，服务中心同意前仍显示原来的。")
            else:
                messages.success(request, "单位资料已保存。")
            return redirect("employer:home")
    context = {
        "form": form,
        "employer": employer,
        "owner": owner,
        "facts": list_employer_facts(employer),
        "fixed": employer.state in VERIFIED_ONCE,
    }
    return render(request, "employer/profile/profile.html", context)


@for_employer
@require_POST
def withdraw_change(request: SignedInRequest, employer: Employer) -> HttpResponse:
    """Withdraw the requested change of verified facts."""
    profile_changes.withdraw_change(employer=employer, by=request.user)
    messages.success(request, "已撤回变更申请。")
    return redirect("employer:home")
