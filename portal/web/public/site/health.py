"""Health check for a monitor."""

import logging

from django.conf import settings
from django.db import DatabaseError, connection
from django.http import HttpRequest, JsonResponse
from django.views.decorators.http import require_safe

from portal.ranking import ranking_index
from search import get_backend

logger = logging.getLogger(__name__)


@require_safe
def health(request: HttpRequest) -> JsonResponse:  # noqa: ARG001
    """Return 200 when pages can be served, 503 otherwise; reveals no host, path or version."""
    database = _database_answers()
    store = ranking_index.store()
    index = store.current()
    pointer = store.directory / "CURRENT"
    body = {
        "database": "ok" if database else "down",
        "matching": {"generation": pointer.read_text().strip(), "positions": len(index)} if index else None,
        "search": {"backend": settings.SEARCH_BACKEND, **_search_health()},
    }
    return JsonResponse(body, status=200 if database else 503)


def _database_answers() -> bool:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
            return cursor.fetchone() == (1,)
    except DatabaseError:
        return False


def _search_health() -> dict[str, object]:
    """Return the state (ok, unbuilt, down) and the answering backend."""
    try:
        health = get_backend().health()
    except Exception:  # each engine has errors of its own; a monitor needs an answer and the log the reason
        logger.exception("the search engine does not answer")
        return {"state": "down"}
    return {"state": health.state, "answering": health.answering, "waiting": health.pending}
