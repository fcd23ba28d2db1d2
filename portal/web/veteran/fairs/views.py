"""Fairs for one veteran: recommended booths, registration, tickets."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass

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
# A booth is recommended when its best position scores at least this share of the fair's best one.
MIN_SCORE_SHARE = 0.5
MAX_BOOTHS = 12  # as many as can be visited in a morning
MAX_POSITIONS = 60  # positions of the fair, best first: enough for the best three of each booth


@dataclass(frozen=True, slots=True)
class BoothRecommendation:
    """A booth with its suitable positions, best first."""

    booth: Booth
    fitting: list[RecommendedPosition]

    @property
    def positions(self) -> list[Position]:
        return [item.position for item in self.fitting]


def _recommend_booths(
    veteran: Veteran, booths: Sequence[Booth]
) -> tuple[list[BoothRecommendation], RecommendationPage]:
    """Return the recommended booths by number, and the ranking that they come from."""
    booth_of = {
        position.pk: booth
        for booth in booths
        for position in booth.open_positions  # type: ignore[attr-defined]  # set by the Prefetch below
    }
    ranking = recommendations.recommend_positions(veteran, among=booth_of.keys(), limit=MAX_POSITIONS)
    fitting: dict[int, list[RecommendedPosition]] = {}
    for item in ranking.items:
        fitting.setdefault(booth_of[item.position.pk].pk, []).append(item)
    if not fitting:
        return [], ranking
    best = max(items[0].match.score for items in fitting.values())
    good = {
        pk: [item for item in items if item.match.score >= MIN_SCORE_SHARE * best]
        for pk, items in fitting.items()
    }
    by_score = sorted((pk for pk in good if good[pk]), key=lambda pk: -good[pk][0].match.score)
    recommended_keys = set(by_score[:MAX_BOOTHS])
    return [
        BoothRecommendation(booth, good[booth.pk][:3]) for booth in booths if booth.pk in recommended_keys
    ], ranking


def _own_registrations(request: SignedInRequest, veteran: Veteran) -> RegistrationQuerySet:
    """Return the veteran's active registrations."""
    return Registration.objects.visible_to(request.user).active().filter(veteran=veteran)


def _get_fair(page_id: int) -> JobFairPage:
    return get_object_or_404(JobFairPage.objects.live(), pk=page_id)


@for_veteran
@require_safe
def fair(request: SignedInRequest, veteran: Veteran, page_id: int) -> HttpResponse:
    """List the recommended booths with reasons, then all the others."""
    page = _get_fair(page_id)
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
    recommended, ranking = _recommend_booths(veteran, booths)
    log_booth_positions(
        request,
        veteran,
        page.pk,
        (item for booth_row in recommended for item in booth_row.fitting),
        ranking.version,
    )
    recommended_keys = {booth_row.booth.pk for booth_row in recommended}
    others = [booth for booth in booths if booth.pk not in recommended_keys]
    return render(
        request,
        "veteran/fairs/fair.html",
        {
            "fair": page,
            "recommended": recommended,
            "lacks_consent": ranking.lacks_consent,
            "total": len(booths),
            "others": Paginator(others, PAGE_SIZE).get_page(request.GET.get("page")),
            "registration": _own_registrations(request, veteran).filter(fair=page).first(),
        },
    )


@for_veteran
@require_POST
def register(request: SignedInRequest, veteran: Veteran, page_id: int) -> HttpResponse:
    """Register for a fair and show the ticket."""
    page = _get_fair(page_id)
    try:
        registration = actions.register(fair=page, veteran=veteran, by=request.user)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
        return redirect("veteran:fair", page_id=page_id)
    messages.success(request, "报名成功，入场时出示这张票。")
    return redirect("veteran:ticket", ticket=registration.ticket)


@for_veteran
@require_POST
def cancel(request: SignedInRequest, veteran: Veteran, page_id: int) -> HttpResponse:
    """Cancel the registration for a fair."""
    registration = get_object_or_404(_own_registrations(request, veteran), fair=page_id)
    try:
        actions.cancel_registration(registration=registration, by=request.user)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    else:
        messages.success(request, "已取消报名。")
    return redirect("veteran:tickets")


@for_veteran
@require_safe
def tickets(request: SignedInRequest, veteran: Veteran) -> HttpResponse:
    """List the veteran's tickets, latest fair first."""
    rows = (
        _own_registrations(request, veteran).select_related("fair", "check_in").order_by("-fair__starts_at")
    )
    page = Paginator(rows, PAGE_SIZE).get_page(request.GET.get("page"))
    return render(request, "veteran/fairs/tickets.html", {"page": page})


@for_veteran
@require_safe
def ticket(request: SignedInRequest, veteran: Veteran, ticket: uuid.UUID) -> HttpResponse:
    """Show one ticket; its QR code holds the ticket number and no personal data."""
    rows = _own_registrations(request, veteran).select_related("fair", "check_in")
    registration = get_object_or_404(rows, ticket=ticket)
    import segno  # noqa: PLC0415 -- 20 ms of start-up

    context = {
        "registration": registration,
        "fair": registration.fair,
        "used": hasattr(registration, "check_in"),
        "veteran": veteran,
        "qr": segno.make(str(registration.ticket), error="m").svg_data_uri(scale=8, border=2),
    }
    return render(request, "veteran/fairs/ticket.html", context)
