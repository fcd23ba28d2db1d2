"""On which days the city's stations call: each kind of call with its days."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from portal.accounts.models import User
from portal.accounts.roles import Permission
from portal.placements.enums import FollowUpKind
from portal.placements.rules import days_by_kind, set_rule
from portal.placements.workflow import DEFAULT_DAYS
from portal.web.shared.form_fields import add_errors
from portal.web.staff.calls.forms import RuleForm
from portal.web.staff.guard import staff_with

# What the days of a kind are counted from.
_COUNTED_FROM = {
    FollowUpKind.AFTER_FAIR: "登记意向",
    FollowUpKind.AFTER_INTERVIEW: "面试",
    FollowUpKind.AFTER_OFFER: "录用",
    FollowUpKind.FIRST_DAY: "计划到岗",
    FollowUpKind.NEW_SEARCH: "离职",
    FollowUpKind.AGAIN: "联系上却没有变化",
}
operators = staff_with(Permission.SET_FOLLOW_UP_RULES, refusal="回访规则由市级业务管理员设置。")


@operators
@require_http_methods(["GET", "POST"])
def rules(request: HttpRequest, user: User) -> HttpResponse:
    """All kinds with their days; each is saved by itself."""
    days, refused = days_by_kind(), None
    if request.method == "POST":
        asked = request.POST.get("kind", "")
        if asked not in {str(kind) for kind in DEFAULT_DAYS}:
            raise Http404
        kind = FollowUpKind(asked)
        form = RuleForm(request.POST, prefix=kind)
        if form.is_valid():
            try:
                rule = set_rule(kind=kind, days=form.cleaned_data["days"], by=user)
            except ValidationError as error:
                add_errors(form, error)
            else:
                words = "、".join(str(day) for day in rule.days)
                said = f"第 {words} 天" if words else "不再安排"
                messages.success(request, f"{kind.label}：{said}。新记录的进展从现在起按此安排。")
                return redirect("staff:follow-up-rules")
        refused = (kind, form)
    rows = []
    for kind, default in DEFAULT_DAYS.items():
        form = RuleForm(prefix=kind, initial={"days": "、".join(str(day) for day in days[kind])})
        rows.append(
            {
                "kind": kind,
                "counted_from": _COUNTED_FROM.get(kind, "入职"),
                "default": "、".join(str(day) for day in default),
                "changed": days[kind] != default,
                "form": refused[1] if refused and refused[0] == kind else form,
            }
        )
    return render(request, "staff/calls/follow_up_rules.html", {"rows": rows})
