"""Signed cookie that tells a browser again: its own budget of tries, and the list of a user's devices."""

import re
import secrets

from django.conf import settings
from django.http import HttpRequest, HttpResponse

COOKIE = "portal_browser"
_SALT = "portal.browser"
_MAX_AGE = 400 * 24 * 3600  # seconds; browsers keep no cookie longer
# Name to show -> pattern in the User-Agent header; the first that matches is taken.
_SYSTEMS = {
    "安卓": "Android",
    "iPhone": "iPhone",
    "iPad": "iPad",
    "鸿蒙": "HarmonyOS|OpenHarmony",
    "Windows": "Windows",
    "Mac": "Macintosh",
    "Linux": "Linux",
}
_BROWSERS = {
    "微信": "MicroMessenger",
    "QQ 浏览器": "QQBrowser",
    "Edge": r"Edg[eA]?/",
    "360 浏览器": "360SE|QihooBrowser",
    "UC 浏览器": "UCBrowser",
    "Firefox": "Firefox",
    "Chrome": "Chrome",
    "Safari": "Safari",
}


def browser_of(request: HttpRequest) -> str:
    """Return the browser's identifier; a browser without one gets it with the answer (`keep_browser`)."""
    assigned_id = getattr(request, "_portal_browser", None)
    if assigned_id is not None:
        return str(assigned_id)
    cookie = request.get_signed_cookie(COOKIE, default="", salt=_SALT, max_age=_MAX_AGE)
    browser = cookie or secrets.token_urlsafe(24)
    request._portal_browser = browser  # type: ignore[attr-defined]  # kept for this request only
    return browser


def keep_browser(request: HttpRequest, response: HttpResponse) -> None:
    """Set the cookie, which another 400 days begin with."""
    response.set_signed_cookie(
        COOKIE,
        browser_of(request),
        salt=_SALT,
        max_age=_MAX_AGE,
        httponly=True,
        samesite="Lax",
        secure=settings.SESSION_COOKIE_SECURE,
    )


def _match(table: dict[str, str], agent: str) -> str:
    return next((name for name, pattern in table.items() if re.search(pattern, agent)), "")


def browser_label(request: HttpRequest) -> str:
    """Return what a person recognises the device by: 'Windows，Chrome'; '未知设备' without a clue."""
    agent = request.META.get("HTTP_USER_AGENT", "")[:400]
    return "，".join(filter(None, (_match(_SYSTEMS, agent), _match(_BROWSERS, agent)))) or "未知设备"
