"""Verification of employers: the list with its queues, and the page of one employer."""

from collections.abc import Callable
from typing import Any

import django_filters
from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from portal.accounts.models import User
from portal.core.enums import RegionLevel
from portal.core.models import Region
from portal.core.seen_values import seal_whole
from portal.core.text_folding import fold_code, fold_name
from portal.core.validators import uscc_check_passes
from portal.employers import members, profile_changes
from portal.employers.employer_documents import visible_documents
from portal.employers.enums import VerificationState
from portal.employers.models import Employer, EmployerMembership, EmployerQuerySet, ProfileChange
from portal.employers.verification import VERIFIED_FIELDS
from portal.stations.models import Station, path_range
from portal.web.shared.employer_facts import list_employer_facts
from portal.web.staff.access import review_staff
from portal.web.staff.decisions import STATE_CHANGED, decide
from portal.web.staff.employers import forms
from portal.web.staff.employers.employer_decisions import available_decisions

PAGE_SIZE = 20
MAX_EARLIER_BASES = 10


def _queues() -> dict[str, tuple[str, Callable[[EmployerQuerySet], EmployerQuerySet]]]:
    """Return the label and the filter of each queue; the first four wait for a reviewer."""

    def in_state(value: VerificationState) -> Callable[[EmployerQuerySet], EmployerQuerySet]:
        return lambda rows: rows.filter(state=value).order_by("created_at", "pk")

    return {
        "pending": ("待核验", in_state(VerificationState.PENDING)),
        "renewal": ("待续期", lambda rows: rows.with_renewal_request()),
        "change": ("待变更", lambda rows: rows.with_pending_change()),
        "ending": ("将到期或已过期", lambda rows: rows.verification_ending(timezone.localdate())),
        "verified": ("已核验", in_state(VerificationState.VERIFIED)),
        "refused": ("未通过", in_state(VerificationState.REFUSED)),
        "suspended": ("已暂停", in_state(VerificationState.SUSPENDED)),
        "all": ("全部", lambda rows: rows.order_by("name", "pk")),
    }


class EmployerFilter(django_filters.FilterSet):
    """Filters of the list: name or credit code, county, category."""

    q = django_filters.CharFilter(label="单位名称或信用代码", method="filter_by_text")
    county = django_filters.ModelChoiceFilter(
        label="所在地区", queryset=Region.objects.none(), method="filter_by_region", empty_label="全部地区"
    )
    what = django_filters.ChoiceFilter(
        label="类别",
        choices=[("veteran", "退役军人创办"), ("agency", "人力资源服务机构")],
        method="filter_by_category",
        empty_label="不限",
    )

    class Meta:
        model = Employer
        fields = ["q", "county", "what"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        roots = Station.objects.filter(depth=1).values("region")
        self.filters["county"].queryset = Region.objects.filter(level=RegionLevel.COUNTY, parent__in=roots)

    def filter_by_text(self, rows: QuerySet, name: str, value: str) -> QuerySet:
        code = fold_code(value)
        if len(code) >= 8 and code.isascii():
            return rows.filter(uscc__startswith=code)
        return rows.filter(name_key__contains=fold_name(value))

    def filter_by_region(self, rows: QuerySet, name: str, value: Region) -> QuerySet:
        return rows.filter(path_range("region_id", value.pk))

    def filter_by_category(self, rows: QuerySet, name: str, value: str) -> QuerySet:
        return rows.filter(veteran_founded=True) if value == "veteran" else rows.filter(is_agency=True)


@review_staff
@require_safe
def listing(request: HttpRequest, user: User) -> HttpResponse:
    """List employers of the user's stations by queue, the longest waiting first."""
    filter_set = EmployerFilter(
        request.GET, queryset=Employer.objects.reviewable_by(user).select_related("region")
    )
    queues = _queues()
    queue = request.GET.get("state", "")
    has_filters = any(request.GET.get(name) for name in filter_set.filters)
    if queue not in queues:
        queue = "all" if has_filters else "pending"
    query = request.GET.copy()
    query.pop("page", None)
    tabs = []
    for name, (label, _) in queues.items():
        query["state"] = name
        url = f"{reverse('staff:employers')}?{query.urlencode()}"
        tabs.append({"label": label, "url": url, "current": name == queue, "count": None})
    page = Paginator(queues[queue][1](filter_set.qs), PAGE_SIZE).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "tabs": tabs,
        "form": filter_set.form,
        "clear_url": f"{reverse('staff:employers')}?state={queue}" if has_filters else "",
    }
    return render(request, "staff/employers/employers.html", context)


@review_staff
@require_http_methods(["GET", "POST"])
def detail(request: HttpRequest, user: User, pk: int) -> HttpResponse:
    """Show one employer with its documents and earlier decisions; POST takes a decision."""
    rows = Employer.objects.reviewable_by(user).select_related("region", "station", "verified_by")
    employer = get_object_or_404(rows, pk=pk)
    change = ProfileChange.objects.pending().filter(employer=employer).select_related("asked_by").first()
    decisions = available_decisions(request, employer, change)
    decision = decisions.get(request.POST.get("decision", "")) if request.method == "POST" else None
    if request.method == "POST" and decision is None:
        messages.error(request, STATE_CHANGED)
        return redirect("staff:employer", pk=pk)
    if decision is not None and decision.form.is_valid():
        arguments = decision.action_arguments()
        if decide(request, decision.form, decision.action, decision.success, by=user, **arguments):
            return redirect("staff:employer", pk=pk)
        employer = get_object_or_404(rows, pk=pk)  # discard values that a refused decision set in memory
    visible = visible_documents(user).current()
    documents = list(visible.filter(owner_id=employer.pk).select_related("judged_by"))
    steps = employer.steps.select_related("by").prefetch_related("bases__document", "bases__seen_by")
    context = {
        "employer": employer,
        "facts": [
            *list_employer_facts(employer),
            ("核验有效期至", f"{employer.verified_until:%Y-%m-%d}" if employer.verified_until else ""),
        ],
        "uscc_fails": not uscc_check_passes(employer.uscc),
        "documents": documents,
        "seen_token": seal_whole(employer, VERIFIED_FIELDS),
        "shown": ",".join(str(document.pk) for document in documents),
        "earlier_bases": list(
            employer.bases.filter(step=None).select_related("seen_by").order_by("-pk")[:MAX_EARLIER_BASES]
        ),
        "steps": Paginator(steps, PAGE_SIZE).get_page(request.GET.get("page")),
        "change": change,
        "changes": profile_changes.list_fact_changes(change) if change else [],
        "decisions": decisions,
        "members": list(
            EmployerMembership.objects.filter(
                employer__in=Employer.objects.reviewable_by(user), employer=employer
            )
            .select_related("user")
            .order_by("role", "pk")[: members.MAX_MEMBERS]
        ),
        "document_reasons": forms.DOCUMENT_REASONS,
    }
    return render(request, "staff/employers/employer.html", context)
