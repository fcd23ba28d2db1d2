"""Verifying employers: the list with its queues, and one employer with every decision about it."""

from collections.abc import Callable
from dataclasses import dataclass, field
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
from portal.core.validators import uscc_check_passes
from portal.documents.enums import DocumentKind, OwnerType, kind_choices
from portal.employers import members, profile_changes, verification
from portal.employers.employer_documents import visible_documents
from portal.employers.enums import EmployerRole, VerificationState
from portal.employers.models import Employer, EmployerMembership, EmployerQuerySet, ProfileChange
from portal.stations.models import Station, path_range
from portal.web.shared.employer_facts import facts_of
from portal.web.staff.access import review_staff
from portal.web.staff.decisions import STATE_CHANGED, decide
from portal.web.staff.employers import forms
from portal.web.staff.reason_form import ReasonForm

PAGE_SIZE = 20


def _queues() -> dict[str, tuple[str, Callable[[EmployerQuerySet], EmployerQuerySet]]]:
    """Name -> label and what stands in it. The first four wait for somebody."""

    def state(value: VerificationState) -> Callable[[EmployerQuerySet], EmployerQuerySet]:
        return lambda rows: rows.filter(state=value).order_by("created_at", "pk")

    return {
        "pending": ("待核验", state(VerificationState.PENDING)),
        "renewal": ("待续期", lambda rows: rows.renewal_asked()),
        "change": ("待变更", lambda rows: rows.change_asked()),
        "ending": ("将到期或已过期", lambda rows: rows.running_out(timezone.localdate())),
        "verified": ("已核验", state(VerificationState.VERIFIED)),
        "refused": ("未通过", state(VerificationState.REFUSED)),
        "suspended": ("已暂停", state(VerificationState.SUSPENDED)),
        "all": ("全部", lambda rows: rows.order_by("name", "pk")),
    }


class EmployerFilter(django_filters.FilterSet):
    """Name or credit code, county, and what it is."""

    q = django_filters.CharFilter(label="单位名称或信用代码", method="named")
    county = django_filters.ModelChoiceFilter(
        label="所在地区", queryset=Region.objects.none(), method="in_region", empty_label="全部地区"
    )
    what = django_filters.ChoiceFilter(
        label="类别",
        choices=[("veteran", "退役军人创办"), ("agency", "人力资源服务机构")],
        method="being",
        empty_label="不限",
    )

    class Meta:
        model = Employer
        fields = ["q", "county", "what"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        roots = Station.objects.filter(depth=1).values("region")
        self.filters["county"].queryset = Region.objects.filter(level=RegionLevel.COUNTY, parent__in=roots)

    def named(self, rows: QuerySet, name: str, value: str) -> QuerySet:
        text = value.strip()
        if len(text) >= 8 and text.isascii():
            return rows.filter(uscc__startswith=text.upper())
        return rows.filter(name__contains=text)

    def in_region(self, rows: QuerySet, name: str, value: Region) -> QuerySet:
        return rows.filter(path_range("region_id", value.pk))

    def being(self, rows: QuerySet, name: str, value: str) -> QuerySet:
        return rows.filter(veteran_founded=True) if value == "veteran" else rows.filter(is_agency=True)


@review_staff
@require_safe
def listing(request: HttpRequest, user: User) -> HttpResponse:
    """Employers of the user's stations by queue, those that wait longest on top; searched by name or code."""
    found = EmployerFilter(
        request.GET, queryset=Employer.objects.reviewable_by(user).select_related("region")
    )
    queues = _queues()
    asked = request.GET.get("state", "")
    filtered = any(request.GET.get(name) for name in found.filters)
    if asked not in queues:
        asked = "all" if filtered else "pending"
    query = request.GET.copy()
    query.pop("page", None)
    tabs = []
    for name, (label, _) in queues.items():
        query["state"] = name
        url = f"{reverse('staff:employers')}?{query.urlencode()}"
        tabs.append({"label": label, "url": url, "current": name == asked, "count": None})
    page = Paginator(queues[asked][1](found.qs), PAGE_SIZE).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "tabs": tabs,
        "form": found.form,
        "asked": asked,
        "clear_url": f"{reverse('staff:employers')}?state={asked}" if filtered else "",
    }
    return render(request, "staff/employers/employers.html", context)


@dataclass
class _Decision:
    """One form of the page: what it is called, its action, and what that takes of the form."""

    form: Any
    verb: Callable[..., Any]
    done: str
    values: dict[str, Any] = field(default_factory=dict)


