"""One's own account: phone, password, devices that have signed in, sign out everywhere."""

from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.contrib.auth.forms import SetPasswordForm
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST, require_safe

from portal.accounts.guess_counts import browser_digest
from portal.accounts.models import User
from portal.accounts.one_time_codes import CodeRefused
from portal.accounts.own_sign_in import set_password, sign_out_everywhere
from portal.accounts.password_checks import check_within_limits
from portal.core.encryption import mask_phone
from portal.web.public.accounts.sign_in_proofs import caller_for
from portal.web.shared.browser_cookie import browser_of
from portal.web.shared.requests import SignedInRequest, signed_in_view


class PasswordChangeForm(SetPasswordForm):
    """New password, typed twice, and the old one where there is one."""

    old_password = forms.CharField(
        label="现在的密码",
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )
    field_order = ["old_password", "new_password1", "new_password2"]

    def __init__(self, user: User, *args: Any, **kwargs: Any) -> None:
        super().__init__(user, *args, **kwargs)
        self.fields["new_password1"].label = "新密码"
        self.fields["new_password2"].label = "再输一次新密码"
        if not user.has_usable_password():
            del self.fields["old_password"]


def _may_have_password(user: User) -> bool:
    """Return whether a password is of use: for staff; everybody else signs in with a code."""
    return user.is_superuser or user.is_station_staff or user.has_usable_password()


def _render(request: SignedInRequest, form: PasswordChangeForm | None = None) -> HttpResponse:
    user = request.user
    digest = browser_digest(browser_of(request))
    context = {
        "masked": mask_phone(user.phone),
        "has_phone": bool(user.phone),
        "form": form or (PasswordChangeForm(user) if _may_have_password(user) else None),
        "browsers": [(row, row.digest == digest) for row in user.known_browsers.all()[:50]],
    }
    return render(request, "public/accounts/account.html", context)


@never_cache
@signed_in_view
@require_safe
def account(request: SignedInRequest) -> HttpResponse:
    return _render(request)


@never_cache
@sensitive_post_parameters()
@signed_in_view
@require_POST
def change_password(request: SignedInRequest) -> HttpResponse:
    """Change the password; every other session ends."""
    user = request.user
    if not _may_have_password(user):
        return redirect("public:account")
    form = PasswordChangeForm(user, request.POST)
    if form.is_valid() and _is_old_password(request, form):
        changed_user = set_password(by=user, password=form.cleaned_data["new_password1"])
        update_session_auth_hash(request, changed_user)
        messages.success(request, "密码已修改，其他设备上的登录已退出。")
        return redirect("public:account")
    return _render(request, form)


def _is_old_password(request: SignedInRequest, form: PasswordChangeForm) -> bool:
    """Return whether the old password is right; a wrong one is counted and named beside its field."""
    if "old_password" not in form.fields:
        return True
    user, password = request.user, form.cleaned_data["old_password"]
    try:
        result = check_within_limits(
            caller=caller_for(request, user.phone_hash),
            check=lambda: True if user.check_password(password) else None,
        )
    except CodeRefused as error:
        form.add_error("old_password", str(error))
        return False
    if result is None:
        form.add_error("old_password", "现在的密码不对。")
    return bool(result)


@never_cache
@signed_in_view
@require_POST
def sign_out_of_all(request: SignedInRequest) -> HttpResponse:
    """End every other session and forget the other browsers."""
    user = sign_out_everywhere(by=request.user, browser=browser_of(request))
    update_session_auth_hash(request, user)
    messages.success(request, "其他设备上的登录都已退出。")
    return redirect("public:account")
