"""Where a sign-in leads, whether the portal is well, and the pictures that editors uploaded."""

import logging

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.db import DatabaseError, connection
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_safe
from django.views.static import serve

from portal.ranking import ranking_index
from portal.web.shared.context import Audiences
from search import get_backend

logger = logging.getLogger(__name__)


@login_required
def landing(request: HttpRequest) -> HttpResponse:
    """To the desk, the company or the own pages: the first that the person has a duty in."""
    audiences = Audiences(request)
    if audiences.staff:
        return redirect("staff:day")
    if audiences.employer:
        return redirect("employer:home")
    if audiences.door:
        return redirect("door:fairs")
    return redirect("veteran:home")


@require_safe
def health(request: HttpRequest) -> JsonResponse:  # noqa: ARG001
    """For a monitor: 200 when pages can be answered, 503 when not. Names no host, path or version."""
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
    """'ok', 'unbuilt' before `index_search`, or 'down'; and who answers now."""
    try:
        health = get_backend().health()
    except Exception:  # each engine has errors of its own; a monitor needs an answer and the log the reason
        logger.exception("the search engine does not answer")
        return {"state": "down"}
    return {"state": health.state, "answering": health.answering, "waiting": health.waiting}


@require_safe
def media(request: HttpRequest, path: str) -> HttpResponseBase:
    """Pictures of the CMS. Documents go through Wagtail's own view, which knows who may read them."""
    if ".." in path.split("/"):  # would climb out of the folders that the address names
        raise Http404
    response = serve(request, path, document_root=settings.MEDIA_ROOT)
    if not isinstance(response, FileResponse) and response.status_code != 304:
        raise Http404
    response["Cache-Control"] = "public, max-age=86400"
    response["X-Content-Type-Options"] = "nosniff"
    return response
