"""Error pages: what happened, what to do, and the contact."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseServerError, JsonResponse
from django.shortcuts import render
from django.template import loader

from portal.web.shared.query_params import UnknownRowError
from portal.web.shared.site_context import is_elder

API_PREFIX = "/api/"


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Render 400; a Chinese reason, such as the name of a parameter, is shown, any other stays in the log."""
    reason = "" if str(exception).isascii() else str(exception)
    return _answer(request, "400.html", 400, reason or "请求无法识别。", reason=reason)


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Render 403; a Chinese reason is shown, an English one is meant for developers."""
    reason = "" if str(exception).isascii() else str(exception)
    return _answer(request, "403.html", 403, reason or "没有权限。", reason=reason)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Render 404; the exception's text names models and paths and is shown of `UnknownRowError` alone."""
    reason = str(exception) if isinstance(exception, UnknownRowError) else ""
    return _answer(request, "404.html", 404, reason or "没有找到。", reason=reason)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:  # noqa: ARG001
    """Render 403 for a form without a valid CSRF token: an expired page or disabled cookies."""
    return _answer(request, "403.html", 403, "页面已过期。", page_expired=True)


def server_error(request: HttpRequest) -> HttpResponse:
    """Render 500 without context processors, session and database, any of which may be the cause."""
    if request.path.startswith(API_PREFIX):
        return JsonResponse({"detail": "服务器出错。"}, status=500)
    page = loader.get_template("500.html").render(
        {
            "elder_mode": is_elder(request),
            "operator": settings.SITE_OPERATOR,
            "site_name": settings.WAGTAIL_SITE_NAME,
        }
    )
    return HttpResponseServerError(page)


def _answer(
    request: HttpRequest,
    template: str,
    status: int,
    detail: str,
    *,
    reason: str = "",
    page_expired: bool = False,
) -> HttpResponse:
    """Render the page, or a JSON body for the API."""
    if request.path.startswith(API_PREFIX):
        return JsonResponse({"detail": detail}, status=status)
    return render(request, template, {"reason": reason, "page_expired": page_expired}, status=status)
