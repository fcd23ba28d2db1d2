"""Parts that the steps of the sign-in share: outcome, caller, wrong tries that are taken back."""

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import urlencode
from django_otp.models import Device

from portal.accounts.guess_counts import caller_of
from portal.accounts.guess_limits import Caller
from portal.accounts.models import User
from portal.accounts.password_checks import forgive_earlier
from portal.core.client_address import client_address
from portal.web.shared.browser_cookie import browser_of
from portal.web.shared.redirects import safe_next

WRONG_KEY = "sign_in_wrong"  # key of the phone in this browser, and its wrong passwords since it was right
PASSWORD, CODE, DESK = "password", "code", "desk"


@dataclass(frozen=True, slots=True)
class Proof:
    """Outcome of a step: who is proved to be there, and the page that follows."""

    user: User
    then: HttpResponse
    device: Device | None = None  # of the second factor; None: phone or password
    means: str = ""  # PASSWORD, CODE or DESK; '' for a second factor


def redirect_with_next(request: HttpRequest, name: str) -> HttpResponse:
    """Redirect to the next page of the sign-in and keep the parameter `next`."""
    target = safe_next(request, "")
    query = f"?{urlencode({'next': target})}" if target else ""
    return redirect(f"{reverse(name)}{query}")


def caller_for(request: HttpRequest, phone_hash: str) -> Caller:
    """Return who asks for this phone, with the request's browser and address."""
    return caller_of(phone_hash=phone_hash, address=client_address(request.META), browser=browser_of(request))


def count_own_wrong(request: HttpRequest, caller: Caller) -> None:
    """Note a wrong try in the session, to be taken back when this browser proves right."""
    own, wrong = request.session.get(WRONG_KEY, ["", 0])
    request.session[WRONG_KEY] = [caller.own, (wrong if own == caller.own else 0) + 1]


def forgive_own_wrong(request: HttpRequest, caller: Caller) -> None:
    """Take back the wrong tries that this browser made for the same phone before it was right."""
    own, wrong = request.session.pop(WRONG_KEY, ["", 0])
    if own == caller.own and wrong:
        forgive_earlier(caller=caller, wrong=wrong)
