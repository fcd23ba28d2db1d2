"""Sign-in: phone and one-time code for everybody, password and second factor for staff."""

from django import forms
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import authenticate, login, logout
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
from django_otp.oath import totp
from django_otp.plugins.otp_totp.models import TOTPDevice

from portal.accounts import actions
from portal.accounts.models import DEMO_DEVICE, User
from portal.core.encryption import lookup_hash, mask_phone
from portal.core.validators import normalise_phone, validate_phone
from portal.web.shared.redirects import safe_next
from portal.web.shared.requests import SignedInRequest, signed_in_view

PHONE_KEY = "sign_in_phone"
_BACKEND = "django.contrib.auth.backends.ModelBackend"


class PhoneForm(forms.Form):
    phone = forms.CharField(
        label="手机号码",
        max_length=20,
        widget=forms.TextInput(attrs={"inputmode": "tel", "autocomplete": "tel", "autofocus": True}),
    )

    def clean_phone(self) -> str:
        phone = normalise_phone(self.cleaned_data["phone"])
        validate_phone(phone)
        return phone


class CodeForm(forms.Form):
    code = forms.CharField(
        label="短信验证码",
        max_length=6,
        widget=forms.TextInput(
            attrs={"inputmode": "numeric", "autocomplete": "one-time-code", "autofocus": True}
        ),
    )


class PasswordForm(PhoneForm):
    password = forms.CharField(
        label="密码", widget=forms.PasswordInput(attrs={"autocomplete": "current-password"})
    )


class TokenForm(forms.Form):
    token = forms.CharField(
        label="动态验证码",
        max_length=8,
        help_text="打开手机上的验证器应用，输入显示的6位数字。",
        widget=forms.TextInput(
            attrs={"inputmode": "numeric", "autocomplete": "one-time-code", "autofocus": True}
        ),
    )


def _redirect_with_next(request: HttpRequest, name: str) -> HttpResponse:
    """Redirect to the next page of the sign-in and keep the parameter `next`."""
    target = safe_next(request, "")
    query = f"?{urlencode({'next': target})}" if target else ""
    return redirect(f"{reverse(name)}{query}")


@never_cache
@require_http_methods(["GET", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
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


@never_cache
@sensitive_post_parameters("code")
@require_http_methods(["GET", "POST"])
def enter_code(request: HttpRequest) -> HttpResponse:
    """Check the code; the first correct one creates the account."""
    phone = request.session.get(PHONE_KEY)
    if phone is None:
        return _redirect_with_next(request, "public:sign-in")
    form = CodeForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        user = actions.redeem_code(phone=phone, code=form.cleaned_data["code"])
        if user is not None and user.is_active:
            del request.session[PHONE_KEY]
            login(request, user, backend=_BACKEND)
            return redirect(safe_next(request, reverse("public:landing")))
        form.add_error("code", "验证码不对或已失效。请核对短信，或重新获取。")
    context = {"form": form, "phone": phone, "masked": mask_phone(phone), "next": safe_next(request, "")}
    return render(request, "public/accounts/sign_in_code.html", context)


@never_cache
@sensitive_post_parameters("password")
@require_http_methods(["GET", "POST"])
def staff_sign_in(request: HttpRequest) -> HttpResponse:
    """Check phone and password; the second factor follows. django-axes limits attempts."""
    form = PasswordForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        user = authenticate(
            request,
            # The hash: the table of failed attempts must hold no phone number.
            username=lookup_hash(form.cleaned_data["phone"]),
            password=form.cleaned_data["password"],
        )
        if user is not None:
            login(request, user)
            return _redirect_with_next(request, "public:second-factor")
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


@never_cache
@signed_in_view
@require_http_methods(["GET", "POST"])
def second_factor(request: SignedInRequest) -> HttpResponse:
    """Check the code of the user's device; without a device, redirect to its setup."""
    user = request.user
    if not any(devices_for_user(user)):
        return _redirect_with_next(request, "public:second-factor-setup")
    form = TokenForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        device = match_token(user, form.cleaned_data["token"].strip())
        if device is not None:
            otp_login(request, device)
            return redirect(safe_next(request, reverse("public:landing")))
        form.add_error("token", "动态验证码不对，请等下一组数字再试。")
    context = {"form": form, "demo_code": _demo_code(user), "next": safe_next(request, "")}
    return render(request, "public/accounts/second_factor.html", context)


@never_cache
@signed_in_view
@require_http_methods(["GET", "POST"])
def set_up_second_factor(request: SignedInRequest) -> HttpResponse:
    """Show the secret of a new device; the device is confirmed by its first correct code."""
    user = request.user
    if any(devices_for_user(user)):
        return _redirect_with_next(request, "public:second-factor")
    device, _ = TOTPDevice.objects.get_or_create(user=user, confirmed=False, defaults={"name": "验证器"})
    form = TokenForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        token = form.cleaned_data["token"].strip()
        if token.isdigit() and device.verify_token(int(token)):
            device.confirmed = True
            device.save(update_fields=["confirmed"])
            otp_login(request, device)
            messages.success(request, "二次验证已设置好。")
            return redirect(safe_next(request, reverse("public:landing")))
        form.add_error("token", "动态验证码不对，请核对应用里显示的数字。")
    import segno  # noqa: PLC0415 -- 20 ms of start-up

    context = {
        "form": form,
        "qr": segno.make(device.config_url).svg_data_uri(scale=6, border=2),
        "secret": device.config_url.split("secret=")[1].split("&")[0],
        "next": safe_next(request, ""),
    }
    return render(request, "public/accounts/second_factor_setup.html", context)


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    logout(request)
    messages.info(request, "已退出登录。")
    return redirect("/")
