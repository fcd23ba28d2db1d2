"""Pages for when something went wrong: what happened, what to do now, and whom to call."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseServerError, JsonResponse
from django.shortcuts import render
from django.template import loader

from portal.web.shared.site_context import is_elder

API_PREFIX = "/api/"


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:  # noqa: ARG001
    """400: the request makes no sense. What exactly was wrong stays in the log."""
    return _answer(request, "400.html", 400, "请求无法识别。")


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    """403: signed in or not, this is not theirs to open. A reason written for the reader is shown; one in
    English was written for whoever reads the code.
    """
    reason = "" if str(exception).isascii() else str(exception)
    return _answer(request, "403.html", 403, reason or "没有权限。", reason=reason)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:  # noqa: ARG001
    """404. The exception's text names models and paths, so it is never shown."""
    return _answer(request, "404.html", 404, "没有找到。")


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:  # noqa: ARG001
    """403 for a form without a valid token: nearly always a page left open too long, or cookies off."""
    return _answer(request, "403.html", 403, "页面已过期。", page_expired=True)


def server_error(request: HttpRequest) -> HttpResponse:
    """500, drawn without context processors, session or database: any of them may be what broke."""
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
    """The page, or for the JSON API the same in one line."""
    if request.path.startswith(API_PREFIX):
        return JsonResponse({"detail": detail}, status=status)
    return render(request, template, {"reason": reason, "page_expired": page_expired}, status=status)
