"""What a page showed, handed to the log of impressions. Only an answer to GET shows anything."""

from collections.abc import Iterable

from django.http import HttpRequest

from portal.ranking import impression_log
from portal.ranking.candidate_ranking import Candidates
from portal.ranking.enums import Surface
from portal.ranking.impression_log import ListEntry
from portal.ranking.recommendations import RecommendationPage, RecommendedPosition
from portal.veterans.models import Veteran


def positions_shown(
    request: HttpRequest, surface: Surface, veteran: Veteran, found: RecommendationPage
) -> None:
    """A list of positions for one person, as it was ranked."""
    if request.method == "GET":
        rows = [
            ListEntry(veteran.pk, item.position.pk, item.rank, item.measures, item.propensity)
            for item in found.items
        ]
        impression_log.queue_list(surface, rows, version=found.version)


def booths_shown(
    request: HttpRequest, veteran: Veteran, fair_id: int, items: Iterable[RecommendedPosition], version: str
) -> None:
    """Positions of a fair's booths, in the order on the page (by booth), which is what the eye follows."""
    if request.method == "GET":
        rows = [
            ListEntry(veteran.pk, item.position.pk, rank, item.measures) for rank, item in enumerate(items, 1)
        ]
        impression_log.queue_list(Surface.ME_FAIR, rows, version=version, context=fair_id)


def people_shown(
    request: HttpRequest, surface: Surface, found: Candidates, context: int | None = None
) -> None:
    """A list of people for a position or a booth."""
    if request.method == "GET":
        rows = [ListEntry(i.veteran.pk, i.position.pk, i.rank, i.measures) for i in found.items]
        impression_log.queue_list(surface, rows, context=context)
