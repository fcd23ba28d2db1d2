"""Evaluation of a learnt ranking against the current one; adoption and roll-back of versions."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from portal.accounts.models import User
from portal.accounts.roles import Permission
from portal.core.validators import validate_no_unit_name
from portal.learning.models import LearningReport
from portal.learning.tasks import make_report
from portal.ranking import actions, ranking_versions
from portal.ranking.reweighting import LABELS
from portal.web.shared.primary_keys import parse_key
from portal.web.staff.access import staff_with
from portal.web.staff.reports import charts

city_operator = staff_with(Permission.CHANGE_RANKING, refusal="排序由市级业务管理员负责。")
PAGE_SIZE = 10
MAX_CHANGES = 10


class ReasonForm(forms.Form):
    """Reason of a change of the ranking, kept in the audit log."""

    reason = forms.CharField(
        label="理由",
        max_length=200,
        validators=[validate_no_unit_name],
        error_messages={"required": "请写明理由。"},
    )


def _signed_percent(share: float) -> str:
    return f"{share:+.1%}"


def _report_context(report: LearningReport) -> dict[str, Any]:
    """Return the figures of a report as rows of text for the template."""
    figures = report.figures
    summary: dict[str, Any] = {
        "outcomes": [
            {"cells": [row["label"], row["earlier"], row["later"]], "url": ""} for row in figures["outcomes"]
        ],
        "target": next((r["label"] for r in figures["outcomes"] if r["outcome"] == figures["target"]), ""),
        "fairs": figures["fairs"],
        "is_distrusted": False,
    }
    if "comparisons" not in figures:
        return summary
    rows = figures["comparisons"]
    target_row = next(row for row in rows if row["outcome"] == figures["target"])
    low, high = (_signed_percent(target_row["ips"][name]) for name in ("low", "high"))
    reliability = figures["reliability"]["rows"]
    return summary | {
        "target_row": target_row,
        "lift": _signed_percent(target_row["ips"]["lift"]),
        "interval": f"{low} 至 {high}",
        "comparisons": [
            {
                "cells": [
                    row["label"] + ("（据此判断）" if row is target_row else ""),
                    row["outcomes"],
                    *(
                        _format_estimate(estimate, digits) if row["outcomes"] else "—"
                        for estimate, digits in ((row["ips"], 1), (row["snips"], 3))
                    ),
                ],
                "url": "",
            }
            for row in rows
        ],
        "effects": [
            {"cells": [LABELS[name], f"{effect:+.2f}", _weight(figures, name)], "url": ""}
            for name, effect in sorted(figures["effects"].items(), key=lambda pair: -abs(pair[1]))
        ],
        "position": [
            {"cells": [f"第 {place} 位", f"{share:.0%}"], "url": ""}
            for place, share in enumerate(figures["position"]["looked_at"], 1)
        ],
        "eta": figures["position"],
        "reliability": [
            {"cells": [f"第 {n} 组", row["count"], f"{row['said']:.2%}", f"{row['seen']:.2%}"], "url": ""}
            for n, row in enumerate(reliability, 1)
        ],
        "chart": charts.prediction([(row["said"], row["seen"]) for row in reliability], "预计与实际的比例"),
        "controls": figures["controls"],
        "is_distrusted": figures["controls"]["found"]
        > figures["controls"].get("allowed", figures["controls"]["runs"]),
    }


def _format_estimate(estimate: dict[str, float], digits: int) -> str:
    """Return both values and the lift with its interval: '340.3 → 383.1，+12.6%（+3.2% 至 +22.4%）'."""
    current, new = (f"{estimate[name]:.{digits}f}" for name in ("now", "new"))
    lift, low, high = (_signed_percent(estimate[name]) for name in ("lift", "low", "high"))
    return f"{current} → {new}，{lift}（{low} 至 {high}）"


def _weight(figures: dict[str, Any], name: str) -> str:
    """Return the weight that the ranking uses, relative to the log-odds of the score."""
    return "1" if name == "score" else f"{figures['parameters']['weights'][name]:+.2f}"


@city_operator
@require_safe
def evaluation(request: HttpRequest, user: User) -> HttpResponse:
    """Show the current version, the latest or requested report, and all reports and changes."""
    return _page(request, user)


def _page(
    request: HttpRequest,
    user: User,
    *,
    adopt_form: ReasonForm | None = None,
    roll_back_form: ReasonForm | None = None,
) -> HttpResponse:
    reports = LearningReport.objects.visible_to(user).select_related("version", "made_by")
    key = parse_key(request.GET.get("report", ""))
    selected = get_object_or_404(reports, pk=key) if key is not None else reports.first()
    changes = ranking_versions.list_changes()
    stack = ranking_versions.build_version_stack(changes)
    context = {
        "outcome_columns": ["结果", "较早", "较晚"],
        "comparison_columns": ["结果", "次数", "每千份列表", "被看到的机会"],
        "effect_columns": ["数字", "作用（每个标准差）", "权重"],
        "reliability_columns": ["组", "展示次数", "预计", "实际"],
        "position_columns": ["位次", "被看到的机会"],
        "current_version": stack[-1],
        "previous_version": stack[-2] if len(stack) > 1 else None,
        "can_roll_back": len(stack) > 1,
        "report": selected,
        "summary": _report_context(selected) if selected is not None else None,
        "can_adopt": selected is not None
        and selected.version is not None
        and selected.version.proven
        and selected.version != stack[-1],
        "adopt_form": adopt_form or ReasonForm(auto_id="adopt_%s"),
        "roll_back_form": roll_back_form or ReasonForm(auto_id="back_%s"),
        "page": Paginator(reports, PAGE_SIZE).get_page(request.GET.get("page")),
        "changes": changes[::-1][:MAX_CHANGES],
    }
    return render(request, "staff/ranking/learning.html", context)


@city_operator
@require_POST
def run(request: HttpRequest, user: User) -> HttpResponse:
    """Start a new report in the background."""
    make_report.enqueue(LearningReport.objects.visible_to(user).count(), user.pk)
    messages.success(request, "已开始生成报告，通常一两分钟后刷新本页可见。")
    return redirect("staff:learning")


@city_operator
@require_POST
def adopt(request: HttpRequest, user: User, pk: int) -> HttpResponse:
    """Adopt the ranking version of a report."""
    report = get_object_or_404(LearningReport.objects.visible_to(user).exclude(version=None), pk=pk)
    version = report.version
    assert version is not None  # excluded by the query
    form = ReasonForm(request.POST, auto_id="adopt_%s")
    is_valid = _change_ranking(
        request, form, lambda reason: actions.adopt_ranking(version=version, by=user, reason=reason)
    )
    return redirect("staff:learning") if is_valid else _page(request, user, adopt_form=form)


@city_operator
@require_POST
def roll_back(request: HttpRequest, user: User) -> HttpResponse:
    """Return to the version before the last adoption."""
    form = ReasonForm(request.POST, auto_id="back_%s")
    is_valid = _change_ranking(
        request, form, lambda reason: actions.roll_back_ranking(by=user, reason=reason)
    )
    return redirect("staff:learning") if is_valid else _page(request, user, roll_back_form=form)


def _change_ranking(request: HttpRequest, form: ReasonForm, change: Callable[[str], object]) -> bool:
    """Call `change` with the reason and add a message; return False where the form is invalid."""
    if not form.is_valid():
        return False
    try:
        change(form.cleaned_data["reason"])
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    else:
        messages.success(request, "排序版本已更改，马上生效，并已写入审计日志。")
    return True
