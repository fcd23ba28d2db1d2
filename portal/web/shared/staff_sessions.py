"""Sessions of staff: short, whoever leaves the desk.

A session begins with the second factor, ends after LONGEST, and earlier when nothing was asked for IDLE.
"""

import time
from datetime import timedelta

from django.contrib import messages
from django.contrib.auth import logout
from django.http import HttpRequest
from django.utils import timezone

IDLE = timedelta(minutes=60)
LONGEST = timedelta(hours=12)
_PRECISION = timedelta(minutes=5)  # between two writes of the session
_SEEN_KEY = "staff_seen"  # Unix time of the last request of a staff page, to _PRECISION


def begin_staff_session(request: HttpRequest) -> None:
    """Limit the session that has just passed the second factor."""
    request.session.set_expiry(timezone.now() + LONGEST)
    request.session[_SEEN_KEY] = int(time.time())


def end_if_idle(request: HttpRequest) -> bool:
    """Sign an idle staff session out and return True; note otherwise that it is in use."""
    if not request.user.is_authenticated or _SEEN_KEY not in request.session:
        return False
    idle_seconds = time.time() - request.session[_SEEN_KEY]
    if idle_seconds > IDLE.total_seconds():
        logout(request)
        messages.info(request, "您已有一段时间没有操作，为了保护档案，请重新登录。")
        return True
    if idle_seconds > _PRECISION.total_seconds():
        request.session[_SEEN_KEY] = int(time.time())
    return False
