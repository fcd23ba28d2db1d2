"""List, create, edit, submit and withdraw an employer's positions."""

from copy import copy

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.db.models import Count
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from portal.core.models import Occupation
from portal.core.state_machine import TransitionRefused
from portal.core.text_folding import is_digits
from portal.employers.models import Employer
from portal.positions import actions
from portal.positions.enums import PositionState
from portal.positions.models import Position
from portal.positions.transitions import TRANSITIONS
from portal.web.employer.current_employer import for_employer
from portal.web.employer.positions.forms import PositionForm
from portal.web.employer.positions.position_management import get_own, submit_position
from portal.web.shared import wording_panel
from portal.web.shared.form_fields import add_errors
from portal.web.shared.requests import SignedInRequest, signed_in_view

PAGE_SIZE = 20
_ENDED_STATES = {PositionState.FILLED, PositionState.WITHDRAWN}


@for_employer
@require_safe
def listing(request: SignedInRequest, employer: Employer) -> HttpResponse:
    """List the employer's positions, latest first, with a tab per state."""
    rows = Position.objects.managed_by(request.user).filter(employer=employer).with_details().order_by("-pk")
    counts = dict(rows.order_by().values_list("state").annotate(n=Count("pk")))
    state = request.GET.get("state", "")
    selected = rows.filter(state=state) if state in PositionState.values else rows
    url = reverse("employer:positions")
    tabs = [{"label": "全部", "url": url, "current": selected is rows, "count": sum(counts.values())}] + [
        {"label": label, "url": f"{url}?state={value}", "current": state == value, "count": counts[value]}
        for value, label in PositionState.choices
        if value in counts
    ]
    page = Paginator(selected, PAGE_SIZE).get_page(request.GET.get("page"))
    return render(
        request,
        "employer/positions/positions.html",
        {
            "employer": employer,
            "page": page,
            "rows": [(position, TRANSITIONS.available(position.state)) for position in page],
            "tabs": tabs,
        },
    )


@for_employer
@require_http_methods(["GET", "POST"])
def new(request: SignedInRequest, employer: Employer) -> HttpResponse:
    """Create a position; the button 保存并提交审核 submits it at once."""
    form = PositionForm(
        request.POST if request.method == "POST" else None,
        initial={"region": employer.region_id, "address": employer.address},
        agency=employer.is_agency,
    )
    if "relax" in request.POST:
        form = _relax_phrase(request, form, PositionForm(agency=employer.is_agency))
    elif request.method == "POST" and form.is_valid():
        try:
            position = actions.draft(
                employer=employer,
                by=request.user,
                idempotency_key=form.cleaned_data["idempotency_key"],
                **form.values(),
            )
        except ValidationError as error:
            add_errors(form, error)
        else:
            return _respond_to_save(request, position)
    return _form_page(request, form, None)


@signed_in_view
@require_http_methods(["GET", "POST"])
def edit(request: SignedInRequest, pk: int) -> HttpResponse:
    """Edit a position; an approved one is reviewed unbound."""
    position = get_object_or_404(Position.objects.managed_by(request.user).with_details(), pk=pk)
    # A ModelForm changes its instance even when it is invalid: give it a copy.
    form = PositionForm(
        request.POST if request.method == "POST" else None,
        instance=copy(position),
        agency=position.employer.is_agency,
    )
    if "relax" in request.POST:
        unbound = PositionForm(instance=copy(position), agency=position.employer.is_agency)
        form = _relax_phrase(request, form, unbound)
    elif request.method == "POST" and form.is_valid():
        try:
            return _respond_to_save(
                request, actions.edit(position=position, by=request.user, **form.values())
            )
        except ValidationError as error:
            add_errors(form, error)
    return _form_page(request, form, position)


def _relax_phrase(request: SignedInRequest, bound_form: PositionForm, form: PositionForm) -> PositionForm:
    """Return `form` with the values of `bound` and one phrase relaxed; used without JavaScript."""
    values = {name: bound_form[name].data for name in form.fields}
    field, _, start = request.POST["relax"].partition(":")
    if field in wording_panel.CHECKED_FIELDS and is_digits(start):
        values[field] = wording_panel.relax_finding_at(values[field] or "", int(start[:6]))
    form.initial.update(values)
    return form


def _form_page(request: SignedInRequest, form: PositionForm, position: Position | None) -> HttpResponse:
    names = Occupation.objects.filter(level=4).values_list("name", flat=True)
    context = {
        "form": form,
        "position": position,
        "has_ended": position is not None and position.state in _ENDED_STATES,
        "occupations": names,
        "panels": form.panels(),
        "basis_open": bool(
            form["legal_basis"].value() or form["legal_basis"].errors or form.needs_legal_basis()
        ),
        "certificates_open": bool(form["certificates"].value() or form["certificates"].errors),
    }
    return render(request, "employer/positions/position_form.html", context)


def _respond_to_save(request: SignedInRequest, position: Position) -> HttpResponse:
    if position.state == PositionState.OPEN:
        messages.info(request, f"“{position.title}”没有改动，继续公开。")
        return redirect("employer:positions")
    if "submit" in request.POST:
        return submit_position(request, position)
    messages.success(request, f"“{position.title}”已保存为草稿。")
    return redirect("employer:positions")


@signed_in_view
@require_POST
def submit(request: SignedInRequest, pk: int) -> HttpResponse:
    """Submit a draft for review."""
    return submit_position(request, get_own(request.user, pk))


@signed_in_view
@require_POST
def withdraw(request: SignedInRequest, pk: int) -> HttpResponse:
    """Withdraw a position permanently."""
    position = get_own(request.user, pk)
    try:
        actions.withdraw(position=position, by=request.user)
    except TransitionRefused:
        messages.error(request, f"“{position.title}”现在是“{position.get_state_display()}”，不能这样操作。")
    else:
        messages.success(request, f"“{position.title}”已撤回，不再公开。")
    return redirect("employer:positions")
