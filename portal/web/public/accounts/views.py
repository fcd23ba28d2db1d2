"""Sign-in: phone and one-time code for everybody, password and second factor for staff.

One view, `sign_in`, signs people in; its URLs are the steps of it. Every other sign-in page of a library
redirects to it.
"""

from collections.abc import Callable

from django.contrib import messages
from django.contrib.auth import login, logout
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST
from django_otp import login as otp_login

from portal.accounts.guess_counts import remember_browser
from portal.accounts.models import User
from portal.notifications.actions import notify
from portal.notifications.enums import NotificationKind, NotificationTarget
from portal.web.public.accounts.first_steps import ask_code, ask_password, ask_phone
from portal.web.public.accounts.owner_steps import ask_desk_code, ask_owner
from portal.web.public.accounts.second_factor_steps import (
    MEANS_KEY,
    ask_second_factor,
    set_up_second_factor,
)
from portal.web.public.accounts.sign_in_proofs import DESK, Proof
from portal.web.shared.browser_cookie import browser_label, browser_of, keep_browser
from portal.web.shared.requests import is_signed_in
from portal.web.shared.staff_sessions import begin_staff_session

_BACKEND = "django.contrib.auth.backends.ModelBackend"
DESK_SESSION_SECONDS = 30 * 60


def _needs_second_factor(user: User) -> bool:
    return user.is_superuser or user.is_station_staff


def _notify_of_new_device(user: User, label: str) -> None:
    now = timezone.localtime()
    notify(
        user=user,
        kind=NotificationKind.ACCOUNT,
        text=f"{now:%Y-%m-%d %H:%M}，您的账号在新设备（{label}）登录。"
        "不是您本人的，请退出所有设备并告诉服务站。",
        key=f"accounts.new_device.{now:%Y%m%d%H%M%S%f}",
        target=NotificationTarget.ACCOUNT,
    )


_STEPS: dict[str, Callable[[HttpRequest], HttpResponse | Proof]] = {
    "phone": ask_phone,
    "code": ask_code,
    "owner": ask_owner,
    "desk": ask_desk_code,
    "password": ask_password,
    "second-factor": ask_second_factor,
    "second-factor-setup": set_up_second_factor,
}
_AFTER_SIGN_IN = {"second-factor", "second-factor-setup"}


@never_cache
@sensitive_post_parameters("code", "password", "token")
@require_http_methods(["GET", "POST"])
def sign_in(request: HttpRequest, *, step: str) -> HttpResponse:
    """Take one step of the sign-in; what it proves is written into the session here and nowhere else."""
    if step in _AFTER_SIGN_IN and not is_signed_in(request):
        return redirect_to_login(request.get_full_path())
    outcome = _STEPS[step](request)
    if isinstance(outcome, HttpResponse):
        keep_browser(request, outcome)
        return outcome
    if outcome.device is None:
        login(request, outcome.user, backend=_BACKEND)
        request.session[MEANS_KEY] = outcome.means
        if outcome.means == DESK:
            request.session.set_expiry(DESK_SESSION_SECONDS)
    else:
        otp_login(request, outcome.device)
        begin_staff_session(request)
    is_whole = outcome.device is not None or not _needs_second_factor(outcome.user)
    if is_whole and outcome.means != DESK:  # a computer that many people use is nobody's own
        label = browser_label(request)
        if remember_browser(user=outcome.user, browser=browser_of(request), label=label):
            _notify_of_new_device(outcome.user, label)
    keep_browser(request, outcome.then)
    return outcome.then


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    logout(request)
    messages.info(request, "已退出登录。")
    return redirect("/")
