"""Second factor of staff: app, printed sheet or text message; set up with an operator's permission only."""

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.contrib.auth.forms import SetPasswordForm
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django_otp import devices_for_user
from django_otp.models import Device
from django_otp.oath import totp
from django_otp.plugins.otp_totp.models import TOTPDevice

from portal.accounts.enums import FactorKind
from portal.accounts.guess_limits import Caller
from portal.accounts.models import DEMO_DEVICE, FactorPermission, SmsDevice, User
from portal.accounts.one_time_codes import (
    CodeRefused,
    CodeTooSoon,
    check_code,
    seconds_until_resend,
    send_code,
)
from portal.accounts.own_sign_in import set_password
from portal.accounts.password_checks import check_within_limits
from portal.accounts.second_factor import enrol, match_device, open_permission, sms_device, unconfirmed_app
from portal.core.encryption import mask_phone
from portal.web.public.accounts.sign_in_forms import TokenForm
from portal.web.public.accounts.sign_in_proofs import (
    PASSWORD,
    Proof,
    caller_for,
    count_own_wrong,
    forgive_own_wrong,
    redirect_with_next,
)
from portal.web.shared.redirects import safe_next
from portal.web.shared.requests import is_verified, signed_in_user

MEANS_KEY = "sign_in_means"  # PASSWORD, CODE or DESK: a second text message is no second factor


def _demo_code(user: User) -> str:
    """Return the current code of a demo account's device, '' outside a demo."""
    if not settings.DEMO:
        return ""
    device = TOTPDevice.objects.filter(user=user, name=DEMO_DEVICE, confirmed=True).first()
    if device is None:
        return ""
    code = totp(device.bin_key, device.step, device.t0, device.digits, device.drift)
    return f"{code:0{device.digits}d}"


def _destination(request: HttpRequest) -> HttpResponse:
    return redirect(safe_next(request, reverse("public:landing")))


def ask_second_factor(request: HttpRequest) -> HttpResponse | Proof:
    """Check the code of a device; without a device, lead to its setup."""
    user = signed_in_user(request)
    if not any(devices_for_user(user)):
        return redirect_with_next(request, "public:second-factor-setup")
    caller = caller_for(request, user.phone_hash)
    sms = sms_device(user)
    usable_sms = sms if request.session.get(MEANS_KEY) == PASSWORD else None
    is_send = request.POST.get("do") == "send" and usable_sms is not None
    form = TokenForm(request.POST if request.method == "POST" and not is_send else None)
    if is_send:
        try:
            send_code(phone=user.phone, caller=caller)
        except CodeTooSoon:
            pass  # the page shows when another may be sent
        except CodeRefused as error:
            messages.error(request, str(error))
    elif request.method == "POST" and form.is_valid():
        try:
            device = _match(user, form.cleaned_data["token"], usable_sms, caller)
        except CodeRefused as error:
            form.add_error("token", str(error))
        else:
            if device is not None:
                forgive_own_wrong(request, caller)
                return Proof(user, _destination(request), device)
            count_own_wrong(request, caller)
            form.add_error("token", "验证码不对，请核对后再试；动态验证码请等下一组数字。")
    context = {
        "form": form,
        "demo_code": _demo_code(user),
        "sms": usable_sms,
        "needs_password": sms is not None and usable_sms is None,
        "masked": mask_phone(user.phone),
        "wait": seconds_until_resend(caller) if usable_sms else 0,
        "next": safe_next(request, ""),
    }
    return render(request, "public/accounts/second_factor.html", context)


def _match(user: User, token: str, sms: SmsDevice | None, caller: Caller) -> Device | None:
    """Return the device to which the code belongs: an app, a printed sheet, or the phone.

    Raises:
        CodeRefused: too many wrong tries.
    """

    def check() -> Device | None:
        if sms is not None and check_code(phone=user.phone, code=token, caller=caller, is_counted=True):
            return sms
        return match_device(user=user, token=token)

    return check_within_limits(caller=caller, check=check)


def set_up_second_factor(request: HttpRequest) -> HttpResponse | Proof:
    """Set up what an operator has permitted; without a permission, say whom to ask."""
    user = signed_in_user(request)
    permission = open_permission(user)
    if any(devices_for_user(user)) and (permission is None or not is_verified(request)):
        return redirect_with_next(request, "public:second-factor")
    if permission is None:
        context = {"needs_one": user.is_superuser or user.is_station_staff}
        return render(request, "public/accounts/second_factor_missing.html", context)
    if permission.kind == FactorKind.SMS:
        return _set_up_sms(request, user, permission)
    return _set_up_app(request, user, permission)


def _finish(request: HttpRequest, permission: FactorPermission, device: Device) -> HttpResponse | Proof:
    user = signed_in_user(request)
    try:
        enrol(permission=permission, by=user, device=device)
    except PermissionDenied as error:
        messages.error(request, str(error))
        return redirect("public:second-factor-setup")
    messages.success(request, "二次验证已设置好。")
    return Proof(user, _destination(request), device)


def _set_up_app(request: HttpRequest, user: User, permission: FactorPermission) -> HttpResponse | Proof:
    """Show the secret of a new device; the device is confirmed by its first correct code."""
    device = unconfirmed_app(user)
    form = TokenForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        if device.verify_token(form.cleaned_data["token"]):
            return _finish(request, permission, device)
        form.add_error("token", "动态验证码不对，请核对应用里显示的数字。")
    import segno  # noqa: PLC0415 -- 20 ms of start-up

    context = {
        "form": form,
        "qr": segno.make(device.config_url).svg_data_uri(scale=6, border=2),
        "secret": device.config_url.split("secret=")[1].split("&")[0],
        "next": safe_next(request, ""),
    }
    return render(request, "public/accounts/second_factor_setup.html", context)


def _set_up_sms(request: HttpRequest, user: User, permission: FactorPermission) -> HttpResponse | Proof:
    """Ask a clerk for a password; from then on the password comes first and a text message second."""
    form = SetPasswordForm(user, request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        set_password(by=user, password=form.cleaned_data["new_password1"])
        user.refresh_from_db()
        update_session_auth_hash(request, user)
        device = SmsDevice.objects.get_or_create(
            user=user, defaults={"name": "短信验证码", "confirmed": False}
        )[0]
        return _finish(request, permission, device)
    context = {"form": form, "masked": mask_phone(user.phone), "next": safe_next(request, "")}
    return render(request, "public/accounts/second_factor_password.html", context)
