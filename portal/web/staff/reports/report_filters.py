"""Filters of the reports: parsing from a query string, form with choices, description in Chinese."""

from collections.abc import Iterable, Mapping
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.urls import reverse

from cms.models import JobFairPage
from portal.accounts.models import User
from portal.accounts.roles import Permission
from portal.employers.models import Employer
from portal.reports.cohorts import district_names, occupation_group_names
from portal.reports.report_filter import NO_DISTRICT, NO_FAIR, ReportFilter
from portal.reports.report_scope import ReportScope, report_scope_of
from portal.stations.models import Station
from portal.web.shared.form_fields import DayInput
from portal.web.shared.primary_keys import parse_key
from portal.web.shared.query_params import BadParameterError, UnknownRowError
from portal.web.shared.typed_fields import choice_field
from portal.web.staff.access import staff_with

report_staff = staff_with(Permission.READ_REPORTS)
WITHOUT_FAIR = "日常登记（不在招聘会上）"
OUT_OF_SCOPE = "out_of_scope"


class _BaseFilterForm(forms.Form):
    """Period and validation that both filter forms share."""

    since = forms.DateField(label="登记日期从", required=False)
    until = forms.DateField(label="到", required=False)

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
            raise forms.ValidationError("这个服务站不在您的辖区内。", code=OUT_OF_SCOPE)
        return station

    def to_filter(self) -> ReportFilter:
        """Return the valid values as a ReportFilter."""
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


class FilterParamsForm(_BaseFilterForm):
    """Parameters of a report's query string."""

    fair = forms.IntegerField(required=False, min_value=NO_FAIR)
    employer = forms.CharField(required=False, max_length=80)
    occupation = forms.RegexField(r"^[0-9](-[0-9][0-9]){0,3}$", required=False)
    district = forms.RegexField(rf"^([0-9]{{6}}|{NO_DISTRICT})$", required=False)
    station = forms.IntegerField(required=False, min_value=1)
    at_fairs = forms.BooleanField(required=False)
    days = forms.IntegerField(required=False, min_value=0, max_value=36_500)


def parse_filters(user: User, data: Mapping[str, Any]) -> tuple[ReportScope, ReportFilter]:
    """Return the reader's scope and the filters of a query string.

    Raises:
        BadParameterError, UnknownRowError: as `valid_filters`.
    """
    scope = report_scope_of(user)
    return scope, valid_filters(scope, data)


def valid_filters(scope: ReportScope, data: Mapping[str, Any]) -> ReportFilter:
    """Return the filters; an invalid one is refused, since without it the answer would be wider.

    Raises:
        BadParameterError: a value is invalid.
        UnknownRowError: the station is outside the scope; the refusal is logged.
    """
    form = FilterParamsForm(scope, data)
    if form.has_error("station", OUT_OF_SCOPE):
        raise UnknownRowError("station")
    for name, errors in form.errors.items():
        raise BadParameterError(name, f"不对：{' '.join(map(str, errors))}".rstrip("。"))
    return form.to_filter()


class FilterForm(_BaseFilterForm):
    """The filters of a report as a form with choices."""

    fair = forms.TypedChoiceField(label="招聘会", required=False, coerce=int, empty_value=None)
    employer = forms.CharField(label="单位名称或信用代码", required=False, max_length=80)
    occupation = forms.ChoiceField(label="职业", required=False)
    district = forms.ChoiceField(label="工作地区", required=False)
    station = forms.TypedChoiceField(label="服务站", required=False, coerce=int, empty_value=None)

    def __init__(self, scope: ReportScope, data: Mapping[str, Any]) -> None:
        super().__init__(scope, data)
        for name in ("since", "until"):
            self.fields[name].widget = DayInput()
        fairs = fairs_in_scope(scope).order_by("-starts_at").values_list("pk", "title")
        self._set_choices("fair", [(NO_FAIR, WITHOUT_FAIR), *fairs])
        self._set_choices("occupation", sorted(occupation_group_names().items()))
        self._set_choices("district", self._districts())
        self._set_choices("station", self._stations(parse_key(str(data.get("station", "")))))

    def _set_choices(self, name: str, choices: Iterable[tuple[Any, str]]) -> None:
        choice_field(self, name).choices = [("", "全部"), *choices]

    def _districts(self) -> list[tuple[str, str]]:
        """Return (code, name) of the districts of the served cities."""
        city_codes = Station.objects.filter(depth=1).values_list("region_id", flat=True)
        cities = tuple(city_codes)
        return [(code, name) for code, name in sorted(district_names().items()) if code.startswith(cities)]

    def _stations(self, selected: int | None) -> list[tuple[int, str]]:
        """Return (key, name) of the stations two levels below the reader's own, and the selected one."""
        if not self.scope.paths:
            return []
        depth = min(len(path) for path in self.scope.paths) // Station.steplen
        in_scope = Station.objects.in_subtrees(self.scope.paths)
        choices = in_scope.filter(depth__gt=depth, depth__lte=depth + 2) | in_scope.filter(pk=selected or 0)
        return list(choices.order_by("path").values_list("pk", "name"))


def fairs_in_scope(scope: ReportScope) -> "QuerySet[JobFairPage]":
    """Return the published fairs that stations in the scope organise."""
    return JobFairPage.objects.live().filter(scope.covers("organiser"))


def filter_labels(filters: ReportFilter) -> list[tuple[str, str]]:
    """Return (label, value) of each filter that is set."""
    labels: list[tuple[str, str]] = []
    if filters.since or filters.until:
        since = f"{filters.since:%Y-%m-%d}" if filters.since else "最早"
        until = f"{filters.until:%Y-%m-%d}" if filters.until else "今天"
        labels.append(("时间段", f"{since} 至 {until}"))
    if filters.fair == NO_FAIR:
        labels.append(("招聘会", WITHOUT_FAIR))
    elif filters.fair is not None:
        fair = JobFairPage.objects.live().filter(pk=filters.fair).first()
        labels.append(("招聘会", fair.title if fair else "（未发布）"))
    if filters.employer:
        employer = Employer.objects.verified().filter(uscc=filters.employer).first()
        labels.append(("用人单位", employer.name if employer else filters.employer))
    if filters.occupation:
        labels.append(("职业", occupation_group_names().get(filters.occupation, filters.occupation)))
    if filters.district:
        name = (
            "未填写居住地"
            if filters.district == NO_DISTRICT
            else district_names().get(filters.district, filters.district)
        )
        labels.append(("地区", name))
    if filters.station is not None:
        station = Station.objects.filter(pk=filters.station).first()
        labels.append(("服务站", f"{station.name}（含下级）" if station else ""))
    if filters.days is not None:
        labels.append(("第几天", f"{filters.days} 天"))
    return labels


def describe_filters(filters: ReportFilter) -> str:
    """Return the filters as text: '时间段：2026-01-01 至 今天；职业：…', or '全部'."""
    return "；".join(f"{label}：{value}" for label, value in filter_labels(filters)) or "全部"


def tabs(current: str) -> list[dict[str, Any]]:
    """Return the tabs of the reports for components/tabs.html; `current` is a URL name."""
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
