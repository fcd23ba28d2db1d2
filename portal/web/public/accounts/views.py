"""Sign-in: phone and one-time code for everybody, password and second factor for staff.

One view, `sign_in`, signs people in; its URLs are the steps of it. Every other sign-in page of a library
redirects to it.
"""

from collections.abc import Callable
from dataclasses import dataclass

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import authenticate, login, logout
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST
from django_otp import devices_for_user, match_token
from django_otp import login as otp_login
from django_otp.models import Device
from django_otp.oath import totp
from django_otp.plugins.otp_totp.models import TOTPDevice

from portal.accounts import actions
from portal.accounts.models import DEMO_DEVICE, User
from portal.core.encryption import hash_phone, mask_phone
from portal.web.public.accounts.sign_in_forms import CodeForm, PasswordForm, PhoneForm, TokenForm
from portal.web.shared.redirects import safe_next
from portal.web.shared.requests import is_signed_in, signed_in_user

PHONE_KEY = "sign_in_phone"
_BACKEND = "django.contrib.auth.backends.ModelBackend"


@dataclass(frozen=True, slots=True)
class Proof:
    """What a step has proved, and where it leads."""

    user: User
    then: HttpResponse
    device: Device | None = None  # of the second factor; None: phone or password


def _redirect_with_next(request: HttpRequest, name: str) -> HttpResponse:
    """Redirect to the next page of the sign-in and keep the parameter `next`."""
    target = safe_next(request, "")
    query = f"?{urlencode({'next': target})}" if target else ""
    return redirect(f"{reverse(name)}{query}")


def _ask_phone(request: HttpRequest) -> HttpResponse:
    """Ask for the phone number and send a code to it."""
    form = PhoneForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        phone = form.cleaned_data["phone"]
        try:
            actions.send_code(phone=phone)
        except (actions.CodeRefused, ValidationError) as error:
            form.add_error("phone", str(error))
        else:
            request.session[PHONE_KEY] = phone
            return _redirect_with_next(request, "public:sign-in-code")
    context = {"form": form, "next": safe_next(request, "")}
    return render(request, "public/accounts/sign_in.html", context)


def _ask_code(request: HttpRequest) -> HttpResponse | Proof:
    """Check the code; the first correct one creates the account."""
    phone = request.session.get(PHONE_KEY)
    if phone is None:
        return _redirect_with_next(request, "public:sign-in")
    form = CodeForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        user = actions.redeem_code(phone=phone, code=form.cleaned_data["code"])
        if user is not None and user.is_active:
            del request.session[PHONE_KEY]
            return Proof(user, redirect(safe_next(request, reverse("public:landing"))))
        form.add_error("code", "验证码不对或已失效。请核对短信，或重新获取。")
    context = {"form": form, "phone": phone, "masked": mask_phone(phone), "next": safe_next(request, "")}
    return render(request, "public/accounts/sign_in_code.html", context)


def _ask_password(request: HttpRequest) -> HttpResponse | Proof:
    """Check phone and password; the second factor follows. django-axes limits attempts."""
    form = PasswordForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        user = authenticate(
            request,
            # The hash: the table of failed attempts must hold no phone number.
            username=hash_phone(form.cleaned_data["phone"]),
            password=form.cleaned_data["password"],
        )
        if isinstance(user, User):
            return Proof(user, _redirect_with_next(request, "public:second-factor"))
        form.add_error(None, "手机号码或密码不对。")
    context = {"form": form, "next": safe_next(request, "")}
    return render(request, "public/accounts/sign_in_staff.html", context)


def _demo_code(user: User) -> str:
    """Return the current code of a demo account's device, '' outside a demo."""
    if not settings.DEMO:
        return ""
    device = TOTPDevice.objects.filter(user=user, name=DEMO_DEVICE, confirmed=True).first()
    if device is None:
        return ""
    code = totp(device.bin_key, device.step, device.t0, device.digits, device.drift)
    return f"{code:0{device.digits}d}"


def _ask_second_factor(request: HttpRequest) -> HttpResponse | Proof:
    """Check the code of the user's device; without a device, redirect to its setup."""
    user = signed_in_user(request)
    if not any(devices_for_user(user)):
        return _redirect_with_next(request, "public:second-factor-setup")
    form = TokenForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        device = match_token(user, form.cleaned_data["token"])
        if device is not None:
            return Proof(user, redirect(safe_next(request, reverse("public:landing"))), device)
        form.add_error("token", "动态验证码不对，请等下一组数字再试。")
    context = {"form": form, "demo_code": _demo_code(user), "next": safe_next(request, "")}
    return render(request, "public/accounts/second_factor.html", context)


def _set_up_second_factor(request: HttpRequest) -> HttpResponse | Proof:
    """Show the secret of a new device; the device is confirmed by its first correct code."""
    user = signed_in_user(request)
    if any(devices_for_user(user)):
        return _redirect_with_next(request, "public:second-factor")
    device, _ = TOTPDevice.objects.get_or_create(user=user, confirmed=False, defaults={"name": "验证器"})
    form = TokenForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        if device.verify_token(form.cleaned_data["token"]):
            device.confirmed = True
            device.save(update_fields=["confirmed"])
            messages.success(request, "二次验证已设置好。")
            return Proof(user, redirect(safe_next(request, reverse("public:landing"))), device)
        form.add_error("token", "动态验证码不对，请核对应用里显示的数字。")
    import segno  # noqa: PLC0415 -- 20 ms of start-up

    context = {
        "form": form,
        "qr": segno.make(device.config_url).svg_data_uri(scale=6, border=2),
        "secret": device.config_url.split("secret=")[1].split("&")[0],
        "next": safe_next(request, ""),
    }
    return render(request, "public/accounts/second_factor_setup.html", context)


_STEPS: dict[str, Callable[[HttpRequest], HttpResponse | Proof]] = {
    "phone": _ask_phone,
    "code": _ask_code,
    "password": _ask_password,
    "second-factor": _ask_second_factor,
    "second-factor-setup": _set_up_second_factor,
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
        return outcome
    if outcome.device is None:
        login(request, outcome.user, backend=_BACKEND)
    else:
        otp_login(request, outcome.device)
    return outcome.then


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    logout(request)
    messages.info(request, "已退出登录。")
    return redirect("/")
