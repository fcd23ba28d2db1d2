"""Booths, free places and the user's ticket for the CMS page of a fair.

CMS pages do not depend on portal.fairs; their templates use these tags, each with a fixed number of queries.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from django import template
from django.contrib.auth.models import AnonymousUser
from django.core.paginator import Page, Paginator
from django.db.models import Exists, OuterRef, Q
from django.template import Context
from django.utils import timezone

from cms.models import JobFairPage
from portal.accounts.models import User
from portal.core.text_folding import fold_name, fold_words
from portal.employers.models import EmployerMembership
from portal.fairs.models import Booth, Registration
from portal.positions.models import Position
from portal.reports.public_totals import FairTotals, count_booths, count_fair_totals, suppress_small_count
from portal.veterans.models import Veteran

register = template.Library()

BOOTHS_PER_PAGE = 24


def _current_user(context: Context) -> User | AnonymousUser:
    """Return the user of the request; anonymous in a preview without a session."""
    request = context.get("request")
    return getattr(request, "user", None) or AnonymousUser()


@dataclass(frozen=True, slots=True)
class FairRow:
    """A fair in a list, with counts of employers and positions (None before the first booth)."""

    fair: JobFairPage
    employers: int | None
    positions: int | None
    is_registered: bool


@register.simple_tag(takes_context=True)
def fair_rows(context: Context, fairs: Iterable[JobFairPage]) -> list[FairRow]:
    """Return the fairs with figures for `components/fair_card.html`, in at most two queries."""
    fairs = list(fairs)
    counts = count_booths(fairs)
    reader = _current_user(context)
    registered_fairs: set[int] = set()
    if isinstance(reader, User) and fairs:
        tickets = Registration.objects.active().filter(veteran__account=reader, fair__in=fairs)
        registered_fairs = set(tickets.values_list("fair_id", flat=True))
    rows = []
    for fair in fairs:
        employers, positions = counts.get(fair.pk, (None, None))
        rows.append(FairRow(fair, employers, positions, fair.pk in registered_fairs))
    return rows


@dataclass(frozen=True, slots=True)
class FairStatus:
    """Figures of a fair and the user's next step.

    Attributes:
        step: over | ticket | early | closed | full | sign_in | no_file | register.
        registration: the user's own active registration.
        veteran: whether the user has a record.
        recruiter: whether the user is a member of an employer.
    """

    step: str
    totals: FairTotals
    places_left: int
    registration: Registration | None
    veteran: bool
    recruiter: bool

    @property
    def registered_shown(self) -> int | None:
        return suppress_small_count(self.totals.registrations)


@register.simple_tag(takes_context=True)
def fair_desk(context: Context, fair: JobFairPage) -> FairStatus:
    """Return figures and the user's next step: three queries, five when signed in."""
    totals = count_fair_totals(fair)
    left = max(fair.capacity - totals.registrations, 0)
    reader = _current_user(context)
    veteran = recruiter = False
    registration = None
    if isinstance(reader, User):
        of_reader = User.objects.filter(pk=reader.pk).annotate(
            has_file=Exists(Veteran.objects.filter(account=OuterRef("pk"))),
            has_employer=Exists(EmployerMembership.objects.filter(user=OuterRef("pk"))),
        )
        veteran, recruiter = of_reader.values_list("has_file", "has_employer").get()
        tickets = Registration.objects.active().filter(veteran__account=reader, fair=fair.pk)
        registration = tickets.first()
    step = "ticket" if registration is not None and not fair.is_over else _step(fair, left, reader, veteran)
    return FairStatus(step, totals, left, registration, veteran, recruiter)


def _step(fair: JobFairPage, left: int, reader: User | AnonymousUser, veteran: bool) -> str:
    now = timezone.now()
    reasons = (
        (fair.is_over, "over"),
        (now < fair.registration_opens_at, "early"),
        (now >= fair.registration_closes_at, "closed"),
        (left <= 0, "full"),
        (not isinstance(reader, User), "sign_in"),
        (not veteran, "no_file"),
    )
    return next((step for holds, step in reasons if holds), "register")


@dataclass(frozen=True, slots=True)
class BoothPage:
    """One page of a fair's booths, each with its `open_positions`, and the search words."""

    page: Page
    words: str


@register.simple_tag(takes_context=True)
def fair_booths(context: Context, fair: JobFairPage) -> BoothPage:
    """Return confirmed booths by number with their open positions, in four queries.

    Reads `?words=` and `?page=`. After the fair the positions have ended; the booths are still listed.
    """
    request = context.get("request")
    params = request.GET if request is not None else {}
    words = fold_words(params.get("words", ""))[:40]
    positions = Position.objects.open_at()
    booths = Booth.objects.visible_to(_current_user(context)).confirmed().filter(fair=fair.pk)
    if words:
        titled = positions.filter(title__icontains=words, booths=OuterRef("pk"))
        by_employer = Q(employer__name_key__contains=fold_name(words))
        booths = booths.filter(by_employer | Q(number__iexact=words) | Exists(titled))
    booths = booths.select_related("employer").order_by("number", "pk")
    page = Paginator(booths, BOOTHS_PER_PAGE).get_page(params.get("page"))
    page.object_list = list(page.object_list)
    _add_open_positions(page.object_list)
    return BoothPage(page, words)


def _add_open_positions(booths: list[Booth]) -> None:
    """Set `open_positions` of each, best paid first: two queries.

    Reads by primary key: SQLite would begin a join at the 66,000 open positions of a city.
    """
    pairs = list(
        Booth.positions.through.objects.filter(booth__in=booths).values_list("booth_id", "position_id")
    )
    positions = Position.objects.open_at().in_bulk({position for _, position in pairs})
    for booth in booths:
        own = [positions[pk] for booth_pk, pk in pairs if booth_pk == booth.pk and pk in positions]
        best_paid_first = sorted(own, key=lambda position: (-position.pay_to, position.pk))
        booth.open_positions = best_paid_first  # type: ignore[attr-defined]  # as Prefetch(to_attr=…) sets it


@register.simple_tag(takes_context=True)
def coming_booths(context: Context, employer_id: int) -> list[Booth]:
    """Return an employer's confirmed booths at the next fairs, at most five, in one query."""
    booths = Booth.objects.visible_to(_current_user(context)).confirmed()
    rows = booths.filter(employer=employer_id, fair__live=True, fair__ends_at__gt=timezone.now())
    return list(rows.select_related("fair").order_by("fair__starts_at")[:5])
