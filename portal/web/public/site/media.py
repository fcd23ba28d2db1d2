"""Images that editors uploaded to the CMS."""

from django.conf import settings
from django.http import FileResponse, Http404, HttpRequest, HttpResponseBase
from django.views.decorators.http import require_safe
from django.views.static import serve


@require_safe
def media(request: HttpRequest, path: str) -> HttpResponseBase:
    """Serve an image of the CMS; documents go through Wagtail's view, which checks permissions."""
    if ".." in path.split("/"):  # path traversal
        raise Http404
    response = serve(request, path, document_root=str(settings.MEDIA_ROOT))
    if not isinstance(response, FileResponse) and response.status_code != 304:
        raise Http404
    response["Cache-Control"] = "public, max-age=86400"
    response["X-Content-Type-Options"] = "nosniff"
    return response
