"""Audit log and access log for the auditor, and the check of the hash chain."""

from typing import Any

import django_filters
from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from portal.accounts.enums import AccessKind
from portal.accounts.models import AccessLog, User
from portal.accounts.roles import Permission
from portal.core import audit
from portal.core.models import AuditEvent
from portal.reports.log_access import accesses_visible_to, events_visible_to
from portal.web.shared.form_fields import DayInput
from portal.web.staff.access import staff_with
from portal.web.staff.audit.event_details import describe_details
from portal.web.staff.audit.verb_labels import CATEGORIES, category_of, verb_label

PAGE_SIZE = 30
auditor = staff_with(Permission.READ_LOGS)


class _LogFilter(django_filters.FilterSet):
    """Filter by day; both days are included."""

    since = django_filters.DateFilter(label="从", field_name="at", lookup_expr="date__gte", widget=DayInput())
    until = django_filters.DateFilter(label="到", field_name="at", lookup_expr="date__lte", widget=DayInput())


class EventFilter(_LogFilter):
    """Filters of the audit log."""

    who = django_filters.CharFilter(label="操作人姓名", field_name="actor_label", lookup_expr="contains")
    room = django_filters.ChoiceFilter(
        label="类别", choices=list(CATEGORIES.items()), method="filter_by_category", empty_label="全部"
    )
    target = django_filters.CharFilter(
        label="对象编号", method="filter_by_target", widget=forms.TextInput(attrs={"inputmode": "numeric"})
    )

    class Meta:
        model = AuditEvent
        fields = ["since", "until", "who", "room", "target"]

    def filter_by_category(self, rows: QuerySet, name: str, value: str) -> QuerySet:
        return rows.filter(verb__startswith=f"{value}.")

    def filter_by_target(self, rows: QuerySet, name: str, value: str) -> QuerySet:
        return rows.filter(target_id=value.strip())


class AccessFilter(_LogFilter):
    """Filters of the access log."""

    who = django_filters.CharFilter(label="查看人姓名", field_name="actor__name", lookup_expr="contains")
    kind = django_filters.ChoiceFilter(label="方式", choices=AccessKind.choices, empty_label="全部")
    file_id = django_filters.NumberFilter(label="档案编号")

    class Meta:
        model = AccessLog
        fields = ["since", "until", "who", "kind", "file_id"]


def _tabs(current: str) -> list[dict[str, Any]]:
    pages = (("staff:audit", "操作日志"), ("staff:access-log", "档案访问记录"))
    return [
        {"label": label, "url": reverse(name), "current": name == current, "count": None}
        for name, label in pages
    ]


@auditor
@require_safe
def events(request: HttpRequest, user: User) -> HttpResponse:
    """List audit events, the latest first."""
    filter_set = EventFilter(request.GET, queryset=events_visible_to(user))
    page = Paginator(filter_set.qs, PAGE_SIZE).get_page(request.GET.get("page"))
    context = {
        "tabs": _tabs("staff:audit"),
        "page": page,
        "rows": [
            (event, category_of(event.verb), verb_label(event.verb), describe_details(event))
            for event in page
        ],
        "form": filter_set.form,
        "clear_url": reverse("staff:audit") if any(request.GET.values()) else "",
    }
    return render(request, "staff/audit/audit_events.html", context)


@auditor
@require_safe
def accesses(request: HttpRequest, user: User) -> HttpResponse:
    """List accesses to records, refused attempts included."""
    filter_set = AccessFilter(request.GET, queryset=accesses_visible_to(user))
    page = Paginator(filter_set.qs, PAGE_SIZE).get_page(request.GET.get("page"))
    context = {
        "tabs": _tabs("staff:access-log"),
        "page": page,
        "form": filter_set.form,
        "clear_url": reverse("staff:access-log") if any(request.GET.values()) else "",
    }
    return render(request, "staff/audit/access_log.html", context)


@auditor
@require_POST
def verify(request: HttpRequest, _user: User) -> HttpResponse:
    """Verify the whole hash chain now and show the result."""
    result = audit.verify()
    if result.broken_at is not None:
        messages.error(request, f"日志在第 {result.broken_at} 号事件处校验不符，可能被改动过，请立即报告。")
    elif result.unlinked:
        summary = f"已校验 {result.links} 条，一致"
        messages.warning(request, f"{summary}；另有 {result.unlinked} 条尚未入链，请稍后再校验。")
    else:
        summary = f"已校验全部 {result.links} 条，未发现改动"
        messages.success(request, f"{summary}。末条校验值尾号 {result.head[-8:]}。")
    return redirect("staff:audit")
