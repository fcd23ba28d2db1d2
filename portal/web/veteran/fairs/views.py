"""A fair as one person sees it: booths worth a visit, registration, tickets."""

import uuid
from dataclasses import dataclass

import segno
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.db.models import Prefetch
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from cms.models import JobFairPage
from portal.fairs import actions
from portal.fairs.models import Booth, Registration, RegistrationQuerySet
from portal.positions.models import Position
from portal.ranking import recommendations
from portal.ranking.recommendations import RecommendationPage, RecommendedPosition
from portal.veterans.models import Veteran
from portal.web.shared.impression_logging import log_booth_positions
from portal.web.shared.requests import SignedInRequest
from portal.web.veteran.current_veteran import for_veteran

PAGE_SIZE = 20
# A booth is worth a visit when its best position scores at least this share of the fair's best one …
WORTH = 0.5
# … and nobody is sent to more booths than a morning allows.
MOST = 12
LOOKED_AT = 60  # positions of the fair, best first: enough for the best three of each booth


@dataclass(frozen=True, slots=True)
class Visit:
    """A booth with those of its positions that fit, the best first."""

    booth: Booth
    fitting: list[RecommendedPosition]

    @property
    def positions(self) -> list[Position]:
        return [item.position for item in self.fitting]


def _visits(veteran: Veteran, booths: list[Booth]) -> tuple[list[Visit], RecommendationPage]:
    """Booths worth a visit, in walking order (by booth number); and the ranking that they come from."""
    booth_of = {position.pk: booth for booth in booths for position in booth.open_positions}
    found = recommendations.recommend_positions(veteran, among=booth_of.keys(), limit=LOOKED_AT)
    fitting: dict[int, list[RecommendedPosition]] = {}
    for item in found.items:
        fitting.setdefault(booth_of[item.position.pk].pk, []).append(item)
    if not fitting:
        return [], found
    best = max(items[0].match.score for items in fitting.values())
    good = {pk: [item for item in items if item.match.score >= WORTH * best] for pk, items in fitting.items()}
    by_score = sorted((pk for pk in good if good[pk]), key=lambda pk: -good[pk][0].match.score)
    worth = set(by_score[:MOST])
    return [Visit(booth, good[booth.pk][:3]) for booth in booths if booth.pk in worth], found


def _own(request: SignedInRequest, veteran: Veteran) -> RegistrationQuerySet:
    """The person's own live registrations."""
    return Registration.objects.visible_to(request.user).active().filter(veteran=veteran)


def _coming(page_id: int) -> JobFairPage:
    return get_object_or_404(JobFairPage.objects.live(), pk=page_id)


@for_veteran
@require_safe
def fair(request: SignedInRequest, veteran: Veteran, page_id: int) -> HttpResponse:
    """Which booths are worth the trip, and why; then all the others."""
    page = _coming(page_id)
    booths = list(
        Booth.objects.visible_to(request.user)
        .confirmed()
        .filter(fair=page)
        .select_related("employer")
        .prefetch_related(
            Prefetch("positions", Position.objects.open_at().order_by("-pay_to", "pk"), "open_positions")
        )
        .order_by("number", "pk")
    )
    visits, found = _visits(veteran, booths)
    log_booth_positions(
        request, veteran, page.pk, (item for visit in visits for item in visit.fitting), found.version
    )
    worth = {visit.booth.pk for visit in visits}
    others = [booth for booth in booths if booth.pk not in worth]
    return render(
        request,
        "veteran/fairs/fair.html",
        {
            "fair": page,
            "visits": visits,
            "total": len(booths),
            "others": Paginator(others, PAGE_SIZE).get_page(request.GET.get("page")),
            "registration": _own(request, veteran).filter(fair=page).first(),
        },
    )


@for_veteran
@require_POST
def register(request: SignedInRequest, veteran: Veteran, page_id: int) -> HttpResponse:
    """Register for a fair; the ticket follows at once."""
    page = _coming(page_id)
    try:
        registration = actions.register(fair=page, veteran=veteran, by=request.user)
    except ValidationError as refused:
        messages.error(request, " ".join(refused.messages))
        return redirect("veteran:fair", page_id=page_id)
    messages.success(request, "报名成功，入场时出示这张票。")
    return redirect("veteran:ticket", ticket=registration.ticket)


@for_veteran
@require_POST
def cancel(request: SignedInRequest, veteran: Veteran, page_id: int) -> HttpResponse:
    """Give the ticket back."""
    registration = get_object_or_404(_own(request, veteran), fair=page_id)
    try:
        actions.cancel_registration(registration=registration, by=request.user)
    except ValidationError as refused:
        messages.error(request, " ".join(refused.messages))
    else:
        messages.success(request, "已取消报名。")
    return redirect("veteran:tickets")


@for_veteran
@require_safe
def tickets(request: SignedInRequest, veteran: Veteran) -> HttpResponse:
    """The person's tickets, the latest fair first."""
    rows = _own(request, veteran).select_related("fair", "check_in").order_by("-fair__starts_at")
    page = Paginator(rows, PAGE_SIZE).get_page(request.GET.get("page"))
    return render(request, "veteran/fairs/tickets.html", {"page": page})


@for_veteran
@require_safe
def ticket(request: SignedInRequest, veteran: Veteran, ticket: uuid.UUID) -> HttpResponse:
    """One ticket for the door. Its code holds the number of the ticket and nothing about the person."""
    rows = _own(request, veteran).select_related("fair", "check_in")
    registration = get_object_or_404(rows, ticket=ticket)
    context = {
        "registration": registration,
        "fair": registration.fair,
        "used": hasattr(registration, "check_in"),
        "veteran": veteran,
        "qr": segno.make(str(registration.ticket), error="m").svg_data_uri(scale=8, border=2),
    }
    return render(request, "veteran/fairs/ticket.html", context)
