"""Gallery of every component in every state, for developers. Only with settings.DEMO."""

import re
from datetime import datetime, timedelta
from pathlib import Path
from types import SimpleNamespace

from django import forms
from django.conf import settings
from django.contrib import messages
from django.contrib.staticfiles import finders
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from cms.models import FairMode
from matching import Missing, Reason
from portal.core.enums import Education
from portal.core.models import Region
from portal.employers.enums import VerificationState
from portal.employers.models import Employer
from portal.fairs.enums import BoothState, RegistrationState
from portal.follow_ups.enums import AttemptOutcome, FollowUpState
from portal.placements.enums import PlacementState
from portal.positions.enums import PositionKind, PositionState
from portal.positions.models import Position
from portal.reports.funnels import Stage
from portal.reports.furthest_stage import STAGES
from portal.web.staff.reports.charts import bars

STATES = (
    PositionState,
    VerificationState,
    BoothState,
    RegistrationState,
    PlacementState,
    FollowUpState,
    AttemptOutcome,
)


class SampleForm(forms.Form):
    """One field of every kind, rendered empty and with errors."""

    name = forms.CharField(label="姓名", max_length=20, help_text="请填写身份证上的姓名。")
    education = forms.ChoiceField(label="学历", choices=Education.choices)
    day = forms.DateField(
        label="最早到岗日期", widget=forms.DateInput(attrs={"type": "date"}), required=False
    )
    shifts = forms.MultipleChoiceField(
        label="可以接受", choices=[("night", "夜班"), ("travel", "出差")], widget=forms.CheckboxSelectMultiple
    )
    note = forms.CharField(label="补充说明", widget=forms.Textarea(attrs={"rows": 3}), required=False)
    agree = forms.BooleanField(label="我已阅读并同意《个人信息处理说明》")


class SampleFilter(forms.Form):
    q = forms.CharField(label="关键词", required=False)
    education = forms.ChoiceField(label="学历", choices=[("", "不限"), *Education.choices], required=False)
    pay = forms.IntegerField(label="月薪不低于（元）", required=False)


def gallery(request: HttpRequest) -> HttpResponse:
    """Show all components; 404 outside a demo."""
    if not settings.DEMO:
        raise Http404
    messages.success(request, "已保存。这是操作成功后的提示。")
    messages.warning(request, "请在12月10日前补齐营业执照。")
    messages.error(request, "没有保存：请改正下面标出的内容。")
    messages.info(request, "新岗位一般在1个工作日内审核。")
    return render(request, "public/site/component_gallery.html", _samples())


