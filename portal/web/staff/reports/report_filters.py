"""What a report is asked for: the filters of a page, and of the list behind a number."""

from collections.abc import Iterable, Mapping
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.http import Http404
from django.urls import reverse
from django.utils import timezone

from cms.models import JobFairPage
from portal.accounts.models import User
from portal.accounts.roles import Permission
from portal.employers.models import Employer
from portal.reports.funnels import district_names, occupation_group_names
from portal.reports.report_filter import NO_DISTRICT, NO_FAIR, ReportFilter
from portal.reports.report_scope import ReportScope, report_scope_of
from portal.stations.models import Station
from portal.web.shared.form_fields import DayInput
from portal.web.staff.access import staff_with

report_staff = staff_with(Permission.READ_REPORTS)
WITHOUT_FAIR = "日常登记（不在招聘会上）"


class CutForm(forms.Form):
    """A cut as an address says it."""

    since = forms.DateField(label="登记日期从", required=False)
    until = forms.DateField(label="到", required=False)
    fair = forms.IntegerField(required=False, min_value=NO_FAIR)
    employer = forms.CharField(required=False, max_length=80)
    occupation = forms.RegexField(r"^\d(-\d\d){0,3}$", required=False)
    district = forms.RegexField(rf"^(\d{{6}}|{NO_DISTRICT})$", required=False)
    station = forms.IntegerField(required=False, min_value=1)
    at_fairs = forms.BooleanField(required=False)
    days = forms.IntegerField(required=False, min_value=0, max_value=36_500)

    def __init__(self, scope: ReportScope, data: Mapping[str, Any]) -> None:
        super().__init__(data)
        self.scope = scope

    def clean(self) -> dict[str, Any]:
        values = super().clean() or self.cleaned_data
        since, until = values.get("since"), values.get("until")
        if since and until and until < since:
            self.add_error("until", "结束日期不能早于开始日期。")
        return values

    def clean_station(self) -> Station | None:
        pk = self.cleaned_data["station"]
        if not pk:
            return None
        station = Station.objects.in_subtrees(self.scope.paths).filter(pk=pk).first()
        if station is None:
            raise forms.ValidationError("这个服务站不在您的辖区内。")
        return station

    def cut(self) -> ReportFilter:
        """Expects a form that is valid."""
        values = self.cleaned_data
        station = values["station"]
        return ReportFilter(
            since=values["since"],
            until=values["until"],
            fair=values["fair"],
            employer=values["employer"].strip(),
            occupation=values["occupation"],
            district=values["district"],
            station=station.pk if station else None,
            station_path=station.path if station else "",
            at_fairs=bool(values.get("at_fairs")),
            days=values.get("days"),
        )


def cut_or_404(user: User, data: Mapping[str, Any]) -> tuple[ReportScope, ReportFilter]:
    """The cut that an address names.

    Raises:
        Http404: it makes no sense, or reaches beyond the reader's stations.
    """
    scope = report_scope_of(user)
    form = CutForm(scope, data)
    if not form.is_valid():
        raise Http404("; ".join(form.errors))
    return scope, form.cut()


def _number(value: str) -> int | None:
    return int(value) if value.isdigit() else None


class FilterForm(CutForm):
    """The same, to choose from."""

    fair = forms.TypedChoiceField(label="招聘会", required=False, coerce=int, empty_value=None)
    employer = forms.CharField(label="单位名称或信用代码", required=False, max_length=80)
    occupation = forms.ChoiceField(label="职业", required=False)
    district = forms.ChoiceField(label="工作地区", required=False)
    station = forms.TypedChoiceField(label="服务站", required=False, coerce=int, empty_value=None)
    at_fairs = None  # type: ignore[assignment]
    days = None  # type: ignore[assignment]

    def __init__(self, scope: ReportScope, data: Mapping[str, Any]) -> None:
        super().__init__(scope, data)
        for name in ("since", "until"):
            self.fields[name].widget = DayInput()
        fairs = organised_below(scope).order_by("-starts_at").values_list("pk", "title")
        self._offer("fair", [(NO_FAIR, WITHOUT_FAIR), *fairs])
        self._offer("occupation", sorted(occupation_group_names().items()))
        self._offer("district", self._districts())
        self._offer("station", self._stations(_number(str(data.get("station", "")))))

    def _offer(self, name: str, choices: Iterable[tuple[Any, str]]) -> None:
        self.fields[name].choices = [("", "全部"), *choices]  # type: ignore[attr-defined]

    def _districts(self) -> list[tuple[str, str]]:
        """Those of the cities that the reader's stations lie in."""
        root = Station.objects.filter(depth=1).values_list("region_id", flat=True)
        cities = tuple(root)
        return [(code, name) for code, name in sorted(district_names().items()) if code.startswith(cities)]

    def _stations(self, asked: int | None) -> list[tuple[int, str]]:
        """Two levels below the reader's own, and the one that is asked for."""
        if not self.scope.paths:
            return []
        depth = min(len(path) for path in self.scope.paths) // Station.steplen
        below = Station.objects.in_subtrees(self.scope.paths)
        shown = below.filter(depth__gt=depth, depth__lte=depth + 2) | below.filter(pk=asked or 0)
        return list(shown.order_by("path").values_list("pk", "name"))


def organised_below(scope: ReportScope) -> "QuerySet[JobFairPage]":
    """Published fairs of the reader's stations."""
    return JobFairPage.objects.live().filter(scope.covers("organiser"))


def in_words(cut: ReportFilter) -> list[tuple[str, str]]:
    """(label, value) of each filter that is set."""
    told: list[tuple[str, str]] = []
    if cut.since or cut.until:
        since = f"{cut.since:%Y-%m-%d}" if cut.since else "最早"
        until = f"{cut.until:%Y-%m-%d}" if cut.until else "今天"
        told.append(("时间段", f"{since} 至 {until}"))
    if cut.fair == NO_FAIR:
        told.append(("招聘会", WITHOUT_FAIR))
    elif cut.fair is not None:
        fair = JobFairPage.objects.live().filter(pk=cut.fair).first()
        told.append(("招聘会", fair.title if fair else "（未发布）"))
    if cut.employer:
        known = Employer.objects.verified().filter(uscc=cut.employer).first()
        told.append(("用人单位", known.name if known else cut.employer))
    if cut.occupation:
        told.append(("职业", occupation_group_names().get(cut.occupation, cut.occupation)))
    if cut.district:
        name = (
            "未填写居住地"
            if cut.district == NO_DISTRICT
            else district_names().get(cut.district, cut.district)
        )
        told.append(("地区", name))
    if cut.station is not None:
        station = Station.objects.filter(pk=cut.station).first()
        told.append(("服务站", f"{station.name}（含下级）" if station else ""))
    if cut.days is not None:
        told.append(("第几天", f"{cut.days} 天"))
    return told


def words(cut: ReportFilter) -> str:
    """'时间段：2026-01-01 至 今天；职业：…', or '全部'."""
    return "；".join(f"{label}：{value}" for label, value in in_words(cut)) or "全部"


def tabs(current: str) -> list[dict[str, Any]]:
    """The reports, for components/tabs.html; `current`: the name of the open one's address."""

    return [
        {"label": label, "url": reverse(f"staff:{name}"), "current": name == current, "count": None}
        for name, label in (
            ("report-funnels", "漏斗"),
            ("report-retention", "稳岗曲线"),
            ("report-satisfaction", "满意程度"),
            ("report-fairs", "招聘会对比"),
            ("report-years", "四年汇总"),
            ("report-month", "月报"),
        )
    ]


def today_said() -> str:
    return f"{timezone.localdate():%Y%m%d}"
