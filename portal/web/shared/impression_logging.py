"""Log which recommendations a page showed. Only responses to GET are logged."""

from collections.abc import Iterable

from django.http import HttpRequest

from portal.ranking import impression_log
from portal.ranking.candidate_ranking import Candidates
from portal.ranking.enums import Surface
from portal.ranking.impression_log import ListEntry
from portal.ranking.recommendations import RecommendationPage, RecommendedPosition
from portal.veterans.models import Veteran


def log_positions(request: HttpRequest, surface: Surface, veteran: Veteran, page: RecommendationPage) -> None:
    """Log a ranked list of positions shown to one veteran."""
    if request.method == "GET":
        rows = [
            ListEntry(veteran.pk, item.position.pk, item.rank, item.measures, item.propensity)
            for item in page.items
        ]
        impression_log.queue_list(surface, rows, version=page.version)


def log_booth_positions(
    request: HttpRequest, veteran: Veteran, fair_id: int, items: Iterable[RecommendedPosition], version: str
) -> None:
    """Log the positions of a fair's booths in the order of the page, which is by booth."""
    if request.method == "GET":
        rows = [
            ListEntry(veteran.pk, item.position.pk, rank, item.measures) for rank, item in enumerate(items, 1)
        ]
        impression_log.queue_list(Surface.ME_FAIR, rows, version=version, context=fair_id)


def log_candidates(
    request: HttpRequest, surface: Surface, page: Candidates, context: int | None = None
) -> None:
    """Log a list of candidates for a position or a booth."""
    if request.method == "GET":
        rows = [ListEntry(i.veteran.pk, i.position.pk, i.rank, i.measures) for i in page.items]
        impression_log.queue_list(surface, rows, context=context)
