"""Limits of headers and bodies, refused before anything of a request is parsed or written to disk.

First in MIDDLEWARE: headers are measured before the session is read from the cookie, and the body before the
check of the CSRF token reads the form. A view that takes files says so with `accepts_upload`.
"""

from collections.abc import Callable
from typing import Any, TypeVar

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from portal.accounts.models import User
from portal.api_tokens.request_counts import count_request_of_day

# A browser sends less than 2 KB of cookies here. Python 3.11 unquotes backslashes in quadratic time.
MAX_COOKIE_CHARACTERS = 8 * 1024
MAX_COOKIE_BACKSLASHES = 1000
MAX_HEADERS_CHARACTERS = 32 * 1024

MAX_ANONYMOUS_BODY_BYTES = 256 * 1024
MAX_BODY_BYTES = 5 * 1024 * 1024  # a long page of the editor
# Wagtail's views of pictures and files (cms/uploads.py checks what is in them).
_EDITOR_UPLOADS = {"wagtailimages": 20 * 1024 * 1024, "wagtaildocs": 20 * 1024 * 1024}
_FORM_BYTES = 64 * 1024  # fields beside a file, and the borders between them
MAX_UPLOADS_PER_DAY = 200
# Bytes that are read and dropped, so that the browser of a signed-in person shows the answer.
_MAX_DROPPED_BYTES = 100 * 1024 * 1024
_CHUNK_BYTES = 64 * 1024

View = TypeVar("View", bound=Callable[..., Any])


def accepts_upload(max_bytes: int) -> Callable[[View], View]:
    """Mark a view as taking files of signed-in people.

    Args:
        max_bytes: the largest file.
    """

    def mark(view: View) -> View:
        view.max_upload_bytes = max_bytes  # type: ignore[attr-defined]  # views are functions or classes; read in _upload_limit
        return view

    return mark


class RequestLimitMiddleware:
    """Refuses oversized headers (431), oversized bodies (413) and too many uploads in a day (429)."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        cookie = request.META.get("HTTP_COOKIE", "")
        if (
            len(cookie) > MAX_COOKIE_CHARACTERS
            or cookie.count("\\") > MAX_COOKIE_BACKSLASHES
            or _count_header_characters(request) > MAX_HEADERS_CHARACTERS
        ):
            text = "请求头过大。请清除浏览器里本网站的 Cookie 后再试。"
            return HttpResponse(text, status=431, content_type="text/plain; charset=utf-8")
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Callable[..., Any], _args: Any, _kwargs: Any
    ) -> HttpResponse | None:
        """Refuse the body by its declared size; Django reads no byte beyond that."""
        size = _declared_size(request)
        if size > MAX_ANONYMOUS_BODY_BYTES and size > (limit := _body_limit(request, view)):
            if request.user.is_authenticated:
                _drop_body(request)
            return _refuse(request, 413, f"提交的内容太大：这里最多接收 {_megabytes(limit)}。")
        if size and _is_upload(request, view) and isinstance(request.user, User):
            key = str(request.user.pk)
            if not count_request_of_day("upload", key, MAX_UPLOADS_PER_DAY):
                _drop_body(request)
                return _refuse(
                    request, 429, f"今天上传的次数已经用完（每天 {MAX_UPLOADS_PER_DAY} 次），请明天再传。"
                )
        return None


def _count_header_characters(request: HttpRequest) -> int:
    return sum(
        len(name) + len(value)
        for name, value in request.META.items()
        if name.startswith("HTTP_") and isinstance(value, str)
    )


def _declared_size(request: HttpRequest) -> int:
    text = request.META.get("CONTENT_LENGTH") or "0"
    return int(text) if text.isascii() and text.isdigit() and len(text) < 16 else 0


def _upload_limit(request: HttpRequest, view: Callable[..., Any]) -> int:
    """Return the size of the largest file that the view takes; 0 when it takes none."""
    namespaces = request.resolver_match.namespaces if request.resolver_match else []
    editor_limit = max((_EDITOR_UPLOADS.get(name, 0) for name in namespaces), default=0)
    return max(getattr(view, "max_upload_bytes", 0), editor_limit)


def _is_upload(request: HttpRequest, view: Callable[..., Any]) -> bool:
    is_multipart = request.META.get("CONTENT_TYPE", "").startswith("multipart/")
    return is_multipart and request.method == "POST" and _upload_limit(request, view) > 0


def _body_limit(request: HttpRequest, view: Callable[..., Any]) -> int:
    if not request.user.is_authenticated and not request.path.startswith("/api/"):
        return MAX_ANONYMOUS_BODY_BYTES
    upload_limit = _upload_limit(request, view)
    return max(MAX_BODY_BYTES, upload_limit + _FORM_BYTES if upload_limit else 0)


def _megabytes(size: int) -> str:
    return f"{size // (1024 * 1024)} MB" if size >= 1024 * 1024 else f"{size // 1024} KB"


def _drop_body(request: HttpRequest) -> None:
    dropped_bytes = 0
    while dropped_bytes < _MAX_DROPPED_BYTES and (chunk := request.read(_CHUNK_BYTES)):
        dropped_bytes += len(chunk)


def _refuse(request: HttpRequest, status: int, reason: str) -> HttpResponse:
    return render(request, "413.html", {"reason": reason, "status": status}, status=status)
