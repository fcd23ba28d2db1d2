"""Candidates of a position, one page at a time, for staff and employers."""

from collections.abc import Callable

from django.core.paginator import Page, Paginator
from django.http import HttpRequest

from matching import Reason
from portal.ranking.candidate_ranking import Candidate, Candidates
from portal.ranking.civilian_words import list_civilian_words
from portal.veterans.models import Veteran
from portal.web.shared.primary_keys import parse_page_number

PAGE_SIZE = 12
MAX_PAGE = 200


def find_candidate_page(
    request: HttpRequest, search: Callable[[int, int], Candidates]
) -> tuple[Candidates, Page]:
    """Return the requested page of candidates; past the end, the last page.

    Args:
        search: called with limit and offset.
    """
    number = parse_page_number(request.GET.get("page", ""), last=MAX_PAGE)
    candidates = search(PAGE_SIZE, (number - 1) * PAGE_SIZE)
    page = Paginator(range(candidates.total), PAGE_SIZE).get_page(number)
    if page.number != number:
        candidates = search(PAGE_SIZE, (page.number - 1) * PAGE_SIZE)
    return candidates, page


def list_match_reasons(item: Candidate) -> list[Reason]:
    """Return the reasons for the match, without those that hold for every candidate."""
    return [reason for reason in item.match.reasons if reason.kind != "veterans"]


def list_card_labels(veteran: Veteran) -> list[str]:
    """Return what a card for staff shows: specialties, years served, education, certificates."""
    labels = [service.specialty.name for service in veteran.services.all()]
    if veteran.years_served:
        labels.append(f"服役 {veteran.years_served} 年")
    return labels + _list_proofs(veteran)


def list_employer_labels(veteran: Veteran) -> list[str]:
    """Return what a card for employers shows: civilian skills, education, certificates."""
    words = list_civilian_words(service.specialty_id for service in veteran.services.all())
    return words + _list_proofs(veteran)


def _list_proofs(veteran: Veteran) -> list[str]:
    certificates = [certificate.get_kind_display() for certificate in veteran.certificates.all()]
    return [veteran.get_education_display(), *certificates]
