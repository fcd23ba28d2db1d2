"""Registering, the start page and what an employer says of itself."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from portal.employers import actions
from portal.employers.enums import VerificationState
from portal.employers.models import Employer
from portal.fairs.models import Booth
from portal.placements.models import Placement
from portal.positions.enums import PositionState
from portal.positions.models import Position
from portal.web.employer.current import SESSION_KEY, for_employer
from portal.web.employer.forms import ProfileForm, RegisterForm
from portal.web.fields import add_errors

_TONES = {
    VerificationState.PENDING: "info",
    VerificationState.VERIFIED: "success",
    VerificationState.REFUSED: "warning",
    VerificationState.SUSPENDED: "danger",
}
_ADVICE = {
    VerificationState.PENDING: "岗位可以先写好、提交审核，核验通过后才会公开。"
    "核验时请备好营业执照、招用人员简章、经办人身份证明和授权委托书。",
    VerificationState.VERIFIED: "可以发布岗位、报名参加招聘会。",
    VerificationState.REFUSED: "请按说明修改单位资料，保存后自动重新提交核验。",
    VerificationState.SUSPENDED: "岗位暂不公开。请联系审核服务中心了解情况。",
}
_RENEW = "核验已过有效期，岗位暂不公开。请联系审核服务中心重新核验，通过后岗位自动恢复显示。"


@login_required
@require_http_methods(["GET", "POST"])
def register(request: HttpRequest) -> HttpResponse:
    """Register an employer; the user becomes its first member."""
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
    return render(request, "web/employer/register.html", {"form": form})


@for_employer
@require_safe
def home(request: HttpRequest, employer: Employer) -> HttpResponse:
    """Where the employer stands, and what to do next."""
    waiting = (
        Placement.objects.visible_to(request.user)
        .open()
        .filter(position__employer=employer, employer_confirmed_at=None)
        .count()
    )
    lapsed = employer.state == VerificationState.VERIFIED and not employer.is_verified
    mine = Position.objects.run_by(request.user).filter(employer=employer)
    by_state = dict(mine.order_by().values_list("state").annotate(n=Count("pk")))
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
        "web/employer/home.html",
        {
            "employer": employer,
            "others": Employer.objects.run_by(request.user).exclude(pk=employer.pk).order_by("name"),
            "lapsed": lapsed,
            "tone": "warning" if lapsed else _TONES[VerificationState(employer.state)],
            "advice": _RENEW if lapsed else _ADVICE[VerificationState(employer.state)],
            "steps": _next_steps(employer, by_state, bool(booths)),
            "stats": stats,
            "has_positions": bool(by_state),
            "waiting": waiting,
            "waiting_words": f"有 {waiting} 条就业意向等贵单位确认。双方都确认后才算达成。",
            "booths": booths,
        },
    )


def _next_steps(employer: Employer, by_state: dict[str, int], has_booth: bool) -> list[dict[str, str]]:
    """The way from registering to the first fair, for `components/stepper.html`; empty once it is walked."""
    handed_in = any(count for state, count in by_state.items() if state != PositionState.DRAFT)
    walked = [
        ("单位核验", employer.is_verified, f"由{employer.station.name}办理"),
        ("写岗位并提交审核", handed_in, "岗位职责、月薪范围、工作地区必填"),
        (
            "岗位审核通过",
            bool(by_state.get(PositionState.OPEN)),
            "审核通过后立即公开，并推荐给合适的退役军人",
        ),
        ("报名招聘会", has_booth, "选好带去的岗位，由主办方分配展位"),
    ]
    if all(done for _, done, _ in walked):
        return []
    first = next(label for label, done, _ in walked if not done)
    return [
        {
            "label": label,
            "state": "done" if done else "current" if label == first else "todo",
            "when": "",
            "note": "" if done else note,
        }
        for label, done, note in walked
    ]


@for_employer
@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, employer: Employer) -> HttpResponse:
    """Change what the employer says of itself."""
    form = ProfileForm(
        request.POST if request.method == "POST" else None,
        instance=employer,
        initial={"contact_phone": employer.contact_phone},
    )
    if request.method == "POST" and form.is_valid():
        try:
            actions.update_profile(employer=employer, by=request.user, **form.cleaned_data)
        except ValidationError as error:
            add_errors(form, error)
        else:
            messages.success(request, "单位资料已保存。")
            return redirect("employer:home")
    return render(request, "web/employer/profile.html", {"form": form, "employer": employer})