def _decisions(
    request: HttpRequest, employer: Employer, change: ProfileChange | None
) -> dict[str, _Decision]:
    """Every decision that may be taken now, by name; the one that was sent is bound."""
    asked = request.POST.get("decision") if request.method == "POST" else None

    def data(name: str) -> Any:
        return request.POST if asked == name else None

    def reasoned(name: str, words: tuple[str, ...], verb: Callable[..., Any], **values: Any) -> _Decision:
        form = ReasonForm(words, data(name), auto_id=f"{name}_%s")
        form.fields["reason"].widget.attrs["list"] = f"{name}_words"
        return _Decision(form, verb, f"已处理：{employer.name}。", values)

    state, own = employer.state, {"employer": employer}
    made: dict[str, _Decision] = {}
    if state != VerificationState.REFUSED:
        made["verify"] = _Decision(
            forms.VerifyForm(data("verify")), verification.verify, f"已核验：{employer.name}。", own
        )
    if state == VerificationState.PENDING:
        made["refuse"] = reasoned("refuse", forms.EMPLOYER_REASONS, verification.refuse, **own)
    if state == VerificationState.VERIFIED:
        made["suspend"] = reasoned("suspend", forms.SUSPEND_REASONS, verification.suspend, **own)
    if state == VerificationState.SUSPENDED:
        made["lift"] = reasoned("lift", forms.LIFT_REASONS, verification.lift, **own)
    if employer.renewal_asked_at:
        made["return_renewal"] = reasoned(
            "return_renewal", forms.RENEWAL_REASONS, verification.return_renewal, **own
        )
    if change is not None:
        made["accept_change"] = _Decision(
            forms.AcceptChangeForm(data("accept_change"), auto_id="change_%s"),
            profile_changes.accept_change,
            f"已同意变更：{employer.name}。",
            {"change": change},
        )
        made["refuse_change"] = reasoned(
            "refuse_change", forms.CHANGE_REASONS, profile_changes.refuse_change, change=change
        )
    if not (employer.is_agency or (change is not None and change.after.get("is_agency"))):
        kinds = [row for row in kind_choices(OwnerType.EMPLOYER) if row[0] != DocumentKind.PERMIT]
        for name in {"verify", "accept_change"} & made.keys():
            made[name].form.fields["evidence"].choices = kinds
    made["invite"] = _Decision(
        forms.InviteOwnerForm(data("invite"), auto_id="invite_%s"),
        members.invite,
        "已发出邀请，对方登录后接受。",
        own,
    )
    return made


def _taken(decision: _Decision) -> dict[str, Any]:
    """What the decision's action takes of its form."""
    form = decision.form
    if isinstance(form, forms.AcceptChangeForm):
        return form.action_arguments()
    if isinstance(form, forms.VerifyForm):
        return {**form.action_arguments(), "uscc_override_reason": form.cleaned_data["uscc_override_reason"]}
    if isinstance(form, forms.InviteOwnerForm):
        return {"phone": form.cleaned_data["phone"], "role": EmployerRole.OWNER}
    return {"reason": form.cleaned_data["reason"]}


@review_staff
@require_http_methods(["GET", "POST"])
def detail(request: HttpRequest, user: User, pk: int) -> HttpResponse:
    """One employer: its documents, earlier decisions, and what may be decided now."""
    rows = Employer.objects.reviewable_by(user).select_related("region", "station", "verified_by")
    employer = get_object_or_404(rows, pk=pk)
    change = ProfileChange.objects.waiting().filter(employer=employer).select_related("asked_by").first()
    decisions = _decisions(request, employer, change)
    asked = decisions.get(request.POST.get("decision", "")) if request.method == "POST" else None
    if request.method == "POST" and asked is None:
        messages.error(request, STATE_CHANGED)
        return redirect("staff:employer", pk=pk)
    if asked is not None and asked.form.is_valid():
        if decide(request, asked.form, asked.verb, asked.done, by=user, **asked.values, **_taken(asked)):
            return redirect("staff:employer", pk=pk)
        employer = get_object_or_404(rows, pk=pk)  # what a refused decision set in memory is not shown
    visible = visible_documents(user).current()
    documents = list(visible.filter(owner_id=employer.pk).select_related("judged_by"))
    steps = employer.steps.select_related("by").prefetch_related("bases__document", "bases__seen_by")
    context = {
        "employer": employer,
        "facts": [
            *facts_of(employer),
            ("核验有效期至", f"{employer.verified_until:%Y-%m-%d}" if employer.verified_until else ""),
        ],
        "uscc_fails": not uscc_check_passes(employer.uscc),
        "documents": documents,
        "shown": ",".join(str(document.pk) for document in documents),
        "older": list(employer.bases.filter(step=None).select_related("seen_by").order_by("-pk")[:10]),
        "steps": Paginator(steps, PAGE_SIZE).get_page(request.GET.get("page")),
        "change": change,
        "changed": profile_changes.told(change) if change else [],
        "decisions": decisions,
        "members": list(
            EmployerMembership.objects.filter(
                employer__in=Employer.objects.reviewable_by(user), employer=employer
            )
            .select_related("user")
            .order_by("role", "pk")[: members.MOST]
        ),
        "document_reasons": forms.DOCUMENT_REASONS,
    }
    return render(request, "staff/employers/employer.html", context)
