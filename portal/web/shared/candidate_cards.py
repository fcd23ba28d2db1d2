"""People for positions, as the desk and an employer page through them."""

from collections.abc import Callable

from django.core.paginator import Page, Paginator
from django.http import HttpRequest

from matching import Reason
from portal.ranking.candidate_ranking import Candidate, Candidates
from portal.veterans.models import Veteran

A_PAGE = 12
_PAGES = 200


def page_of(request: HttpRequest, ask: Callable[[int, int], Candidates]) -> tuple[Candidates, Page]:
    """The page that the query string asks for; past the end, the last there is. `ask(limit, offset)` gets
    it.
    """
    asked = request.GET.get("page", "1")
    number = max(1, min(int(asked), _PAGES)) if asked.isdecimal() and len(asked) < 6 else 1
    found = ask(A_PAGE, (number - 1) * A_PAGE)
    page = Paginator(range(found.total), A_PAGE).get_page(number)
    if page.number != number:
        found = ask(A_PAGE, (page.number - 1) * A_PAGE)
    return found, page


def reasons(item: Candidate) -> list[Reason]:
    """Why the person suits the position; what the position says of itself is left out."""
    return [reason for reason in item.match.reasons if reason.kind != "veterans"]


def told(veteran: Veteran) -> list[str]:
    """What a card may say of anybody: specialties, years served, education, certificates."""
    words = [service.specialty.name for service in veteran.services.all()]
    if veteran.years_served:
        words.append(f"服役 {veteran.years_served} 年")
    words.append(veteran.get_education_display())
    return words + [certificate.get_kind_display() for certificate in veteran.certificates.all()]
