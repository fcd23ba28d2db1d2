"""Steps of the sign-in for phones that may have a new owner, and for people at a station's desk."""

import time

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from portal.accounts.desk_codes import redeem_desk_code
from portal.accounts.guess_counts import caller_of
from portal.accounts.guess_limits import Caller
from portal.accounts.models import User
from portal.accounts.one_time_codes import CodeRefused
from portal.accounts.password_checks import check_within_limits
from portal.accounts.phone_changes import may_be_recycled, take_over_phone
from portal.core.client_address import client_address
from portal.core.encryption import hash_phone, mask_phone
from portal.core.text_folding import fold_code, fold_name
from portal.employers.models import EmployerMembership
from portal.veterans.models import Veteran
from portal.web.public.accounts.sign_in_forms import DeskCodeForm, OwnerForm
from portal.web.public.accounts.sign_in_proofs import CODE, DESK, Proof, caller_for, redirect_with_next
from portal.web.shared.browser_cookie import browser_of
from portal.web.shared.redirects import safe_next

# The phone whose code was right, and until when (Unix time) the question may be answered.
OWNER_KEY = "sign_in_owner"
_ANSWER_SECONDS = 600


def owner_in_doubt(request: HttpRequest, user: User) -> bool:
    """Return whether the phone may be somebody else's by now and the account holds what he must not see."""
    return may_be_recycled(user=user, browser=browser_of(request)) and (
        Veteran.objects.filter(account=user).exists()
        or EmployerMembership.objects.filter(user=user).exists()
        or user.appointments.exists()
    )


def begin_owner_question(request: HttpRequest, phone: str) -> HttpResponse:
    """Remember that the code was right and ask who is there."""
    request.session[OWNER_KEY] = [phone, int(time.time()) + _ANSWER_SECONDS]
    return redirect_with_next(request, "public:sign-in-owner")


def ask_owner(request: HttpRequest) -> HttpResponse | Proof:
    """Ask the person of a long unused phone for the name and the end of the ID number, or begin anew."""
    phone, until = request.session.get(OWNER_KEY, ["", 0])
    user = User.objects.filter(phone_hash=hash_phone(phone), is_active=True).first() if phone else None
    if user is None or until < time.time():
        return redirect_with_next(request, "public:sign-in")
    record = Veteran.objects.filter(account=user).first()
    is_new_owner = request.POST.get("do") == "new-owner"
    form = OwnerForm(
        record is not None, request.POST if request.method == "POST" and not is_new_owner else None
    )
    if request.method == "POST" and is_new_owner:
        del request.session[OWNER_KEY]
        return Proof(take_over_phone(phone=phone), redirect("public:landing"), means=CODE)
    if request.method == "POST" and form.is_valid():
        try:
            owner = check_within_limits(
                caller=caller_for(request, user.phone_hash),
                check=lambda: user if _is_owner(user, record, form.cleaned_data) else None,
            )
        except CodeRefused as error:
            form.add_error(None, str(error))
        else:
            if owner is not None:
                del request.session[OWNER_KEY]
                target = redirect(safe_next(request, reverse("public:landing")))
                return Proof(owner, target, means=CODE)
            form.add_error(None, "与原来登记的不一致。")
    context = {"form": form, "masked": mask_phone(phone), "next": safe_next(request, "")}
    return render(request, "public/accounts/sign_in_owner.html", context)


def _is_owner(user: User, record: Veteran | None, values: dict[str, str]) -> bool:
    if record is not None and fold_code(values["id_last4"]) != record.id_last4.upper():
        return False
    names = {fold_name(user.name)} | ({fold_name(record.name)} if record is not None else set())
    return fold_name(values["name"]) in names


def _desk_caller(request: HttpRequest) -> Caller:
    """Return a caller with a budget of its own for each address: no stranger uses up a station's tries."""
    address = client_address(request.META)
    return caller_of(phone_hash=f"desk:{address}", address=address, browser="desk", is_known=True)


def ask_desk_code(request: HttpRequest) -> HttpResponse | Proof:
    """Check a code that staff of a station have given to the person beside them."""
    form = DeskCodeForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        code = form.cleaned_data["code"]
        try:
            user = check_within_limits(caller=_desk_caller(request), check=lambda: redeem_desk_code(code))
        except CodeRefused as error:
            form.add_error("code", str(error))
        else:
            if user is not None:
                return Proof(user, redirect("public:landing"), means=DESK)
            form.add_error("code", "登录码不对或已失效，请工作人员重新生成。")
    return render(request, "public/accounts/sign_in_desk.html", {"form": form})