def _samples() -> dict[str, object]:
    import segno  # noqa: PLC0415 -- 20 ms of start-up

    # Fictional people and employers; nothing is read from the database.
    now = timezone.now().replace(minute=0)
    reasons = [
        Reason("specialty", "汽车驾驶 → 货车司机", 0.34),
        Reason("certificate", "持有A2驾照", 0.21),
        Reason("wish", "符合您想做的职业：道路货运驾驶员", 0.07),
        Reason("distance", "距离住处 6 公里"),
    ]
    missing = [
        Missing("certificates", "需要危险货物运输从业资格证"),
        Missing("pay", "月薪上限 5,500 元，低于您期望的 6,000 元"),
    ]
    position = _position(1, "重型货车司机（江门—珠三角专线）", 7000, 9500)
    plain = _position(2, "仓库管理员", 4500, 4500, veterans_preferred=False, education_min=Education.COLLEGE)
    only = _position(3, "安保队长", 5000, 6500, veterans_preferred=False, veterans_only=True)
    fairs = [
        _fair("新会区退役军人专场招聘会", FairMode.OFFLINE, now + timedelta(days=9), is_open=True),
        _fair("江海区线上招聘会", FairMode.ONLINE, now - timedelta(hours=1)),
        _fair("全市退役军人秋季招聘会", FairMode.BOTH, now + timedelta(days=40)),
        _fair("蓬江区夏季招聘会", FairMode.OFFLINE, now - timedelta(days=120)),
    ]
    counts = [1600, 1130, 620, 410, 372, 318, 240, 0]
    stages = [
        Stage(state.label, n, n / counts[i - 1] if i else None)
        for i, (state, n) in enumerate(zip(STAGES, counts, strict=True))
    ]
    steps = [
        {"label": "登记意向", "state": "done", "when": "12月12日 周六 10:20", "note": "招聘会现场，展位A12"},
        {"label": "面试", "state": "done", "when": "12月15日 周二", "note": ""},
        {"label": "录用", "state": "current", "when": "", "note": "等待单位确认入职日期"},
        {"label": "入职", "state": "todo", "when": "", "note": ""},
    ]
    rejected = {"label": "单位未录用", "state": "stopped", "when": "12月20日 周日", "note": ""}
    wrong = SampleForm({"name": "", "education": "2"}, prefix="wrong")
    return {
        "now": now,
        "icons": _icons(),
        "states": [(kind.__name__, list(kind)) for kind in STATES],
        "crumbs": [("首页", "/"), ("招聘会", "#fairs"), ("新会区退役军人专场招聘会", "")],
        "position": position,
        "plain": plain,
        "only": only,
        "positions": [position, plain],
        "reasons": reasons,
        "abilities": ["汽车驾驶", "服役 12 年", "高中/中专/技校", "A2驾照"],
        "missing": missing,
        "score": 0.62,
        "fairs": fairs,
        "booth": SimpleNamespace(number="A12", employer=position.employer, employer_id=1),
        "pages": Paginator(range(95), 20).page(2),
        "stages": stages,
        "chart": bars("sample", "各步人数", [str(stage.label) for stage in stages], [("人数", counts)]),
        "figures": [
            SimpleNamespace(label="登记意向", definition="记录在册的意向份数，同一人可以有多份。"),
            SimpleNamespace(label="入职", definition="曾经入职的意向份数，更正为未入职的不算。"),
        ],
        "steps": steps,
        "stopped": [*steps[:2], rejected],
        "form": SampleForm(),
        "wrong": wrong,
        "filter_form": SampleFilter({"q": "司机"}),
        "qr": segno.make("demo", error="m").svg_data_uri(scale=8, border=2),
        "columns": ["姓名", "联系电话", "下一步", "到期"],
        "rows": [
            {"cells": ["陈建国", "138****5678", "意向回访", "今天"], "url": "#tables"},
            {"cells": ["李秀珍", "139****1234", "稳岗回访（3个月）", "已超期2天"], "url": "#tables"},
        ],
        "facts": [("学历", "高中/中专/技校"), ("服役年限", "12年"), ("证书", "A2驾照"), ("补充说明", "")],
        "words": ["包吃住", "五险一金", "两班倒"],
        "tabs": [
            {"label": "待审核", "url": "#lists", "current": True, "count": 12},
            {"label": "已通过", "url": "#lists", "current": False, "count": 340},
            {"label": "全部", "url": "#lists", "current": False, "count": None},
        ],
    }


def _icons() -> list[str]:
    """Return the names of the icons in the sprite."""
    sprite = Path(finders.find("portal/icons.svg") or "").read_text()
    return re.findall(r'<symbol id="([a-z-]+)"', sprite)


def _position(pk: int, title: str, pay_from: int, pay_to: int, **fields: object) -> Position:
    employer = Employer(pk=pk, name="江门市远航物流有限公司")
    region = Region(code="440705", name="新会区")
    return Position(
        pk=pk,
        title=title,
        employer=employer,
        region=region,
        pay_from=pay_from,
        pay_to=pay_to,
        headcount=5,
        kind=PositionKind.FULL_TIME,
        **fields,
    )


def _fair(title: str, mode: FairMode, starts_at: datetime, *, is_open: bool = False) -> SimpleNamespace:
    """Return a stand-in for cms.JobFairPage with the attributes that components read."""
    now = timezone.now()
    ends_at = starts_at + timedelta(hours=4)
    offline = mode != FairMode.ONLINE
    return SimpleNamespace(
        title=title,
        mode=mode,
        get_mode_display=mode.label,
        starts_at=starts_at,
        ends_at=ends_at,
        venue="新会区人民会堂广场" if offline else "",
        address="会城街道演示路1号" if offline else "",
        online_url="" if mode == FairMode.OFFLINE else "https://fair.example/",
        summary="84家单位到场，面对面谈，当场可登记意向。",
        url="#fairs",
        is_over=ends_at <= now,
        is_running=starts_at <= now < ends_at,
        registration_is_open=is_open,
    )
