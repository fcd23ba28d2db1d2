"""First steps of the sign-in: phone, code, password."""

from django.contrib.auth import authenticate
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from portal.accounts.models import User
from portal.accounts.one_time_codes import (
    CodeRefused,
    CodeTooSoon,
    redeem_code,
    seconds_until_resend,
    send_code,
)
from portal.accounts.password_checks import check_within_limits
from portal.core.encryption import hash_phone, mask_phone
from portal.web.public.accounts.owner_steps import begin_owner_question, owner_in_doubt
from portal.web.public.accounts.sign_in_forms import CodeForm, PasswordForm, PhoneForm
from portal.web.public.accounts.sign_in_proofs import (
    CODE,
    PASSWORD,
    Proof,
    caller_for,
    count_own_wrong,
    forgive_own_wrong,
    redirect_with_next,
)
from portal.web.shared.redirects import safe_next

PHONE_KEY = "sign_in_phone"


def ask_phone(request: HttpRequest) -> HttpResponse:
    """Ask for the phone number and send a code to it; within the minute the one sent before is asked for."""
    form = PhoneForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        phone = form.cleaned_data["phone"]
        try:
            send_code(phone=phone, caller=caller_for(request, hash_phone(phone)))
        except CodeTooSoon:
            request.session[PHONE_KEY] = phone
            return redirect_with_next(request, "public:sign-in-code")
        except (CodeRefused, ValidationError) as error:
            form.add_error("phone", str(error))
        else:
            request.session[PHONE_KEY] = phone
            return redirect_with_next(request, "public:sign-in-code")
    context = {"form": form, "next": safe_next(request, "")}
    return render(request, "public/accounts/sign_in.html", context)


def ask_code(request: HttpRequest) -> HttpResponse | Proof:
    """Check the code; the first correct one creates the account."""
    phone = request.session.get(PHONE_KEY)
    if phone is None:
        return redirect_with_next(request, "public:sign-in")
    caller = caller_for(request, hash_phone(phone))
    form = CodeForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            user = redeem_code(phone=phone, code=form.cleaned_data["code"], caller=caller)
        except CodeRefused as error:
            form.add_error("code", str(error))
        else:
            if user is not None and user.is_active:
                del request.session[PHONE_KEY]
                if owner_in_doubt(request, user):
                    return begin_owner_question(request, phone)
                return Proof(user, redirect(safe_next(request, reverse("public:landing"))), means=CODE)
            form.add_error("code", "验证码不对或已失效。请核对短信，或重新获取。")
    context = {
        "form": form,
        "phone": phone,
        "masked": mask_phone(phone),
        "wait": seconds_until_resend(caller),
        "next": safe_next(request, ""),
    }
    return render(request, "public/accounts/sign_in_code.html", context)


def ask_password(request: HttpRequest) -> HttpResponse | Proof:
    """Check phone and password; the second factor follows."""
    form = PasswordForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        phone_hash = hash_phone(form.cleaned_data["phone"])
        caller, password = caller_for(request, phone_hash), form.cleaned_data["password"]
        try:
            user = check_within_limits(
                caller=caller,
                check=lambda: authenticate(request, username=phone_hash, password=password),
            )
        except CodeRefused as error:
            form.add_error(None, str(error))
        else:
            if isinstance(user, User):
                forgive_own_wrong(request, caller)
                return Proof(user, redirect_with_next(request, "public:second-factor"), means=PASSWORD)
            count_own_wrong(request, caller)
            form.add_error(None, "手机号码或密码不对。")
    context = {"form": form, "next": safe_next(request, "")}
    return render(request, "public/accounts/sign_in_staff.html", context)
