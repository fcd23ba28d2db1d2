"""Whether a ranking learnt from outcomes beats the one in use; taking it into use, and going back."""

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
from portal.ranking.models import RankingVersion
from portal.ranking.reweighting import LABELS
from portal.web.staff.access import staff_with
from portal.web.staff.reports import charts

city_operator = staff_with(Permission.CHANGE_RANKING, refusal="排序由市级业务管理员负责。")
PAGE_SIZE = 10
CHANGES_SHOWN = 10


class ReasonForm(forms.Form):
    """Why the ranking changes: the log keeps it."""

    reason = forms.CharField(
        label="理由",
        max_length=200,
        validators=[validate_no_unit_name],
        error_messages={"required": "请写明理由。"},
    )


def _signed(share: float) -> str:
    return f"{share:+.1%}"


def _told(report: LearningReport) -> dict[str, Any]:
    """A report's figures as rows of words."""
    figures = report.figures
    told: dict[str, Any] = {
        "outcomes": [
            {"cells": [row["label"], row["earlier"], row["later"]], "url": ""} for row in figures["outcomes"]
        ],
        "target": next((r["label"] for r in figures["outcomes"] if r["outcome"] == figures["target"]), ""),
        "fairs": figures["fairs"],
        "is_distrusted": False,
    }
    if "comparisons" not in figures:
        return told
    rows = figures["comparisons"]
    judged = next(row for row in rows if row["outcome"] == figures["target"])
    reliability = figures["reliability"]["rows"]
    return told | {
        "judged": judged,
        "lift": _signed(judged["ips"]["lift"]),
        "interval": f"{_signed(judged['ips']['low'])} 至 {_signed(judged['ips']['high'])}",
        "comparisons": [
            {
                "cells": [
                    row["label"] + ("（据此判断）" if row is judged else ""),
                    row["outcomes"],
                    *(
                        _change(estimate, digits) if row["outcomes"] else "—"
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


def _change(estimate: dict[str, float], digits: int) -> str:
    """'340.3 → 383.1，+12.6%（+3.2% 至 +22.4%）'."""
    now, new = (f"{estimate[name]:.{digits}f}" for name in ("now", "new"))
    lift, low, high = (_signed(estimate[name]) for name in ("lift", "low", "high"))
    return f"{now} → {new}，{lift}（{low} 至 {high}）"


def _weight(figures: dict[str, Any], name: str) -> str:
    """What serves: in units of the score's own log-odds."""
    return "1" if name == "score" else f"{figures['parameters']['weights'][name]:+.2f}"


@city_operator
@require_safe
def page(request: HttpRequest, user: User) -> HttpResponse:
    """The version in use, the latest report (or the one asked for), and all reports and changes."""
    return _page(request, user)


def _page(
    request: HttpRequest,
    user: User,
    *,
    adopt_form: ReasonForm | None = None,
    back_form: ReasonForm | None = None,
) -> HttpResponse:
    reports = LearningReport.objects.visible_to(user).select_related("version", "made_by")
    asked = request.GET.get("report", "")
    chosen = get_object_or_404(reports, pk=int(asked)) if asked.isdecimal() else reports.first()
    changes = ranking_versions.list_changes()
    stack = ranking_versions.build_version_stack(changes)
    context = {
        "outcome_columns": ["结果", "较早", "较晚"],
        "comparison_columns": ["结果", "次数", "每千份列表", "被看到的机会"],
        "effect_columns": ["数字", "作用（每个标准差）", "权重"],
        "reliability_columns": ["组", "展示次数", "预计", "实际"],
        "position_columns": ["位次", "被看到的机会"],
        "in_use": stack[-1],
        "before": stack[-2] if len(stack) > 1 else None,
        "can_roll_back": len(stack) > 1,
        "report": chosen,
        "told": _told(chosen) if chosen is not None else None,
        "adoptable": chosen is not None
        and chosen.version is not None
        and chosen.version.proven
        and chosen.version != stack[-1],
        "adopt_form": adopt_form or ReasonForm(auto_id="adopt_%s"),
        "back_form": back_form or ReasonForm(auto_id="back_%s"),
        "page": Paginator(reports, PAGE_SIZE).get_page(request.GET.get("page")),
        "changes": changes[::-1][:CHANGES_SHOWN],
    }
    return render(request, "staff/ranking/learning.html", context)


@city_operator
@require_POST
def run(request: HttpRequest, user: User) -> HttpResponse:
    """Have a new report made in the background."""
    make_report.enqueue(LearningReport.objects.visible_to(user).count(), user.pk)
    messages.success(request, "已开始生成报告，通常一两分钟后刷新本页可见。")
    return redirect("staff:learning")


@city_operator
@require_POST
def adopt(request: HttpRequest, user: User, pk: int) -> HttpResponse:
    """Rank by the version that a report learnt."""
    report = get_object_or_404(LearningReport.objects.visible_to(user).exclude(version=None), pk=pk)
    version: RankingVersion = report.version  # type: ignore[assignment]
    form = ReasonForm(request.POST, auto_id="adopt_%s")
    done = _changed(
        request, form, lambda reason: actions.adopt_ranking(version=version, by=user, reason=reason)
    )
    return redirect("staff:learning") if done else _page(request, user, adopt_form=form)


@city_operator
@require_POST
def roll_back(request: HttpRequest, user: User) -> HttpResponse:
    """Rank as before the last adoption."""
    form = ReasonForm(request.POST, auto_id="back_%s")
    done = _changed(request, form, lambda reason: actions.roll_back_ranking(by=user, reason=reason))
    return redirect("staff:learning") if done else _page(request, user, back_form=form)


def _changed(request: HttpRequest, form: ReasonForm, change: Callable[[str], object]) -> bool:
    """Whether the form was in order; what became of it is said in a message."""
    if not form.is_valid():
        return False
    try:
        change(form.cleaned_data["reason"])
    except ValidationError as refused:
        messages.error(request, " ".join(refused.messages))
    else:
        messages.success(request, "排序版本已更改，马上生效，并已写入审计日志。")
    return True
