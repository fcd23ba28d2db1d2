"""Follow-up intervals of the city: the days on which each kind of follow-up is due."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from portal.accounts.models import User
from portal.accounts.roles import Permission
from portal.follow_ups.enums import FollowUpKind
from portal.follow_ups.follow_up_rules import days_by_kind, set_rule
from portal.follow_ups.schedule import DEFAULT_DAYS
from portal.web.shared.form_fields import add_errors
from portal.web.shared.query_params import BadParameterError
from portal.web.staff.access import staff_with
from portal.web.staff.calls.forms import IntervalForm

# The event from which the days of a kind are counted.
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
def intervals(request: HttpRequest, user: User) -> HttpResponse:
    """Show the intervals of every kind; POST saves one kind."""
    days, invalid = days_by_kind(), None
    if request.method == "POST":
        value = request.POST.get("kind", "")
        if value not in {str(kind) for kind in DEFAULT_DAYS}:
            raise BadParameterError("kind", "不是回访的种类")
        kind = FollowUpKind(value)
        form = IntervalForm(request.POST, prefix=kind)
        if form.is_valid():
            try:
                rule = set_rule(kind=kind, days=form.cleaned_data["days"], by=user)
            except ValidationError as error:
                add_errors(form, error)
            else:
                days_text = "、".join(str(day) for day in rule.days)
                schedule = f"第 {days_text} 天" if days_text else "不再安排"
                messages.success(request, f"{kind.label}：{schedule}。新记录的进展从现在起按此安排。")
                return redirect("staff:follow-up-rules")
        invalid = (kind, form)
    rows = []
    for kind, default in DEFAULT_DAYS.items():
        form = IntervalForm(prefix=kind, initial={"days": "、".join(str(day) for day in days[kind])})
        rows.append(
            {
                "kind": kind,
                "counted_from": _COUNTED_FROM.get(kind, "入职"),
                "default": "、".join(str(day) for day in default),
                "changed": days[kind] != default,
                "form": invalid[1] if invalid and invalid[0] == kind else form,
            }
        )
    return render(request, "staff/calls/follow_up_rules.html", {"rows": rows})
